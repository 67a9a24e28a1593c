"""OpenAPI: the description of this door, and the page that shows it."""

from typing import Any

from django.http import HttpRequest
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.views import APIView

from inspections.errors import InspectionError

_PROBLEM = {
    "type": "object",
    "description": "Every refusal. Read `code` in programs, show `detail` to people.",
    "required": ["code", "detail", "field", "facts", "request_id"],
    "properties": {
        "code": {"type": "string", "description": "Stable; docs/api.md lists them."},
        "detail": {"type": "string", "description": "One sentence that says what to do."},
        "field": {"type": "string", "nullable": True, "description": "The name in the request that is wrong."},
        "facts": {"type": "object", "additionalProperties": True, "description": "What `detail` counts and names."},
        "request_id": {"type": "string", "description": "Also in the header X-Request-ID."},
    },
}


class TokenScheme(OpenApiAuthenticationExtension):
    """`Authorization: Token …`, as OpenAPI says it."""

    target_class = "inspections.api.authentication.ApiTokens"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return build_bearer_security_scheme_object(header_name="Authorization", token_prefix="Token")


def tell_of_problems(result: dict[str, Any], generator: Any, request: HttpRequest | None, public: bool) -> dict:
    """Post-processing of the schema: every operation may answer with the one form of refusal."""
    result["components"]["schemas"]["Problem"] = _PROBLEM
    answer = {
        "description": "A refusal.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for path in result["paths"].values():
        for operation in path.values():
            operation["responses"]["default"] = answer
    return result


class Documentation(SpectacularSwaggerSplitView):
    """The description as a page to try things on, from our own files and without inline script or style."""

    url_name = "api-schema"
    template_name = "api/docs.html"


class Unknown(APIView):
    """Any other address under the API: the JSON 404, whoever asks and however."""

    schema = None

    def initial(self, request: Request, *_args: Any, **_kwargs: Any) -> None:
        raise InspectionError("not_found")

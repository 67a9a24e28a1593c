"""Pages for what went wrong: what happened, what is safe, what to do."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django_htmx.http import trigger_client_event

from inspections.errors import InspectionError


class ErrorPages:
    """Middleware: an InspectionError that a page lets through becomes its page, or a short JSON answer for scripts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer with the status and the sentence of the error's code; anything else is Django's business."""
        if not isinstance(exception, InspectionError):
            return None
        if "application/json" in request.headers.get("Accept", ""):
            answer = {"code": exception.code, "detail": exception.detail, "field": exception.field}
            return JsonResponse(answer, status=exception.status)
        if request.headers.get("HX-Request"):
            # htmx leaves the page as it is on an error; the frame's script hears the event and shows the sentence.
            return trigger_client_event(HttpResponse(status=exception.status), "refused", {"detail": exception.detail})
        if exception.code == "not_found":
            return not_found(request)
        context = {"reason": exception.detail, "status": exception.status}
        template = "403.html" if exception.status == 403 else "refused.html"
        return render(request, template, context, status=exception.status)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Nothing here, or nothing for you: the same page, so that nobody learns which."""
    return render(request, "404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The reader sees the object but their role may not do this."""
    return render(request, "403.html", {"reason": str(exception or "")}, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Says that nothing is lost. Rendered without the frame: whatever failed may fail there again."""
    return render(request, "500.html", status=500)

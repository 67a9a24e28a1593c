"""Rule packs: which there are, and one's own."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import UUIDField

from inspections.access import demand
from inspections.api.base import Door
from inspections.api.filters import Filter, read_parameter
from inspections.api.parsers import BoundedFormParser, StrictJSONParser, YamlTextParser
from inspections.api.serializers.rules import RulePackFacts, RulePackUpload
from inspections.conditions import Pack, builtin_packs
from inspections.errors import InspectionError
from inspections.models import Organisation, Role, RulePack, User
from inspections.services.conditions import pack_of, packs_of
from inspections.services.rules import add_pack


class RulePacks(Door, ListAPIView):
    """The rule packs that propose condition states: those shipped with Hairline, and your organisations' own."""

    queryset = RulePack.objects.none()
    serializer_class = RulePackFacts
    parser_classes = (MultiPartParser, StrictJSONParser, BoundedFormParser, YamlTextParser)
    known_filters = {"organisation": Filter("", UUIDField(), "what this organisation has and uses")}

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Shipped packs first, each by its id."""
        entries = _entries(self._asked_for(request))
        return self.get_paginated_response(self.get_serializer(self.paginate_queryset(entries), many=True).data)

    @extend_schema(
        request={"multipart/form-data": RulePackUpload, "application/yaml": OpenApiTypes.STR},
        responses={201: RulePackFacts, 200: RulePackFacts},
        description=(
            "Add a pack of your organisation's own, or a new version of one, as a file or as YAML. For administrators. "
            "The very same text again is answered with 200; a version that exists with another text is refused."
        ),
    )
    def post(self, request: Request) -> Response:
        body = RulePackUpload(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        organisation = body.validated_data.get("organisation") or _only_administered(self.reader)
        demand(self.reader, Role.ADMINISTRATOR, organisation)
        sent = body.validated_data
        before = set(RulePack.objects.filter(organisation=organisation).values_list("pk", flat=True))
        row = add_pack(
            organisation=organisation,
            text=sent["file"].read() if "file" in sent else sent["text"],
            added_by=self.reader,
        )
        facts = _facts(packs_of(organisation)[row.pack_id], organisation, {pack_of(organisation).digest})
        return Response(self.get_serializer(facts).data, status=200 if row.pk in before else 201)

    def _asked_for(self, request: Request) -> list[Organisation]:
        own = [membership.organisation for membership in self.reader.memberships_by_name()]
        if "organisation" not in request.query_params:
            return own
        asked = read_parameter(request, "organisation", self.known_filters["organisation"].field)
        return [organisation for organisation in own if organisation.pk == asked]


def _entries(organisations: list[Organisation]) -> list[dict[str, Any]]:
    used = {pack_of(organisation).digest for organisation in organisations}
    shipped = [_facts(pack, None, used) for pack in builtin_packs().values()]
    own = [
        _facts(pack, organisation, used)
        for organisation in organisations
        for pack in packs_of(organisation).values()
        if pack.id not in builtin_packs()
    ]
    return shipped + own


def _facts(pack: Pack, organisation: Organisation | None, used: set[str]) -> dict[str, Any]:
    return {
        "id": pack.id,
        "organisation": organisation.pk if organisation else None,
        "name": pack.name,
        "edition": pack.edition,
        "version": pack.version,
        "kind": pack.kind.value,
        "unit": pack.unit,
        "source": pack.source,
        "digest": pack.digest,
        "materials": list(pack.materials),
        "exposures": dict(pack.exposures),
        "in_use": pack.digest in used,
    }


def _only_administered(user: User) -> Organisation:
    own = user.memberships_by_name()
    if len(own) == 1:
        return own[0].organisation
    administered = user.organisations_allowing(Role.ADMINISTRATOR)
    if len(administered) == 1:
        return administered[0]
    if not own:
        raise InspectionError("forbidden", role=_("member of no organisation"), organisation=_("this server"))
    raise serializers.ValidationError({"organisation": _("Name the organisation: see /api/v1/me/ for yours.")})

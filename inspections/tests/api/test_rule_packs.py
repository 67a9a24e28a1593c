"""Rule packs over the API: listed with what is in use, added by administrators only."""

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inspections.conditions import builtin_packs
from inspections.models import Membership, Role, RulePack
from inspections.services.rules import add_pack, choose_pack
from inspections.testing import make_organisation
from inspections.tests.condition_packs import PACK

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(api_as):
    return api_as(Role.ADMINISTRATOR)


def file(text: str = PACK) -> ContentFile:
    return ContentFile(text.encode(), name="pack.yaml")


def test_shipped_and_own_packs_are_listed(api_as, organisation, outsider):
    add_pack(organisation=organisation, text=PACK, added_by=None)
    choose_pack(organisation=organisation, pack_id="county-roads")
    found = api_as(Role.VIEWER).get("rule-packs/").json()
    assert found["count"] == len(builtin_packs()) + 1
    own = found["results"][-1]
    assert own == {
        "id": "county-roads", "organisation": str(organisation.pk), "name": "County roads, crack rules",
        "edition": "2026", "version": "3", "kind": "condition-states", "unit": "mm",
        "source": "Circular 12 of the county", "digest": RulePack.objects.get().digest,
        "materials": ["reinforced_concrete"], "exposures": {}, "in_use": True,
    }  # fmt: skip
    assert [pack["id"] for pack in found["results"] if pack["in_use"]] == ["county-roads"]
    theirs = outsider.get("rule-packs/").json()
    assert [pack["id"] for pack in theirs["results"]] == [*builtin_packs()]
    assert [pack["id"] for pack in theirs["results"] if pack["in_use"]] == ["aashto-mbei-mm"]


def test_a_list_is_paged_and_asked_for_one_organisation(administrator, organisation):
    other = make_organisation()
    Membership.objects.create(user=administrator.user, organisation=other, role=Role.VIEWER)
    add_pack(organisation=other, text=PACK, added_by=None)
    ids = [pack["id"] for pack in administrator.get("rule-packs/", organisation=str(organisation.pk)).json()["results"]]
    assert ids == [*builtin_packs()]
    page = administrator.get("rule-packs/", organisation=str(other.pk), page_size=2, page=4).json()
    assert [pack["id"] for pack in page["results"]] == ["county-roads"]
    assert administrator.get("rule-packs/", colour="red").json()["code"] == "invalid_filter"
    foreign = administrator.get("rule-packs/", organisation=str(make_organisation().pk)).json()
    assert not any(pack["in_use"] for pack in foreign["results"])


@pytest.mark.parametrize("how", ["file", "form", "json", "yaml"])
def test_an_administrator_adds_a_pack(administrator, organisation, how):
    def send(text):
        if how == "file":
            return administrator.upload("rule-packs/", file=file(text))
        if how == "form":
            return administrator.upload("rule-packs/", text=text, organisation=str(organisation.pk))
        if how == "json":
            return administrator.post("rule-packs/", {"text": text})
        return administrator.post("rule-packs/", text, content_type="application/yaml")

    added = send(PACK)
    assert (added.status_code, added.json()["id"], added.json()["in_use"]) == (201, "county-roads", False)
    row = RulePack.objects.get()
    assert (row.organisation, row.added_by, row.text) == (organisation, administrator.user, PACK)
    assert send(PACK).status_code == 200
    refused = send(PACK.replace("0.20", "0.25"))
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (422, "invalid_pack", "text")
    assert RulePack.objects.count() == 1


def test_a_refusal_tells_every_problem_with_its_place(administrator):
    body = administrator.upload("rule-packs/", file=file(PACK.replace("unit: mm", "unit: yard"))).json()
    assert body["code"] == "invalid_pack"
    assert body["detail"].startswith("The rule pack is refused. Line 7, column 7, unit: “yard” is not known here.")
    assert (body["facts"]["places"][0]["line"], body["facts"]["places"][0]["column"]) == (7, 7)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_nobody_else_does(api_as, role):
    answer = api_as(role).upload("rule-packs/", file=file())
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert not RulePack.objects.exists()


def test_an_organisation_of_others_is_unknown(administrator, outsider, organisation):
    answer = outsider.upload("rule-packs/", file=file(), organisation=str(organisation.pk))
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_reference")
    other = make_organisation()
    Membership.objects.create(user=administrator.user, organisation=other, role=Role.ADMINISTRATOR)
    unnamed = administrator.upload("rule-packs/", file=file())
    assert (unnamed.status_code, unnamed.json()["field"]) == (400, "organisation")
    assert administrator.upload("rule-packs/", file=file(), organisation=str(other.pk)).status_code == 201


@pytest.mark.parametrize("body", [{}, {"text": PACK, "file": "both"}, {"pack": PACK}, {"text": ""}])
def test_a_body_without_one_pack_is_refused(administrator, body):
    fields = {**body, "file": file()} if body.get("file") else body
    answer = administrator.upload("rule-packs/", **fields)
    assert answer.status_code == 400 and not RulePack.objects.exists()


def test_a_file_that_is_no_pack_by_its_size_is_refused_unread(administrator):
    answer = administrator.upload("rule-packs/", file=file("#" * 65_537))
    assert (answer.status_code, answer.json()["field"]) == (400, "file")
    assert "65537 bytes" in answer.json()["detail"]


@pytest.mark.parametrize(("data", "status"), [(b"\xff\xfe", 400), (b"\xff" * 4_000_000, 413), (b"", 400)])
def test_a_body_that_is_no_text_is_refused(administrator, data, status):
    assert administrator.post("rule-packs/", data, content_type="application/yaml").status_code == status


def test_the_number_of_queries_does_not_grow(administrator, organisation):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert administrator.get("rule-packs/").status_code == 200
        return len(captured)

    add_pack(organisation=organisation, text=PACK, added_by=None)
    before = queries()
    for number in range(5):
        add_pack(organisation=organisation, text=PACK.replace("county-roads", f"county-{number}"), added_by=None)
    assert queries() == before

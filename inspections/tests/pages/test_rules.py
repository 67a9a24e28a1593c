"""The rules in settings: seen by everybody, chosen and added by administrators, asked for in the forms."""

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from inspections.conditions import builtin_packs, parse_pack
from inspections.models import Bridge, Element, Membership, Organisation, Role, RulePack, SegmentationRun, SurveyImage
from inspections.services.rules import add_pack, choose_pack
from inspections.testing import (
    make_bridge,
    make_element,
    make_image,
    make_organisation,
    make_run,
    make_survey,
    make_user,
)
from inspections.tests.condition_packs import PACK
from inspections.tests.pages.reading import by_id, read_page, words

pytestmark = pytest.mark.django_db
ADD, CHOOSE = "settings-rules", "settings-rules-choose"


@pytest.fixture
def organisation() -> Organisation:
    return make_organisation(name="County roads")


def enter(role: Role, organisation: Organisation) -> Client:
    client = Client()
    client.force_login(make_user(role, organisation))
    return client


@pytest.fixture
def administrator(organisation) -> Client:
    return enter(Role.ADMINISTRATOR, organisation)


@pytest.fixture
def inspector(organisation) -> Client:
    return enter(Role.INSPECTOR, organisation)


def used(organisation: Organisation) -> str:
    return Organisation.objects.get(pk=organisation.pk).rule_pack


# ---- Choosing ----


def test_an_administrator_chooses_and_is_told_what_each_pack_covers(administrator, organisation):
    page = read_page(administrator.get(reverse("settings")))
    choices = {e.get("value"): e for e in page.iter("input") if e.get("name") == "pack"}
    assert choices.keys() == builtin_packs().keys()
    assert [name for name, choice in choices.items() if "checked" in choice.attrib] == ["aashto-mbei-mm"]
    text = words(page)
    assert (
        "condition states CS1 to CS3, limits in millimetres; covers reinforced concrete, prestressed concrete." in text
    )
    assert (
        "width limits, within or beyond, limits in inches; covers reinforced concrete, in 5 exposure classes." in text
    )
    body = {"organisation": organisation.pk, "pack": "aci-224r-mm"}
    told = administrator.post(reverse(CHOOSE), body, follow=True)
    assert used(organisation) == "aci-224r-mm"
    assert "Findings are judged again." in words(read_page(told))


def test_others_see_what_is_in_use_without_a_form(inspector, organisation):
    answer = inspector.get(reverse("settings"))
    assert builtin_packs()["aashto-mbei-mm"].title in words(read_page(answer))
    assert reverse(CHOOSE) not in answer.text and f"{reverse(ADD)}?" not in answer.text
    refused = inspector.post(reverse(CHOOSE), {"organisation": organisation.pk, "pack": "aci-224r-mm"})
    assert refused.status_code == 403 and used(organisation) == "aashto-mbei-mm"


def test_each_organisation_has_its_own(administrator, organisation):
    other, foreign = make_organisation(), make_organisation()
    user = organisation.members.get()
    Membership.objects.create(user=user, organisation=other, role=Role.VIEWER)
    text = words(read_page(administrator.get(reverse("settings"))))
    assert "Condition rules of County roads" in text and f"Condition rules of {other}" in text
    for target, status in ((other, 403), (foreign, 404)):
        answer = administrator.post(reverse(CHOOSE), {"organisation": target.pk, "pack": "aci-224r-mm"})
        assert answer.status_code == status and used(target) == "aashto-mbei-mm"


def test_a_pack_that_is_not_there_cannot_be_chosen(administrator, organisation):
    add_pack(organisation=make_organisation(), text=PACK, added_by=None)
    answer = administrator.post(reverse(CHOOSE), {"organisation": organisation.pk, "pack": "county-roads"})
    assert answer.status_code == 400 and used(organisation) == "aashto-mbei-mm"


def test_a_pack_that_has_vanished_is_told(inspector, organisation):
    Organisation.objects.filter(pk=organisation.pk).update(rule_pack="gone")
    text = words(read_page(inspector.get(reverse("settings"))))
    assert "The pack “gone” is not there any more." in text


# ---- Reading ----


@pytest.mark.parametrize("name", builtin_packs())
def test_everybody_reads_every_rule_with_its_limits_and_source(inspector, name):
    pack = builtin_packs()[name]
    answer = inspector.get(reverse("settings-rule-pack", args=[name]))
    text = words(read_page(answer))
    for rule in pack.rules:
        row = words(by_id(answer, f"rule-{rule.id}"))
        assert rule.name in row and rule.source in row
        for result in rule.results:
            assert f"{result} {rule.band(result)}" in row
    for exposure, meaning in pack.exposures.items():
        assert exposure in text and meaning in text
    assert pack.digest in text and f"{reverse(ADD)}?" not in answer.text


@pytest.mark.parametrize("name", builtin_packs())
def test_a_download_is_the_pack_itself(inspector, name):
    answer = inspector.get(reverse("settings-rule-pack-file", args=[name]))
    assert parse_pack(answer.content) == builtin_packs()[name]
    version = builtin_packs()[name].version
    assert answer["Content-Disposition"] == f'attachment; filename="{name}-{version}.yaml"'
    assert answer["Content-Type"].startswith("application/yaml")


def test_an_own_pack_is_there_for_its_members_alone(inspector, organisation):
    add_pack(organisation=organisation, text=PACK, added_by=None)
    outsider = enter(Role.ADMINISTRATOR, make_organisation())
    for name in ("settings-rule-pack", "settings-rule-pack-file"):
        address = reverse(name, args=["county-roads"])
        assert inspector.get(address).status_code == 200
        assert outsider.get(address).status_code == 404
        assert outsider.get(address, {"organisation": organisation.pk}).status_code == 404
        assert inspector.get(address, {"organisation": "nonsense"}).status_code == 404
    assert inspector.get(reverse("settings-rule-pack-file", args=["county-roads"])).text == PACK
    assert outsider.get(reverse(ADD), {"start": "county-roads"}).status_code == 404


# ---- Adding ----


def test_a_file_is_checked_kept_and_shown(administrator, organisation):
    answer = administrator.post(reverse(ADD), {"file": ContentFile(PACK.encode(), name="rules.yaml"), "text": ""})
    assert (
        answer["Location"] == f"{reverse('settings-rule-pack', args=['county-roads'])}?organisation={organisation.pk}"
    )
    row = RulePack.objects.get()
    assert (row.organisation, row.text, row.added_by) == (organisation, PACK, organisation.members.get())
    assert "County roads, crack rules" in administrator.get(answer["Location"]).text
    assert "county-roads" in administrator.get(reverse("settings")).text


def test_a_pasted_text_is_the_same_pack_as_its_file(administrator):
    administrator.post(reverse(ADD), {"file": ContentFile(PACK.encode(), name="rules.yaml")})
    pasted = administrator.post(reverse(ADD), {"text": PACK.replace("\n", "\r\n")})
    assert pasted.status_code == 302 and RulePack.objects.count() == 1


@pytest.mark.parametrize("how", ["file", "text"])
def test_a_refusal_tells_lines_and_columns_and_loses_nothing(administrator, how):
    text = PACK.replace("unit: mm", "unit: yard").replace("CS3", "CS4") + "# <b>mine</b>\n"
    body = {"file": ContentFile(text.encode(), name="rules.yaml")} if how == "file" else {"text": text}
    answer = administrator.post(reverse(ADD), body)
    assert answer.status_code == 422 and not RulePack.objects.exists()
    page = words(read_page(answer))
    assert "Line 7, column 7, unit: “yard” is not known here." in page
    assert "Line 16, column 18, rules[1].limits[3].result: CS4 is not for software to give" in page
    assert "".join(by_id(answer, "id_text").itertext()).strip() == text.strip()
    assert "<b>mine" not in answer.text


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, "Choose a file, or put the text of a pack into the field."),
        ({"file": ContentFile(b"#" * 70_000, name="big.yaml")}, "70000 bytes"),
    ],
)
def test_what_is_nothing_or_too_much_is_explained(administrator, body, told):
    answer = administrator.post(reverse(ADD), body)
    assert told in words(read_page(answer)) and not RulePack.objects.exists()


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\0", b"\0", b"id: [", "{é: \u202e}".encode()])
def test_a_strange_file_is_refused_in_words(administrator, data):
    answer = administrator.post(reverse(ADD), {"file": ContentFile(data, name="strange.yaml"), "text": ""})
    assert answer.status_code in (200, 422) and 'role="alert"' in answer.text
    assert not RulePack.objects.exists()


def test_a_shipped_pack_is_a_start_for_ones_own(administrator):
    answer = administrator.get(reverse(ADD), {"start": "aci-224r-mm"})
    text = "".join(by_id(answer, "id_text").itertext()).lstrip("\n")
    again = administrator.post(reverse(ADD), {"text": text})
    assert again.status_code == 422 and "ships with Hairline" in again.text
    own = administrator.post(reverse(ADD), {"text": text.replace("id: aci-224r-mm", "id: ours")})
    assert own.status_code == 302 and RulePack.objects.get().pack_id == "ours"


def test_only_where_one_is_administrator(administrator, organisation):
    user = organisation.members.get()
    second, watched = make_organisation(), make_organisation()
    Membership.objects.create(user=user, organisation=second, role=Role.ADMINISTRATOR)
    Membership.objects.create(user=user, organisation=watched, role=Role.CURATOR)
    options = [e.get("value") for e in by_id(administrator.get(reverse(ADD)), "id_organisation").iter("option")]
    assert sorted(options) == sorted([str(organisation.pk), str(second.pk)])
    assert administrator.post(reverse(ADD), {"text": PACK, "organisation": watched.pk}).status_code == 200
    assert not RulePack.objects.exists()
    administrator.post(reverse(ADD), {"text": PACK, "organisation": second.pk})
    assert RulePack.objects.get().organisation == second


# ---- Forms: exposure, and who is judged again ----

BRIDGE = {"name": "Mill Race", "material": "reinforced_concrete"}


def photo(bridge: Bridge, element: Element | None = None) -> SurveyImage:
    image = make_image(make_survey(bridge))
    make_run(image, status=SegmentationRun.Status.SUCCEEDED)
    SurveyImage.objects.filter(pk=image.pk).update(element=element)
    return image


def wanted(image: SurveyImage) -> int:
    return SurveyImage.objects.get(pk=image.pk).measure_wanted


def test_exposure_is_asked_for_only_where_the_rules_tell_classes_apart(inspector, organisation):
    bridge = make_bridge(organisation, exposure="attic", **BRIDGE)
    element = make_element(bridge)
    addresses = [
        reverse("bridge-new"),
        reverse("bridge-edit", args=[bridge.pk]),
        reverse("element-new", args=[bridge.pk]),
        reverse("element-edit", args=[element.pk]),
    ]
    for address in addresses:
        assert 'name="exposure"' not in inspector.get(address).text
    # What cannot be seen is not lost.
    inspector.post(addresses[1], {**BRIDGE, "exposure": "seawater"})
    assert Bridge.objects.get().exposure == "attic"
    choose_pack(organisation=organisation, pack_id="aci-224r-mm")
    for address in addresses:
        options = [e.get("value") for e in by_id(inspector.get(address), "id_exposure").iter("option")]
        assert options[:6] == ["", *builtin_packs()["aci-224r-mm"].exposures]


def test_a_class_that_the_rules_do_not_know_stays_until_another_is_chosen(inspector, organisation):
    choose_pack(organisation=organisation, pack_id="aci-224r-mm")
    bridge = make_bridge(organisation, exposure="attic", **BRIDGE)
    address = reverse("bridge-edit", args=[bridge.pk])
    assert '<option value="attic" selected>' in inspector.get(address).text
    for exposure in ("attic", "humid"):
        assert inspector.post(address, {**BRIDGE, "exposure": exposure}).status_code == 302
        assert Bridge.objects.get().exposure == exposure
    refused = inspector.post(address, {**BRIDGE, "exposure": "attic"})
    assert "exposure" in refused.context["form"].errors


def test_a_bridge_of_other_material_or_exposure_is_judged_again_and_only_then(inspector, organisation):
    choose_pack(organisation=organisation, pack_id="aci-224r-mm")
    bridge = make_bridge(organisation, **BRIDGE)
    image, other = photo(bridge), photo(make_bridge(organisation))
    address = reverse("bridge-edit", args=[bridge.pk])
    counted = []
    for change in ({}, {"crosses": "a beck"}, {"exposure": "humid"}, {"exposure": "humid", "material": "steel"}):
        assert inspector.post(address, {**BRIDGE, **change}).status_code == 302
        counted.append(wanted(image))
    assert counted == [0, 0, 1, 2] and wanted(other) == 0


def test_an_element_of_other_material_or_exposure_is_judged_again_and_only_then(inspector, organisation):
    choose_pack(organisation=organisation, pack_id="aci-224r-mm")
    bridge = make_bridge(organisation, **BRIDGE)
    element = make_element(bridge, name="Pier", kind="pier")
    image, other = photo(bridge, element), photo(bridge)
    body = {"name": "Pier", "kind": "pier", "position": "0"}
    address = reverse("element-edit", args=[element.pk])
    counted = []
    for change in ({}, {"position": "4"}, {"exposure": "humid"}, {"exposure": "humid", "material": "steel"}):
        assert inspector.post(address, {**body, **change}).status_code == 302
        counted.append(wanted(image))
    assert counted == [0, 0, 1, 2] and wanted(other) == 0


def test_the_admin_has_a_bridge_judged_again_too(organisation):
    bridge = make_bridge(organisation, **BRIDGE)
    image = photo(bridge)
    client = Client()
    client.force_login(make_user(is_staff=True, is_superuser=True))
    address = reverse("admin:inspections_bridge_change", args=[bridge.pk])
    for expected, material in ((0, "reinforced_concrete"), (1, "steel")):
        assert client.post(address, {**BRIDGE, "inspection_months": 24, "material": material}).status_code == 302
        assert wanted(image) == expected

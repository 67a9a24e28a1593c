"""The staff's door: everybody their own organisations, nobody more rights than they have, the road to a data set."""

import io
import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from inspections.models import (
    Bridge,
    Dataset,
    DatasetVersion,
    Membership,
    Network,
    Organisation,
    Project,
    Role,
    RulePack,
    SegmentationRun,
    User,
)
from inspections.services.datasets import build_dataset_version
from inspections.services.networks import CARD_KEY
from inspections.services.reviews import record_review
from inspections.testing import (
    make_bridge,
    make_finding,
    make_image,
    make_network,
    make_organisation,
    make_run,
    make_survey,
    make_user,
)

pytestmark = pytest.mark.django_db
DONE = SegmentationRun.Status.SUCCEEDED
REGISTERED = [model for model in admin.site._registry if model._meta.app_label == "inspections"]


@pytest.fixture
def ours() -> Organisation:
    make_network(name="shipped")
    return make_organisation(name="County roads")


@pytest.fixture
def theirs() -> Organisation:
    return make_organisation(name="Elsewhere")


def staff(role: Role, organisation: Organisation, **fields: Any) -> Client:
    client = Client()
    client.force_login(make_user(role, organisation, is_staff=True, **fields))
    return client


def superuser() -> Client:
    client = Client()
    client.force_login(make_user(is_staff=True, is_superuser=True))
    return client


def a_whole_record(organisation: Organisation) -> dict[type, Any]:
    """One row of every kind that the admin shows."""
    survey = make_survey(make_bridge(organisation, name=f"Bridge of {organisation}"))
    run = make_run(make_image(survey, name=f"{organisation}.JPG".replace(" ", "_")), status=DONE)
    finding = make_finding(run)
    review = record_review(finding=finding, reviewer=make_user(Role.REVIEWER, organisation), verdict="accepted")
    dataset = Dataset.objects.create(organisation=organisation, name=f"Walls of {organisation}")
    rows = [
        organisation,
        survey.bridge,
        Project.objects.create(organisation=organisation, name=f"Contract of {organisation}"),
        survey,
        run.image,
        run,
        finding,
        review,
        dataset,
        build_dataset_version(dataset=dataset),
        make_network(organisation, name=f"network of {organisation}"),
        review.reviewer,
        RulePack.objects.create(
            organisation=organisation, pack_id=f"pack-{organisation.pk.hex}", version="1", text="id: x"
        ),
    ]
    return {type(row): row for row in rows}


def changelist(model: type) -> str:
    return reverse(f"admin:inspections_{model._meta.model_name}_changelist")


def page(row: Any, what: str = "change") -> str:
    return reverse(f"admin:inspections_{row._meta.model_name}_{what}", args=[row.pk])


@pytest.mark.parametrize("model", REGISTERED)
def test_a_superuser_sees_every_page(ours, model):
    row, client = a_whole_record(ours)[model], superuser()
    for address in (changelist(model), page(row), page(row, "history"), f"{changelist(model)}?q=x"):
        assert client.get(address).status_code == 200, address
    added = client.get(reverse(f"admin:inspections_{model._meta.model_name}_add")).status_code
    assert added == (200 if admin.site._registry[model].has_add_permission(_request(client)) else 403)


def _request(client: Client) -> Any:
    return client.get("/admin/").wsgi_request


@pytest.mark.parametrize("model", REGISTERED)
def test_staff_see_their_own_organisations_and_no_other(ours, theirs, model):
    own, foreign = a_whole_record(ours)[model], a_whole_record(theirs)[model]
    client = staff(Role.ADMINISTRATOR, ours)
    seen = {str(row.pk) for row in client.get(changelist(model)).context["cl"].queryset}
    assert str(own.pk) in seen
    assert str(foreign.pk) not in seen
    assert client.get(page(own)).status_code == 200
    for what in ("change", "history", "delete"):
        assert client.get(page(foreign, what)).status_code in (302, 403), what
        assert client.post(page(foreign, what), {"post": "yes"}).status_code in (302, 403), what
    assert type(foreign)._default_manager.filter(pk=foreign.pk).exists()
    assert "Elsewhere" not in client.get(changelist(model)).content.decode()


@pytest.mark.parametrize("model", REGISTERED)
@pytest.mark.parametrize("role", [Role.VIEWER, Role.REVIEWER])
def test_staff_below_curators_see_nothing(ours, model, role):
    row, client = a_whole_record(ours)[model], staff(role, ours)
    assert client.get(changelist(model)).status_code == 403
    assert client.get(page(row)).status_code == 403
    assert "County roads" not in client.get("/admin/").content.decode()


def test_curators_see_no_people_and_change_no_networks(ours):
    record, client = a_whole_record(ours), staff(Role.CURATOR, ours)
    assert client.get(changelist(User)).status_code == 403
    assert client.get(changelist(Organisation)).status_code == 403
    assert client.get(page(record[Network])).status_code == 200
    assert client.get(reverse("admin:inspections_network_add")).status_code == 403
    assert "activate_" not in client.get(changelist(Network)).content.decode()


def test_those_who_are_not_staff_stay_outside(ours):
    client = Client()
    client.force_login(make_user(Role.ADMINISTRATOR, ours))
    assert client.get(changelist(Bridge)).status_code == 302


@pytest.mark.parametrize("name", ["review", "segmentationrun", "finding", "surveyimage", "datasetversion"])
def test_what_was_found_and_decided_is_edited_by_nobody(ours, name):
    row = next(row for row in a_whole_record(ours).values() if row._meta.model_name == name)
    before = type(row)._default_manager.filter(pk=row.pk).values().get()
    client = superuser()
    assert client.post(page(row), {"verdict": "rejected", "status": "failed", "note": "x"}).status_code == 403
    assert client.post(page(row, "delete"), {"post": "yes"}).status_code == 403
    assert client.get(reverse(f"admin:inspections_{name}_add")).status_code == 403
    assert type(row)._default_manager.filter(pk=row.pk).values().get() == before


@pytest.mark.parametrize(
    "query",
    [
        "organisation__members__password__startswith=p",
        "bridges__surveys__notes__contains=secret",
        "_connector=OR",
        "organisation__memberships__user__is_superuser=1",
    ],
)
def test_lists_cannot_be_asked_about_what_they_do_not_show(ours, query):
    client = staff(Role.ADMINISTRATOR, ours)
    client.raise_request_exception = False
    assert client.get(f"{changelist(Bridge)}?{query}").status_code in (302, 400)


# People


def user_form(user: User, **changes: Any) -> dict[str, Any]:
    """What the page of a person sends, with the row for a new membership left empty."""
    memberships = list(user.memberships.all())
    form = {
        "username": user.username,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "is_active": "on",
        "memberships-TOTAL_FORMS": len(memberships),
        "memberships-INITIAL_FORMS": len(memberships),
    }
    for number, membership in enumerate(memberships):
        form |= {
            f"memberships-{number}-id": str(membership.pk),
            f"memberships-{number}-user": str(user.pk),
            f"memberships-{number}-organisation": str(membership.organisation_id),
            f"memberships-{number}-role": membership.role,
        }
    return {**form, **changes}


def test_an_administrator_cannot_make_anybody_staff_or_superuser(ours):
    client = staff(Role.ADMINISTRATOR, ours, username="boss")
    boss, member = User.objects.get(username="boss"), make_user(Role.VIEWER, ours)
    for user in (boss, member):
        rights = {"is_superuser": "on", "is_staff": "on", "user_permissions": "1", "groups": "1"}
        answer = client.post(page(user), user_form(user, first_name="Changed", **rights))
        assert answer.status_code == 302
        user.refresh_from_db()
        assert user.first_name == "Changed"
        assert not user.is_superuser
        assert user.is_staff == (user == boss)
        assert not user.user_permissions.exists()


def test_an_administrator_cannot_touch_superusers_or_people_of_others(ours, theirs):
    client = staff(Role.ADMINISTRATOR, ours)
    root = make_user(Role.VIEWER, ours, is_superuser=True, is_staff=True)
    shared = make_user(Role.VIEWER, ours)
    Membership.objects.create(user=shared, organisation=theirs, role=Role.ADMINISTRATOR)
    for user in (root, shared):
        before = user.password
        assert client.post(page(user), user_form(user, email="me@evil")).status_code in (302, 403)
        password = reverse("admin:auth_user_password_change", args=[user.pk])
        passwords = {"password1": "taken-over-now", "password2": "taken-over-now", "usable_password": "true"}
        assert client.post(password, {**passwords, "set-password": "1"}).status_code in (302, 403, 404)
        user.refresh_from_db()
        assert (user.email, user.password) == ("", before)


def test_an_administrator_gives_roles_in_their_own_organisation_only(ours, theirs):
    client, member = staff(Role.ADMINISTRATOR, ours), make_user(Role.VIEWER, ours)
    promoted = user_form(member, **{"memberships-0-role": "curator"})
    assert client.post(page(member), promoted).status_code == 302
    assert member.memberships.get().role == "curator"

    more = {
        "memberships-TOTAL_FORMS": 2,
        "memberships-1-organisation": str(theirs.pk),
        "memberships-1-role": "administrator",
        "memberships-1-user": str(member.pk),
    }
    refused = client.post(page(member), user_form(member, **more))
    assert refused.status_code == 200 and refused.context["errors"]
    assert member.memberships.count() == 1


def test_an_administrator_adds_a_person_to_their_organisation(ours):
    client = staff(Role.ADMINISTRATOR, ours)
    form = {
        "username": "newcomer",
        "usable_password": "true",
        "password1": "long-enough-to-pass",
        "password2": "long-enough-to-pass",
        "memberships-TOTAL_FORMS": 1,
        "memberships-INITIAL_FORMS": 0,
        "memberships-0-organisation": str(ours.pk),
        "memberships-0-role": "inspector",
        "is_superuser": "on",
    }
    assert client.post(reverse("admin:inspections_user_add"), form).status_code == 302
    newcomer = User.objects.get(username="newcomer")
    assert newcomer.role_in(ours) == Role.INSPECTOR
    assert not newcomer.is_superuser and not newcomer.is_staff


def test_an_organisation_chooses_among_its_own_networks(ours, theirs):
    own, foreign = make_network(ours), make_network(theirs)
    client = staff(Role.ADMINISTRATOR, ours)
    assert client.post(page(ours), {"name": ours.name, "active_network": str(own.pk)}).status_code == 302
    ours.refresh_from_db()
    assert ours.active_network == own
    assert client.post(page(ours), {"name": ours.name, "active_network": str(foreign.pk)}).status_code == 200
    ours.refresh_from_db()
    assert ours.active_network == own


# Data sets


@pytest.fixture
def reviewed(ours):
    survey = make_survey(make_bridge(ours))
    finding = make_finding(make_run(make_image(survey), status=DONE))
    record_review(finding=finding, reviewer=make_user(), verdict="accepted")
    return survey


def act(client: Client, model: type, action: str, *rows: Any) -> Any:
    chosen = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    return client.post(changelist(model), chosen, follow=True)


def test_a_curator_builds_a_version_and_downloads_it(ours, reviewed):
    client = staff(Role.CURATOR, ours)
    dataset = Dataset.objects.create(organisation=ours, name="Walls")
    built = act(client, Dataset, "build_version", dataset)
    version = DatasetVersion.objects.get()
    address = reverse("admin:dataset-version-download", args=[version.pk])
    assert address in built.content.decode()
    answer = client.get(address)
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"] == 'attachment; filename="walls-v1.zip"'
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    image = reviewed.images.get()
    assert set(archive.namelist()) == {"manifest.csv", f"images/{image.pk}.jpg", f"masks/{image.pk}.png"}
    assert address in client.get(changelist(DatasetVersion)).content.decode()


def test_a_reviewed_survey_is_frozen_from_the_list_of_surveys(ours, reviewed):
    client = staff(Role.CURATOR, ours)
    for number in (1, 2):
        answer = act(client, type(reviewed), "freeze_reviewed_photos", reviewed)
        assert f"Reviewed photos, version {number} holds 1 photos" in answer.content.decode()
    assert DatasetVersion.objects.latest("number").created_by.memberships.get().role == "curator"


def test_without_reviewed_photos_the_cure_is_told(ours):
    make_finding(make_run(make_image(survey := make_survey(make_bridge(ours))), status=DONE))
    answer = act(staff(Role.CURATOR, ours), type(survey), "freeze_reviewed_photos", survey)
    assert "Accept or reject findings first" in answer.content.decode()
    assert not DatasetVersion.objects.exists()


def test_a_foreign_version_is_not_there_and_foreign_surveys_are_not_frozen(ours, theirs, reviewed):
    outsider = staff(Role.ADMINISTRATOR, theirs)
    version = build_dataset_version(dataset=Dataset.objects.create(organisation=ours, name="Walls"))
    address = reverse("admin:dataset-version-download", args=[version.pk])
    assert outsider.get(address, headers={"Accept": "application/json"}).status_code == 404
    act(outsider, type(reviewed), "freeze_reviewed_photos", reviewed)
    assert DatasetVersion.objects.get() == version
    assert b"".join(superuser().get(address).streaming_content).startswith(b"PK")


# Networks


def weights(name: str = "light", *, card: bool = True, pad: bytes = b"\0" * 8) -> bytes:
    facts = {"name": name, "architecture": "light", "threshold": 0.4}
    header = {"weight": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}
    if card:
        header["__metadata__"] = {CARD_KEY: json.dumps(facts)}
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + pad


def register(client: Client, data: bytes, name: str, organisation: Organisation | None) -> Any:
    form = {"organisation": str(organisation.pk) if organisation else "", "file": SimpleUploadedFile(name, data)}
    return client.post(reverse("admin:inspections_network_add"), form, follow=True)


def test_a_network_is_registered_by_upload_and_activated(ours):
    client = staff(Role.ADMINISTRATOR, ours)
    for _ in range(2):
        assert register(client, weights("ours"), "network.safetensors", ours).status_code == 200
    network = Network.objects.get(name="ours")
    assert (network.organisation, network.threshold) == (ours, 0.4)
    assert network.registered_by.memberships.get().organisation == ours
    assert Path(network.file.path).read_bytes() == weights("ours")

    answer = act(client, Network, f"activate_{ours.pk.hex}", network)
    assert "analyses new photos with ours from now on" in answer.content.decode()
    ours.refresh_from_db()
    assert ours.active_network == network
    assert make_image(make_survey(make_bridge(ours))).runs.get().network == network


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("network.pt", weights(), "Only .safetensors files are accepted."),
        ("network.safetensors", b"\x80\x02cposix\nsystem\n.", "Only .safetensors files are accepted."),
        ("network.safetensors", weights(card=False), "it carries no model card"),
        ("network.safetensors", weights(pad=b""), "the file ends early"),
    ],
)
def test_other_files_are_refused_with_the_reason(ours, name, data, sentence):
    answer = register(staff(Role.ADMINISTRATOR, ours), data, name, ours)
    assert sentence in answer.content.decode()
    assert Network.objects.count() == 1


def test_networks_are_registered_for_the_own_organisation_only(ours, theirs):
    client = staff(Role.ADMINISTRATOR, ours)
    for organisation in (theirs, None):
        register(client, weights(), "network.safetensors", organisation)
    assert Network.objects.count() == 1
    register(superuser(), weights("for all"), "network.safetensors", None)
    assert Network.objects.get(name="for all").organisation is None


def test_a_network_is_activated_where_one_administers_and_it_is_usable(ours, theirs):
    client = staff(Role.ADMINISTRATOR, ours)
    own, shipped = make_network(ours), Network.objects.get(organisation__isnull=True)
    act(client, Network, f"activate_{theirs.pk.hex}", shipped)
    act(client, Network, f"activate_{ours.pk.hex}", own, shipped)
    act(superuser(), Network, f"activate_{theirs.pk.hex}", own)
    for organisation in (ours, theirs):
        organisation.refresh_from_db()
        assert organisation.active_network is None
    act(client, Network, f"activate_{ours.pk.hex}", shipped)
    ours.refresh_from_db()
    assert ours.active_network == shipped

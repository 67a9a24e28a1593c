"""The demo: a council, its people, and a viaduct that was looked at twice."""

import os
import secrets
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import transaction

from inspections.models import Bridge, Element, Membership, Organisation, Project, Role, Survey, User
from inspections.models.materials import Material
from inspections.services.surveys import start_survey

ORGANISATION = "Kettle Beck Council"
BRIDGE = "Kettle Beck Viaduct"
PEOPLE = {
    Role.INSPECTOR: ("Ines", "Okafor"),
    Role.REVIEWER: ("Rowan", "Haigh"),
    Role.CURATOR: ("Clara", "Lindqvist"),
    Role.ADMINISTRATOR: ("Amir", "Dawson"),
}
SURVEYS = {"spring": date(2026, 4, 14), "autumn": date(2026, 10, 13)}

Kind = Element.Kind
CONCRETE, PRESTRESSED = Material.REINFORCED_CONCRETE, Material.PRESTRESSED_CONCRETE

# Name, kind, AASHTO number, material, parts. Spans hold what carries, supports hold what stands.
ELEMENTS = (
    *(
        (
            f"Span {span}",
            Kind.SPAN,
            "",
            "",
            (
                ("Deck slab", Kind.SLAB, "38", CONCRETE),
                *((f"Girder G{girder}", Kind.GIRDER, "109", PRESTRESSED) for girder in (1, 2, 3)),
            ),
        )
        for span in (1, 2, 3)
    ),
    *(
        (
            f"Pier {pier}",
            Kind.PIER,
            "210",
            CONCRETE,
            (("Pier cap", Kind.PIER_CAP, "234", CONCRETE), ("Footing", Kind.FOOTING, "220", CONCRETE)),
        )
        for pier in (1, 2)
    ),
    ("North abutment", Kind.ABUTMENT, "215", CONCRETE, (("Wing wall", Kind.WING_WALL, "", CONCRETE),)),
    ("South abutment", Kind.ABUTMENT, "215", CONCRETE, (("Wing wall", Kind.WING_WALL, "", CONCRETE),)),
    ("West parapet", Kind.PARAPET, "331", CONCRETE, ()),
    ("East parapet", Kind.PARAPET, "331", CONCRETE, ()),
)


def logins_file() -> Path:
    """Where the generated passwords are kept, readable by their owner alone."""
    return settings.ENVIRONMENT.data / "demo-logins.txt"


def photos_wanted() -> Path:
    """A mark that stands while the demo's photos are not all there."""
    return settings.ENVIRONMENT.data / "demo-photos-wanted"


def find_survey(season: str) -> Survey | None:
    """The demo's survey of a season, while it is still there."""
    surveys = Survey.objects.filter(bridge__name=BRIDGE, bridge__organisation__name=ORGANISATION)
    return surveys.filter(surveyed_on=SURVEYS[season]).first()


def make_record() -> dict[str, str]:
    """Make the organisation, its people, the bridge and its two surveys. Returns passwords by user name.

    Nothing happens, and nothing is returned, when any organisation exists: the demo never mixes with real work.
    """
    logins = {str(role): _password() for role in PEOPLE}
    with transaction.atomic():
        if Organisation.objects.exists():
            return {}
        council = Organisation.objects.create(name=ORGANISATION)
        for role in PEOPLE:
            _make_person(council, role, logins[str(role)])
        _make_surveys(_make_bridge(council), council)
        _keep_logins(logins)
        photos_wanted().touch()
    return logins


def _password() -> str:
    """Sixty random bits in letters that are not mistaken for each other."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _letter in range(4)) for _group in range(3))


def _make_person(council: Organisation, role: Role, password: str) -> None:
    first, last = PEOPLE[role]
    administers = role == Role.ADMINISTRATOR
    person = User.objects.create_user(
        username=str(role),
        password=password,
        first_name=first,
        last_name=last,
        is_staff=administers or role == Role.CURATOR,
        is_superuser=administers,
    )
    Membership.objects.create(user=person, organisation=council, role=role)


def _make_bridge(council: Organisation) -> Bridge:
    bridge = Bridge.objects.create(
        organisation=council,
        name=BRIDGE,
        structure_number="KB-0417",
        owner=ORGANISATION,
        carries="B6265 Moor Road",
        crosses="Kettle Beck and the Dale Line",
        year_built=1968,
        latitude=54.0741,
        longitude=-1.9993,
        material=Material.PRESTRESSED_CONCRETE,
        notes="Three spans on two leaf piers. A demo: the bridge does not exist, its photos are drawn.",
    )
    for position, (name, kind, number, material, parts) in enumerate(ELEMENTS):
        whole = _make_element(bridge, None, position, name, kind, number, material)
        for place, part in enumerate(parts):
            _make_element(bridge, whole, place, *part)
    return bridge


def _make_element(
    bridge: Bridge, parent: Element | None, position: int, name: str, kind: str, number: str, material: str
) -> Element:
    return Element.objects.create(
        bridge=bridge,
        parent=parent,
        position=position,
        name=name,
        kind=kind,
        element_number=number,
        material=material,
    )


def _make_surveys(bridge: Bridge, council: Organisation) -> None:
    project = Project.objects.create(
        organisation=council,
        name="Principal inspections 2026",
        client=ORGANISATION,
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
    )
    inspector = User.objects.get(username=str(Role.INSPECTOR))
    for season, day in SURVEYS.items():
        start_survey(
            bridge=bridge,
            surveyed_on=day,
            started_by=inspector,
            project=project,
            name=f"{season.capitalize()} {day.year}",
            crew="I. Okafor, R. Haigh",
            method=Survey.Method.DRONE,
            weather={"spring": "Overcast, 9 °C, dry since two days", "autumn": "Low sun, 7 °C, wet in places"}[season],
        )


def _keep_logins(logins: dict[str, str]) -> None:
    path = logins_file()
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write("".join(f"{name:<14} {password}\n" for name, password in logins.items()))

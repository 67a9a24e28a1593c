"""`manage.py seed_demo`: made once, on an empty record, and its photos come in through the front door."""

import stat
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from inspections.management import kettle_beck
from inspections.management.commands import seed_demo
from inspections.models import Bridge, Membership, Organisation, SegmentationRun, Survey, SurveyImage, User
from inspections.testing import make_network, make_organisation

pytestmark = pytest.mark.django_db

DRAW = """
import json, sys
from pathlib import Path
from PIL import Image
season, out = sys.argv[2], Path(sys.argv[4])
(out / "truth").mkdir()
places = ["Pier 1", "Span 2 / Girder G2", "Nowhere"]
for number, place in enumerate(places):
    shade = 90 + 20 * number + 5 * len(season)
    Image.new("RGB", (120, 90), (shade, shade, shade)).save(out / f"{season}{number}.jpg")
    (out / "truth" / f"{season}{number}.json").write_text("{}")
if (out.parent / "no-ink").exists():
    sys.exit(1)
photos = [{"file": f"{season}{number}.jpg", "element": place} for number, place in enumerate(places)]
(out / "photos.json").write_text(json.dumps({"photos": photos}))
"""


@pytest.fixture(autouse=True)
def _quick_drawing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(seed_demo, "DRAW", (sys.executable, "-c", DRAW))
    monkeypatch.setattr(seed_demo, "LOOK_SECONDS", 0.02)
    kettle_beck.photos_wanted().unlink(missing_ok=True)
    make_network()


def seed(*words: str) -> str:
    out = StringIO()
    call_command("seed_demo", *words, stdout=out)
    return out.getvalue()


def test_the_demo_is_an_organisation_with_people_who_can_log_in(settings) -> None:
    said = seed()
    assert Organisation.objects.get().name == "Kettle Beck Council"
    logins = dict(line.split() for line in kettle_beck.logins_file().read_text().splitlines())
    assert list(logins) == ["inspector", "reviewer", "curator", "administrator"]
    for name, password in logins.items():
        assert authenticate(username=name, password=password).username == name and password in said
        assert Membership.objects.get(user__username=name).role == name
    assert len(set(logins.values())) == 4
    assert stat.S_IMODE(kettle_beck.logins_file().stat().st_mode) == 0o600
    assert set(User.objects.filter(is_superuser=True).values_list("username", flat=True)) == {"administrator"}
    assert not any(User.objects.filter(username__in=["inspector", "reviewer"]).values_list("is_staff", flat=True))


def test_the_bridge_has_parts_a_place_and_two_surveys_half_a_year_apart() -> None:
    seed()
    bridge = Bridge.objects.get()
    assert bridge.latitude and bridge.longitude and bridge.structure_number
    bridge.full_clean()
    for element in bridge.elements.all():
        element.full_clean()
    assert bridge.elements.filter(parent__isnull=True).count() >= 5
    assert bridge.elements.filter(parent__name="Span 2", name="Girder G2").exists()
    autumn, spring = Survey.objects.all()
    assert 170 < (autumn.surveyed_on - spring.surveyed_on).days < 190
    assert autumn.project == spring.project is not None


def test_photos_come_in_through_the_front_door_and_know_their_element() -> None:
    seed()
    assert SurveyImage.objects.count() == 6 == SegmentationRun.objects.filter(status="queued").count()
    spring = kettle_beck.find_survey("spring")
    shown = {image.original_name: str(image.element) for image in spring.images.all()}
    assert shown == {"spring0.jpg": "Pier 1", "spring1.jpg": "Girder G2", "spring2.jpg": "None"}
    assert spring.images.first().added_by.username == "inspector"
    assert not kettle_beck.photos_wanted().exists()


def test_it_never_mixes_with_real_work() -> None:
    make_organisation(name="A real firm")
    assert "only made on an empty record" in seed()
    assert Organisation.objects.count() == 1 and not User.objects.exists() and not SurveyImage.objects.exists()


def test_a_second_time_changes_nothing() -> None:
    seed()
    logins = kettle_beck.logins_file().read_text()
    seed()
    seed("--photos")
    assert kettle_beck.logins_file().read_text() == logins
    assert (Organisation.objects.count(), SurveyImage.objects.count()) == (1, 6)


def test_an_interrupted_drawing_is_taken_up_again(settings) -> None:
    no_ink = settings.ENVIRONMENT.data / "no-ink"
    no_ink.touch()
    with pytest.raises(CommandError, match="could not be drawn"):
        seed()
    assert kettle_beck.photos_wanted().exists() and Survey.objects.count() == 2
    no_ink.unlink()
    seed("--photos")
    assert SurveyImage.objects.count() == 6 and not kettle_beck.photos_wanted().exists()


def test_photos_are_not_drawn_for_surveys_that_were_deleted() -> None:
    kettle_beck.make_record()
    kettle_beck.find_survey("autumn").delete()
    seed("--photos")
    assert SurveyImage.objects.count() == 3

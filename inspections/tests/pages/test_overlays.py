"""The small layer on a photo's card shows what stands there, and no browser shows an earlier one."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from PIL import Image

from inspections.models import Drawing, Finding, Role
from inspections.services.drawings import undo_drawing
from inspections.services.reviews import record_review, withdraw_review
from inspections.testing import finish_run, make_bridge, make_finding, make_image, make_survey, make_user

pytestmark = pytest.mark.django_db
FOREVER, ASK_AGAIN = "private, max-age=31536000, immutable", "private, no-cache"


@pytest.fixture
def photo():
    """160 × 120 pixels, analysed; the network found a level and an upright crack, and drew its layer."""
    image = make_image(make_survey(make_bridge()))
    image.thumbnail = "pictures/thumbnail.jpg"
    image.save()
    layer = Path(settings.MEDIA_ROOT) / "runs/layer.png"
    layer.parent.mkdir(parents=True, exist_ok=True)
    layer.write_bytes(b"as the network saw it")
    run = finish_run(image, overlay="runs/layer.png")
    make_finding(run, path=[[20, 30], [140, 30]], length_px=120.0)
    make_finding(run, path=[[80, 50], [80, 110]], length_px=60.0)
    return image


@pytest.fixture
def reviewer(photo):
    return make_user(Role.REVIEWER, photo.survey.bridge.organisation)


@pytest.fixture
def client(reviewer) -> Client:
    client = Client()
    client.force_login(reviewer)
    return client


def redraw(photo, finding, author) -> Drawing:
    """The first crack, drawn anew twenty pixels lower by somebody, as a worker has measured it."""
    run = finding.run
    drawing = Drawing.objects.create(run=run, image=photo, author=author, kind="mask", status="done")
    drawing.replaced.add(finding)
    made = make_finding(run, path=[[20, 50], [140, 50]], length_px=120.5, drawing=drawing)
    Finding.objects.filter(pk=finding.pk).update(is_current=False)
    assert made.is_current
    return drawing


def address_on_card(client, photo) -> str:
    text = client.get(reverse("survey", args=[photo.survey_id])).text
    return re.search(r'card__overlay" src="([^"]+)"', text)[1]


def stamp_of_card(client, photo) -> str:
    return re.search(r'data-stamp="(\w+)"', client.get(reverse("survey", args=[photo.survey_id])).text)[1]


def shown(client, address) -> Image.Image:
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert answer["Cache-Control"] == FOREVER
    return Image.open(BytesIO(answer.getvalue()))


def drawn_at(layer: Image.Image, x: float, y: float) -> bool:
    return layer.getpixel((round(x), round(y)))[3] > 200


def test_nothing_changed_is_the_networks_own_layer(client, photo):
    address = address_on_card(client, photo)
    answer = client.get(address)
    assert answer.getvalue() == b"as the network saw it" and answer["Cache-Control"] == FOREVER
    assert client.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_a_drawing_changes_address_and_picture_and_taking_it_back_brings_both_back(client, photo, reviewer):
    before, stamp = address_on_card(client, photo), stamp_of_card(client, photo)
    drawing = redraw(photo, photo.findings.get(number=1), reviewer)
    after = address_on_card(client, photo)
    assert after != before and stamp_of_card(client, photo) != stamp
    layer = shown(client, after)
    assert layer.size == (160, 120) and layer.mode == "RGBA"
    assert drawn_at(layer, 80, 50) and drawn_at(layer, 80, 100) and not drawn_at(layer, 80, 30)
    assert layer.getpixel((80, 50))[:3] == (0xFF, 0xB0, 0x00)
    undo_drawing(drawing=drawing, by=reviewer)
    assert address_on_card(client, photo) == before
    assert client.get(before).getvalue() == b"as the network saw it"


def test_what_is_rejected_leaves_the_card_and_comes_back(client, photo, reviewer):
    before, upright = address_on_card(client, photo), photo.findings.get(number=2)
    record_review(finding=upright, reviewer=reviewer, verdict="rejected", reason="joint")
    layer = shown(client, address_on_card(client, photo))
    assert drawn_at(layer, 80, 30) and not drawn_at(layer, 80, 100)
    withdraw_review(finding=upright, reviewer=reviewer)
    assert address_on_card(client, photo) == before


def test_an_address_from_before_is_never_kept(client, photo, reviewer):
    before = address_on_card(client, photo)
    first = client.get(before)
    redraw(photo, photo.findings.get(number=1), reviewer)
    for address in (before, before.partition("?")[0]):
        answer = client.get(address, headers={"If-None-Match": first["ETag"]})
        assert (answer.status_code, answer["Cache-Control"]) == (200, ASK_AGAIN)
        again = client.get(address, headers={"If-None-Match": answer["ETag"]})
        assert (again.status_code, again["Cache-Control"]) == (304, ASK_AGAIN)


def test_a_large_photo_has_a_layer_of_the_thumbnails_size(client, photo, reviewer):
    redraw(photo, photo.findings.get(number=1), reviewer)
    photo.width, photo.height = 4000, 3000
    photo.save()
    Finding.objects.filter(drawing__isnull=False).update(path=[[400, 1500], [3600, 1500]], width_mean_px=3)
    layer = shown(client, address_on_card(client, photo))
    # A hairline is not lost: 3 px of 4000 are less than half a pixel here.
    assert layer.size == (512, 384) and drawn_at(layer, 256, 192)


def test_an_earlier_analysis_keeps_its_layer(client, photo, reviewer):
    record_review(finding=photo.findings.get(number=1), reviewer=reviewer, verdict="rejected")
    earlier = photo.runs.get(overlay="runs/layer.png")
    finish_run(photo, overlay="runs/newer.png")
    answer = client.get(reverse("run-overlay", args=[earlier.pk]))
    assert answer.getvalue() == b"as the network saw it"

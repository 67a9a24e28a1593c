"""The drawn photos and the demo's record speak of the same bridge."""

from datetime import timedelta

import pytest

from inspections.conditions import builtin_packs
from inspections.management import kettle_beck
from inspections.models import Element, Organisation
from inspections.services.images import place_image
from inspections.testing import make_image, make_network
from segmentation.drawing.survey import BRIDGE, PLACES, SEASONS, Place, draw_survey
from segmentation.inference import CrackSegmenter
from segmentation.tests.test_inference import DarknessEngine
from worker.measuring import measure_photos
from worker.pipeline import process_run


def test_every_drawn_place_is_a_part_of_the_bridge() -> None:
    parts = set()
    for name, *_rest, below in kettle_beck.ELEMENTS:
        parts |= {name, *(f"{name} / {part[0]}" for part in below)}
    assert {place.element for place in PLACES} <= parts


def test_drawn_photos_are_taken_at_the_bridge_on_the_days_of_the_surveys() -> None:
    days = {name: season.starts.date() for name, season in SEASONS.items()}
    assert days == kettle_beck.SURVEYS
    assert timedelta(days=170) < days["autumn"] - days["spring"] < timedelta(days=190)


@pytest.mark.django_db
def test_the_bridge_stands_where_the_photos_are_taken(tmp_path, settings) -> None:
    kettle_beck.make_record()
    bridge = kettle_beck.find_survey("spring").bridge
    assert (bridge.latitude, bridge.longitude) == pytest.approx(BRIDGE[:2], abs=0.001)


@pytest.mark.django_db
def test_rules_know_what_every_element_is_made_of() -> None:
    kettle_beck.make_record()
    pack = builtin_packs()[Organisation.objects.get().rule_pack]
    bridge = kettle_beck.find_survey("spring").bridge
    for element in Element.objects.all():
        assert pack.rule_for(element.material or bridge.material, element.exposure or bridge.exposure), element


def test_a_drawn_photo_comes_out_in_millimetres_with_a_state(record, tmp_path) -> None:
    kettle_beck.make_record()
    make_network()
    survey = kettle_beck.find_survey("spring")
    place = Place("Pier 1", "pier", 13, -12.5, 0.8, 3.1, 0.0, size=(800, 600), mm_per_pixel=0.45)
    (drawn,) = draw_survey(tmp_path, survey="spring", places=(place,))
    image = make_image(survey, data=(tmp_path / drawn["file"]).read_bytes(), name=drawn["file"])
    segmenter = CrackSegmenter(DarknessEngine(tile=512, overlap=64, threshold=0.5))
    process_run(str(image.runs.get().pk), lambda _network: segmenter)
    # As the demo does it: the element is told when the whole survey has been drawn.
    place_image(image=image, element=survey.bridge.elements.get(name="Pier 1"))
    assert measure_photos() == 1
    image.refresh_from_db()
    assert image.scale_source == "laser" and image.mm_per_px == pytest.approx(0.45, rel=0.02)
    findings = list(image.runs.get().findings.all())
    assert findings and all(finding.length_mm for finding in findings)
    assert any(finding.worst_state for finding in findings)
    # That of reinforced concrete, of which the pier is made; the bridge's is 1110.
    assert {finding.proposal["rule"] for finding in findings} == {"1130"}

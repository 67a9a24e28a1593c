"""Millimetres from scale to finding: at analysis, after a changed scale, after other markers, after a new threshold."""

import gzip
import json
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from inspections.models import Finding, SegmentationRun, Survey, SurveyImage
from inspections.services import measuring, runs
from inspections.services.images import place_image
from inspections.services.storage import media_path
from inspections.testing import RecordedDispatch, make_bridge, make_image, make_organisation, make_survey
from segmentation.drawing import FLAT, Optics, straight_crack
from segmentation.drawing import draw_photo as draw_wall
from segmentation.inference import CrackSegmenter
from segmentation.scale import draw_marker
from segmentation.tests.test_inference import DarknessEngine
from worker.measuring import measure_photos
from worker.pipeline import process_run

pytestmark = pytest.mark.usefixtures("record")
WIDTH_PX, SIZE = 8.0, (420, 320)


def wall(seed: int = 1, marker_px: int = 0) -> bytes:
    """A photo without metadata: a crack 8 px wide and 300 px long, and where asked a marker of so many px a cell."""
    crack = straight_crack((60, 250), (360, 250), WIDTH_PX, contrast=0.85)
    photo = draw_wall(seed, *SIZE, mm_per_pixel=0.5, scene=FLAT, cracks=[crack], optics=Optics(blur_px=0.7, curve=0))
    pixels = np.array(photo.pixels)
    if marker_px:
        marker = draw_marker("aruco-4x4-50", 3, marker_px)
        pixels[20 : 20 + len(marker), 150 : 150 + len(marker)] = marker[:, :, None]
    out = BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def concrete(**survey) -> Survey:
    return make_survey(bridge=make_bridge(material="reinforced_concrete"), **survey)


def analysed(**survey) -> SurveyImage:
    data = wall(marker_px=survey.pop("marker_px", 0))
    return look(make_image(data=data, name="wall.png", survey=concrete(**survey)))


def look(image: SurveyImage) -> SurveyImage:
    segmenter = CrackSegmenter(DarknessEngine(tile=512, overlap=64, threshold=0.5))
    process_run(str(image.runs.get(status="queued").pk), lambda _network: segmenter)
    image.refresh_from_db()
    return image


def crack_of(image: SurveyImage) -> Finding:
    run = image.runs.filter(status=SegmentationRun.Status.SUCCEEDED).latest("created_at")
    return max(run.findings.all(), key=lambda finding: finding.length_px)


def widths_of(run: SegmentationRun) -> dict:
    return json.loads(gzip.decompress(media_path(run.widths).read_bytes()))


def test_without_a_scale_there_are_pixels_a_floor_and_the_reasons() -> None:
    image = analysed()
    finding = crack_of(image)
    assert finding.width_median_px == pytest.approx(WIDTH_PX, abs=0.8) and finding.width_u95_px > 0
    assert finding.width_samples > 50 and finding.arms == 1
    assert finding.length_mm is finding.width_mm is finding.widest_mm is finding.width_bound_mm is None
    assert finding.state == "" and "scale" in finding.proposal["reason"]
    assert (image.mm_per_px, image.scale_source, image.floor_mm) == (None, "", None)
    assert image.floor["measurable_px"] > 0 and "cannot be" in image.floor["sentence"]
    assert [source for source, _reason in image.scale["tried"]][:2] == ["marker", "laser"]
    (first, *_others) = widths_of(finding.run)["cracks"]
    assert len(first["x"]) == len(first["w"]) == finding.width_samples and "s" not in first


def test_a_distance_of_the_survey_gives_millimetres_at_once() -> None:
    image = make_image(data=wall(), name="wall.png", survey=concrete(distance_m=2.0, distance_u95_m=0.1))
    measuring.give_known_length(image=image, start=(60, 250), stop=(360, 250), length_mm=150, u95_mm=1.5)
    image = look(image)
    # A photo without a focal length cannot use a distance; the known length counts, 0.5 mm a pixel.
    assert image.scale_source == "known_length" and image.mm_per_px == pytest.approx(0.5, rel=0.01)
    assert image.is_measured
    finding = crack_of(image)
    assert finding.length_mm == pytest.approx(150, rel=0.03)
    assert finding.width_mm == pytest.approx(WIDTH_PX / 2, abs=0.4)
    assert finding.width_u95_mm > 0.5 * finding.width_u95_px * 0.99
    assert finding.widest_mm >= finding.width_mm * 0.95
    assert finding.state == finding.worst_state != "" and finding.proposal["probabilities"]
    assert widths_of(finding.run)["cracks"][0]["s"][0] == pytest.approx(0.5, rel=0.02)


def test_another_scale_changes_millimetres_and_nothing_else() -> None:
    image = analysed()
    before = crack_of(image)
    file = before.run.widths
    measuring.give_known_length(image=image, start=(60, 250), stop=(360, 250), length_mm=150)
    assert not image.is_measured
    assert measure_photos() == 1 and measure_photos() == 0
    image.refresh_from_db()
    after = crack_of(image)
    assert image.is_measured and image.mm_per_px == pytest.approx(0.5, rel=0.01) and image.floor_mm > 0
    assert after.pk == before.pk and after.length_px == before.length_px
    assert after.length_mm == pytest.approx(150, rel=0.03) and after.state
    assert not media_path(file).exists() and widths_of(after.run)["cracks"][0]["s"]
    assert image.runs.count() == 1
    measuring.give_known_length(image=image, start=None, stop=None, length_mm=None)
    measure_photos()
    image.refresh_from_db()
    gone = crack_of(image)
    assert image.mm_per_px is None and gone.width_mm is None and gone.state == ""
    assert gone.width_median_px == before.width_median_px


def test_measured_again_is_measured_the_same() -> None:
    image = make_image(data=wall(), name="wall.png", survey=concrete())
    measuring.give_known_length(image=image, start=(60, 250), stop=(360, 250), length_mm=150)
    first = crack_of(look(image))
    measuring.ask_to_measure(SurveyImage.objects.all())
    assert measure_photos() == 1
    again = crack_of(image)
    for name in measuring.MILLIMETRES:
        before = getattr(first, name)
        assert getattr(again, name) == (before and pytest.approx(before, rel=2e-3)), name


def test_markers_that_are_set_up_later_are_found_in_the_photo() -> None:
    image = analysed(marker_px=12)
    survey = image.survey
    survey.marker_family, survey.marker_side_mm = "aruco-4x4-50", 36.0
    survey.save()
    measuring.survey_scale_changed(survey)
    measure_photos()
    image.refresh_from_db()
    # 6 cells of 12 px are 36 mm.
    assert image.scale_source == "marker" and image.mm_per_px == pytest.approx(0.5, rel=0.02)
    assert crack_of(image).width_mm == pytest.approx(4, abs=0.5)
    assert image.markers["markers"][0]["number"] == 3


def test_a_bare_photo_of_unknown_focal_length_has_no_scale_from_a_distance() -> None:
    image = analysed(distance_m=2.0)
    assert image.mm_per_px is None
    assert dict(map(tuple, image.scale["tried"]))["survey_distance"]


def test_another_threshold_measures_the_same_map_again() -> None:
    image = analysed()
    first = image.runs.get()
    run = runs.measure_again(run=first, threshold=0.6, requested_by=None)
    process_run(str(run.pk), lambda _network: pytest.fail("a network was asked"))
    run.refresh_from_db()
    assert run.status == SegmentationRun.Status.SUCCEEDED and run.used_threshold == 0.6 and run.map_of == first
    assert run.probability != first.probability
    assert media_path(run.probability).read_bytes() == media_path(first.probability).read_bytes()
    assert run.findings.count() and first.findings.count()


def test_a_photo_that_was_lost_loses_its_millimetres_and_says_why() -> None:
    image = make_image(data=wall(), name="wall.png", survey=concrete())
    measuring.give_known_length(image=image, start=(60, 250), stop=(360, 250), length_mm=150)
    image = look(image)
    media_path(image.original.name).unlink()
    measuring.ask_to_measure(SurveyImage.objects.all())
    assert measure_photos() == 1 and measure_photos() == 0
    image.refresh_from_db()
    assert image.is_measured and image.mm_per_px is None and "backup" in image.scale["notes"][0]
    assert crack_of(image).width_mm is None and image.floor["measurable_px"] > 0 and not image.floor["sentence"]


def test_what_changes_while_it_is_measured_is_measured_once_more(monkeypatch) -> None:
    image = analysed()
    measuring.give_known_length(image=image, start=(60, 250), stop=(360, 250), length_mm=150)
    taken = measuring.take_image_to_measure()
    assert measuring.take_image_to_measure() is None
    measuring.give_known_length(image=image, start=(60, 250), stop=(360, 250), length_mm=300)
    stale = measuring.PhotoMeasure(mm_per_px=7.0)
    assert not measuring.store_measures(image=taken, run=measuring.current_run(taken), photo=stale, cracks={})
    assert measure_photos() == 1
    image.refresh_from_db()
    assert image.mm_per_px == pytest.approx(1.0, rel=0.01)


def test_a_scale_given_during_the_analysis_is_not_forgotten() -> None:
    image = make_image(data=wall(), name="wall.png")
    segmenter = CrackSegmenter(DarknessEngine(tile=512, overlap=64, threshold=0.5))

    def late(_network):
        measuring.give_known_length(image=image, start=(60, 250), stop=(360, 250), length_mm=150)
        assert measure_photos() == 1
        return segmenter

    process_run(str(image.runs.get().pk), late)
    measure_photos()
    image.refresh_from_db()
    assert image.is_measured and crack_of(image).length_mm == pytest.approx(150, rel=0.03)
    # What the analysis saw of the surface is kept: without the floor, widths would be claimed that nobody can see.
    assert image.floor["measurable_px"] > 0 and image.floor_mm > 0


def test_measuring_that_began_before_an_analysis_does_not_wipe_out_its_floor() -> None:
    image = make_image(data=wall(), name="wall.png")
    measuring.give_known_length(image=image, start=(60, 250), stop=(360, 250), length_mm=150)
    taken = measuring.take_image_to_measure()
    look(image)
    assert not measuring.store_measures(image=taken, run=None, photo=measuring.PhotoMeasure(), cracks={})
    measure_photos()
    image.refresh_from_db()
    assert image.is_measured and image.floor["measurable_px"] > 0 and image.floor_mm > 0
    assert crack_of(image).length_mm == pytest.approx(150, rel=0.03)


def test_a_bell_that_nobody_hears_is_rung_again(settings) -> None:
    image = analysed()
    RecordedDispatch.fail = True
    measuring.give_known_length(image=image, start=(60, 250), stop=(360, 250), length_mm=150)
    assert RecordedDispatch.measuring == 0
    RecordedDispatch.fail = False
    assert measuring.ring_again_for_measures() and RecordedDispatch.measuring == 1
    measure_photos()
    assert not measuring.ring_again_for_measures()


def test_the_element_says_of_what_it_is_made() -> None:
    bridge = make_bridge(make_organisation(), material="steel")
    image = make_image(data=wall(), name="wall.png", survey=make_survey(bridge=bridge))
    measuring.give_known_length(image=image, start=(60, 250), stop=(360, 250), length_mm=150)
    assert crack_of(look(image)).state == ""
    element = bridge.elements.create(name="Pier 2", material="reinforced_concrete")
    SurveyImage.objects.filter(pk=image.pk).update(element=element)
    measuring.ask_to_measure(SurveyImage.objects.all())
    measure_photos()
    assert crack_of(image).state == "CS3"


def test_an_element_told_during_the_analysis_has_its_say() -> None:
    bridge = make_bridge(make_organisation(), material="steel")
    image = make_image(data=wall(), name="wall.png", survey=make_survey(bridge=bridge))
    measuring.give_known_length(image=image, start=(60, 250), stop=(360, 250), length_mm=150)
    pier = bridge.elements.create(name="Pier 2", material="reinforced_concrete")
    segmenter = CrackSegmenter(DarknessEngine(tile=512, overlap=64, threshold=0.5))

    def late(_network):
        place_image(image=image, element=pier)
        return segmenter

    process_run(str(image.runs.get().pk), late)
    measure_photos()
    assert crack_of(image).state == "CS3"

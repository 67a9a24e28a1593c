"""Widths on the photo page: in millimetres, as a bound, in pixels, and of analyses older than measured widths."""

import pytest
from django.test import Client
from django.urls import reverse

from inspections.conditions import Width, builtin_packs, propose
from inspections.models import Finding, Role, SegmentationRun, SurveyImage
from inspections.services.reviews import record_review
from inspections.testing import (
    make_bridge,
    make_finding,
    make_image,
    make_organisation,
    make_run,
    make_survey,
    make_user,
)
from inspections.tests.pages.reading import by_id, words

pytestmark = pytest.mark.django_db
Status = SegmentationRun.Status


def as_proposed(width: Width) -> dict:
    pack = builtin_packs()["aashto-mbei-mm"]
    return propose(width, pack, material="reinforced_concrete").as_record()


PX = {
    "length_px": 412.4, "width_median_px": 3.21, "width_u95_px": 0.58, "width_p95_px": 4.4, "width_widest_px": 5.04,
    "width_widest_u95_px": 0.9, "widest_x": 30.0, "widest_y": 25.0, "width_samples": 180, "tortuosity": 1.034,
}  # fmt: skip
MM = {
    **PX, "width_mm": 0.642, "width_u95_mm": 0.121, "width_p95_mm": 0.88, "widest_mm": 1.008, "widest_u95_mm": 0.2,
    "length_mm": 1240.0, "state": "CS2", "worst_state": "CS2", "proposal": as_proposed(Width(1.008, 0.2)),
}  # fmt: skip
BOUND = {
    **PX, "width_bound_mm": 0.303, "widest_bound_mm": 0.42, "length_mm": 82.4, "worst_state": "CS3",
    "proposal": as_proposed(Width(0.42, upper_bound=True)),
}  # fmt: skip


@pytest.fixture
def organisation():
    return make_organisation()


@pytest.fixture
def run(organisation) -> SegmentationRun:
    image = make_image(make_survey(make_bridge(organisation)))
    return make_run(
        image, status=Status.SUCCEEDED, used_threshold=0.42, widths="runs/w.json.gz", probability="runs/map.png"
    )


def enter(role: Role, organisation) -> Client:
    client = Client()
    client.force_login(make_user(role, organisation))
    return client


@pytest.fixture
def viewer(organisation) -> Client:
    return enter(Role.VIEWER, organisation)


@pytest.fixture
def inspector(organisation) -> Client:
    return enter(Role.INSPECTOR, organisation)


def look(client: Client, run: SegmentationRun):
    return client.get(reverse("photo", args=[run.image_id]))


def row(answer, number: int) -> list[str]:
    return [words(cell) for cell in by_id(answer, f"crack-{number}")][:4]


def tally(answer) -> dict[str, str]:
    return {words(line.find("dt")): words(line.find("dd")) for line in by_id(answer, "tally").iter("div")}


def measures(client: Client, finding: Finding) -> str:
    answer = client.get(reverse("finding-picked", args=[finding.pk]))
    return " ".join(answer.text.replace("\u202f", " ").split())


def test_every_crack_in_the_best_unit_there_is(viewer, run):
    for facts in (MM, BOUND, PX, {"length_px": 60, "width_mean_px": 2.44}):
        make_finding(run, **facts)
    answer = look(viewer, run)
    assert row(answer, 1) == ["1", "1.24 m", "0.64 ± 0.12 mm", "CS2"]
    assert row(answer, 2) == ["2", "82.4 mm", "< 0.31 mm", "≤ CS3"]
    assert row(answer, 3) == ["3", "412 px", "3.2 ± 0.6 px", "—"]
    assert row(answer, 4) == ["4", "60.0 px", "2.4 px", "—"]


def test_the_tally_is_in_millimetres_where_all_of_it_is(viewer, run, organisation):
    widest, bound = make_finding(run, **MM), make_finding(run, **BOUND)
    shown = tally(look(viewer, run))
    assert (shown["Length"], shown["Widest"]) == ("1.32 m", "1.01 ± 0.20 mm")
    record_review(finding=widest, reviewer=make_user(Role.REVIEWER, organisation), verdict="rejected")
    shown = tally(look(viewer, run))
    assert (shown["Length"], shown["Widest"]) == ("82.4 mm", "< 0.42 mm")
    make_finding(run, **PX)
    assert tally(look(viewer, run))["Length"] == "825 px"
    assert bound.number == 2


def test_nothing_standing_has_no_widest(viewer, run):
    assert tally(look(viewer, run)) == {
        "Cracks": "0", "Undecided": "—", "Length": "not measured", "Widest": "not measured",
    }  # fmt: skip


def test_the_selected_crack_tells_all_that_was_measured(viewer, run):
    said = measures(viewer, make_finding(run, **MM, branches=[[[1, 1], [9, 9]]], arms=3))
    for part in (
        "0.64 ± 0.12",
        "0.88",
        "1.01 ± 0.20",
        "1.24",
        "180",
        "143°",
        "1.03",
        "A person decides",
        "data-show-widest",
    ):
        assert part in said, part
    bound = measures(viewer, make_finding(run, **BOUND))
    assert "&lt; 0.31" in bound and "below the floor" in bound and "CS3" in bound
    pixels = measures(viewer, make_finding(run, **PX))
    assert "3.2 ± 0.6" in pixels and "4.4" in pixels and "5.0 ± 0.9" in pixels


def test_older_findings_have_the_masks_widths_and_say_so(viewer, run):
    SegmentationRun.objects.filter(pk=run.pk).update(widths="")
    said = measures(viewer, make_finding(run, width_mean_px=2.44, width_max_px=4.06))
    assert "Mean of the mask" in said and "2.4" in said and "4.1" in said
    assert "older than measured widths" in said and "data-show-widest" not in said


def test_a_crack_too_short_for_a_sample_says_why(viewer, run):
    assert "far enough from its ends" in measures(viewer, make_finding(run))


# ---- Another threshold ----


def ask(client: Client, run: SegmentationRun, threshold: str, **options):
    return client.post(reverse("run-measure", args=[run.pk]), {"threshold": threshold}, **options)


def test_the_map_is_measured_again_at_another_threshold(inspector, run):
    assert ask(inspector, run, "0.60")["Location"] == reverse("photo", args=[run.image_id])
    asked = run.image.runs.first()
    assert (asked.map_of, asked.threshold, asked.status) == (run, 0.6, Status.QUEUED)
    assert str(asked.requested_by_id) == inspector.session["_auth_user_id"]
    answer = ask(inspector, run, "0.60", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Trigger"], run.image.runs.count()) == (204, "jobs-changed", 2)
    make_run(run.image, status=Status.RUNNING, stage="reading")
    page = look(inspector, run)
    assert words(by_id(page, "run-state")).startswith("Measuring")
    assert "without looking again" in words(by_id(page, "panel-history"))


def test_an_open_analysis_is_not_taken_for_what_was_asked(inspector, run):
    ask(inspector, run, "0.60")
    answer = ask(inspector, run, "0.70")
    assert answer.status_code == 409 and "Wait for it or cancel it first." in answer.text
    assert run.image.runs.count() == 2


@pytest.mark.parametrize("threshold", ["", "half", "0", "1", "-0.5", "nan", "inf"])
def test_a_threshold_lies_between_nothing_and_all(inspector, run, threshold):
    answer = ask(inspector, run, threshold)
    assert answer.status_code == 400 and "between 0 and 1" in answer.text
    assert run.image.runs.count() == 1


def test_without_a_map_there_is_no_button_and_no_measuring(inspector, run):
    address = reverse("run-measure", args=[run.pk])
    assert address in look(inspector, run).text
    SegmentationRun.objects.filter(pk=run.pk).update(probability="")
    assert address not in look(inspector, run).text
    assert ask(inspector, run, "0.60").status_code == 409


def test_only_inspectors_see_the_button(organisation, run):
    for role in Role:
        text = look(enter(role, organisation), run).text
        assert ("Measure at this threshold" in text) == role.allows(Role.INSPECTOR), role


def test_all_cracks_together_are_told_and_told_anew_after_a_decision(organisation, run):
    for number in range(3):
        make_finding(run, **{**PX, "length_px": 100.0, "orientation_deg": 10.0, "area_px": 30 + number})
    SurveyImage.objects.filter(pk=run.image_id).update(mm_per_px=0.5)
    reviewer = enter(Role.REVIEWER, organisation)
    told = words(by_id(look(reviewer, run), "totals"))
    # 300 px on 160 x 120 px at 0.5 mm: 0.15 m on 0.0048 m²; 19 200 px² / 300 px = 64 px apart.
    assert "31.25 m/m²" in told and "R 1.00" in told and "32.0 mm" in told
    finding = run.findings.first()
    answer = reviewer.post(
        reverse("finding-review", args=[finding.pk]), {"verdict": "rejected"}, headers={"HX-Request": "true"}
    )
    assert "20.83" in answer.text and 'id="totals"' in answer.text
    assert 'id="photo-condition"' in answer.text and "1 rejected, not counted" in answer.text

"""Which photos are frozen into a version, with which cracks, on which side of the split."""

from collections import Counter

import pytest

from inspections.errors import InspectionError
from inspections.models import Dataset, Finding, Sample, SegmentationRun
from inspections.services.datasets import build_dataset_version, split_of
from inspections.services.reviews import record_review
from inspections.testing import (
    make_bridge,
    make_element,
    make_finding,
    make_image,
    make_organisation,
    make_run,
    make_survey,
    make_user,
)

pytestmark = pytest.mark.django_db
DONE = SegmentationRun.Status.SUCCEEDED


@pytest.fixture
def survey():
    return make_survey(make_bridge(material="masonry"))


@pytest.fixture
def dataset(survey):
    return Dataset.objects.create(organisation=survey.bridge.organisation, name="Walls")


def photo(survey, *verdicts: str | None, **fields):
    """An analysed photo with one finding per verdict; None leaves it open."""
    image = make_image(survey)
    for name, value in fields.items():
        setattr(image, name, value)
    image.save()
    run = make_run(image, status=DONE)
    for verdict in verdicts:
        finding = make_finding(run)
        if verdict:
            record_review(finding=finding, reviewer=make_user(), verdict=verdict)
    return image


def test_a_photo_counts_when_a_person_decided_everything_on_it(survey, dataset):
    both = photo(survey, "accepted", "rejected")
    none_real = photo(survey, "rejected")
    photo(survey, "accepted", None)
    photo(survey)
    make_image(survey)

    version = build_dataset_version(dataset=dataset)
    samples = {sample.image_id: sample for sample in version.samples.all()}
    assert set(samples) == {both.pk, none_real.pk}
    assert samples[both.pk].finding_ids == [str(Finding.objects.get(image=both, number=1).pk)]
    assert samples[none_real.pk].finding_ids == []
    assert samples[both.pk].surface == "Masonry"


def test_the_latest_decision_and_the_newest_finished_run_count(survey, dataset):
    image = photo(survey, "accepted")
    record_review(finding=image.findings.get(), reviewer=make_user(), verdict="rejected")
    assert build_dataset_version(dataset=dataset).samples.get().finding_ids == []

    again = SegmentationRun.objects.create(image=image, network=image.runs.get().network, status=DONE)
    make_finding(again)
    with pytest.raises(InspectionError, match="No reviewed photos"):
        build_dataset_version(dataset=dataset)
    assert dataset.versions.count() == 1


def test_versions_are_numbered_and_frozen(survey, dataset):
    image, curator = photo(survey, "accepted"), make_user()
    first = build_dataset_version(dataset=dataset, created_by=curator, notes="first")
    record_review(finding=image.findings.get(), reviewer=curator, verdict="rejected")
    second = build_dataset_version(dataset=dataset)
    assert [(v.number, v.samples.get().finding_ids) for v in (first, second)] == [
        (1, [str(image.findings.get().pk)]),
        (2, []),
    ]
    assert (first.created_by, first.notes) == (curator, "first")


def test_only_the_chosen_surveys_of_the_own_organisation_are_frozen(survey, dataset):
    mine = photo(survey, "accepted")
    other = make_survey(survey.bridge)
    photo(other, "accepted")
    foreign = make_survey(make_bridge(make_organisation()))
    photo(foreign, "accepted")
    version = build_dataset_version(dataset=dataset, surveys=[survey, foreign])
    assert [sample.image_id for sample in version.samples.all()] == [mine.pk]
    assert build_dataset_version(dataset=dataset, images=[mine]).samples.get().image == mine
    assert build_dataset_version(dataset=dataset).samples.count() == 2


def test_photos_of_one_element_stand_on_one_side(survey, dataset):
    pier = make_element(survey.bridge)
    for visit in (survey, make_survey(survey.bridge)):
        for _ in range(3):
            photo(visit, "accepted", element=pier)
    version = build_dataset_version(dataset=dataset)
    assert version.samples.count() == 6
    assert len(set(version.samples.values_list("split", "group"))) == 1


def test_a_photo_keeps_its_side_for_ever(survey, dataset):
    images = [photo(survey, "accepted") for _ in range(12)]
    first = dict(build_dataset_version(dataset=dataset).samples.values_list("image", "split"))
    pier = make_element(survey.bridge)
    for image in images:
        image.element = pier
        image.save()
    for _ in range(3):
        photo(survey, "accepted")
    later = dict(build_dataset_version(dataset=dataset).samples.values_list("image", "split"))
    assert {image: later[image] for image in first} == first
    assert len(later) == 15


def test_the_split_follows_from_the_names_alone():
    dataset_id = Dataset(name="x").pk
    sides = [split_of(dataset_id, f"photo-{number}") for number in range(4000)]
    shares = {side: count / 4000 for side, count in Counter(sides).items()}
    assert shares["train"] == pytest.approx(0.8, abs=0.03)
    assert shares["val"] == pytest.approx(0.1, abs=0.02)
    assert shares["test"] == pytest.approx(0.1, abs=0.02)
    assert sides == [split_of(dataset_id, f"photo-{number}") for number in range(4000)]


def test_even_a_single_photo_can_be_trained_on(survey, dataset, monkeypatch):
    monkeypatch.setattr("inspections.services.datasets.split_of", lambda *_: Sample.Split.TEST)
    photo(survey, "accepted")
    assert build_dataset_version(dataset=dataset).samples.get().split == "train"
    photo(survey, "accepted")
    assert sorted(build_dataset_version(dataset=dataset).samples.values_list("split", flat=True)) == ["test", "train"]

"""Data sets are frozen here: which photos count as reviewed, which findings stand in the mask, who is trained on."""

from collections.abc import Collection, Iterable, Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from inspections.errors import InspectionError
from inspections.models import Dataset, DatasetVersion, Finding, Sample, Survey, SurveyImage, User
from inspections.models.reviews import Verdict

TRAIN_SHARE, VAL_SHARE = 0.8, 0.1
_AT_ONCE = 500


def build_dataset_version(
    *,
    dataset: Dataset,
    surveys: Iterable[Survey] | None = None,
    images: Iterable[SurveyImage] | None = None,
    created_by: User | None = None,
    notes: str = "",
) -> DatasetVersion:
    """Freeze a version from the reviewed photos among `images`, of `surveys`, or of the whole organisation.

    A photo is reviewed when its newest finished run found something and a person decided every finding of it. If all
    were rejected it is a confirmed photo without cracks, with an empty mask. A photo on which nothing was found is
    left out: nobody said that there is nothing. Rejected findings are not in the mask.

    The split goes by group, so that what looks alike never stands on two sides of it: by element where the photo has
    one, else by the photo's own bytes. A photo keeps the split it had in earlier versions of the data set.

    Raises InspectionError `nothing_to_export` when no photo is reviewed.
    """
    candidates = _candidates(dataset, surveys, images)
    with transaction.atomic():
        # The lock numbers versions in order; SQLite's IMMEDIATE transaction has done so already.
        Dataset.objects.select_for_update().get(pk=dataset.pk)
        reviewed = _reviewed(candidates)
        if not reviewed:
            raise InspectionError("nothing_to_export")
        last = dataset.versions.aggregate(last=Max("number"))["last"] or 0
        version = DatasetVersion.objects.create(dataset=dataset, number=last + 1, created_by=created_by, notes=notes)
        Sample.objects.bulk_create(_samples(version, reviewed), batch_size=_AT_ONCE)
    return version


def group_of(image: SurveyImage) -> str:
    """What must stand on one side of the split: the element, or where none is named the photo itself."""
    return f"element-{image.element_id}" if image.element_id else f"photo-{image.sha256}"


def split_of(dataset_id: UUID, group: str) -> str:
    """Training, validation or test, from the names alone: the same on every machine and in every version."""
    place = int.from_bytes(sha256(f"{dataset_id}:{group}".encode()).digest()[:6], "big") / 2**48
    if place < TRAIN_SHARE:
        return Sample.Split.TRAIN
    return Sample.Split.VAL if place < TRAIN_SHARE + VAL_SHARE else Sample.Split.TEST


def _candidates(dataset: Dataset, surveys: Iterable[Survey] | None, images: Iterable[SurveyImage] | None) -> Any:
    """Photos of the data set's organisation only, whatever was chosen."""
    rows = SurveyImage.objects.filter(survey__bridge__organisation=dataset.organisation_id)
    if surveys is not None:
        rows = rows.filter(survey__in=[survey.pk for survey in surveys])
    if images is not None:
        rows = rows.filter(pk__in=[image.pk for image in images])
    return rows


def _reviewed(candidates: Any) -> list[tuple[Any, list[str]]]:
    """The photos whose every finding was decided, each with the ids of the findings that stand."""
    findings: Any = Finding.objects.current().filter(image__in=candidates)
    decided: dict[UUID, list[str]] = {}
    open_photos: set[UUID] = set()
    for image_id, finding_id, verdict in findings.order_by("image", "number").values_list("image", "pk", "verdict"):
        standing = decided.setdefault(image_id, [])
        if verdict is None:
            open_photos.add(image_id)
        elif verdict == Verdict.ACCEPTED:
            standing.append(str(finding_id))
    rows = candidates.with_state().select_related("survey__bridge", "element").order_by("pk")
    return [(image, decided[image.pk]) for image in rows if image.pk in decided and image.pk not in open_photos]


def _samples(version: DatasetVersion, reviewed: Sequence[tuple[Any, list[str]]]) -> list[Sample]:
    samples = [
        Sample(
            version=version,
            image=image,
            run_id=image.current_run_id,
            split=split_of(version.dataset_id, group_of(image)),
            group=group_of(image),
            surface=_surface_of(image),
            finding_ids=standing,
        )
        for image, standing in reviewed
    ]
    _keep_earlier_splits(samples, version.dataset)
    _leave_something_to_train_on(samples)
    return samples


def _keep_earlier_splits(samples: Collection[Sample], dataset: Dataset) -> None:
    """A photo that was tested on once is never trained on later, even if it has been given an element since."""
    earlier = dict(
        Sample.objects.filter(version__dataset=dataset).order_by("version__number").values_list("image_id", "split")
    )
    for sample in samples:
        sample.split = earlier.get(sample.image_id, sample.split)


def _leave_something_to_train_on(samples: Sequence[Sample]) -> None:
    """Of a handful of photos none may fall into the training part; then the first group moves there, and stays."""
    if any(sample.split == Sample.Split.TRAIN for sample in samples):
        return
    first = min(sample.group for sample in samples)
    for sample in samples:
        if sample.group == first:
            sample.split = Sample.Split.TRAIN


def _surface_of(image: SurveyImage) -> str:
    element, bridge = image.element, image.survey.bridge
    named = element.get_material_display() if element and element.material else bridge.get_material_display()
    return str(named or "")[:60]

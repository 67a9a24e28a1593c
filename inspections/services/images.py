"""Photos come in here, and nowhere else."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO

from django.conf import settings
from django.db import IntegrityError, transaction

from inspections.errors import InspectionError
from inspections.models import Element, Survey, SurveyImage, User
from inspections.services.closing import ensure_open
from inspections.services.measuring import check_distance
from inspections.services.rules import judge_again
from inspections.services.runs import request_run
from inspections.services.storage import forget_file, keep_original
from inspections.uploads import PhotoFacts, PhotoLimits, examine_photo, hash_stream


@dataclass(frozen=True, slots=True)
class AddedImage:
    """The photo's row, and whether this call made it; a photo sent twice is the row that exists."""

    image: SurveyImage
    created: bool


def add_image(
    *,
    survey: Survey,
    file: BinaryIO,
    name: str,
    added_by: User | None,
    element: Element | None = None,
    declared_sha256: str = "",
    declared_size: int | None = None,
    distance_m: float | None = None,
    distance_u95_m: float | None = None,
) -> AddedImage:
    """Check a photo's bytes, keep the original, and ask for its analysis.

    `distance_m` ± `distance_u95_m` (95 %) is the distance to the surface in metres where somebody knows it; a photo
    that is there already keeps its own.

    The file is examined by header and structure only and never decoded. When this returns, the original is on disk
    (flushed) and its row is committed; when it raises, neither is there.

    Raises InspectionError with the code of the first thing wrong; see `inspections.errors`.
    """
    ensure_open(survey)
    if element is not None and element.bridge_id != survey.bridge_id:
        raise InspectionError("survey_mismatch", field="element")
    check_distance(distance_m, distance_u95_m)
    sha256, size = hash_stream(file)
    if declared_size not in (None, size) or declared_sha256.lower() not in ("", sha256):
        raise InspectionError("checksum_mismatch", field="file")
    limits = PhotoLimits(max_bytes=settings.MAX_PHOTO_BYTES, max_pixels=settings.MAX_PIXELS)
    facts = examine_photo(file, name=name, limits=limits)
    known = SurveyImage.objects.filter(survey=survey, sha256=sha256).first()
    if known is not None:
        return AddedImage(image=known, created=False)
    image = _row_of(facts, survey=survey, element=element, added_by=added_by, sha256=sha256, size=size)
    image.distance_m, image.distance_u95_m = distance_m, distance_u95_m
    image.original.name = keep_original(image, file)
    try:
        with transaction.atomic():
            image.save(force_insert=True)
            request_run(image=image, requested_by=added_by)
    except BaseException as error:
        # No row, no file: what was not answered with success leaves nothing behind.
        forget_file(image.original.name)
        if isinstance(error, IntegrityError):
            known = SurveyImage.objects.filter(survey=survey, sha256=sha256).first()
            if known is not None:
                return AddedImage(image=known, created=False)
        raise
    return AddedImage(image=image, created=True)


def _row_of(
    facts: PhotoFacts, *, survey: Survey, element: Element | None, added_by: User | None, sha256: str, size: int
) -> SurveyImage:
    return SurveyImage(
        survey=survey,
        element=element,
        original_name=facts.display_name,
        sha256=sha256,
        byte_size=size,
        format=facts.format,
        extension=facts.extension,
        width=facts.width,
        height=facts.height,
        orientation=facts.orientation,
        bit_depth=facts.bit_depth,
        converted_from=facts.converted_from or "",
        taken_at=_as_utc(facts.taken_at),
        camera_make=facts.camera_make,
        camera_model=facts.camera_model,
        latitude=facts.latitude,
        longitude=facts.longitude,
        altitude_m=facts.altitude_m,
        metadata=facts.metadata,
        warnings=list(facts.warnings),
        added_by=added_by,
    )


def _as_utc(taken_at: datetime | None) -> datetime | None:
    """A camera that does not tell its zone is read as UTC; `metadata` says that the zone is unknown."""
    return taken_at.replace(tzinfo=UTC) if taken_at is not None and taken_at.tzinfo is None else taken_at


def store_pictures(*, image: SurveyImage, thumbnail: str, preview: str, pyramid: str) -> None:
    """Remember the pictures that the worker made of a photo; paths inside the media folder."""
    SurveyImage.objects.filter(pk=image.pk).update(thumbnail=thumbnail, preview=preview, pyramid=pyramid)


def place_image(*, image: SurveyImage, element: Element | None) -> None:
    """Say which element a photo shows; its findings are judged again by that element's material and exposure.

    Raises InspectionError `survey_mismatch` for an element of another bridge.
    """
    ensure_open(image.survey)
    if element is not None and element.bridge_id != image.survey.bridge_id:
        raise InspectionError("survey_mismatch", field="element")
    row = SurveyImage.objects.filter(pk=image.pk)
    with transaction.atomic():
        if row.exclude(element=element).update(element=element):
            judge_again(row)
    image.element = element

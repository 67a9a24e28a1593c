"""The scale of a photo from all that is known of it, and its cracks in millimetres, in the words of the record."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inspections.models import Survey, SurveyImage
from inspections.services.measuring import CrackMeasure, PhotoMeasure
from segmentation.memory import give_back_memory
from segmentation.scale import (
    CrackOnSurface,
    Distance,
    Floor,
    Given,
    KnownLength,
    MarkerKind,
    MarkersUnavailable,
    PhotoMetadata,
    Scale,
    ScaleResult,
    Sighting,
    WidthOnSurface,
    find_floor,
    find_markers,
    find_scale,
    read_metadata,
)
from worker.photos import photo_path

SMALLEST_PX = 16
"""A side below which a photo has no floor."""


@dataclass(frozen=True, slots=True)
class Surface:
    """What is known of the surface in a photo: scale and floor, and all of it as the record keeps it."""

    scale: Scale | None
    floor: Floor | None
    measure: PhotoMeasure


def metadata_of(image: SurveyImage) -> PhotoMetadata:
    """What the original says of itself. Raises UnreadableImage, InspectionError `original_missing`."""
    return read_metadata(photo_path(image))


def look_at_surface(image: SurveyImage, metadata: PhotoMetadata, pixels: NDArray[np.uint8]) -> Surface:
    """Scale and floor of a photo that lies decoded, uint8 (height, width, 3), upright."""
    kind = marker_kind(image.survey)
    markers = {"kind": _named(kind), **_search(pixels, kind).to_facts()}
    floor = find_floor(pixels) if min(pixels.shape[:2]) >= SMALLEST_PX else None
    return _surface(image, metadata, markers, floor)


def recall_surface(image: SurveyImage, metadata: PhotoMetadata) -> Surface:
    """The same from what an earlier look at the pixels has left; needs no pixels. See `needs_pixels`."""
    floor = Floor.from_facts(_without(image.floor, "sentence")) if image.floor else None
    return _surface(image, metadata, image.markers or {"kind": None, **Sighting().to_facts()}, floor)


def needs_pixels(image: SurveyImage) -> bool:
    """Whether the photo has to be searched for other markers than before."""
    kind = marker_kind(image.survey)
    return _named(kind) != image.markers.get("kind") if image.markers else kind is not None


def marker_kind(survey: Survey) -> MarkerKind | None:
    """The markers that lie in a survey's photos."""
    if not survey.marker_family or survey.marker_side_mm is None:
        return None
    return MarkerKind(survey.marker_family, survey.marker_side_mm)


def measure_crack(seen: CrackOnSurface) -> CrackMeasure:
    """A crack on the surface, as the record keeps it."""
    return CrackMeasure(
        length_mm=seen.length_mm,
        width_mean_mm=seen.mean_mm,
        width_p95_mm=seen.p95_mm,
        **_width("width", seen.median),
        **_width("widest", seen.widest),
    )


def _width(name: str, width: WidthOnSurface | None) -> dict[str, float]:
    if width is None:
        return {}
    if width.upper_bound:
        return {f"{name}_bound_mm": width.mm}
    return {f"{name}_mm": width.mm, f"{name}_u95_mm": width.u95_mm}


def _surface(image: SurveyImage, metadata: PhotoMetadata, markers: dict[str, Any], floor: Floor | None) -> Surface:
    sighting = Sighting.from_facts(markers)
    size = (image.width, image.height)
    found: ScaleResult = find_scale(metadata, size=size, given=_given(image), markers=sighting)
    scale = found.scale
    floor = floor and floor.in_mm(scale)
    measure = PhotoMeasure(
        scale={**found.to_facts(), "conflicts": list(found.conflicts)},
        mm_per_px=scale.mm_per_px if scale else None,
        mm_per_px_u95=scale.u95_mm_per_px if scale else None,
        scale_source=scale.source.value if scale else "",
        markers=markers,
        floor={**floor.to_facts(), "sentence": floor.sentence} if floor else {},
        floor_mm=floor.measurable_mm if floor else None,
    )
    return Surface(scale, floor, measure)


def _given(image: SurveyImage) -> Given:
    survey, known = image.survey, image.known_length
    return Given(
        photo_distance=_distance(image.distance_m, image.distance_u95_m),
        survey_distance=_distance(survey.distance_m, survey.distance_u95_m),
        known_length=known
        and KnownLength(tuple(known["start"]), tuple(known["stop"]), known["length_mm"], known.get("u95_mm")),
    )


def _distance(metres: float | None, u95_m: float | None) -> Distance | None:
    return Distance(metres, u95_m) if metres is not None else None


def _search(pixels: NDArray[np.uint8], kind: MarkerKind | None) -> Sighting:
    if kind is None:
        return Sighting()
    try:
        seen = find_markers(pixels, kind)
        give_back_memory()
        return seen
    except MarkersUnavailable as error:
        # A scale is worth less than the photo: the analysis goes on without, and says why.
        return Sighting(reason=str(error))


def _named(kind: MarkerKind | None) -> list[str | float] | None:
    return [kind.family, kind.side_mm] if kind else None


def _without(facts: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in facts.items() if key != name}

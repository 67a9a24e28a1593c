"""A survey's photos as points on a map, each with what was found on it (RFC 7946)."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Sum
from django.db.models.functions import Coalesce

from inspections.exports.measures import scale_of
from inspections.models import Finding, Survey, SurveyImage

_AT_ONCE = 200
_NOTHING = {
    "findings": 0,
    "crack_length_px": 0,
    "crack_length_mm": None,
    "worst_width_px": None,
    "worst_width_mm": None,
    "worst_bound_mm": None,
}


def photos_geojson(survey: Survey) -> Iterator[bytes]:
    """A FeatureCollection of the photos that know their position; cracks themselves have no coordinates yet."""
    yield b'{"type": "FeatureCollection", "features": ['
    images = (
        SurveyImage.objects.with_state()
        .filter(survey=survey, latitude__isnull=False, longitude__isnull=False)
        .order_by("original_name", "pk")
    )
    found, lead = _found_on(survey), ""
    for image in images.iterator(chunk_size=_AT_ONCE):
        yield (lead + json.dumps(_feature(image, found.get(image.pk, _NOTHING)))).encode()
        lead = ",\n"
    yield b"]}\n"


def _feature(image: Any, found: dict[str, Any]) -> dict[str, Any]:
    height = [] if image.altitude_m is None else [image.altitude_m]
    return {
        "type": "Feature",
        "id": str(image.pk),
        "geometry": {"type": "Point", "coordinates": [image.longitude, image.latitude, *height]},
        "properties": {
            "photo": image.original_name,
            "state": image.state,
            "taken_at": image.taken_at.isoformat() if image.taken_at else None,
            **_in_metres(image, found),
            **scale_of(image),
        },
    }


def _in_metres(image: Any, found: dict[str, Any]) -> dict[str, Any]:
    """Lengths in metres; a photo with a scale and no crack has none of them, one without a scale has none known."""
    length = (found["crack_length_mm"] or 0.0) / 1000 if image.mm_per_px is not None else None
    told = {name: value for name, value in found.items() if name != "crack_length_mm"}
    return {**told, "crack_length_m": None if length is None else round(length, 4)}


def _found_on(survey: Survey) -> dict[UUID, dict[str, Any]]:
    """What stands on each photo, by the photo's id."""
    standing = Finding.objects.current().standing().filter(survey=survey).order_by()
    totals: Any = standing.values("image").annotate(
        findings=Count("pk"),
        crack_length_px=Sum("length_px"),
        crack_length_mm=Sum("length_mm"),
        worst_width_px=Max(Coalesce("width_widest_px", "width_max_px")),
        worst_width_mm=Max("widest_mm"),
        worst_bound_mm=Max("widest_bound_mm"),
    )
    return {row.pop("image"): row for row in totals}

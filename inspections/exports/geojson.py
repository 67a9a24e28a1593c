"""A survey's photos as points on a map, each with what was found on it (RFC 7946)."""

import json
from collections.abc import Iterator
from typing import Any

from inspections.models import Finding, Survey, SurveyImage

_AT_ONCE = 200


def photos_geojson(survey: Survey) -> Iterator[bytes]:
    """A FeatureCollection of the photos that know their position; cracks themselves have no coordinates yet."""
    yield b'{"type": "FeatureCollection", "features": ['
    images = (
        SurveyImage.objects.with_state()
        .filter(survey=survey, latitude__isnull=False, longitude__isnull=False)
        .order_by("original_name", "pk")
    )
    lead = ""
    for image in images.iterator(chunk_size=_AT_ONCE):
        yield (lead + json.dumps(_feature(image))).encode()
        lead = ",\n"
    yield b"]}\n"


def _feature(image: Any) -> dict[str, Any]:
    standing = list(
        Finding.objects.filter(run=image.current_run_id).standing().values_list("length_px", "width_max_px")
    )
    height = [] if image.altitude_m is None else [image.altitude_m]
    return {
        "type": "Feature",
        "id": str(image.pk),
        "geometry": {"type": "Point", "coordinates": [image.longitude, image.latitude, *height]},
        "properties": {
            "photo": image.original_name,
            "state": image.state,
            "taken_at": image.taken_at.isoformat() if image.taken_at else None,
            "findings": len(standing),
            "crack_length_px": sum(length for length, _ in standing),
            "worst_width_px": max((width for _, width in standing), default=None),
        },
    }

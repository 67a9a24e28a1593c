"""Millimetres per pixel of a photo, with their source and uncertainty; and the narrowest crack that the photo shows."""

from segmentation.scale.cracks import CrackOnSurface, WidthOnSurface, crack_on_surface, length_on_surface
from segmentation.scale.finding import find_scale
from segmentation.scale.floor import Floor, find_floor
from segmentation.scale.given import Distance, Given, KnownLength, Source, Surface
from segmentation.scale.markers import (
    FAMILIES,
    MarkerKind,
    MarkersUnavailable,
    SeenMarker,
    Sighting,
    draw_marker,
    find_markers,
)
from segmentation.scale.metadata import PhotoMetadata, calibration_for, read_metadata
from segmentation.scale.plane import Plane
from segmentation.scale.values import Scale, ScaleResult, Tried, width_in_mm

__all__ = [
    "FAMILIES",
    "CrackOnSurface",
    "Distance",
    "Floor",
    "Given",
    "KnownLength",
    "MarkerKind",
    "MarkersUnavailable",
    "PhotoMetadata",
    "Plane",
    "Scale",
    "ScaleResult",
    "SeenMarker",
    "Sighting",
    "Source",
    "Surface",
    "Tried",
    "WidthOnSurface",
    "calibration_for",
    "crack_on_surface",
    "draw_marker",
    "find_floor",
    "find_markers",
    "find_scale",
    "length_on_surface",
    "read_metadata",
    "width_in_mm",
]

"""The scale of a photo, from the best source that there is.

    marker > laser > distance typed for the photo > … for the survey > known length > EXIF SubjectDistance > pixels only

The height above take-off that drones record is not among them: it is no distance to any surface.
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from segmentation.scale.focal import Focal, find_focal
from segmentation.scale.given import (
    DISTANCE_U95,
    LENGTH_U95,
    LENGTH_U95_MM,
    SURVEY_DISTANCE_U95,
    Distance,
    Given,
    Source,
)
from segmentation.scale.marker_plane import BAD_FIT, fit_markers
from segmentation.scale.markers import Sighting
from segmentation.scale.metadata import PhotoMetadata, read_metadata
from segmentation.scale.plane import Plane
from segmentation.scale.values import Scale, ScaleResult, Tried
from segmentation.scale.view import Tilt, find_tilt, plane_at, plane_through, usual_focal

LASER_U95_M = 0.2
LASER_U95 = 0.0015
"""± (0.2 m + 0.15 % of the distance), as DJI states for the range finders of its H20 and M30 cameras; taken as 95 %."""
LASER_RANGE_M = (0.5, 3000.0)
LASER_FINE = "normal"
SUBJECT_U95 = 0.30
"""SubjectDistance is where the lens was focused, in a few steps, if it is written at all."""
SUBJECT_RANGE_M = (0.05, 100.0)

Found = tuple[Plane, str] | str


def find_scale(
    photo: str | Path | BinaryIO | PhotoMetadata,
    *,
    size: tuple[int, int] | None = None,
    given: Given | None = None,
    markers: Sighting | None = None,
) -> ScaleResult:
    """Find the scale of a photo from its metadata, what a person gave, and the markers that were seen in it.

    `size` is width, height in px of the upright photo in which cracks are measured, None for that of the file.
    `markers` comes from `find_markers` on those pixels, None where nobody looked. Nothing is raised for what is missing
    or senseless: `tried` says why each source before the one taken gave nothing. Raises UnreadableImage for a file that
    is no photo, ValueError for a size that cannot be.
    """
    metadata = photo if isinstance(photo, PhotoMetadata) else read_metadata(photo)
    size = size or metadata.size
    if min(size) < 1:
        raise ValueError(f"A photo of {size[0]}x{size[1]} pixels has no scale.")
    given = given or Given()
    finder = _Finder(metadata, size, given, markers or Sighting())
    scale, tried, others = None, [], []
    for source in Source if given.only is None else (given.only,):
        found = finder.find(source)
        if isinstance(found, str):
            tried += [Tried(source, found)] if scale is None else []
        elif scale is None:
            scale = Scale.on(found[0], source, found[1], size)
        else:
            others.append(Scale.on(found[0], source, found[1], size))
    return ScaleResult(scale, tuple(tried), tuple(others), metadata.notes)


class _Finder:
    """One try for each source: a plane with a sentence about it, or the sentence why there is none."""

    def __init__(self, metadata: PhotoMetadata, size: tuple[int, int], given: Given, sighting: Sighting) -> None:
        self._metadata, self._size, self._given, self._sighting = metadata, size, given, sighting
        self._focal = find_focal(metadata, size)
        self._tilt = find_tilt(metadata, given.surface)
        self._ways: dict[Source, Callable[[], Found]] = {
            Source.MARKER: self._marker,
            Source.LASER: self._laser,
            Source.PHOTO_DISTANCE: lambda: self._typed(given.photo_distance, DISTANCE_U95, "photo"),
            Source.SURVEY_DISTANCE: lambda: self._typed(given.survey_distance, SURVEY_DISTANCE_U95, "survey"),
            Source.KNOWN_LENGTH: self._known_length,
            Source.SUBJECT_DISTANCE: self._subject_distance,
        }

    def find(self, source: Source) -> Found:
        found = self._ways[source]()
        if isinstance(found, str):
            return found
        scale, u95 = (float(value) for value in (found[0].scale(*found[0].anchor), found[0].u95(*found[0].anchor)))
        if not (math.isfinite(scale) and math.isfinite(u95) and 1e-4 < scale < 1e4):
            return f"What was measured would make a pixel {scale:.3g} mm, which cannot be. Check what was given."
        return found

    def _marker(self) -> Found:
        seen = self._sighting.markers
        if not seen:
            return self._sighting.reason
        focal = usual_focal(self._size) if isinstance(self._focal, str) else self._focal
        fitted = fit_markers(seen, focal.px)
        if fitted is None:
            return "The markers that were seen make no flat surface. Check that they are flat, whole and well lit."
        plane, strain = fitted
        numbers = ", ".join(str(marker.number) for marker in seen)
        if len(seen) == 1:
            return plane, f"Marker {numbers} of {seen[0].side_mm:g} mm in the photo; good for the surface it lies on."
        doubt = (
            f" They fit {strain:.0f} times worse than they were seen: check their sizes and that their surface is one."
            if strain > BAD_FIT
            else ""
        )
        return plane, f"{len(seen)} markers in the photo ({numbers}); good for the surface they lie on.{doubt}"

    def _laser(self) -> Found:
        metres, status = self._metadata.laser_distance_m, self._metadata.laser_status
        if metres is None:
            return (
                "The photo holds no laser range. Only some drones measure one; its height above take-off is no range."
            )
        if status.casefold() != LASER_FINE:
            said = f"says {status!r}" if status else "does not say that it succeeded"
            return f"The laser range is not used: the drone {said}. Photograph from 3 m or more, or give a distance."
        if not LASER_RANGE_M[0] <= metres <= LASER_RANGE_M[1]:
            return f"The laser range of {metres:g} m is not used: it cannot be. Give a distance for the photo."
        return self._from(Distance(metres, LASER_U95_M + LASER_U95 * metres) if metres < 1000 else None, "Laser range")

    def _typed(self, distance: Distance | None, usual: float, scope: str) -> Found:
        if distance is None:
            return f"No distance to the surface was given for the {scope}."
        u95 = distance.u95_m if distance.u95_m is not None else usual * distance.metres
        return self._from(Distance(distance.metres, u95), f"Distance given for the {scope}")

    def _subject_distance(self) -> Found:
        metres = self._metadata.subject_distance_m
        if metres is None:
            return "The photo does not say how far away it was focused, as is usual."
        if not SUBJECT_RANGE_M[0] <= metres <= SUBJECT_RANGE_M[1]:
            return f"The photo says that it was focused at {metres:g} m, which is no distance to a surface."
        return self._from(Distance(metres, SUBJECT_U95 * metres), "Distance at which the camera says it was focused")

    def _from(self, distance: Distance | None, words: str) -> Found:
        if distance is None or distance.u95_m is None:
            return "The distance is more than 1 km: no crack is seen from there."
        if isinstance(self._focal, str):
            return self._focal
        if isinstance(self._tilt, str):
            return self._tilt
        # A camera focused at Z magnifies by f / (Z - f) instead of f / Z; a body's front is not its pupil.
        near = (self._metadata.focal_length_mm or 0.0) / (1000 * distance.metres)
        u95_mm = 1000 * math.hypot(distance.u95_m, near * distance.metres)
        plane = plane_at(1000 * distance.metres, u95_mm, self._focal, self._tilt, self._size)
        return plane, f"{words}: {_metres(distance)}; {self._focal.note}; {self._tilt.note}."

    def _known_length(self) -> Found:
        length = self._given.known_length
        if length is None:
            return "No known length was marked in the photo. Click the two ends of something whose length you know."
        if isinstance(self._tilt, str):
            return self._tilt
        u95_mm = length.u95_mm if length.u95_mm is not None else max(LENGTH_U95_MM, LENGTH_U95 * length.length_mm)
        known = self._focal if isinstance(self._focal, Focal) else None
        tilt = self._tilt if known else Tilt()
        plane = plane_through(
            length, min(u95_mm, length.length_mm / 2), known or usual_focal(self._size), tilt, self._size
        )
        if plane is None:
            return "The known length reaches beyond the horizon of the surface. Check how the surface lies."
        return plane, f"{length.length_mm:g} mm marked over {length.length_px:.0f} pixels; {tilt.note}."


def _metres(distance: Distance) -> str:
    return f"{distance.metres:g} ± {distance.u95_m:.2g} m"

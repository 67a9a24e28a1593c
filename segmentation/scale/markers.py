"""Find printed markers (ArUco, AprilTag) in a photo, with corners to a small part of a pixel.

OpenCV finds them and reads their numbers. Its corners are not used as they are: they are found in the camera's curved
grey values, in which the white around a marker bleeds over the black, and the marker comes out up to two pixels too
small. The sides are found again in linear light, where blur leaves the middle of an edge in its place.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from segmentation.errors import SegmentationError
from segmentation.results import Point
from segmentation.scale.edges import refine_corners

FAMILIES = {
    "apriltag-36h11": "DICT_APRILTAG_36h11",
    "apriltag-25h9": "DICT_APRILTAG_25h9",
    "apriltag-16h5": "DICT_APRILTAG_16h5",
    "aruco-4x4-50": "DICT_4X4_50",
    "aruco-5x5-100": "DICT_5X5_100",
    "aruco-6x6-250": "DICT_6X6_250",
    "aruco-original": "DICT_ARUCO_ORIGINAL",
}
"""Our name of a family of markers → OpenCV's."""
LEAST_SIDE_PX = 24.0
LONGEST_SIDE_SEARCHED = 4000
BAND_ROWS = 256
"""Larger photos are searched in a smaller copy; corners are always found in the photo itself."""
SIZE_U95 = 0.005
SIZE_U95_MM = 0.5
"""Of a marker's side: measured on the print with a ruler. Printers that "fit to page" are off by 3 to 5 %."""


class MarkersUnavailable(SegmentationError):
    """The library that finds markers is not installed. Facts: `reason`."""

    code = "markers_unavailable"
    sentence = (
        "Markers cannot be looked for ({reason}). Install it on the worker: pip install opencv-python-headless; "
        "or give a distance or a known length."
    )


@dataclass(frozen=True, slots=True)
class MarkerKind:
    """Markers that are in use: their family (a key of FAMILIES), and the side of the black square in millimetres.

    `sides_mm` gives markers of another size by number; with `listed_only` no other numbers count. `u95_mm` is the 95 %
    uncertainty of a side, None for the larger of 0.5 mm and 0.5 %. Raises ValueError for what cannot be.
    """

    family: str
    side_mm: float
    sides_mm: Mapping[int, float] = field(default_factory=dict)
    listed_only: bool = False
    u95_mm: float | None = None

    def __post_init__(self) -> None:
        if self.family not in FAMILIES:
            raise ValueError(f"There are no markers {self.family!r}. Take one of {', '.join(FAMILIES)}.")
        for side in (self.side_mm, *self.sides_mm.values()):
            if not 1 <= side <= 10_000:
                raise ValueError(f"A marker of {side:g} mm is not possible; give the side of its black square in mm.")
            if self.u95_mm is not None and not 0 < self.u95_mm < side:
                raise ValueError(f"The uncertainty must be more than 0 and less than the {side:g} mm it belongs to.")

    def side_of(self, number: int) -> float | None:
        """Millimetres, None for a marker that does not count."""
        return self.sides_mm.get(number, None if self.listed_only else self.side_mm)

    def u95_of(self, side_mm: float) -> float:
        """95 % uncertainty of a side, mm."""
        return self.u95_mm if self.u95_mm is not None else max(SIZE_U95_MM, SIZE_U95 * side_mm)


@dataclass(frozen=True, slots=True)
class SeenMarker:
    """`corners` are x, y in px of the upright photo, in the marker's own order, clockwise from its top left."""

    number: int
    corners: tuple[Point, Point, Point, Point]
    corner_sd_px: float
    side_mm: float
    u95_mm: float

    @property
    def side_px(self) -> float:
        """The shortest side."""
        return min(math.dist(self.corners[n], self.corners[n - 1]) for n in range(4))


@dataclass(frozen=True, slots=True)
class Sighting:
    """What came of looking for markers; `reason` says why there are none."""

    markers: tuple[SeenMarker, ...] = ()
    reason: str = "The photo was not searched for markers: none are set up."

    def to_facts(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)

    @staticmethod
    def from_facts(facts: dict[str, Any]) -> "Sighting":
        """Back from `to_facts`. Raises ValueError for facts that are not a sighting."""
        try:
            seen = (
                SeenMarker(**{**marker, "corners": tuple((float(x), float(y)) for x, y in marker["corners"])})
                for marker in facts["markers"]
            )
            return Sighting(tuple(seen), str(facts["reason"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"These facts are not a sighting ({error!r}). Analyse the photo again.") from error


def find_markers(pixels: NDArray[np.uint8], kind: MarkerKind) -> Sighting:
    """Find markers of a kind in an upright RGB photo, uint8 (height, width, 3), largest first.

    Raises MarkersUnavailable without OpenCV.
    """
    cv2 = _opencv()
    dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, FAMILIES[kind.family]))
    detector = cv2.aruco.ArucoDetector(dictionary, cv2.aruco.DetectorParameters())
    grey, shrunk = _searched(pixels)
    corners, numbers, _ = detector.detectMarkers(grey)
    if numbers is None:
        return Sighting(reason=f"No marker of the family {kind.family} was found in the photo.")
    cells = dictionary.markerSize + 2
    seen = []
    for square, number in zip(corners, np.ravel(numbers), strict=True):
        # OpenCV counts from the centre of the first pixel, and the smaller copy's pixels are larger.
        found = (square.reshape(4, 2).astype(float) + 0.5) * shrunk
        marker = _measured(pixels, found, int(number), kind, cells)
        if marker:
            seen.append(marker)
    if not seen:
        numbers_found = ", ".join(str(number) for number in sorted(np.ravel(numbers)))
        return Sighting(
            reason=f"The markers found ({numbers_found}) are not of those in use, smaller than {LEAST_SIDE_PX:.0f} "
            "pixels, cut off or blurred. Go nearer or print them larger, with a white margin."
        )
    return Sighting(tuple(sorted(seen, key=lambda marker: -marker.side_px)), "")


def draw_marker(family: str, number: int, cell_px: int = 32) -> NDArray[np.uint8]:
    """A marker to print: grey uint8 square with one white cell around; the black square is what `side_mm` means.

    Raises MarkersUnavailable without OpenCV, ValueError for a number that the family does not have.
    """
    cv2 = _opencv()
    dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, FAMILIES[family]))
    if not 0 <= number < len(dictionary.bytesList):
        raise ValueError(f"{family} has the markers 0 to {len(dictionary.bytesList) - 1}.")
    square = cv2.aruco.generateImageMarker(dictionary, number, dictionary.markerSize + 2)
    return np.kron(np.pad(square, 1, constant_values=255), np.ones((cell_px, cell_px), np.uint8))


def _measured(
    pixels: NDArray[np.uint8], found: NDArray[np.float64], number: int, kind: MarkerKind, cells: int
) -> SeenMarker | None:
    side_mm = kind.side_of(number)
    if side_mm is None:
        return None
    refined = refine_corners(pixels, found, cells)
    if refined is None:
        return None
    points, sd = refined
    corners = tuple((float(x), float(y)) for x, y in points)
    marker = SeenMarker(number, corners, sd, side_mm, kind.u95_of(side_mm))  # type: ignore[arg-type]  # four of them
    return marker if marker.side_px >= LEAST_SIDE_PX else None


def _searched(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """Grey values to search, and how many pixels of the photo one of theirs is."""
    shrunk = max(1, math.ceil(max(pixels.shape[:2]) / LONGEST_SIDE_SEARCHED))
    rows = BAND_ROWS * shrunk
    # In bands: Pillow keeps four bytes of a pixel, and a large photo lies in memory already.
    bands = (Image.fromarray(pixels[top : top + rows]) for top in range(0, pixels.shape[0], rows))
    greys = [np.asarray((band.reduce(shrunk) if shrunk > 1 else band).convert("L")) for band in bands]
    return np.concatenate(greys), float(shrunk)


def _opencv() -> Any:
    # Imported when markers are looked for: 150 MB that a worker without markers need not have.
    try:
        import cv2
    except ImportError as error:
        raise MarkersUnavailable(reason="OpenCV is not installed") from error
    return cv2

"""What a person says about a photo: how far it was taken from, a length in it, how its surface lies."""

import math
from dataclasses import dataclass
from enum import StrEnum

from segmentation.results import Point

DISTANCE_U95 = 0.10
"""Of a distance typed for one photo, 95 %, as a share: measured with a tape to the camera or read from a display."""
SURVEY_DISTANCE_U95 = 0.20
"""Of a distance typed for a whole survey: nobody holds a distance from photo to photo better than that."""
LENGTH_U95 = 0.01
"""Of a known length, as a share, but never less than LENGTH_U95_MM: a tape read on site."""
LENGTH_U95_MM = 0.5
CLICK_SD_PX = 1.0
"""Standard deviation of one click along the length, for somebody who has zoomed in."""


class Source(StrEnum):
    """Where millimetres come from, best first: the order in which they are tried."""

    MARKER = "marker"
    LASER = "laser"
    PHOTO_DISTANCE = "photo_distance"
    SURVEY_DISTANCE = "survey_distance"
    KNOWN_LENGTH = "known_length"
    SUBJECT_DISTANCE = "subject_distance"


class Surface(StrEnum):
    """How the photographed surface lies: a wall or the side of a girder; a deck or a soffit."""

    VERTICAL = "vertical"
    HORIZONTAL = "horizontal"


@dataclass(frozen=True, slots=True)
class Distance:
    """`metres` from the camera to the surface along the line of sight through the middle of the photo, 0.05 to 1000.

    `u95_m` is its 95 % uncertainty in metres, None for the default. Raises ValueError for what cannot be.
    """

    metres: float
    u95_m: float | None = None

    def __post_init__(self) -> None:
        if not 0.05 <= self.metres <= 1000:
            raise ValueError(f"A distance of {self.metres:g} m is not possible; give 0.05 to 1000 m to the surface.")
        _check_uncertainty(self.u95_m, self.metres, "m")


@dataclass(frozen=True, slots=True)
class KnownLength:
    """A length on the surface between two clicked points of the upright photo, 0.1 mm to 1 km, 10 px apart at least.

    `u95_mm` None takes the default. Raises ValueError for what cannot be.
    """

    start: Point
    stop: Point
    length_mm: float
    u95_mm: float | None = None
    click_sd_px: float = CLICK_SD_PX

    def __post_init__(self) -> None:
        if not 0.1 <= self.length_mm <= 1e6:
            raise ValueError(f"A length of {self.length_mm:g} mm is not possible; give 0.1 to 1,000,000 mm.")
        if not self.length_px >= 10:
            raise ValueError("The two points must be at least 10 pixels apart. Zoom in, or take a longer length.")
        if not 0.05 <= self.click_sd_px <= 100:
            raise ValueError("The precision of a click must lie between 0.05 and 100 pixels.")
        _check_uncertainty(self.u95_mm, self.length_mm, "mm")

    @property
    def length_px(self) -> float:
        """Pixels between the points; NaN or infinite where they are."""
        return math.dist(self.start, self.stop) if all(map(math.isfinite, (*self.start, *self.stop))) else math.nan


@dataclass(frozen=True, slots=True)
class Given:
    """All that was said. `only` takes that source or none, instead of the best that there is."""

    photo_distance: Distance | None = None
    survey_distance: Distance | None = None
    known_length: KnownLength | None = None
    surface: Surface | None = None
    only: Source | None = None


def _check_uncertainty(u95: float | None, value: float, unit: str) -> None:
    if u95 is not None and not 0 < u95 < value:
        raise ValueError(f"The uncertainty must be more than 0 and less than the {value:g} {unit} it belongs to.")

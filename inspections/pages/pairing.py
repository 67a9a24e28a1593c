"""Which photo of another survey shows what this one shows, as well as names and places can tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, hypot, radians

from inspections.models import SurveyImage
from inspections.pages.photofacts import metadata_number

METRES_PER_DEGREE = 111_200
FARTHEST_M = 30.0
"""Photos that are farther apart do not show the same place, even by the same name: cameras count from 1 again."""
METRES_PER_DEGREE_TURNED = 0.1
"""Ten degrees of another direction count as much as one metre."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A photo and how it was found: by `name`, `place` or `order`; metres and degrees where both photos know them."""

    photo: SurveyImage
    how: str
    apart_m: float | None
    turned_deg: float | None


def partner_of(photo: SurveyImage, among: Sequence[SurveyImage], others: Sequence[SurveyImage]) -> Pair | None:
    """The photo of `others` that goes with `photo`, one of `among`; None where there is none at all.

    Of the same name, unless their places contradict that; else the nearest in place and direction; else by order.
    """
    if not others:
        return None
    namesakes = [other for other in others if other.original_name.casefold() == photo.original_name.casefold()]
    for other in namesakes:
        apart = metres_apart(photo, other)
        if apart is None or apart <= FARTHEST_M:
            return _pair(photo, other, "name")
    near = [other for other in others if (metres_apart(photo, other) or 0.0) <= FARTHEST_M and _placed(photo, other)]
    if near:
        return _pair(photo, min(near, key=lambda other: _cost(photo, other)), "place")
    here = next((place for place, other in enumerate(among) if other.pk == photo.pk), 0)
    return _pair(photo, others[min(here * len(others) // max(1, len(among)), len(others) - 1)], "order")


def pair_as_chosen(photo: SurveyImage, other: SurveyImage) -> Pair:
    """Two that a person has put together."""
    return _pair(photo, other, "chosen")


def metres_apart(one: SurveyImage, other: SurveyImage) -> float | None:
    """Along the ground, for places that are near each other; None where one of them is not known."""
    if not _placed(one, other):
        return None
    north = (other.latitude or 0.0) - (one.latitude or 0.0)
    east = ((other.longitude or 0.0) - (one.longitude or 0.0)) * cos(radians(one.latitude or 0.0))
    return hypot(north, east) * METRES_PER_DEGREE


def degrees_turned(one: SurveyImage, other: SurveyImage) -> float | None:
    """How much the directions of two cameras differ, 0 to 180; None where one of them is not known."""
    first, second = _yaw(one), _yaw(other)
    if first is None or second is None:
        return None
    return abs((second - first + 180) % 360 - 180)


def _pair(photo: SurveyImage, other: SurveyImage, how: str) -> Pair:
    return Pair(other, how, metres_apart(photo, other), degrees_turned(photo, other))


def _cost(photo: SurveyImage, other: SurveyImage) -> float:
    apart, turned = metres_apart(photo, other) or 0.0, degrees_turned(photo, other) or 0.0
    return apart + METRES_PER_DEGREE_TURNED * turned


def _placed(one: SurveyImage, other: SurveyImage) -> bool:
    return None not in (one.latitude, one.longitude, other.latitude, other.longitude)


def _yaw(photo: SurveyImage) -> float | None:
    return metadata_number(photo, "drone", "gimbal_yaw_deg")

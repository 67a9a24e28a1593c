"""A key plan: where a bridge stands among the others, as an engineer would pencil it in a corner of the drawing."""

from dataclasses import dataclass
from math import cos, floor, hypot, log10, radians

from inspections.language import decimal
from inspections.models import Bridge
from inspections.models.bridges import BridgeQuerySet

# Mean length of a degree of latitude; the Earth's flattening changes it by half a percent, less than a dot's width.
KM_PER_DEGREE = 111.2
WIDTH, HEIGHT, MARGIN = 320, 200, 16
NEIGHBOURS = 12
WINDOW_DEGREES = 1.0


@dataclass(frozen=True, slots=True)
class Dot:
    """A bridge on the plan; x, y in the plan's units, y down."""

    bridge: Bridge
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class KeyPlan:
    """North is up, the bridge in the middle. `bar` is the length of a scale bar of `bar_km`."""

    dots: tuple[Dot, ...]
    bar: float
    bar_km: float
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def bar_words(self) -> str:
        """The bar's length as it is written beside it."""
        return decimal(f"{self.bar_km:g} km" if self.bar_km >= 1 else f"{self.bar_km * 1000:g} m")


def draw_key_plan(bridge: Bridge, others: BridgeQuerySet) -> KeyPlan | None:
    """The plan around `bridge`, with its nearest neighbours among `others`; None where its place is unknown."""
    if bridge.latitude is None or bridge.longitude is None:
        return None
    narrowing = max(cos(radians(bridge.latitude)), 0.01)
    window = WINDOW_DEGREES / narrowing
    near = others.exclude(pk=bridge.pk).filter(
        latitude__range=(bridge.latitude - WINDOW_DEGREES, bridge.latitude + WINDOW_DEGREES),
        longitude__range=(bridge.longitude - window, bridge.longitude + window),
    )
    offsets = [
        (
            (other.longitude - bridge.longitude) * KM_PER_DEGREE * narrowing,
            (bridge.latitude - other.latitude) * KM_PER_DEGREE,
            other,
        )
        for other in near.only("name", "latitude", "longitude")[:500]
    ]
    nearest = sorted(offsets, key=lambda offset: hypot(offset[0], offset[1]))[:NEIGHBOURS]
    scale = _fit([(abs(east), abs(south)) for east, south, _other in nearest])
    dots = [
        Dot(other, round(WIDTH / 2 + east * scale, 1), round(HEIGHT / 2 + south * scale, 1))
        for east, south, other in nearest
    ]
    bar_km = _round_length(WIDTH / 4 / scale)
    return KeyPlan(dots=tuple(dots), bar=round(bar_km * scale, 1), bar_km=bar_km)


def _fit(distances: list[tuple[float, float]]) -> float:
    """Units per kilometre that keep all on the sheet; at least half a kilometre is shown around the bridge."""
    east = max([0.5] + [distance[0] for distance in distances])
    south = max([0.5] + [distance[1] for distance in distances])
    return min((WIDTH / 2 - MARGIN) / east, (HEIGHT / 2 - MARGIN) / south)


def _round_length(length: float) -> float:
    """The largest of 1, 2, 5 × 10ⁿ that is not longer."""
    power = 10 ** floor(log10(length))
    return max(step * power for step in (1, 2, 5) if step * power <= length)

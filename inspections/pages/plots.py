"""Small plots of one value by survey, laid out on the server: axes with units, hairlines, uncertainty as whiskers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from math import floor, log10

from django.utils.formats import date_format

from inspections.templatetags.quantities import grouped_number

WIDTH, HEIGHT = 300, 190
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 24, 28
INSET = 18
"""Between the axes and the first and last survey."""
LABEL_WIDTH = 58
CAP = 4
MOST_STEPS = 4


@dataclass(frozen=True, slots=True)
class Value:
    """What one survey has: `value`, surely between `low` and `high`; less than `value` where it `is_bound`; or None.

    `joined`: whether a line may lead here from the value before; False where the two cannot be compared.
    """

    day: date
    words: str
    value: float | None
    low: float | None = None
    high: float | None = None
    is_bound: bool = False
    joined: bool = True


@dataclass(frozen=True, slots=True)
class Mark:
    """One survey's place on the plot; coordinates as they are written into SVG, y down."""

    x: str
    y: str
    whisker: str
    is_bound: bool
    words: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis and what stands there."""

    at: str
    words: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Ready to be written down. `gaps` are surveys without a value; `lines` and `breaks` lead from mark to mark."""

    unit: str
    marks: tuple[Mark, ...]
    gaps: tuple[Tick, ...]
    lines: str
    breaks: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    floor: int = HEIGHT - BOTTOM


def draw_plot(values: Sequence[Value], unit: str, *, whole: bool = False) -> Plot | None:
    """The plot of values in order of their days, from 0 up; None where no survey has one. `whole`: only whole steps."""
    known = [value for value in values if value.value is not None]
    if not known:
        return None
    step, top = _axis(max(max(value.value or 0, value.high or 0) for value in known), whole)
    xs = _places([value.day for value in values])
    scale = (HEIGHT - TOP - BOTTOM) / top

    def down(amount: float) -> float:
        return HEIGHT - BOTTOM - max(amount, 0) * scale

    marks: list[Mark] = []
    gaps: list[Tick] = []
    lines: list[str] = []
    breaks: list[str] = []
    before: tuple[float, Value] | None = None
    for x, value in zip(xs, values, strict=True):
        if value.value is None:
            gaps.append(Tick(_at(x), value.words))
            before = None
            continue
        marks.append(Mark(_at(x), _at(down(value.value)), _whisker(x, value, down), value.is_bound, value.words))
        if before is not None and not value.is_bound and not before[1].is_bound:
            piece = f"M{_at(before[0])} {_at(down(before[1].value or 0))}L{_at(x)} {_at(down(value.value))}"
            (lines if value.joined else breaks).append(piece)
        before = x, value
    return Plot(
        unit=unit,
        marks=tuple(marks),
        gaps=tuple(gaps),
        lines="".join(lines),
        breaks="".join(breaks),
        x_ticks=_days(xs, values),
        y_ticks=tuple(_ticks(step, top, down)),
    )


def _axis(highest: float, whole: bool) -> tuple[float, float]:
    """Step and end of the axis: 1, 2 or 5 × 10ⁿ, at most MOST_STEPS steps; from 0 to 1 where all is 0."""
    if highest <= 0:
        return 1.0, 1.0
    raw = highest / MOST_STEPS
    power = 10.0 ** floor(log10(raw))
    step = next(power * nice for nice in (1, 2, 5, 10) if power * nice >= raw * (1 - 1e-9))
    step = max(step, 1.0) if whole else step
    steps = -(-highest * (1 - 1e-9) // step)
    return step, step * steps


def _places(days: Sequence[date]) -> list[float]:
    """Across, true to time; surveys of a single day side by side."""
    first, last = LEFT + INSET, WIDTH - RIGHT - INSET
    span = (days[-1] - days[0]).days
    if span:
        return [first + (last - first) * (day - days[0]).days / span for day in days]
    return [first + (last - first) * (place + 0.5) / len(days) for place in range(len(days))]


def _whisker(x: float, value: Value, down: Callable[[float], float]) -> str:
    """From low to high with caps; for a bound an arrow down from it; nothing where there is no uncertainty."""
    if value.is_bound:
        y = down(value.value or 0)
        tip = min(y + 22, HEIGHT - BOTTOM)
        head = f"M{_at(x - 3)} {_at(tip - 4)}L{_at(x)} {_at(tip)}L{_at(x + 3)} {_at(tip - 4)}"
        return f"M{_at(x)} {_at(y)}V{_at(tip)}{head}"
    if value.low is None or value.high is None or value.low == value.high:
        return ""
    low, high = down(value.low), down(value.high)
    caps = "".join(f"M{_at(x - CAP)} {_at(y)}H{_at(x + CAP)}" for y in (low, high))
    return f"M{_at(x)} {_at(low)}V{_at(high)}{caps}"


def _days(xs: Sequence[float], values: Sequence[Value]) -> tuple[Tick, ...]:
    """The months below the axis, as many as do not run into each other, the last one always."""
    ticks: list[Tick] = []
    left = float("inf")
    for x, value in reversed(list(zip(xs, values, strict=True))):
        if left - x >= LABEL_WIDTH:
            ticks.append(Tick(_at(x), date_format(value.day, "M Y")))
            left = x
    return tuple(reversed(ticks))


def _ticks(step: float, top: float, down: Callable[[float], float]) -> list[Tick]:
    decimals = max(0, -floor(log10(step) + 1e-9))
    return [Tick(_at(down(step * n)), grouped_number(step * n, decimals)) for n in range(round(top / step) + 1)]


def _at(number: float) -> str:
    """A coordinate, never in the reader's own notation."""
    return f"{number:.1f}".removesuffix(".0")

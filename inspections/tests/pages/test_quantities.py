"""Numbers as engineers write them."""

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from inspections.templatetags import quantities

SPACE = "\u202f"


def plain(markup: str) -> str:
    return re.sub(r"<[^>]+>", "", str(markup))


@pytest.mark.parametrize(
    ("arguments", "written"),
    [
        ((0.42, "mm", 0.08), f"0.42{SPACE}±{SPACE}0.08{SPACE}mm"),
        ((0.0, "mm"), f"0.00{SPACE}mm"),
        ((-1.5, "m", None, 1), f"−1.5{SPACE}m"),
        ((12345.6, "px", None, 0), f"12{SPACE}346{SPACE}px"),
        ((None, "mm"), "not measured"),
        ((None, "mm", 0.1, 2, "below the floor"), "below the floor"),
    ],
)
def test_a_quantity_has_a_unit_and_its_uncertainty(arguments, written):
    assert plain(quantities.quantity(*arguments)) == written


@pytest.mark.parametrize(("count", "written"), [(0, "—"), (None, "—"), (7, "7"), (12345, f"12{SPACE}345")])
def test_counts(count, written):
    assert quantities.grouped(count) == written


@pytest.mark.parametrize(
    ("value", "written"), [(2.345, "2.3"), (99.94, "99.9"), (123.4, "123"), (None, "not measured")]
)
def test_pixels(value, written):
    assert plain(quantities.pixels(value)).removesuffix(f"{SPACE}px") == written


@pytest.mark.parametrize(
    ("share", "written"), [(0.5, "50"), (0.0234, "2.3"), (0.00123, "0.12"), (None, "not measured")]
)
def test_percent(share, written):
    assert plain(quantities.percent(share)).removesuffix(f"{SPACE}%") == written


@pytest.mark.parametrize(
    ("size", "written"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1500, "2 kB"),
        (4_200_000, "4.2 MB"),
        (42_000_000, "42 MB"),
        (3e9, "3.0 GB"),
        (None, "0 B"),
    ],
)
def test_byte_sizes(size, written):
    assert plain(quantities.byte_size(size)) == written.replace(" ", SPACE)


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0.84, "0.8 s"), (42, "42 s"), (200, "3 min 20 s"), (7500, "2 h 5 min"), (-3, "0.0 s")],
)
def test_elapsed(seconds, written):
    start = datetime(2026, 5, 4, tzinfo=UTC)
    assert plain(quantities.elapsed(start, start + timedelta(seconds=seconds))).replace(SPACE, " ") == written


@pytest.mark.parametrize(("value", "written"), [(4_213_345, "4.2 million"), (940, "940")])
def test_millions(value, written):
    assert quantities.millions(value) == written


@pytest.mark.parametrize(
    ("place", "written"),
    [
        ((54.09125, -2.00342), "54.09125° N, 2.00342° W"),
        ((-33.85, 151.2), "33.85000° S, 151.20000° E"),
        ((0, 0), "0.00000° N, 0.00000° E"),
        ((None, None), "not given"),
    ],
)
def test_coordinates(place, written):
    markup = quantities.coordinates(SimpleNamespace(latitude=place[0], longitude=place[1]))
    assert plain(markup).replace(SPACE, " ") == written

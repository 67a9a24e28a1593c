"""Numbers as engineers write them."""

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from inspections.models import Finding
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
    ("arguments", "written"),
    [
        ((0.4234, 0.112), "0.42 ± 0.11 mm"),
        ((0.4234, 0.0934), "0.423 ± 0.093 mm"),
        ((0.4234, 0.00934), "0.423 ± 0.009 mm"),
        ((12.3, 1.26), "12.3 ± 1.3 mm"),
        ((1234.5, 210.4), "1 234 ± 210 mm"),
        ((0.4, 0.0), "0.40 ± 0.00 mm"),
        ((0.4234,), "0.42 mm"),
        ((None, None, 0.301), "< 0.31 mm"),
        ((None, None, 0.31), "< 0.31 mm"),
        ((None, None, 0.0412), "< 0.042 mm"),
        ((None,), "not measured"),
        ((None, None, None, "no scale"), "no scale"),
    ],
)
def test_a_width_has_the_decimals_that_its_uncertainty_allows(arguments, written):
    assert plain(quantities.width_mm(*arguments)).replace(SPACE, " ").replace("&lt;", "<") == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.84, "0.8 mm"),
        (84.26, "84.3 mm"),
        (842.6, "843 mm"),
        (1240, "1.24 m"),
        (123_400, "123.4 m"),
        (None, "not measured"),
    ],
)
def test_lengths_grow_from_millimetres_to_metres(value, written):
    assert plain(quantities.millimetres(value)).replace(SPACE, " ") == written


OLD = {"width_mean_px": 2.44, "width_max_px": 4.06, "length_px": 412.4}
PX = {**OLD, "width_median_px": 3.21, "width_u95_px": 0.58, "width_widest_px": 5.04, "width_widest_u95_px": 0.9}
MM = {**PX, "width_mm": 0.642, "width_u95_mm": 0.121, "widest_mm": 1.008, "widest_u95_mm": 0.2, "length_mm": 82.48}
BOUND = {**PX, "width_bound_mm": 0.303, "widest_bound_mm": 0.42, "length_mm": 1412.0}


@pytest.mark.parametrize(
    ("facts", "median", "widest", "length"),
    [
        (OLD, "2.4 px", "4.1 px", "412 px"),
        (PX, "3.2 ± 0.6 px", "5.0 ± 0.9 px", "412 px"),
        ({**PX, "width_widest_px": None}, "3.2 ± 0.6 px", "not measured", "412 px"),
        (MM, "0.64 ± 0.12 mm", "1.01 ± 0.20 mm", "82.5 mm"),
        (BOUND, "< 0.31 mm", "< 0.42 mm", "1.41 m"),
    ],
)
def test_a_crack_in_the_best_unit_there_is(facts, median, widest, length):
    finding = Finding(**facts)
    shown = [quantities.crack_width(finding), quantities.widest_width(finding), quantities.crack_length(finding)]
    assert [plain(markup).replace(SPACE, " ").replace("&lt;", "<") for markup in shown] == [median, widest, length]


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

"""How sure a proposal is: probabilities against independent values, margins, and widths that are only bounded."""

import math
from statistics import NormalDist

import pytest

from inspections.conditions import Proposal, Width, builtin_packs, propose

RC = "reinforced_concrete"


def of(width: Width, name: str = "aashto-mbei-in", material: str = RC, exposure: str = "") -> Proposal:
    return propose(width, builtin_packs()[name], material=material, exposure=exposure)


@pytest.mark.parametrize(
    ("mm", "u95", "lows"),
    [
        (0.3048, 0.05, (0.3048, 1.27)),
        (0.35, 0.06, (0.3048, 1.27)),
        (0.8, 0.6, (0.3048, 1.27)),
        (0.1, 0.4, (0.3048, 1.27)),
        (0.0, 0.3, (0.3048, 1.27)),
        (2.5, 1.0, (0.3048, 1.27)),
    ],
)
def test_probabilities_are_those_of_a_normal_distribution_cut_off_at_zero(mm, u95, lows) -> None:
    normal = NormalDist(mm, u95 / 1.96)
    whole = 1 - normal.cdf(0)
    first, second = ((normal.cdf(low) - normal.cdf(0)) / whole for low in lows)
    found = of(Width(mm, u95)).probabilities
    assert found == pytest.approx({"CS1": first, "CS2": second - first, "CS3": 1 - second}, abs=1e-12)


def test_a_width_on_a_limit_is_as_likely_below_as_above() -> None:
    found = of(Width(0.3048, 0.02)).probabilities
    assert (found["CS1"], found["CS2"]) == pytest.approx((0.5, 0.5), abs=1e-12)


def test_one_expanded_uncertainty_below_a_limit_is_975_of_1000() -> None:
    assert of(Width(0.3048 - 0.05, 0.05)).probabilities["CS1"] == pytest.approx(0.975, abs=5e-5)


@pytest.mark.parametrize(("mm", "state"), [(0.0, "CS1"), (0.3048, "CS2"), (1.27, "CS2"), (1.2701, "CS3")])
def test_without_an_uncertainty_the_width_is_exact_and_says_so(mm, state) -> None:
    found = of(Width(mm))
    assert (found.state, found.probabilities[state], sum(found.probabilities.values())) == (state, 1.0, 1.0)
    assert "taken as exact" in found.assumption


def test_the_margin_tells_the_side_and_the_nearest_limit() -> None:
    assert of(Width(0.25)).margin_mm == pytest.approx(0.0548)
    assert of(Width(0.35)).margin_mm == pytest.approx(-0.0452)
    assert of(Width(1.2)).margin_mm == pytest.approx(0.07)
    assert of(Width(3.0)).margin_mm == pytest.approx(-1.73)
    halfway = of(Width((0.3048 + 1.27) / 2))
    assert halfway.margin_mm is not None and halfway.margin_mm > 0, "of two equally near limits the worse one counts"


@pytest.mark.parametrize(
    ("name", "material", "exposure"),
    [
        ("aashto-mbei-in", RC, ""),
        ("aashto-mbei-mm", "prestressed_concrete", ""),
        ("aci-224r-in", RC, "humid"),
        ("mlit-record", RC, ""),
    ],
)
@pytest.mark.parametrize("u95", [0.0, 1e-5, 0.03, 0.3, 3.0])
def test_wider_cracks_are_never_better_and_probabilities_add_up(name, material, exposure, u95) -> None:
    results = builtin_packs()[name].kind.results
    worse_before, place_before = [0.0] * (len(results) - 1), 0
    for step in range(160):
        found = of(Width(step * 0.0125, u95), name, material, exposure)
        shares = [found.probabilities[result] for result in results]
        assert math.isclose(sum(shares), 1, abs_tol=1e-12) and all(-1e-15 <= share <= 1 for share in shares)
        worse = [sum(shares[place:]) for place in range(1, len(results))]
        assert all(now >= before - 1e-12 for now, before in zip(worse, worse_before, strict=True))
        assert found.state is not None and results.index(found.state) >= place_before
        worse_before, place_before = worse, results.index(found.state)


@pytest.mark.parametrize(
    ("mm", "u95", "states"),
    [
        (0.2, 0.0, ("CS1",)),
        (0.3048, 0.0, ("CS1",)),
        (0.3049, 0.0, ("CS1", "CS2")),
        (0.28, 0.02, ("CS1",)),
        (0.28, 0.03, ("CS1", "CS2")),
        (0.4, 0.0, ("CS1", "CS2")),
        (1.27, 0.0, ("CS1", "CS2")),
        (1.2701, 0.0, ("CS1", "CS2", "CS3")),
        (5.0, 0.0, ("CS1", "CS2", "CS3")),
    ],
)
def test_a_bound_leaves_open_what_lies_below_it(mm, u95, states) -> None:
    found = of(Width(mm, u95, upper_bound=True))
    assert found.states == states
    assert found.state == (states[0] if len(states) == 1 else None)
    assert {state for state, share in found.probabilities.items() if share > 0} == set(states)
    assert math.isclose(sum(found.probabilities.values()), 1)
    assert (found.margin_mm is None) == (len(states) > 1)


def test_a_bound_between_two_states_claims_none_and_says_on_what_its_probabilities_rest() -> None:
    found = of(Width(0.4, upper_bound=True))
    assert found.probabilities == pytest.approx({"CS1": 0.762, "CS2": 0.238, "CS3": 0})
    assert "CS1 (below 0.012 in (0.3048 mm)) or CS2" in found.sentence
    assert "No single one is claimed" in found.sentence and "equally likely" in found.assumption and not found.reason


def test_the_uncertainty_of_a_bound_is_added_to_it() -> None:
    found = of(Width(0.2, 0.05, upper_bound=True))
    assert (found.state, found.margin_mm) == ("CS1", pytest.approx(0.0548))
    assert "narrower than 0.25 mm (0.20 mm and its uncertainty of 0.05 mm)" in found.sentence


def test_a_bound_is_never_told_narrower_than_it_is() -> None:
    found = of(Width(3.79214, upper_bound=True))
    assert "narrower than 3.80 mm" in found.sentence and "from 0 to 3.80 mm" in found.assumption
    assert "narrower than 0.305 mm" not in of(Width(0.30479, upper_bound=True)).sentence, "the limit is 0.3048 mm"


def test_a_bound_below_a_width_limit_is_within_it() -> None:
    assert of(Width(0.3, upper_bound=True), "aci-224r-mm", RC, "humid").state == "within"
    assert of(Width(0.31, upper_bound=True), "aci-224r-mm", RC, "humid").states == ("within", "beyond")


@pytest.mark.parametrize(
    ("mm", "u95", "bound"),
    [(-0.1, 0, False), (math.nan, 0, False), (math.inf, 0, False), (1, -1, False), (1, math.nan, False), (0, 0, True)],
)
def test_impossible_widths_are_refused(mm, u95, bound) -> None:
    with pytest.raises(ValueError, match="0 mm"):
        Width(mm, u95, bound)


@pytest.mark.parametrize("u95", [5e-324, 1e-300, 1e300])
def test_extreme_uncertainties_still_add_up(u95) -> None:
    assert math.isclose(sum(of(Width(0.5, u95)).probabilities.values()), 1)

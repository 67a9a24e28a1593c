"""Proposals: at every limit of every shipped pack, with uncertainty, with bounds, and where nothing is proposed."""

from decimal import Decimal

import pytest

from inspections.conditions import Kind, Pack, Proposal, Width, builtin_packs, propose
from inspections.conditions.rules import MATERIALS
from inspections.models.materials import Material

RC, PSC = "reinforced_concrete", "prestressed_concrete"
HAIR = 0.00001

# Pack, material, exposure, the limit as its source states it, and the result just below, at and just above it.
LIMITS = [
    ("aashto-mbei-in", RC, "", "0.012", "in", "CS1", "CS2", "CS2"),
    ("aashto-mbei-in", RC, "", "0.05", "in", "CS2", "CS2", "CS3"),
    ("aashto-mbei-in", PSC, "", "0.004", "in", "CS1", "CS2", "CS2"),
    ("aashto-mbei-in", PSC, "", "0.009", "in", "CS2", "CS2", "CS3"),
    ("aashto-mbei-mm", RC, "", "0.30", "mm", "CS1", "CS2", "CS2"),
    ("aashto-mbei-mm", RC, "", "1.27", "mm", "CS2", "CS2", "CS3"),
    ("aashto-mbei-mm", PSC, "", "0.10", "mm", "CS1", "CS2", "CS2"),
    ("aashto-mbei-mm", PSC, "", "0.23", "mm", "CS2", "CS2", "CS3"),
    ("aci-224r-in", RC, "dry-air", "0.016", "in", "within", "within", "beyond"),
    ("aci-224r-in", RC, "humid", "0.012", "in", "within", "within", "beyond"),
    ("aci-224r-in", RC, "de-icing", "0.007", "in", "within", "within", "beyond"),
    ("aci-224r-in", RC, "seawater", "0.006", "in", "within", "within", "beyond"),
    ("aci-224r-in", RC, "water-retaining", "0.004", "in", "within", "within", "beyond"),
    ("aci-224r-mm", RC, "dry-air", "0.41", "mm", "within", "within", "beyond"),
    ("aci-224r-mm", RC, "humid", "0.30", "mm", "within", "within", "beyond"),
    ("aci-224r-mm", RC, "de-icing", "0.18", "mm", "within", "within", "beyond"),
    ("aci-224r-mm", RC, "seawater", "0.15", "mm", "within", "within", "beyond"),
    ("aci-224r-mm", RC, "water-retaining", "0.10", "mm", "within", "within", "beyond"),
    ("mlit-record", RC, "", "0.2", "mm", "below", "record", "record"),
]

# Eurocode 2: exposure classes and wmax in mm for reinforced and prestressed members; None where no width is named.
DESIGN = [
    ("X0 XC1", "0.4", "0.2"),
    ("XC2 XC3 XC4", "0.3", "0.2"),
    ("XD1 XD2 XS1 XS2 XS3", "0.3", None),
]


def pack(name: str) -> Pack:
    return builtin_packs()[name]


def of(width: Width | None, name: str = "aashto-mbei-in", material: str = RC, exposure: str = "") -> Proposal:
    return propose(width, pack(name), material=material, exposure=exposure)


def in_mm(limit: str, unit: str) -> float:
    return float(Decimal(limit) * (Decimal("25.4") if unit == "in" else 1))


@pytest.mark.parametrize(("name", "material", "exposure", "limit", "unit", "below", "at", "above"), LIMITS)
def test_every_limit_divides_exactly_where_its_source_says(
    name, material, exposure, limit, unit, below, at, above
) -> None:
    edge = in_mm(limit, unit)
    found = [of(Width(mm, 0.02), name, material, exposure) for mm in (edge - HAIR, edge, edge + HAIR)]
    assert [proposal.state for proposal in found] == [below, at, above]
    assert all(str(proposal.nearest).startswith(f"{limit} {unit}") for proposal in found)
    assert [proposal.margin_mm for proposal in found] == pytest.approx([HAIR, 0, -HAIR], abs=1e-9)
    for proposal, state in zip(found, (below, at, above), strict=True):
        assert f"{limit} {unit}" in proposal.sentence and f": {state}. " in proposal.sentence
        assert proposal.rule is not None and proposal.rule.source in proposal.sentence and not proposal.reason


def test_the_table_above_holds_every_limit_that_can_fire() -> None:
    shipped = {
        (entry.id, material, exposure, str(limit.value), limit.unit)
        for entry in builtin_packs().values()
        if entry.kind is not Kind.INFORMATION
        for rule in entry.rules
        for material in rule.materials
        for exposure in rule.exposures or ("",)
        for limit in rule.limits
    }
    assert shipped == {row[:5] for row in LIMITS}


@pytest.mark.parametrize("row", [row for row in LIMITS if row[4] == "in"])
def test_a_width_converted_from_inches_in_floating_point_is_still_at_the_limit(row) -> None:
    name, material, exposure, limit, _, _, at, _ = row
    assert of(Width(float(limit) * 25.4), name, material, exposure).state == at
    assert of(Width(float(limit) / (1 / 25.4)), name, material, exposure).state == at


@pytest.mark.parametrize("family", ["aashto-mbei", "aci-224r"])
def test_the_metric_edition_is_the_inch_edition_rounded(family) -> None:
    inch, metric = pack(f"{family}-in"), pack(f"{family}-mm")
    assert [(rule.id, rule.materials, rule.exposures, rule.results) for rule in inch.rules] == [
        (rule.id, rule.materials, rule.exposures, rule.results) for rule in metric.rules
    ]
    for ours, theirs in zip(inch.rules, metric.rules, strict=True):
        assert [limit.reached for limit in ours.limits] == [limit.reached for limit in theirs.limits]
        assert [round(limit.exact_mm, 2) for limit in ours.limits] == [limit.value for limit in theirs.limits]


def test_between_the_editions_the_state_depends_on_the_edition() -> None:
    assert (of(Width(0.302)).state, of(Width(0.302), "aashto-mbei-mm").state) == ("CS1", "CS2")


def test_a_limit_is_the_inch_and_not_its_rounded_millimetres() -> None:
    limit = pack("aashto-mbei-in").rules[0].limits[0]
    assert (limit.exact_mm, str(limit)) == (Decimal("0.3048"), "0.012 in (0.3048 mm)")


@pytest.mark.parametrize("name", sorted(builtin_packs()))
def test_without_a_scale_nothing_is_proposed_and_the_cure_is_told(name) -> None:
    chosen = pack(name)
    exposure = next(iter(chosen.exposures), "")
    found = of(None, name, RC, exposure)
    assert (found.states, found.state, found.margin_mm, dict(found.probabilities)) == ((), None, None, {})
    assert ("no scale" in found.reason) == (chosen.kind is not Kind.INFORMATION)
    assert found.rule is not None, "what would apply is known all the same"


@pytest.mark.parametrize("material", [material for material in MATERIALS if material not in (RC, PSC)])
def test_other_materials_are_not_spoken_of(material) -> None:
    found = of(Width(3.0), material=material)
    assert found.states == () and found.rule is None
    assert f"says nothing about {material.replace('_', ' ')}" in found.reason
    assert "reinforced concrete and prestressed concrete" in found.reason


def test_prestressed_concrete_has_no_guide_width_and_no_record_threshold() -> None:
    assert "says nothing about prestressed concrete" in of(Width(1), "aci-224r-mm", PSC, "humid").reason
    assert "says nothing about prestressed concrete" in of(Width(1), "mlit-record", PSC).reason


def test_the_names_of_materials_are_those_of_elements() -> None:
    assert set(MATERIALS) == set(Material.values)


def test_an_exposure_class_is_asked_for_only_where_it_matters() -> None:
    assert "Choose dry-air, humid, de-icing, seawater or water-retaining" in of(Width(1), "aci-224r-in").reason
    assert "“XC9”" in of(Width(1), "aci-224r-in", RC, "XC9").reason
    assert of(Width(1), "aashto-mbei-in", RC, "XC9").state == "CS2"


@pytest.mark.parametrize(("classes", "reinforced", "prestressed"), DESIGN)
def test_eurocode_limits_are_shown_and_never_yield_a_state(classes, reinforced, prestressed) -> None:
    for exposure in classes.split():
        for material, wmax in ((RC, reinforced), (PSC, prestressed)):
            for width in (None, Width(0.1), Width(5.0, 0.1), Width(0.1, upper_bound=True)):
                found = of(width, "eurocode-2", material, exposure)
                assert (found.states, dict(found.probabilities), found.nearest) == ((), {}, None)
                assert "never yields a state" in found.reason and "calculated in design" in found.reason
                assert found.rule is not None
                assert [str(limit) for limit in found.rule.limits] == ([f"{wmax} mm"] if wmax else [])


def test_eurocode_names_no_width_for_xd3() -> None:
    assert of(Width(1), "eurocode-2", RC, "XD3").rule is None


@pytest.mark.parametrize("entry", builtin_packs().values(), ids=lambda entry: entry.id)
def test_nothing_ever_proposes_cs4(entry) -> None:
    for material in MATERIALS:
        for exposure in ("", *entry.exposures):
            for width in (Width(900.0, 1.0), Width(900.0, upper_bound=True)):
                found = propose(width, entry, material=material, exposure=exposure)
                assert "CS4" not in (*found.states, *found.probabilities)


@pytest.mark.parametrize(
    ("mm", "printed"),
    [
        (0.30, "0.30 mm is"),
        (0.3048, "0.3048 mm is"),
        (0.3001, "0.30 mm is"),
        (0.3049, "0.305 mm is"),
        (1.27, "1.27 mm is"),
        (1.2701, "1.2701 mm is"),
        (1.272, "1.272 mm is"),
    ],
)
def test_a_printed_width_is_on_the_side_where_the_width_is(mm, printed) -> None:
    assert of(Width(mm)).sentence.startswith(printed)


def test_a_small_uncertainty_is_not_printed_as_none() -> None:
    assert of(Width(0.2, 0.004)).sentence.startswith("0.20 ± 0.004 mm is")


def test_a_record_holds_plain_values_and_names_its_source() -> None:
    found = of(Width(0.35, 0.06)).as_record()
    assert (found["pack"], found["rule"], found["states"]) == ("aashto-mbei-in", "1130", ["CS2"])
    assert found["source"] == "AASHTO MBEI, defect 1130" and len(found["digest"]) == 64
    assert found["limit"] == "0.012 in (0.3048 mm)" and type(found["probabilities"]) is dict

"""Packs that organisations send: read exactly, or refused with every problem, its line, its place and its cure."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from inspections.conditions import Kind, Width, builtin_packs, parse_pack, propose
from inspections.env import ROOT
from inspections.tests.condition_packs import BANDS, PACK, problems


def with_bands(*bands: str) -> str:
    return PACK.replace(BANDS, "".join(f"      - {{{band}}}\n" for band in bands))


def test_a_pack_is_read_as_it_is_written() -> None:
    pack = parse_pack(PACK)
    assert (pack.id, pack.edition, pack.version, pack.kind, pack.unit) == (
        "county-roads",
        "2026",
        "3",
        Kind.CONDITION_STATES,
        "mm",
    )
    (rule,) = pack.rules
    assert (rule.id, rule.results, rule.source) == ("deck", ("CS1", "CS2", "CS3"), "Circular 12 of the county")
    assert [(limit.value, limit.reached) for limit in rule.limits] == [(Decimal("0.20"), False), (Decimal("0.5"), True)]
    assert [rule.band(state) for state in rule.results] == [
        "up to 0.20 mm",
        "above 0.20 mm and below 0.5 mm",
        "0.5 mm or more",
    ]


@pytest.mark.parametrize(
    ("mm", "state"), [(0.19999, "CS1"), (0.2, "CS1"), (0.20001, "CS2"), (0.49999, "CS2"), (0.5, "CS3")]
)
def test_the_ends_of_bands_are_kept(mm, state) -> None:
    assert propose(Width(mm), parse_pack(PACK), material="reinforced_concrete").state == state


def test_text_and_bytes_give_the_same_pack_and_a_change_gives_another_digest() -> None:
    assert parse_pack(PACK) == parse_pack(PACK.encode())
    assert parse_pack("\ufeff" + PACK).rules == parse_pack(PACK).rules
    assert parse_pack(PACK.replace("0.5", "0.6")).digest != parse_pack(PACK).digest


def test_any_script_is_welcome_and_spelled_in_one_way() -> None:
    pack = parse_pack(
        PACK.replace("County roads", "Landstra\u00dfen im Kreis Mu\u0308nster \u2014 \u9053\u8def \U0001f309")
    )
    assert pack.name == "Landstraßen im Kreis Münster — 道路 🌉, crack rules"


def test_words_that_yaml_takes_for_something_else_stay_words() -> None:
    pack = parse_pack(PACK.replace("County roads, crack rules", "No").replace("edition: 2026", "edition: 2026-01-01"))
    assert (pack.name, pack.edition) == ("No", "2026-01-01")


@pytest.mark.parametrize("text", ["CS4", "cs4", "CS 4", "cs-4", "ＣＳ４", '"4"', "Severe"])
def test_a_pack_that_gives_cs4_is_refused_with_a_sentence(text) -> None:
    bands = ("result: CS1, below: 0.2", "result: CS2, from: 0.2, below: 0.5", f"result: {text}, from: 0.5")
    (told,) = problems(with_bands(*bands))
    assert told.startswith("Line 16, rules[1].limits[3].result: CS4 is not for software to give")
    assert "structural review" in told and "a person gives CS4" in told


FIELDS = [
    (("format: 1", "format: 2"), "Line 1, format: “2” is not known here. Choose one of: 1."),
    (("id: county-roads", "id: county roads"), "Line 2, id: “county roads” is no identifier"),
    (("id: county-roads", "id: ../../etc"), "Line 2, id: “../../etc” is no identifier"),
    (("name: County roads, crack rules", "name:"), "Line 3, name: This field is empty"),
    (("name: County roads, crack rules", "name: [a, b]"), "Line 3, name: A text is expected here"),
    (("name: County roads", "name: " + "x" * 300), "Line 3, name: The text has 313 characters; 200 are allowed"),
    (("name: County roads, crack rules", 'name: "\\u202exyz"'), "Line 3, name: The text holds the invisible"),
    (("name: County", "name: Coun\u200bty"), "Line 3, name: The text holds the invisible character U+200B"),
    (("edition: 2026\n", ""), "Line 1, edition: This field is missing"),
    (("version: 3", "version: 3\nversion: 4"), "Line 6, version: This field stands here twice"),
    (("kind: condition-states", "kind: states"), "Line 6, kind: “states” is not known here. Choose one of: condition"),
    (("unit: mm", "unit: cm"), "Line 7, unit: “cm” is not known here. Choose one of: in, mm."),
    (("source: Cir", "sauce: x\nsource: Cir"), "Line 8, sauce: Unknown field. Did you mean source?"),
    (("    limits:", "    colour: red\n    limits:"), "Line 13, rules[1].colour: Unknown field. Known here: id, name"),
    (("reinforced_concrete", "concrete"), "Line 12, rules[1].materials[1]: “concrete” is not known here"),
    (("[reinforced_concrete]", "[steel, steel]"), "Line 12, rules[1].materials[2]: “steel” stands here twice"),
    (("[reinforced_concrete]", "[]"), "Line 12, rules[1].materials: This is not a list, or an empty one"),
    (("[reinforced_concrete]", "steel"), "Line 12, rules[1].materials: This is not a list, or an empty one"),
    (("    limits:", "    exposures: [XC1]\n    limits:"), "Line 13, rules[1].exposures: The pack names no exposures"),
    (("to: 0.20}", "to: 0,20}"), "Line 14"),
    (("to: 0.20}", "to: 0.2 mm}"), "Line 14, rules[1].limits[1].to: “0.2 mm” is not a width. Write a decimal number"),
    (("to: 0.20}", "to: -0.20}"), "Line 14, rules[1].limits[1].to: “-0.20” is not a width"),
    (("to: 0.20}", "to: .nan}"), "Line 14, rules[1].limits[1].to: “.nan” is not a width"),
    (("to: 0.20}", "to: 1e-1}"), "Line 14, rules[1].limits[1].to: “1e-1” is not a width"),
    (("to: 0.20}", "to: 0.2000001}"), "Line 14, rules[1].limits[1].to: “0.2000001” is not a width"),
    (("to: 0.20}", "to: ٠}"), "Line 14, rules[1].limits[1].to: “٠” is not a width"),
    (("to: 0.20}", "to: 0}"), "Line 14, rules[1].limits[1].to: A limit is above 0"),
    (("to: 0.20}", "to: 0.2, below: 0.2}"), "Line 14, rules[1].limits[1]: to and below stand together"),
    (("result: CS2", "result: fair"), "Line 15, rules[1].limits[2].result: “fair” is not known here"),
]


@pytest.mark.parametrize(("change", "told"), FIELDS, ids=lambda part: part[1][:30] if isinstance(part, tuple) else "")
def test_a_wrong_field_is_told_with_its_line_and_place(change, told) -> None:
    assert change[0] in PACK
    found = problems(PACK.replace(*change, 1))
    assert any(sentence.startswith(told) for sentence in found), found


GAPS = [
    (("below: 0.2", "from: 0.3"), "Widths between 0.2 and 0.3 belong to no band"),
    (("below: 0.3", "from: 0.2"), "Widths between 0.2 and 0.3 belong to two bands"),
    (("below: 0.2", "above: 0.2"), "A width of exactly 0.2 belongs to no band"),
    (("to: 0.20", "from: 0.2"), "A width of exactly 0.20 belongs to two bands"),
    (("below: 0.2", ""), "It is not said where CS1 ends and CS2 begins"),
    (("", "from: 0.2"), "It is not said where CS1 ends and CS2 begins"),
    (("from: 0.1, below: 0.2", "from: 0.2"), "The narrowest band begins at 0"),
    (("below: 0.2", "from: 0.2, to: 0.9"), "Nothing is said of widths beyond 0.9"),
    (("below: 0.2", "from: 0.2, to: 0.1"), "The band ends at 0.1, which is not above its beginning 0.2"),
]


@pytest.mark.parametrize(("ends", "told"), GAPS)
def test_bands_cover_every_width_once(ends, told) -> None:
    bands = [f"result: {state}, {end}".rstrip(", ") for state, end in zip(("CS1", "CS2"), ends, strict=True)]
    assert any(told in sentence for sentence in problems(with_bands(*bands)))


@pytest.mark.parametrize("states", [("CS2", "CS1"), ("CS1", "CS1"), ("CS2", "CS3")])
def test_bands_stand_from_narrow_to_wide_and_begin_with_the_best(states) -> None:
    first, second = states
    (told,) = problems(with_bands(f"result: {first}, below: 0.2", f"result: {second}, from: 0.2"))
    assert "in the order CS1, CS2, CS3" in told


def test_one_band_alone_is_refused() -> None:
    assert any("One band alone" in sentence for sentence in problems(with_bands("result: CS1")))


def test_a_crack_meets_one_rule_only() -> None:
    again = PACK + PACK[PACK.index("  - id: deck") :].replace("id: deck", "id: wall")
    assert problems(again) == [
        "Line 17, rules[2]: Rule deck already speaks of reinforced_concrete. A crack must meet one rule only."
    ]
    assert "“deck” is the id of an earlier rule" in problems(again.replace("id: wall", "id: deck"))[1]


@pytest.mark.parametrize(("first", "second"), [("[wet]", "[wet, dry]"), ("[wet]", ""), ("", "[wet]")])
def test_rules_may_not_meet_in_an_exposure_class_either(first, second) -> None:
    rule = PACK[PACK.index("  - id: deck") :]

    def exposed(text: str, classes: str) -> str:
        return text.replace("    limits:", f"    exposures: {classes}\n    limits:") if classes else text

    head = PACK.replace("rules:", "exposures: {wet: Wet, dry: Dry}\nrules:").replace(rule, "")
    text = head + exposed(rule, first) + exposed(rule.replace("id: deck", "id: wall"), second)
    (told,) = problems(text)
    assert "Rule deck already speaks of reinforced_concrete" in told
    assert len(parse_pack(head + exposed(rule, "[wet]") + exposed(rule.replace("deck", "wall"), "[dry]")).rules) == 2


def test_all_problems_are_told_at_once_in_the_order_of_lines() -> None:
    bad = PACK.replace("format: 1", "format: 9").replace("unit: mm", "unit: furlong").replace("to: 0.20", "to: wide")
    bad = bad.replace("[reinforced_concrete]", "[paper]").replace("result: CS3", "result: CS4")
    found = problems(bad)
    assert [int(re.findall(r"\d+", sentence)[0]) for sentence in found] == [1, 7, 12, 14, 16]


def test_of_very_many_problems_the_first_hundred_are_told() -> None:
    found = problems("".join(f"field{number}: 1\n" for number in range(5000)))
    assert len(found) == 101 and "more problems follow" in found[-1]


def test_the_shipped_packs_are_read_once_and_named_as_their_files() -> None:
    folder = Path(ROOT) / "inspections" / "conditions" / "packs"
    assert set(builtin_packs()) == {path.stem for path in folder.glob("*.yaml")}
    assert builtin_packs() is builtin_packs()
    with pytest.raises(TypeError):
        builtin_packs()["own"] = parse_pack(PACK)  # type: ignore[index]


def test_the_example_in_the_docs_is_a_pack() -> None:
    page = (Path(ROOT) / "docs" / "conditions.md").read_text()
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert parse_pack(example).rules
    (told,) = problems(example.replace("CS3", "CS4", 1))
    assert told[:80] in page, "the refusal that the page quotes is the one that is given"


def test_the_docs_name_every_shipped_limit() -> None:
    page = (Path(ROOT) / "docs" / "conditions.md").read_text()
    for pack in builtin_packs().values():
        assert f"`{pack.id}`" in page
        rows = [line for line in page.splitlines() if line.startswith(f"| `{pack.id}`")]
        for rule in pack.rules:
            for limit in rule.limits:
                assert any(f" {limit}".split(" (")[0] in row for row in rows), (pack.id, rule.id, str(limit))

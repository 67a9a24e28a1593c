"""Every sentence of a proposal, complete enough to be checked against the source by hand."""

from inspections.conditions.rules import COMPARED_DECIMALS, Pack, Rule
from inspections.conditions.widths import Width

NO_SCALE = (
    "No width in millimetres is known, because the photo has no scale. Give it one (a marker, the distance, or a known "
    "length), then a proposal can be made."
)
NO_PLACE = (
    "No width is known, although the photo has a scale: nowhere is the crack far enough from its ends and forks to be "
    "measured. Measure it on the bridge with a crack gauge."
)
NORMAL = "Probabilities: normal distribution with σ = u95 / 1.96, cut off at 0."
EXACT = "Probabilities: the width was given without an uncertainty and is taken as exact."


def design_limits_only(pack: Pack) -> str:
    """Why a pack for information proposes nothing."""
    return (
        f"“{pack.title}” limits widths that are calculated in design, not widths that are measured in an inspection. "
        "It is shown for information and never yields a state; choose a pack for inspections."
    )


def no_rule(pack: Pack, material: str, exposure: str) -> str:
    """Why no rule fired, and what to choose instead."""
    if material not in pack.materials:
        covered = listed([spoken(name) for name in pack.materials], "and")
        return f"“{pack.title}” says nothing about {spoken(material)}; it speaks of {covered}."
    choices = listed(list(pack.exposures_of(material)), "or")
    if not exposure:
        return f"“{pack.title}” needs the exposure class of the element. Choose {choices}."
    return f"“{pack.title}” has no limit for the exposure class “{exposure}” in {spoken(material)}. Choose {choices}."


def measured(width: Width, pack: Pack, rule: Rule, state: str) -> str:
    """What fired for a measured width, with the band, the rule and the source."""
    spread = f" ± {uncertainty(width.u95_mm)}" if not width.exact else ""
    number = f"{width.mm:.{telling_digits(width.mm, rule)}f}{spread} mm"
    return f"{number} is “{rule.band(state)}”: {state}. {cited(pack, rule)}"


def bounded(width: Width, pack: Pack, rule: Rule, possible: tuple[str, ...]) -> str:
    """What an upper bound leaves open."""
    bound = f"{width.bound_mm:.{telling_digits(width.bound_mm, rule)}f} mm"
    if not width.exact:
        bound += f" ({width.mm:.2f} mm and its uncertainty of {uncertainty(width.u95_mm)} mm)"
    if len(possible) == 1:
        return f"The crack is narrower than {bound}, so “{rule.band(possible[0])}”: {possible[0]}. {cited(pack, rule)}"
    bands = listed([f"{state} ({rule.band(state)})" for state in possible], "or")
    return (
        f"The crack is only known to be narrower than {bound}: {bands}. No single one is claimed. {cited(pack, rule)}"
    )


def uniform(width: Width) -> str:
    """What the probabilities of a bounded width rest on."""
    return (
        f"Probabilities: nothing but the bound is known, so every width from 0 to {width.bound_mm:g} mm counts as "
        "equally likely (JCGM 100:2008, 4.3.7)."
    )


def cited(pack: Pack, rule: Rule) -> str:
    """The rule and where it is written."""
    return f"Rule {rule.id}, {rule.name}; {pack.title}; {rule.source}."


def spoken(name: str) -> str:
    """A material's name as it is read: "reinforced concrete"."""
    return name.replace("_", " ") or "an unnamed material"


def listed(words: list[str], last: str) -> str:
    """Words in a row: "a, b or c"."""
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def uncertainty(mm: float) -> str:
    """An uncertainty with two decimals, or with as many as a small one needs for its first two digits."""
    return f"{mm:.2f}" if mm >= 0.01 else f"{mm:.2g}"


def telling_digits(mm: float, rule: Rule) -> int:
    """Decimals, two or more, with which the printed width has the result and the side of each limit of the true one."""
    for digits in range(2, COMPARED_DECIMALS):
        printed = round(mm, digits)
        if all(_side(printed, limit.mm) == _side(mm, limit.mm) for limit in rule.limits):
            return digits
    return COMPARED_DECIMALS


def _side(mm: float, limit_mm: float) -> int:
    compared = round(mm, COMPARED_DECIMALS)
    return (compared > limit_mm) - (compared < limit_mm)

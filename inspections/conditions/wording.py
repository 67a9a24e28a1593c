"""Every sentence of a proposal, complete enough to be checked against the source by hand."""

import math
from collections.abc import Callable

from inspections.conditions.language import decimal, gettext_noop
from inspections.conditions.language import gettext as _
from inspections.conditions.rules import COMPARED_DECIMALS, Pack, Rule
from inspections.conditions.widths import Width

NO_SCALE = gettext_noop(
    "No width in millimetres is known, because the photo has no scale. Give it one (a marker, the distance, or a known "
    "length), then a proposal can be made."
)
NO_PLACE = gettext_noop(
    "No width is known, although the photo has a scale: nowhere is the crack far enough from its ends and forks to be "
    "measured. Measure it on the bridge with a crack gauge."
)
SPOKEN = {
    "": gettext_noop("an unnamed material"),
    "reinforced_concrete": gettext_noop("reinforced concrete"),
    "prestressed_concrete": gettext_noop("prestressed concrete"),
    "steel": gettext_noop("steel"),
    "composite": gettext_noop("composite"),
    "masonry": gettext_noop("masonry"),
    "timber": gettext_noop("timber"),
    "asphalt": gettext_noop("asphalt"),
    "other": gettext_noop("other"),
}
RESULTS = {
    "within": gettext_noop("within"),
    "beyond": gettext_noop("beyond"),
    "below": gettext_noop("below"),
    "record": gettext_noop("record"),
}
NORMAL = gettext_noop("Probabilities: normal distribution with σ = u95 / 1.96, cut off at 0.")
EXACT = gettext_noop("Probabilities: the width was given without an uncertainty and is taken as exact.")


def design_limits_only(pack: Pack) -> str:
    """Why a pack for information proposes nothing."""
    return _(
        "“{pack}” limits widths that are calculated in design, not widths that are measured in an inspection. "
        "It is shown for information and never yields a state; choose a pack for inspections."
    ).format(pack=pack.title)


def no_rule(pack: Pack, material: str, exposure: str) -> str:
    """Why no rule fired, and what to choose instead."""
    if material not in pack.materials:
        covered = listed([spoken(name) for name in pack.materials], _("and"))
        sentence = _("“{pack}” says nothing about {material}; it speaks of {covered}.")
        return sentence.format(pack=pack.title, material=spoken(material), covered=covered)
    choices = listed(list(pack.exposures_of(material)), _("or"))
    sentence = _("“{pack}” has no limit for the exposure class “{exposure}” in {material}. Choose {choices}.")
    if not exposure:
        sentence = _("“{pack}” needs the exposure class of the element. Choose {choices}.")
    return sentence.format(pack=pack.title, exposure=exposure, material=spoken(material), choices=choices)


def measured(width: Width, pack: Pack, rule: Rule, state: str) -> str:
    """What fired for a measured width, with the band, the rule and the source."""
    spread = f" ± {uncertainty(width.u95_mm)}" if not width.exact else ""
    number = decimal(f"{width.mm:.{telling_digits(width.mm, rule)}f}{spread} mm")
    sentence = _("{width} is “{band}”: {state}.").format(width=number, band=rule.band(state), state=result(state))
    return f"{sentence} {cited(pack, rule)}"


def bounded(width: Width, pack: Pack, rule: Rule, possible: tuple[str, ...]) -> str:
    """What an upper bound leaves open."""
    digits = telling_digits(width.bound_mm, rule, rounded_up)
    bound = decimal(f"{rounded_up(width.bound_mm, digits):.{digits}f} mm")
    if not width.exact:
        whence = _("{width} mm and its uncertainty of {u95} mm")
        bound += f" ({whence.format(width=decimal(f'{width.mm:.2f}'), u95=decimal(uncertainty(width.u95_mm)))})"
    if len(possible) == 1:
        sentence = _("The crack is narrower than {bound}, so “{band}”: {state}.")
        told = sentence.format(bound=bound, band=rule.band(possible[0]), state=result(possible[0]))
        return f"{told} {cited(pack, rule)}"
    bands = listed([f"{result(state)} ({rule.band(state)})" for state in possible], _("or"))
    sentence = _("The crack is only known to be narrower than {bound}: {bands}. No single one is claimed.")
    return f"{sentence.format(bound=bound, bands=bands)} {cited(pack, rule)}"


def uniform(width: Width) -> str:
    """What the probabilities of a bounded width rest on."""
    return _(
        "Probabilities: nothing but the bound is known, so every width from 0 to {bound} mm counts as "
        "equally likely (JCGM 100:2008, 4.3.7)."
    ).format(bound=decimal(f"{rounded_up(width.bound_mm, 2):.2f}"))


def cited(pack: Pack, rule: Rule) -> str:
    """The rule and where it is written."""
    words = _("Rule {rule}, {name}; {pack}; {source}.")
    return words.format(rule=rule.id, name=rule.name, pack=pack.title, source=rule.source)


def spoken(name: str) -> str:
    """A material's name as it is read: "reinforced concrete"."""
    return _(SPOKEN[name]) if name in SPOKEN else name.replace("_", " ")


def result(state: str) -> str:
    """A rule's result as it is read. CS1 to CS4 are the same in every language."""
    return _(RESULTS[state]) if state in RESULTS else state


def listed(words: list[str], last: str) -> str:
    """Words in a row: "a, b or c"."""
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def uncertainty(mm: float) -> str:
    """An uncertainty with two decimals, or with as many as a small one needs for its first two digits."""
    return f"{mm:.2f}" if mm >= 0.01 else f"{mm:.2g}"


def rounded_up(mm: float, digits: int) -> float:
    """For a bound: what is narrower than 3.792 mm is narrower than 3.80 mm, but perhaps not than 3.79 mm."""
    return math.ceil(round(mm * 10**digits, 6)) / 10**digits


def telling_digits(mm: float, rule: Rule, rounding: Callable[[float, int], float] = round) -> int:
    """Decimals, two or more, with which the printed width has the result and the side of each limit of the true one."""
    for digits in range(2, COMPARED_DECIMALS):
        printed = rounding(mm, digits)
        if all(_side(printed, limit.mm) == _side(mm, limit.mm) for limit in rule.limits):
            return digits
    return COMPARED_DECIMALS


def _side(mm: float, limit_mm: float) -> int:
    compared = round(mm, COMPARED_DECIMALS)
    return (compared > limit_mm) - (compared < limit_mm)

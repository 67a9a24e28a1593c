"""A proposal: what a pack says about a width, why, how close to the next limit and how sure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from inspections.conditions import wording
from inspections.conditions.language import gettext as _
from inspections.conditions.rules import COMPARED_DECIMALS, Kind, Limit, Pack, Rule
from inspections.conditions.widths import Width


@dataclass(frozen=True, slots=True)
class Proposal:
    """What software may say; a person decides.

    `states` is empty where nothing is proposed, and `reason` then says why and what would help; it holds several where
    the width is only bounded and leaves them open. `nearest` is the closest limit and `margin_mm` that limit minus the
    width: positive, so much wider before the worse state begins; negative, so far beyond it. `probabilities` add up to
    1 over all results of the rule, under `assumption`. `rule` may stand without states: it is what would apply.
    """

    pack: Pack
    rule: Rule | None = None
    states: tuple[str, ...] = ()
    nearest: Limit | None = None
    margin_mm: float | None = None
    probabilities: Mapping[str, float] = field(default_factory=dict)
    sentence: str = ""
    assumption: str = ""
    reason: str = ""

    @property
    def state(self) -> str | None:
        """The one state that is proposed, or None."""
        return self.states[0] if len(self.states) == 1 else None

    def as_record(self) -> dict[str, Any]:
        """Plain values to be stored or sent; the pack's digest tells later whether its file has changed since."""
        return {
            "pack": self.pack.id,
            "edition": self.pack.edition,
            "version": self.pack.version,
            "digest": self.pack.digest,
            "kind": self.pack.kind.value,
            "rule": self.rule.id if self.rule else None,
            "source": self.rule.source if self.rule else self.pack.source,
            "states": list(self.states),
            "limit": str(self.nearest) if self.nearest else None,
            "margin_mm": self.margin_mm,
            "probabilities": dict(self.probabilities),
            "sentence": self.sentence,
            "assumption": self.assumption,
            "reason": self.reason,
        }


def propose(width: Width | None, pack: Pack, *, material: str, exposure: str = "") -> Proposal:
    """What the pack says of a crack this wide in this material.

    `width` is None where no width in millimetres is known. `material` is a name of Material; `exposure` one of the
    pack's exposure classes, and is ignored by rules that hold in all of them.
    """
    rule = pack.rule_for(material, exposure)
    if pack.kind is Kind.INFORMATION:
        return Proposal(pack, rule, reason=wording.design_limits_only(pack))
    if rule is None:
        return Proposal(pack, reason=wording.no_rule(pack, material, exposure))
    if width is None:
        return Proposal(pack, rule, reason=_(wording.NO_SCALE))
    return _bounded(width, pack, rule) if width.upper_bound else _measured(width, pack, rule)


def _measured(width: Width, pack: Pack, rule: Rule) -> Proposal:
    state = rule.result(width.mm)
    # Between two limits equally far away the worse state is the one to look out for.
    nearest = min(rule.limits, key=lambda limit: (abs(_margin(limit, width.mm)), -limit.mm))
    return Proposal(
        pack,
        rule,
        (state,),
        nearest,
        _margin(nearest, width.mm),
        _probabilities(width, rule),
        wording.measured(width, pack, rule, state),
        _(wording.EXACT if width.exact else wording.NORMAL),
    )


def _bounded(width: Width, pack: Pack, rule: Rule) -> Proposal:
    # The crack is narrower than the bound, so a limit at the bound is not reached.
    possible = rule.results[: 1 + sum(limit.mm < width.bound_mm for limit in rule.limits)]
    sentence = wording.bounded(width, pack, rule, possible)
    probabilities = _probabilities(width, rule)
    if len(possible) > 1:
        return Proposal(pack, rule, possible, None, None, probabilities, sentence, wording.uniform(width))
    nearest = rule.limits[0]
    margin = _margin(nearest, width.bound_mm)
    return Proposal(pack, rule, possible, nearest, margin, probabilities, sentence, wording.uniform(width))


def _probabilities(width: Width, rule: Rule) -> Mapping[str, float]:
    beyond = [1.0, *(width.probability_beyond(limit) for limit in rule.limits), 0.0]
    shares = (wider - narrower for wider, narrower in pairwise(beyond))
    return MappingProxyType(dict(zip(rule.results, shares, strict=True)))


def _margin(limit: Limit, mm: float) -> float:
    return round(limit.mm - mm, COMPARED_DECIMALS) + 0.0  # which turns -0.0 into 0.0

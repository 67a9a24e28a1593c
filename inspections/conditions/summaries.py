"""What the findings of a photo, an element or a survey amount to. What nobody has looked at is unknown, not CS1."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from inspections.conditions.proposals import Proposal
from inspections.conditions.rules import Kind

ACCEPTED, REJECTED = "accepted", "rejected"
"""Verdicts as in inspections.models.reviews.Verdict; "" is none yet."""


class Standing(StrEnum):
    """How far the worst state of a summary can be relied on."""

    UNKNOWN = "unknown"  # No state is known of anything.
    PROVISIONAL = "provisional"  # The worst so far; photos or findings are unreviewed, or states are missing.
    REVIEWED = "reviewed"  # People looked at every photo and judged every finding, and every one has one state.
    NO_CRACK = "no crack"  # People looked at every photo and no finding stands.


@dataclass(frozen=True, slots=True)
class JudgedFinding:
    """A finding as far as its state goes: what software proposes, a person's verdict, and the state a person gave."""

    proposal: Proposal | None = None
    verdict: str = ""
    decided: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts that add up with +, from photos to elements to surveys; only of one kind of pack.

    `proposed` and `decided` count standing findings (not rejected) with one state, each in one of the two: a person's
    state replaces the proposal. `several` have more than one possible state, `unknown` none. `unreviewed` have neither
    a verdict nor a person's state, whatever is proposed. `possible` are all states that open ones may still turn to.
    """

    kind: Kind = Kind.CONDITION_STATES
    photos: int = 0
    photos_unreviewed: int = 0
    findings: int = 0
    rejected: int = 0
    unreviewed: int = 0
    several: int = 0
    unknown: int = 0
    proposed: Mapping[str, int] = field(default_factory=dict)
    decided: Mapping[str, int] = field(default_factory=dict)
    possible: frozenset[str] = frozenset()

    @property
    def counts(self) -> dict[str, int]:
        """Standing findings by state, decided or proposed, all states of the kind in their order, 0 included."""
        return {state: self.proposed.get(state, 0) + self.decided.get(state, 0) for state in states_of(self.kind)}

    @property
    def worst_proposed(self) -> str | None:
        """The worst single state that software proposes where no person has decided; None where there is none."""
        return self._worst(self.proposed)

    @property
    def worst(self) -> str | None:
        """The worst single state of a standing finding, decided or proposed. None is unknown, not CS1."""
        return self._worst([*self.proposed, *self.decided])

    @property
    def worst_possible(self) -> str | None:
        """The same, with the worst that findings of several possible states may turn to."""
        return self._worst([*self.proposed, *self.decided, *self.possible])

    @property
    def standing(self) -> Standing:
        """How far `worst` can be relied on."""
        if self.photos and not (self.photos_unreviewed or self.unreviewed or self.several or self.unknown):
            return Standing.REVIEWED if self.findings else Standing.NO_CRACK
        return Standing.UNKNOWN if self.worst_possible is None else Standing.PROVISIONAL

    def __add__(self, other: Self) -> "Summary":
        if self.kind is not other.kind:
            raise ValueError(f"{self.kind} and {other.kind} have different states. Sum up each kind of pack by itself.")
        return Summary(
            kind=self.kind,
            photos=self.photos + other.photos,
            photos_unreviewed=self.photos_unreviewed + other.photos_unreviewed,
            findings=self.findings + other.findings,
            rejected=self.rejected + other.rejected,
            unreviewed=self.unreviewed + other.unreviewed,
            several=self.several + other.several,
            unknown=self.unknown + other.unknown,
            proposed=dict(Counter(self.proposed) + Counter(other.proposed)),
            decided=dict(Counter(self.decided) + Counter(other.decided)),
            possible=self.possible | other.possible,
        )

    def _worst(self, states: Iterable[str]) -> str | None:
        return max(states, key=states_of(self.kind).index, default=None)


def states_of(kind: Kind) -> tuple[str, ...]:
    """The states that a person may give, best first: those software may propose, and CS4."""
    return (*kind.results, "CS4") if kind is Kind.CONDITION_STATES else kind.results


def summarise(findings: Iterable[JudgedFinding], *, reviewed: bool, kind: Kind = Kind.CONDITION_STATES) -> Summary:
    """The summary of one photo. `reviewed`: a person has looked at the whole photo, also where nothing was found.

    Raises ValueError for a proposal of another kind of pack, and for a verdict or state that does not exist.
    """
    total = Summary(kind=kind, photos=1, photos_unreviewed=0 if reviewed else 1)
    for finding in findings:
        total += _one(finding, kind)
    return total


def _one(finding: JudgedFinding, kind: Kind) -> Summary:
    _check(finding, kind)
    if finding.verdict == REJECTED:
        return Summary(kind=kind, rejected=1)
    unreviewed = 0 if finding.verdict or finding.decided else 1
    if finding.decided:
        return Summary(kind=kind, findings=1, unreviewed=unreviewed, decided={finding.decided: 1})
    states = finding.proposal.states if finding.proposal else ()
    if len(states) == 1:
        return Summary(kind=kind, findings=1, unreviewed=unreviewed, proposed={states[0]: 1})
    return Summary(
        kind=kind,
        findings=1,
        unreviewed=unreviewed,
        several=1 if states else 0,
        unknown=0 if states else 1,
        possible=frozenset(states),
    )


def _check(finding: JudgedFinding, kind: Kind) -> None:
    if finding.verdict not in ("", ACCEPTED, REJECTED):
        raise ValueError(f"“{finding.verdict}” is no verdict. Pass {ACCEPTED}, {REJECTED} or nothing.")
    if finding.decided and finding.decided not in states_of(kind):
        raise ValueError(f"“{finding.decided}” is no state here. Pass one of {', '.join(states_of(kind))} or nothing.")
    if finding.proposal and finding.proposal.states and finding.proposal.pack.kind is not kind:
        raise ValueError(f"The proposal is by a pack of {finding.proposal.pack.kind}, the summary is of {kind}.")

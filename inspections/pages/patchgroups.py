"""The regions of a queue page by page for the grid: look-alikes together, the largest group first, then the others.

The order runs on from page to page, so that what is left undecided on one never hides the rest. A fixed number of
queries, however many regions there are; only those that are shown are read whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Min
from django.db.models.functions import Coalesce

from inspections.models import Finding
from inspections.models.findings import FindingQuerySet
from inspections.pages.patchlines import patch_line

AT_ONCE = 120
"""Patches on one page."""
GRAVE = ("CS3", "CS4", "beyond")
"""States that nobody rejects by the dozen without a look."""
SPAN = 3
"""A group whose widest member is so many times as wide as its narrowest holds more than one kind of thing."""


@dataclass(frozen=True, slots=True)
class Caution:
    """Why the members of a group are not all to be decided alike: the widest of them, and the gravest states."""

    widest_mm: float | None
    widest_px: float
    states: tuple[str, ...]
    spans: bool

    def speaks_of(self, finding: Finding) -> bool:
        """Whether this is one of the members to look at: of such a state, or about as wide as the widest."""
        if finding.state in GRAVE:
            return True
        widest_mm = self.widest_mm
        if widest_mm is not None:
            return self.spans and finding.widest_mm is not None and 2 * finding.widest_mm >= widest_mm
        return self.spans and 2 * _width_px(finding) >= self.widest_px


@dataclass(frozen=True, slots=True)
class Patch:
    """A region as the grid shows it. `line` is the path of its line over the patch."""

    finding: Finding
    line: str
    is_grave: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Look-alikes, or with `alike` False those that stand alone: those of this page, of `count` in all."""

    patches: list[Patch]
    count: int
    alike: bool
    caution: Caution | None = None

    @property
    def plain(self) -> int:
        """How many of those on this page nothing speaks against deciding alike."""
        return sum(not patch.is_grave for patch in self.patches)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the grid, `number` of `pages` from 1; it begins after `before` regions of `left`."""

    groups: list[Group]
    number: int
    pages: int
    left: int

    @property
    def before(self) -> int:
        """The number of the page before."""
        return self.number - 1

    @property
    def after(self) -> int:
        """The number of the next page."""
        return self.number + 1

    @property
    def shown(self) -> int:
        """How many regions are on this page."""
        return sum(len(group.patches) for group in self.groups)

    @property
    def first(self) -> int:
        """The place of the page's first region among all, from 1."""
        return AT_ONCE * (self.number - 1) + 1

    @property
    def last(self) -> int:
        """The place of its last."""
        return self.first + self.shown - 1


def page_of(rows: FindingQuerySet, number: int) -> Page:
    """The page of an ordered queue, from 1; the last where there are fewer."""
    left = rows.count()
    pages = max(1, -(-left // AT_ONCE))
    number = min(max(1, number), pages)
    start, stop = AT_ONCE * (number - 1), AT_ONCE * number
    cuts, counts = _cuts(rows, start, stop)
    keys = _keys(rows, cuts)
    chosen = sum(len(own) for own in keys.values())
    alone: list[UUID] = []
    if chosen < AT_ONCE:
        first = max(0, start - sum(counts.values()))
        repeated = _sizes(rows).filter(count__gt=1).values("look_alikes")
        single = rows.exclude(look_alikes__in=repeated)
        alone = list(single.values_list("pk", flat=True)[first : first + AT_ONCE - chosen])
    found = _read([*(key for own in keys.values() for key in own), *alone])
    cautions = _cautions(rows, list(keys))
    groups = [
        Group(_patches(own, found, cautions.get(pk)), counts[pk], True, cautions.get(pk)) for pk, own in keys.items()
    ]
    groups.append(Group(_patches(alone, found, None), len(alone), False))
    return Page([group for group in groups if group.patches], number, pages, left)


def _sizes(rows: FindingQuerySet) -> Any:
    """Each group of look-alikes with its count."""
    return rows.order_by().filter(look_alikes__isnull=False).values("look_alikes").annotate(count=Count("pk"))


def _cuts(rows: FindingQuerySet, start: int, stop: int) -> tuple[dict[UUID, tuple[int, int]], dict[UUID, int]]:
    """Of the regions from `start` to `stop` the groups that are among them, which part of each; and the sizes so far.

    Where groups end before `stop`, the sizes are those of all.
    """
    largest = _sizes(rows).filter(count__gt=1).order_by("-count", "look_alikes")
    # Each has two members at least.
    counts: dict[UUID, int] = dict(largest.values_list("look_alikes", "count")[: stop // 2 + 1])
    cuts, place = {}, 0
    for pk, count in counts.items():
        if place < stop and place + count > start:
            cuts[pk] = max(0, start - place), min(count, stop - place)
        place += count
    return cuts, counts


def _keys(rows: FindingQuerySet, cuts: Mapping[UUID, tuple[int, int]]) -> dict[UUID, list[UUID]]:
    """The regions of each group that are on the page; only its first and its last group go on elsewhere."""
    edges = {pk: cuts[pk] for pk in (*list(cuts)[:1], *list(cuts)[-1:])}
    keys: dict[UUID, list[UUID]] = {pk: [] for pk in cuts}
    for pk, (skip, until) in edges.items():
        keys[pk] = list(rows.filter(look_alikes=pk).values_list("pk", flat=True)[skip:until])
    whole = rows.filter(look_alikes__in=[pk for pk in cuts if pk not in edges])
    for pk, group in whole.values_list("pk", "look_alikes"):
        keys[group].append(pk)
    return keys


def _read(keys: list[UUID]) -> dict[UUID, Finding]:
    shown = Finding.objects.select_related("image").defer("mask_runs", "proposal", "image__metadata", "image__scale")
    return shown.in_bulk(keys)


def _patches(keys: list[UUID], found: Mapping[UUID, Finding], caution: Caution | None) -> list[Patch]:
    # One may have gone between the two queries.
    rows = [found[key] for key in keys if key in found]
    return [Patch(row, patch_line(row), caution.speaks_of(row) if caution else row.state in GRAVE) for row in rows]


def _cautions(rows: FindingQuerySet, groups: list[UUID]) -> dict[UUID, Caution]:
    """For each group that holds something grave or a wide span of widths, all its members counted, shown or not."""
    width = Coalesce("width_widest_px", "width_max_px")
    own = rows.order_by().filter(look_alikes__in=groups).values("look_alikes", "state")
    facts = own.annotate(
        mm=Max("widest_mm"), least_mm=Min(Coalesce("widest_mm", "widest_bound_mm")), px=Max(width), least_px=Min(width)
    )
    by_group: dict[UUID, list[dict[str, Any]]] = {}
    for fact in facts:
        by_group.setdefault(fact["look_alikes"], []).append(fact)
    cautions = {pk: _caution(found) for pk, found in by_group.items()}
    return {pk: caution for pk, caution in cautions.items() if caution.states or caution.spans}


def _caution(facts: list[dict[str, Any]]) -> Caution:
    def ends(name: str) -> tuple[float | None, float | None]:
        least = [fact[f"least_{name}"] for fact in facts if fact[f"least_{name}"] is not None]
        most = [fact[name] for fact in facts if fact[name] is not None]
        return min(least, default=None), max(most, default=None)

    (least_mm, mm), (least_px, px) = ends("mm"), ends("px")
    least, most = (least_px, px) if mm is None else (least_mm, mm)
    spans = bool(least and most and most >= SPAN * least)
    states = sorted({fact["state"] for fact in facts if fact["state"] in GRAVE})
    return Caution(mm, px or 0.0, tuple(states), spans)


def _width_px(finding: Finding) -> float:
    return finding.width_max_px if finding.width_widest_px is None else finding.width_widest_px

"""Who is trained on and who is tested on: copies left out, source photos kept together, sets shared out by size.

Nothing is drawn by chance. The order in which groups are given to splits follows from the seed and their names, each
set is shared out for itself, and so a set keeps its splits when further sources are added behind it.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from segmentation.datasets.inspection import Inspected
from segmentation.datasets.manifest import SPLITS
from segmentation.datasets.resemblance import Resemblance

# A photo of the authors' test split never moves; one of their training split gives way.
_RANK = {"test": 0, "val": 1, "train": 2, "": 3}


@dataclass(frozen=True, slots=True)
class SplitRules:
    """How photos are shared out.

    `shares` of training, validation and test add up to 1. The authors' own splits are kept but for the sets in
    `redrawn`. A picture that is in two sets is left out of one of them unless `keep_copies`.
    """

    shares: tuple[float, float, float] = (0.8, 0.1, 0.1)
    seed: int = 7
    official: bool = True
    redrawn: frozenset[str] = frozenset()
    keep_copies: bool = False

    @classmethod
    def parse_shares(cls, text: str) -> tuple[float, float, float]:
        """`80/10/10` → shares. Raises ValueError where the text is no such thing."""
        try:
            train, val, test = (float(part) / 100 for part in text.split("/"))
        except ValueError as error:
            raise ValueError(f"write shares as TRAIN/VAL/TEST in percent, as in 80/10/10, not {text!r}") from error
        if min(train, val, test) < 0 or abs(train + val + test - 1) > 1e-6:
            raise ValueError(f"the shares {text} do not add up to 100")
        return train, val, test


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A photo that is not used although nothing is wrong with it, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Assigned:
    """A photo with the group and the split that it is given."""

    inspected: Inspected
    group: str
    split: str


@dataclass(frozen=True, slots=True)
class Sharing:
    """All photos of the data set, those left out, and the groups that were joined because they share a picture."""

    assigned: tuple[Assigned, ...]
    left_out: tuple[LeftOut, ...]
    joined: tuple[str, ...]


def share_out(photos: Sequence[Inspected], alike: Sequence[Resemblance], rules: SplitRules) -> Sharing:
    """Give every photo a group and a split. Earlier photos keep their place where later ones are added.

    Photos of one source photo, and of source photos that share a picture, are one group. Where a group holds photos of
    an official split all of it goes there (test before validation before training), and its photos of another official
    split are left out: they would leak.
    """
    copies: dict[int, int] = {} if rules.keep_copies else _copies(photos, alike, rules)
    groups, joined = _groups(photos, alike)
    left_out = [LeftOut(photos[copy].pair.name, f"a copy of {photos[kept].pair.name}") for copy, kept in copies.items()]
    members = defaultdict(list)
    for number, photo in enumerate(photos):
        if number not in copies:
            members[groups[number]].append(photo)
    assigned, free = [], {}
    for group, inside in members.items():
        split = min((_official(photo, rules) for photo in inside), key=_RANK.__getitem__)
        if not split:
            free[group] = inside
            continue
        for photo in inside:
            own = _official(photo, rules)
            if own in ("", split):
                assigned.append(Assigned(photo, group, split))
            else:
                reason = f"its source photo {group} is in the authors' {split} split too"
                left_out.append(LeftOut(photo.pair.name, f"{own}: {reason}"))
    for stratum in _strata(free):
        assigned += _dealt(stratum, rules)
    place = {photo.pair.name: number for number, photo in enumerate(photos)}
    assigned.sort(key=lambda one: place[one.inspected.pair.name])
    return Sharing(tuple(assigned), tuple(left_out), joined)


def _official(photo: Inspected, rules: SplitRules) -> str:
    return photo.pair.split if rules.official and photo.pair.set not in rules.redrawn else ""


def _copies(photos: Sequence[Inspected], alike: Iterable[Resemblance], rules: SplitRules) -> dict[int, int]:
    """Pictures that another set has too → the one that is kept: the authors' test photo, else that of the first set."""
    pictures = _Union(len(photos))
    for pair in alike:
        pictures.join(pair.first, pair.second)
    copies: dict[int, int] = {}
    for same in pictures.parts():
        kept = min(same, key=lambda number: (_RANK[_official(photos[number], rules)], number))
        copies |= {number: kept for number in same if photos[number].pair.set != photos[kept].pair.set}
    return copies


def _groups(photos: Sequence[Inspected], alike: Iterable[Resemblance]) -> tuple[list[str], tuple[str, ...]]:
    """The group of each photo, named after its first, and a line for every group joined from several."""
    union = _Union(len(photos))
    first: dict[str, int] = {}
    for number, photo in enumerate(photos):
        union.join(first.setdefault(photo.pair.group, number), number)
    for pair in alike:
        union.join(pair.first, pair.second)
    names = [""] * len(photos)
    joined = []
    for part in union.parts():
        inside = list(dict.fromkeys(photos[number].pair.group for number in part))
        for number in part:
            names[number] = inside[0]
        if len(inside) > 1:
            joined.append(" = ".join(inside))
    return names, tuple(joined)


def _strata(free: dict[str, list[Inspected]]) -> Iterator[dict[str, list[Inspected]]]:
    """Groups by the set of their first photo, those with cracks apart from those without."""
    strata: dict[tuple[str, bool], dict[str, list[Inspected]]] = defaultdict(dict)
    for group, inside in free.items():
        strata[inside[0].pair.set, any(photo.crack_share for photo in inside)][group] = inside
    yield from strata.values()


def _dealt(groups: dict[str, list[Inspected]], rules: SplitRules) -> Iterator[Assigned]:
    """Each group, in the order of its draw, to the split that lacks most photos."""
    total = sum(map(len, groups.values()))
    have: Counter[str] = Counter()
    for group in sorted(groups, key=lambda name: _draw(rules.seed, name)):
        lacks = {split: share * total - have[split] for split, share in zip(SPLITS, rules.shares, strict=True) if share}
        split = max(lacks, key=lacks.__getitem__)
        have[split] += len(groups[group])
        yield from (Assigned(photo, group, split) for photo in groups[group])


def _draw(seed: int, name: str) -> bytes:
    return hashlib.sha256(f"{seed}:{name}".encode()).digest()


class _Union:
    """Numbers from 0 joined into parts (disjoint sets, Tarjan 1975); a part is known by its lowest number."""

    def __init__(self, count: int) -> None:
        self._parents = list(range(count))

    def join(self, first: int, second: int) -> None:
        low, high = sorted((self._root(first), self._root(second)))
        self._parents[high] = low

    def parts(self) -> list[list[int]]:
        parts: dict[int, list[int]] = defaultdict(list)
        for number in range(len(self._parents)):
            parts[self._root(number)].append(number)
        return list(parts.values())

    def _root(self, number: int) -> int:
        while self._parents[number] != number:
            self._parents[number] = self._parents[self._parents[number]]
            number = self._parents[number]
        return number

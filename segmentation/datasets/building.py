"""From sources to one data set: read, inspect, look for copies, split, write."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from segmentation import __version__
from segmentation.datasets.annotations import Drawing
from segmentation.datasets.cutting import Cut
from segmentation.datasets.inspection import CRACK_FREE, inspect_pairs, matches
from segmentation.datasets.manifest import SPLITS
from segmentation.datasets.masks import MaskFile
from segmentation.datasets.pairs import BadSource, InvertedMask, Pair
from segmentation.datasets.problems import SHOWN, Problem
from segmentation.datasets.resemblance import near_duplicates
from segmentation.datasets.sources import Source, read_source
from segmentation.datasets.splitting import Sharing, SplitRules, share_out
from segmentation.datasets.writing import Written, replacing, write_build, write_manifest, write_photos

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that decides what a data set holds.

    `only` and `without` are globs over names; `inverted`, `class_numbers` name sets or sources; `groups` maps a set to
    a pattern whose first group (or whole match) in the stem is the source photo; `surfaces` and `licences` map a set to
    what the manifest says instead of the authors' words.
    """

    sources: tuple[Source, ...]
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    crack_free: tuple[str, ...] = CRACK_FREE
    cut: Cut = field(default_factory=Cut)
    rules: SplitRules = field(default_factory=SplitRules)
    drawing: Drawing = field(default_factory=Drawing)
    inverted: frozenset[str] = frozenset()
    class_numbers: frozenset[str] = frozenset()
    groups: dict[str, str] = field(default_factory=dict)
    surfaces: dict[str, str] = field(default_factory=dict)
    licences: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What would be written, and what is wrong with the rest."""

    recipe: Recipe
    sharing: Sharing
    problems: tuple[Problem, ...]
    resemblances: tuple[str, ...]
    read: dict[str, int]

    @property
    def blocked(self) -> bool:
        """Whether there is a problem that leaves photos out."""
        return any(problem.blocking for problem in self.problems)


def prepare(recipe: Recipe, *, progress: Progress | None = None) -> Prepared:
    """Read every source, look at every photo and mask, and share them out. Writes nothing.

    Raises BadSource where a source cannot be read at all, or no photo is left.
    """
    report = progress or (lambda doing, done, total: None)
    pairs, problems = _read(recipe)
    photos, found = inspect_pairs(
        pairs, crack_free=recipe.crack_free, progress=lambda done, total: report("inspected", done, total)
    )
    problems += found
    alike = near_duplicates([photo.fingerprint for photo in photos])
    sharing = share_out(photos, alike, recipe.rules)
    named = tuple(
        f"{photos[pair.first].pair.name} = {photos[pair.second].pair.name}"
        f" ({pair.distance} bits, correlation {pair.correlation:.3f})"
        for pair in alike
    )
    return Prepared(recipe, sharing, tuple(problems), named, dict(Counter(pair.set for pair in pairs)))


def build(prepared: Prepared, out: Path, *, progress: Progress | None = None) -> list[Written]:
    """Write the data set to `out`. Raises CannotWrite; what was there before stays until all is written."""
    report = progress or (lambda doing, done, total: None)
    with replacing(out) as folder:
        written = write_photos(
            prepared.sharing.assigned, folder, prepared.recipe.cut,
            progress=lambda done, total: report("written", done, total),
        )  # fmt: skip
        write_manifest(folder, written)
        write_build(folder, facts(prepared, written))
    return written


def planned(prepared: Prepared) -> list[Written]:
    """What would be written of photos that are neither shrunk nor cut: for a look before building."""
    return [
        Written(
            pair.set, pair.name, one.group, one.split, pair.surface, pair.licence, not one.inspected.crack_share, False
        )
        for one in prepared.sharing.assigned
        for pair in (one.inspected.pair,)
    ]


def facts(prepared: Prepared, written: Sequence[Written]) -> dict[str, Any]:
    """What `build.json` tells: version, settings, counts, copies, joined groups and what was left out."""
    recipe = prepared.recipe
    return {
        "version": __version__,
        "settings": {
            "sources": [{"name": s.name, "layout": s.layout, "path": str(s.path)} for s in recipe.sources],
            "only": list(recipe.only),
            "without": list(recipe.without),
            "crack_free": list(recipe.crack_free),
            "size": recipe.cut.size,
            "crop": recipe.cut.crop,
            "drop_empty_tiles": recipe.cut.drop_empty,
            "split": [round(100 * share, 3) for share in recipe.rules.shares],
            "seed": recipe.rules.seed,
            "official_splits": recipe.rules.official,
            "redrawn": sorted(recipe.rules.redrawn),
            "keep_copies": recipe.rules.keep_copies,
            "labels": list(recipe.drawing.labels),
            "line_width": recipe.drawing.line_width,
            "inverted": sorted(recipe.inverted),
            "class_numbers": sorted(recipe.class_numbers),
            "groups": recipe.groups,
        },
        "sets": counted(written),
        "thinned": [one.stem for one in written if one.lost],
        "alike": list(prepared.resemblances),
        "joined": list(prepared.sharing.joined),
        "left_out": [f"{one.name}: {one.reason}" for one in prepared.sharing.left_out],
        "problems": [f"{problem.kind}: {problem}" for problem in prepared.problems],
    }


def counted(written: Sequence[Written]) -> dict[str, dict[str, dict[str, int]]]:
    """Set → split → number of photos, of crack-free ones, and of groups; splits without photos are left out."""
    rows: dict[tuple[str, str], list[Written]] = defaultdict(list)
    for one in written:
        rows[one.set, one.split].append(one)
    table: dict[str, dict[str, dict[str, int]]] = {}
    for (name, split), inside in sorted(rows.items(), key=lambda row: (row[0][0], SPLITS.index(row[0][1]))):
        table.setdefault(name, {})[split] = {
            "photos": len(inside),
            "crack_free": sum(one.crack_free for one in inside),
            "groups": len({one.group for one in inside}),
        }
    return table


def _read(recipe: Recipe) -> tuple[list[Pair], list[Problem]]:
    """The wanted pairs of all sources, and what they lack."""
    pairs: list[Pair] = []
    problems: list[Problem] = []
    for source in recipe.sources:
        taken = {pair.set for pair in pairs}
        read = [_renamed(found, source, taken) for found in read_source(source, recipe.drawing)]
        if not any(isinstance(found, Pair) for found in read):
            problems.append(Problem("empty_set", source.name, f"nothing usable in {source.path}"))
        for found in read:
            if isinstance(found, Pair):
                pairs += [_adjusted(found, source, recipe)] if _wanted(found, source, recipe) else []
            else:
                problems += [found] if _wanted(found, source, recipe) else []
    if not pairs:
        lines = "".join(f"\n  {problem}" for problem in problems[:SHOWN])
        raise BadSource(f"No source has a photo with a mask that is wanted.{lines}")
    return pairs, problems


def _renamed(found: Pair | Problem, source: Source, taken: set[str]) -> Pair | Problem:
    """The pair in a set of its own where an earlier source has a set of that name; one photo's crops stay one group."""
    if isinstance(found, Pair) and found.set in taken:
        return replace(found, set=f"{source.name}_{found.set}")
    return found


def _wanted(found: Pair | Problem, source: Source, recipe: Recipe) -> bool:
    names = [found.name, found.name.removeprefix(f"{source.name}_")]
    if isinstance(found, Pair):
        names += [found.stem, found.image.stem]
    return (not recipe.only or matches(names, recipe.only)) and not matches(names, recipe.without)


def _adjusted(pair: Pair, source: Source, recipe: Recipe) -> Pair:
    """The pair as the recipe wants it read; what is said of a source counts for all of its sets."""
    names = {pair.set, source.name}
    mask, group = pair.mask, pair.group
    if names & recipe.class_numbers and isinstance(mask, MaskFile):
        mask = replace(mask, class_numbers=True)
    if names & recipe.inverted:
        mask = InvertedMask(mask)
    if pattern := recipe.groups.get(pair.set) or recipe.groups.get(source.name):
        place = re.search(pattern, pair.stem)
        group = f"{pair.set}_{place[1] if place.re.groups else place[0]}" if place else pair.name
    surface = recipe.surfaces.get(pair.set, recipe.surfaces.get(source.name, pair.surface))
    licence = recipe.licences.get(pair.set, recipe.licences.get(source.name, pair.licence))
    return replace(pair, mask=mask, group=group, surface=surface, licence=licence)

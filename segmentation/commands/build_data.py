"""`python -m segmentation build-data --source NAME=LAYOUT:PATH … --out DIR`: one data set from many, without leaks."""

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from segmentation.datasets.annotations import Drawing
from segmentation.datasets.building import Prepared, Recipe, build, counted, planned, prepare
from segmentation.datasets.cutting import Cut
from segmentation.datasets.inspection import CRACK_FREE
from segmentation.datasets.pairs import BadSource, UnusableMask
from segmentation.datasets.problems import SHOWN, list_problems
from segmentation.datasets.sources import AUTO, LAYOUTS, Source
from segmentation.datasets.splitting import SplitRules
from segmentation.datasets.writing import CannotWrite, Written
from segmentation.errors import SegmentationError

Parsed = TypeVar("Parsed")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of `build-data`."""
    known = ", ".join((*LAYOUTS, AUTO))
    parser.add_argument(
        "--source", action="append", required=True, type=_checked(Source.parse), metavar="NAME=LAYOUT:PATH",
        help=f"a set to read, once for each; layouts: {known}",
    )  # fmt: skip
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument("--out", type=Path, help="folder for the data set: empty, new, or an earlier build")
    target.add_argument("--dry-run", action="store_true", help="only list problems, copies and the split")
    _add_choice(parser)
    _add_reading(parser)
    cut = parser.add_mutually_exclusive_group()
    cut.add_argument("--size", type=_pixels, metavar="PX", help="shrink to this long side, by area")
    cut.add_argument("--crop", type=_pixels, metavar="PX", help="cut into square tiles at native resolution")
    parser.add_argument(
        "--drop-empty-tiles", action="store_true", help="leave out tiles without crack of cracked photos"
    )
    parser.add_argument(
        "--split", type=_checked(SplitRules.parse_shares), default=(0.8, 0.1, 0.1), metavar="80/10/10",
        help="percent for training, validation and test, by source photo and set",
    )  # fmt: skip
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--official-splits", action=argparse.BooleanOptionalAction, default=True, help="keep the authors' own splits"
    )
    parser.add_argument(
        "--redraw", action="append", default=[], metavar="SET", help="do not keep the split of this set"
    )
    parser.add_argument("--keep-copies", action="store_true", help="keep a picture that two sets have in both")


def _add_choice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--only", action="append", default=[], metavar="GLOB", help="only names like this")
    parser.add_argument("--without", action="append", default=[], metavar="GLOB", help="no names like this")
    parser.add_argument(
        "--crack-free", action="append", metavar="GLOB",
        help=f"names of photos known to be free of cracks (default {' '.join(CRACK_FREE)})",
    )  # fmt: skip
    parser.add_argument("--skip-bad", action="store_true", help="leave out what is listed as wrong, and build the rest")


def _add_reading(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--label", action="append", metavar="NAME", help="label that means crack (default crack)")
    parser.add_argument("--line-width", type=_pixels, default=3, metavar="PX", help="width of lines in LabelMe files")
    parser.add_argument("--invert", action="append", default=[], metavar="SET", help="its masks are black on white")
    parser.add_argument(
        "--class-numbers", action="append", default=[], metavar="SET", help="its masks hold 0 and class numbers"
    )
    for flag, metavar, told in (
        ("--group", "SET=REGEX", "the part of a name that is the source photo"),
        ("--surface", "SET=TEXT", "what the photos show"),
        ("--licence", "SET=TEXT", "the terms of the photos"),
    ):
        parser.add_argument(flag, action="append", default=[], type=_checked(_assignment), metavar=metavar, help=told)


def run(args: argparse.Namespace) -> int:
    """Build. Exit status 0 done, 1 bad data or a folder that cannot be used, 2 called wrongly, 130 interrupted."""
    try:
        recipe = _recipe(args)
    except (ValueError, re.error) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    try:
        return _build(recipe, args.out, skip_bad=args.skip_bad)
    except (BadSource, CannotWrite, UnusableMask, SegmentationError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        print("Stopped. What was there before is as it was.", file=sys.stderr)  # noqa: T201
        return 130


def _build(recipe: Recipe, out: Path | None, *, skip_bad: bool) -> int:
    prepared = prepare(recipe, progress=_show)
    for line in list_problems(prepared.problems):
        print(line, file=sys.stderr)  # noqa: T201
    if prepared.blocked and not skip_bad:
        print("Nothing was written. Mend this, or leave it out with --skip-bad.", file=sys.stderr)  # noqa: T201
        return 1
    if not prepared.sharing.assigned:
        print("No photo is left.", file=sys.stderr)  # noqa: T201
        return 1
    _tell(prepared)
    written = build(prepared, out, progress=_show) if out else planned(prepared)
    done = f"{len(written)} photos in {out}" if out else "Nothing was written."
    for line in (*_table(written), *_thinned(written), done):
        print(line)  # noqa: T201
    return 0


def _recipe(args: argparse.Namespace) -> Recipe:
    names = [source.name for source in args.source]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"two sources are called {', '.join(twice)}; give each a name of its own")
    groups = dict(args.group)
    for pattern in groups.values():
        re.compile(pattern)
    return Recipe(
        sources=tuple(args.source),
        only=tuple(args.only),
        without=tuple(args.without),
        crack_free=tuple(args.crack_free or CRACK_FREE),
        cut=Cut(args.size, args.crop, args.drop_empty_tiles),
        rules=SplitRules(args.split, args.seed, args.official_splits, frozenset(args.redraw), args.keep_copies),
        drawing=Drawing(tuple(args.label or ("crack",)), args.line_width),
        inverted=frozenset(args.invert),
        class_numbers=frozenset(args.class_numbers),
        groups=groups,
        surfaces=dict(args.surface),
        licences=dict(args.licence),
    )


def _tell(prepared: Prepared) -> None:
    """What was found alike, joined and left out: the first lines of each, and how many more there are."""
    left_out = [f"{one.name}: {one.reason}" for one in prepared.sharing.left_out]
    for title, lines in (
        ("Near-duplicates", prepared.resemblances),
        ("Source photos joined because they share a picture", prepared.sharing.joined),
        ("Left out", left_out),
    ):
        if lines:
            more = [f"… and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
            print("\n  ".join((f"{title} ({len(lines)})", *lines[:SHOWN], *more)))  # noqa: T201


def _table(written: Sequence[Written]) -> list[str]:
    table = counted(written)
    width = max(map(len, (*table, "set")))
    lines = [f"{'set':{width}}  split  photos  crack-free  groups"]
    for name, splits in table.items():
        for split, row in splits.items():
            lines.append(f"{name:{width}}  {split:5}  {row['photos']:6}  {row['crack_free']:10}  {row['groups']:6}")
    return lines


def _thinned(written: Sequence[Written]) -> list[str]:
    lost = sum(one.lost for one in written)
    if not lost:
        return []
    return [
        f"Shrinking took more than half of the crack from {lost} masks: it is narrower than a pixel now. Try --crop."
    ]


def _checked(parse: Callable[[str], Parsed]) -> Callable[[str], Parsed]:
    def parsed(text: str) -> Parsed:
        try:
            return parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return parsed


def _assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise ValueError(f"write it as SET=…, not {text!r}")
    return name, value


def _pixels(text: str) -> int:
    if not (text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of pixels")
    return int(text)


def _show(doing: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done}/{total} {doing}", end="\n" if done == total else "", file=sys.stderr, flush=True)  # noqa: T201

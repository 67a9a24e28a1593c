"""`python -m segmentation.evaluation.field_widths FILE`: grey widths against widths that people measured.

FILE is a CSV with one profile a row: structure, photo, width_mm, mm_per_px, profile (grey values about one pixel apart
on a line across the crack, separated by spaces). The command fits the calibration, prints it, and scores it by
cross-validation over photos, over cracks and over structures. Neighbouring photos with the same width show one crack
as a rule, so leaving photos out still leaves the crack in; leaving cracks out is the honest split, and the tables by
structure, width and scale are made with it.
"""

import argparse
import csv
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segmentation.evaluation.field_fit import cross_validate, dips_of, fit
from segmentation.evaluation.table import lines_of
from segmentation.measurement.greys import CAMERA, width_from_greys

Numbers = NDArray[np.float64]

FOLDS = 10
WIDTH_CLASSES = (0.0, 0.4, 0.8, 1.2, 2.0, 3.0, 5.0, np.inf)
SCALE_CLASSES = (0.0, 0.08, 0.12, 0.16, np.inf)
COLUMNS = (
    ("n", "n", 0), ("median |e|", "median_abs", 3), ("median e", "median", 3), ("mean e", "mean", 3),
    ("P95 |e|", "p95", 2), ("coverage", "coverage", 3), ("median u95", "u95", 2),
)  # fmt: skip
DARK_SHARE = 0.8
COLUMN_NAMES = ("structure", "photo", "width_mm", "mm_per_px", "profile")


@dataclass(frozen=True, slots=True)
class Field:
    """Measured profiles: everything (n,), true widths in pixels, scales in mm per pixel, profiles of any length."""

    structure: NDArray[np.str_]
    photo: NDArray[np.str_]
    width_mm: Numbers
    mm_per_px: Numbers
    profiles: tuple[Numbers, ...]

    @property
    def truth(self) -> Numbers:
        return self.width_mm / self.mm_per_px

    def cracks(self) -> NDArray[np.str_]:
        """A name for the crack of each row: runs of photos of one structure, by name, with the same width."""
        order = np.lexsort((self.photo, self.structure))
        names, last, number = np.empty(len(order), dtype="U64"), None, 0
        for row in order:
            here = (self.structure[row], self.width_mm[row])
            number += here != last
            names[row], last = f"{self.structure[row]}/{number}", here
        return names


def read_field(path: Path) -> Field:
    """Read a CSV of measured profiles. Raises ValueError where a column or a number is missing, OSError."""
    csv.field_size_limit(1 << 24)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    missing = [name for name in COLUMN_NAMES if not rows or rows[0].get(name) is None]
    if missing:
        raise ValueError(f"{path} holds no profiles with the columns {', '.join(missing)}.")
    try:
        return Field(
            structure=np.array([row["structure"] for row in rows]),
            photo=np.array([row["photo"] for row in rows]),
            width_mm=np.array([float(row["width_mm"]) for row in rows]),
            mm_per_px=np.array([float(row["mm_per_px"]) for row in rows]),
            profiles=tuple(np.array(row["profile"].split(), np.float64) for row in rows),
        )
    except ValueError as error:
        raise ValueError(f"{path} holds something that is no number: {error}") from error


def first_attempt(profile: Numbers) -> float:
    """The simplest grey width: darkness below the median of the profile, about its deepest place, over 0.8."""
    dark = 1 - profile / np.median(profile)
    near = np.abs(np.arange(len(dark)) - (len(dark) - 1) / 2) <= 5
    deepest = int(np.where(near, dark, -np.inf).argmax())
    first, last = deepest, deepest
    while first > 0 and dark[first - 1] > 0:
        first -= 1
    while last < len(dark) - 1 and dark[last + 1] > 0:
        last += 1
    return float(dark[first : last + 1].sum() / DARK_SHARE)


def score(width: Numbers, truth: Numbers, u95: Numbers | None = None) -> dict[str, float | None]:
    """Errors in pixels: median and 95 % of their size, bias as median and mean, and how many intervals hold."""
    error = width - truth
    return {
        "n": len(error),
        "median_abs": float(np.median(np.abs(error))),
        "median": float(np.median(error)),
        "mean": float(np.mean(error)),
        "p95": float(np.quantile(np.abs(error), 0.95)),
        "coverage": None if u95 is None else float(np.mean(np.abs(error) <= u95)),
        "u95": None if u95 is None else float(np.median(u95)),
    }


def folds_of(names: Sequence[str] | NDArray[np.str_]) -> NDArray[np.int64]:
    """One of ten folds for each name; the same name always gets the same fold."""
    distinct = sorted(set(map(str, names)), key=lambda name: hashlib.sha256(name.encode()).digest())
    place = {name: number % FOLDS for number, name in enumerate(distinct)}
    return np.array([place[str(name)] for name in names])


def report(field: Field) -> str:
    """The calibration and all tables, as text."""
    seen = [width_from_greys(profile) for profile in field.profiles]
    found = np.array([one is not None for one in seen])
    sure = np.array([one is not None and one.reliable for one in seen])
    truth, dips = field.truth, dips_of(field.profiles, CAMERA)
    best = fit(dips, truth, CAMERA)
    _, structure = np.unique(field.structure, return_inverse=True)
    splits = {
        "photos": folds_of([f"{a}/{b}" for a, b in zip(field.structure, field.photo, strict=True)]),
        "cracks": folds_of(field.cracks()),
        "structures": structure,
    }
    results = {f"{name} left out": cross_validate(dips, truth, folds, CAMERA) for name, folds in splits.items()
               if len(np.unique(folds)) > 1}  # fmt: skip
    first = np.array([first_attempt(profile) for profile in field.profiles])
    overall = [(name, score(result.width, truth, result.u95)) for name, result in results.items()]
    lines = lines_of("all profiles", [*overall, ("first attempt", score(first, truth))], COLUMNS)
    main = results["cracks left out"]
    classes = [(str(name), field.structure == name) for name in np.unique(field.structure)]
    classes += _classes(truth, WIDTH_CLASSES, "px") + _classes(field.mm_per_px, SCALE_CLASSES, "mm/px")
    classes += [("found", found), ("reliable", sure), ("found, in doubt", found & ~sure), ("not found", ~found)]
    told = [(name, part) for name, part in classes if part.any()]
    ours = [(name, score(main.width[part], truth[part], main.u95[part])) for name, part in told]
    lines += ["", *lines_of("cracks left out", ours, COLUMNS)]
    lines += ["", *lines_of("first attempt", [(n, score(first[part], truth[part])) for n, part in told], COLUMNS)]
    return "\n".join([f"fitted to all {len(truth)} profiles: {best}", "", *lines])


def _classes(values: Numbers, edges: Sequence[float], unit: str) -> list[tuple[str, NDArray[np.bool_]]]:
    return [(f"{low:g} to {high:g} {unit}", (values >= low) & (values < high)) for low, high in pairwise(edges)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables. Exit status 0 done, 1 cannot be read."""
    parser = argparse.ArgumentParser(prog="field_widths", description="Grey widths against measured widths.")
    parser.add_argument("file", type=Path, help="CSV of measured profiles")
    try:
        print(report(read_field(parser.parse_args(arguments).file)))  # noqa: T201
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Data sets of Hairline: a `manifest.csv` that says which photo belongs where."""

import csv
from pathlib import Path

from segmentation.datasets.folders import PHOTO_SUFFIXES, Found, Reading
from segmentation.datasets.masks import MaskFile
from segmentation.datasets.pairs import BadSource
from segmentation.datasets.problems import Problem

COLUMNS = ("set", "stem", "group", "split", "surface", "licence")
"""The columns of `manifest.csv`, here and wherever one is written."""

SPLITS = ("train", "val", "test")


def read_manifest(root: Path) -> Reading:
    """A data set of Hairline: `manifest.csv` with `<set>/images` or `images`; sets, groups and splits are kept."""
    with (root / "manifest.csv").open(newline="", encoding="utf-8") as rows:
        table = list(csv.DictReader(rows))
    missing = {"set", "stem", "group", "split"} - set(table[0] if table else ())
    if missing:
        raise BadSource(f"{root / 'manifest.csv'} lacks the columns {', '.join(sorted(missing))}.")
    for row in table:
        yield _listed(root, row)


def _listed(root: Path, row: dict[str, str]) -> Found | Problem:
    set_name, stem = row["set"], row["stem"]
    if row["split"] not in SPLITS:
        return Problem("unreadable", stem, f"the manifest has it in the split {row['split']!r}")
    if {"/", "\\"} & {*set_name, *stem}:
        return Problem("missing_photo", stem, "the manifest's name leads into another folder")
    for place in (root / set_name, root):
        image = next((path for path in _spellings(place / "images", stem) if path.is_file()), None)
        mask = place / "masks" / f"{stem}.png"
        if image and mask.is_file():
            return Found(
                stem.removeprefix(f"{set_name}_"), row["group"] or stem, image, MaskFile(mask), row["split"],
                set_name.lower(), row.get("surface") or "", row.get("licence") or "",
            )  # fmt: skip
    return Problem("missing_photo", stem, f"the manifest lists it, but its photo or its mask is not in {root}")


def _spellings(place: Path, stem: str) -> list[Path]:
    return [place / f"{stem}{spelling}" for suffix in PHOTO_SUFFIXES for spelling in (suffix, suffix.upper())]

"""Folders of `images/` and `masks/`: plain ones, those with a manifest, and the merged set of crack_segmentation.

github.com/khanhha/crack_segmentation put twelve sets into one folder: every photo squashed to 448 × 448, masks as JPEG,
the set in front of the name. CrackForest is in it twice, as CFD and as forest; copies are told by their pictures.
"""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from segmentation.datasets.folders import PHOTO_SUFFIXES, Found, Reading, match_by_stem, without_numbers
from segmentation.datasets.masks import MaskFile, NoCracks
from segmentation.datasets.pairs import BadSource
from segmentation.datasets.problems import Problem
from segmentation.datasets.published import crack500_group, deepcrack_group, gaps384_group

COLUMNS = ("set", "stem", "group", "split", "surface", "licence")
"""The columns of `manifest.csv`, here and wherever one is written."""

_SPLITS = ("train", "val", "test")
_RESEARCH = "non-commercial research (authors' README)"


@dataclass(frozen=True, slots=True)
class _Part:
    """One of the merged sets: how a crop's source photo is told from its stem, what it shows, under which terms."""

    group: Callable[[str], str] = str
    surface: str = ""
    licence: str = "none stated"


# Crops of Rissbilder, Volker and Eugen Müller are named after their four corners.
MERGED_PARTS = {
    "CFD": _Part(surface="asphalt", licence=_RESEARCH),
    "forest": _Part(surface="asphalt", licence=_RESEARCH),
    "CRACK500": _Part(crack500_group, "asphalt", "none stated, citation asked"),
    "DeepCrack": _Part(deepcrack_group, "concrete, stone, plaster, asphalt", _RESEARCH),
    "GAPS384": _Part(gaps384_group, "asphalt", "academic use (GAPs registration form)"),
    "cracktree200": _Part(surface="pavement", licence="none stated, citation asked"),
    "Eugen_Muller": _Part(without_numbers(4), "concrete"),
    "Rissbilder_for_Florian": _Part(without_numbers(4), "concrete and plaster walls"),
    "Volker": _Part(without_numbers(4), "concrete"),
    "Sylvie_Chambon": _Part(surface="asphalt", licence="none stated, citation asked"),
    "noncrack": _Part(without_numbers(1), "concrete walls"),
}


def read_merged(root: Path) -> Reading:
    """The merged folder, or its parts `train/` and `test/`: that split was drawn at random over crops of the same
    photos, so it is not kept."""
    for place in _places(root):
        for found in match_by_stem(place / "images", place / "masks"):
            yield _named_after_part(found) if isinstance(found, Found) else found


def merged_part(stem: str) -> str | None:
    """The merged set that a name begins with, None where it is none of them."""
    return next((part for part in MERGED_PARTS if stem.startswith(f"{part}_")), None)


def read_plain(root: Path) -> Reading:
    """`images/` and `masks/` with files of the same stem; `train/images` and so on are kept as splits."""
    for place in _places(root):
        split = place.name if place != root else ""
        yield from match_by_stem(place / "images", place / "masks", split=_split_of(split))


def read_manifest(root: Path) -> Reading:
    """A data set of Hairline: `manifest.csv` with `<set>/images` or `images`; sets, groups and splits are kept."""
    with (root / "manifest.csv").open(newline="", encoding="utf-8") as rows:
        table = list(csv.DictReader(rows))
    missing = {"set", "stem", "group", "split"} - set(table[0] if table else ())
    if missing:
        raise BadSource(f"{root / 'manifest.csv'} lacks the columns {', '.join(sorted(missing))}.")
    for row in table:
        yield _listed(root, row)


def read_crack_free(root: Path) -> Reading:
    """Photos that are known to be free of cracks, in `images/` or in the folder itself; there are no masks."""
    place = root / "images" if (root / "images").is_dir() else root
    for image in _photos(place):
        yield Found(image.stem, image.stem, image, NoCracks())


def _places(root: Path) -> list[Path]:
    if (root / "images").is_dir():
        return [root]
    places = [root / name for name in (*_SPLITS, "valid") if (root / name / "images").is_dir()]
    if not places:
        raise BadSource(f"There is no folder images in {root}, nor train/images and test/images.")
    return places


def _split_of(name: str) -> str:
    return "val" if name == "valid" else name


def _named_after_part(found: Found) -> Found | Problem:
    part = merged_part(found.stem)
    if part is None:
        known = ", ".join(MERGED_PARTS)
        return Problem("missing_photo", found.stem, f"begins with the name of no merged set; known are {known}")
    stem, about = found.stem.removeprefix(f"{part}_"), MERGED_PARTS[part]
    return replace(
        found, stem=stem, group=about.group(stem), set=part.lower(), surface=about.surface, licence=about.licence
    )


def _listed(root: Path, row: dict[str, str]) -> Found | Problem:
    set_name, stem = row["set"], row["stem"]
    if row["split"] not in _SPLITS:
        return Problem("unreadable", stem, f"the manifest has it in the split {row['split']!r}")
    if {"/", "\\"} & {*set_name, *stem}:
        return Problem("missing_photo", stem, "the manifest's name leads into another folder")
    for place in (root / set_name, root):
        image = next((place / "images" / f"{stem}{suffix}" for suffix in _spellings(place / "images", stem)), None)
        mask = place / "masks" / f"{stem}.png"
        if image and mask.is_file():
            return Found(
                stem.removeprefix(f"{set_name}_"), row["group"] or stem, image, MaskFile(mask), row["split"],
                set_name.lower(), row.get("surface") or "", row.get("licence") or "",
            )  # fmt: skip
    return Problem("missing_photo", stem, f"the manifest lists it, but its photo or its mask is not in {root}")


def _spellings(place: Path, stem: str) -> Iterator[str]:
    for suffix in PHOTO_SUFFIXES:
        yield from (spelling for spelling in (suffix, suffix.upper()) if (place / f"{stem}{spelling}").is_file())


def _photos(place: Path) -> list[Path]:
    return [path for path in sorted(place.iterdir()) if path.suffix.lower() in PHOTO_SUFFIXES]

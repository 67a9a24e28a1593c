"""The merged set of crack_segmentation, taken apart again.

github.com/khanhha/crack_segmentation put twelve sets into one folder: every photo squashed to 448 × 448, masks as JPEG,
the set in front of the name. CrackForest is in it twice, as CFD and as forest; copies are told by their pictures.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from segmentation.datasets.folders import Found, Reading, match_by_stem, without_numbers
from segmentation.datasets.plain import places_of
from segmentation.datasets.problems import Problem
from segmentation.datasets.published import crack500_group, deepcrack_group, gaps384_group

_RESEARCH = "non-commercial research (authors' README)"


@dataclass(frozen=True, slots=True)
class _Part:
    """One of the merged sets: how a crop's source photo is told from its stem, what it shows, under which terms."""

    group: Callable[[str], str] = str
    surface: str = ""
    licence: str = "none stated"


# Crops of Rissbilder, Volker and Eugen Müller are named after their four corners.
PARTS = {
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
    for place in places_of(root):
        for found in match_by_stem(place / "images", place / "masks"):
            yield _named_after_part(found) if isinstance(found, Found) else found


def merged_part(stem: str) -> str | None:
    """The merged set that a name begins with, None where it is none of them."""
    return next((part for part in PARTS if stem.startswith(f"{part}_")), None)


def _named_after_part(found: Found) -> Found | Problem:
    part = merged_part(found.stem)
    if part is None:
        known = ", ".join(PARTS)
        return Problem("missing_photo", found.stem, f"begins with the name of no merged set; known are {known}")
    stem, about = found.stem.removeprefix(f"{part}_"), PARTS[part]
    return replace(
        found, stem=stem, group=about.group(stem), set=part.lower(), surface=about.surface, licence=about.licence
    )

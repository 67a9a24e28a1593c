"""Photos without masks, by kind of difficulty: what a network flags where it should, and where it should not.

After the test collection of crack_segmentation, whose six categories are told apart by folder. Without masks there is
no score of pixels, only of photos: a flagged one has at least one finding.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentation.errors import SegmentationError
from segmentation.evaluation.intervals import poisson_rate, wilson
from segmentation.images import read_image
from segmentation.inference import CrackSegmenter
from segmentation.overlay import mask_of
from segmentation.results import Segmentation
from segmentation.training.catalogue import PHOTO_SUFFIXES, DataError

CRACKED, CLEAN, LIKE = "crack", "no crack", "like a crack"
EXPECTED: Mapping[str, str] = {
    "pure_crack": CRACKED,
    "crack_with_moss": CRACKED,
    "crack_noise": CRACKED,
    "crack_in_large_context": CRACKED,
    "like_crack": LIKE,
    "noncrack": CLEAN,
}
"""What a photo of each category shows. Photos like a crack may hold one: nothing found there is scored as wrong."""

Failed = Callable[[Path, Exception], None]


@dataclass(frozen=True, slots=True)
class FlaggedPhoto:
    """One photo: its size in pixels, its findings' mean probabilities (0..1) and areas, network seconds."""

    category: str
    name: str
    width: int
    height: int
    confidences: tuple[float, ...]
    areas: tuple[int, ...]
    seconds: float

    @property
    def megapixels(self) -> float:
        """Size in millions of pixels."""
        return self.width * self.height / 1e6

    def to_facts(self) -> dict[str, Any]:
        """The photo as plain JSON values."""
        return {
            "category": self.category,
            "photo": self.name,
            "width": self.width,
            "height": self.height,
            "regions": len(self.areas),
            "crack_area_share": round(sum(self.areas) / (self.width * self.height), 6),
            "mean_probability": _mean(self.confidences),
            "seconds": round(self.seconds, 2),
        }


@dataclass(frozen=True, slots=True)
class Seen:
    """A photo that was looked at: `pixels` uint8 (H, W, 3), the findings' mask bool (H, W), and what was counted."""

    pixels: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    photo: FlaggedPhoto


def read_categories(root: Path) -> dict[str, list[Path]]:
    """Photos by subfolder of `root`, or by its own name where they lie in it. Raises DataError where there is none."""
    if not root.is_dir():
        raise DataError(f"There is no folder {root}.")
    folders = [root, *sorted(entry for entry in root.iterdir() if entry.is_dir())]
    found = {folder.name: _photos(folder) for folder in folders}
    categories = {name: photos for name, photos in found.items() if photos}
    if not categories:
        raise DataError(
            f"There is no photo in {root} or its subfolders. Expected is a subfolder for each category, such as "
            f"{', '.join(EXPECTED)}."
        )
    return categories


def look_through(
    segmenter: CrackSegmenter,
    photos: Iterable[tuple[str, Path]],
    *,
    threshold: float,
    failed: Failed,
) -> Iterator[Seen]:
    """Look at photos, given with their category, as in daily use; one that cannot be read goes to `failed`."""
    for category, path in photos:
        try:
            pixels = read_image(path).pixels
            segmentation = segmenter.segment(pixels, threshold=threshold)
        except (SegmentationError, OSError) as error:
            failed(path, error)
            continue
        yield Seen(pixels, mask_of(segmentation), _counted(category, path, segmentation))


def robustness_of(photos: Sequence[FlaggedPhoto]) -> dict[str, Any]:
    """`categories` by name and `photos` one by one.

    `score` is the share of photos flagged where there is a crack, the share without a finding where there is none, and
    None where a category's name does not say what to expect or nothing found counts as wrong.
    """
    by_category: dict[str, list[FlaggedPhoto]] = defaultdict(list)
    for photo in photos:
        by_category[photo.category].append(photo)
    categories = {name: _category(name, members) for name, members in by_category.items()}
    return {"categories": categories, "photos": [photo.to_facts() for photo in photos]}


def _category(name: str, photos: Sequence[FlaggedPhoto]) -> dict[str, Any]:
    expected = EXPECTED.get(name)
    flagged = sum(bool(photo.areas) for photo in photos)
    right = {CRACKED: flagged, CLEAN: len(photos) - flagged}.get(expected or "")
    megapixels = sum(photo.megapixels for photo in photos)
    regions = sum(len(photo.areas) for photo in photos)
    confidences = [confidence for photo in photos for confidence in photo.confidences]
    return {
        "expected": expected,
        "photos": len(photos),
        "megapixels": round(megapixels, 2),
        "flagged": flagged,
        "flagged_share": round(flagged / len(photos), 4),
        "flagged_share_ci": wilson(flagged, len(photos)),
        "regions": regions,
        "regions_per_10mp": round(regions / megapixels * 10, 2),
        "regions_per_10mp_ci": poisson_rate(regions, megapixels / 10),
        "crack_area_share": round(sum(sum(photo.areas) for photo in photos) / (megapixels * 1e6), 6),
        "mean_probability": _mean(confidences),
        "score": None if right is None else round(right / len(photos), 4),
        "score_ci": None if right is None else wilson(right, len(photos)),
    }


def _counted(category: str, path: Path, segmentation: Segmentation) -> FlaggedPhoto:
    return FlaggedPhoto(
        category=category,
        name=path.name,
        width=segmentation.width,
        height=segmentation.height,
        confidences=tuple(crack.confidence for crack in segmentation.cracks),
        areas=tuple(crack.area_px for crack in segmentation.cracks),
        seconds=segmentation.seconds["network"],
    )


def _photos(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if path.suffix.lower() in PHOTO_SUFFIXES and path.is_file()]


def _mean(values: Sequence[float]) -> float | None:
    return round(float(np.mean(values)), 4) if values else None

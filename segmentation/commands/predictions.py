"""What `predict` leaves on disk for a photo: three pictures and a JSON file, written last."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from segmentation import __version__
from segmentation.overlay import mask_of, overlay_image
from segmentation.results import Crack, Point, Segmentation

SUFFIXES = (".probability.png", ".mask.png", ".overlay.jpg", ".json")
PHOTO_SUFFIXES = {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".tif", ".tiff", ".webp"}
JPEG_QUALITY = 92


@dataclass(frozen=True, slots=True)
class NetworkFacts:
    """Which network it was: name and version from its card, SHA-256 of its file."""

    name: str
    version: str
    sha256: str


def photos_of(path: Path) -> list[Path]:
    """The photos of a folder, not of its subfolders and without pictures that `predict` wrote; else the path itself."""
    if not path.is_dir():
        return [path]
    photos = (entry for entry in sorted(path.iterdir()) if entry.suffix.lower() in PHOTO_SUFFIXES)
    return [photo for photo in photos if not photo.name.endswith(SUFFIXES)]


def output_stems(photos: Iterable[Path]) -> dict[Path, str]:
    """A stem for each photo's files: its own, or the first free of `<stem>-2`, `<stem>-3`, … for a second one.

    Photos given twice count once. Capitals do not make a stem different: on some disks they do not.
    """
    distinct = {photo.resolve(): photo for photo in photos}
    own = {photo.stem.casefold() for photo in distinct.values()}
    taken: set[str] = set()
    stems = {}
    for photo in distinct.values():
        stem, number = photo.stem, 1
        while stem.casefold() in taken or (number > 1 and stem.casefold() in own):
            number += 1
            stem = f"{photo.stem}-{number}"
        taken.add(stem.casefold())
        stems[photo] = stem
    return stems


def write_prediction(
    out: Path,
    stem: str,
    pixels: NDArray[np.uint8],
    segmentation: Segmentation,
    facts: dict[str, Any],
) -> None:
    """Write `<stem>.probability.png`, `.mask.png`, `.overlay.jpg` and `.json` into `out`."""
    probability, mask, overlay, report = (out / (stem + suffix) for suffix in SUFFIXES)
    Image.fromarray(segmentation.probability).save(probability)
    Image.fromarray(mask_of(segmentation).astype(np.uint8) * 255).save(mask)
    overlay_image(pixels, segmentation).save(overlay, quality=JPEG_QUALITY)
    report.write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def describe(
    photo: str, segmentation: Segmentation, network: NetworkFacts, mm_per_pixel: float | None
) -> dict[str, Any]:
    """The JSON of a photo: lengths and widths in pixels of the upright photo, and in mm where the scale is given."""
    findings = [_finding(crack, mm_per_pixel) for crack in segmentation.cracks]
    totals: dict[str, Any] = {
        "findings": len(findings),
        "length_px": round(segmentation.crack_length_px, 1),
        "area_px": sum(crack.area_px for crack in segmentation.cracks),
        "area_share": round(segmentation.crack_area_share, 6),
    }
    if mm_per_pixel is not None:
        totals["length_mm"] = round(segmentation.crack_length_px * mm_per_pixel, 1)
    return {
        "photo": photo,
        "width": segmentation.width,
        "height": segmentation.height,
        "mm_per_pixel": mm_per_pixel,
        "findings": findings,
        "totals": totals,
        "network": {"name": network.name, "version": network.version, "sha256": network.sha256},
        "threshold": round(segmentation.threshold, 4),
        "version": __version__,
        "device": segmentation.device,
        "seconds": {stage: round(seconds, 2) for stage, seconds in segmentation.seconds.items()},
    }


def _finding(crack: Crack, mm_per_pixel: float | None) -> dict[str, Any]:
    finding: dict[str, Any] = {
        "path": _rounded(crack.path),
        "branches": [_rounded(branch) for branch in crack.branches],
        "length_px": round(crack.length_px, 1),
        "width_mean_px": round(crack.width_mean_px, 2),
        "width_max_px": round(crack.width_max_px, 2),
        # Rounding may reach 180 itself, which is 0.
        "orientation_deg": round(crack.orientation_deg, 1) % 180,
        "area_px": crack.area_px,
        "confidence": round(crack.confidence, 3),
        "box": list(crack.box),
    }
    if mm_per_pixel is not None:
        finding["length_mm"] = round(crack.length_px * mm_per_pixel, 1)
        finding["width_mean_mm"] = round(crack.width_mean_px * mm_per_pixel, 3)
        finding["width_max_mm"] = round(crack.width_max_px * mm_per_pixel, 3)
    return finding


def _rounded(path: Iterable[Point]) -> list[list[float]]:
    return [[round(x, 1), round(y, 1)] for x, y in path]

"""What `predict` leaves on disk for a photo: three pictures and a JSON file, written last."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from segmentation import __version__
from segmentation.commands.findings import as_json, describe_findings
from segmentation.commands.scales import PhotoScale
from segmentation.overlay import mask_of, overlay_image
from segmentation.results import Segmentation
from segmentation.scale import Floor

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
    report.write_text(as_json(facts), encoding="utf-8")


def describe(
    photo: str, segmentation: Segmentation, network: NetworkFacts, scale: PhotoScale | None, floor: Floor | None
) -> dict[str, Any]:
    """The JSON of a photo: lengths and widths in pixels of the upright photo, and in mm where the scale is known."""
    size = (segmentation.width, segmentation.height)
    return {
        "photo": photo,
        "width": segmentation.width,
        "height": segmentation.height,
        "mm_per_pixel": scale and scale.scale.mm_per_px,
        **describe_findings(segmentation.cracks, size, scale, floor),
        "network": {"name": network.name, "version": network.version, "sha256": network.sha256},
        "threshold": round(segmentation.threshold, 4),
        "version": __version__,
        "device": segmentation.device,
        "seconds": {stage: round(seconds, 2) for stage, seconds in segmentation.seconds.items()},
    }

"""The benchmark as one set of facts."""

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from segmentation.benchmark.photos import write_photo
from segmentation.benchmark.rivals import matrix_peak, multiplications, original_seconds, original_tiles, plain_seconds
from segmentation.benchmark.stages import Timed, time_photo
from segmentation.checkpoints import ModelCard, load_checkpoint, save_checkpoint
from segmentation.engines import Recipe, processor_has_bf16
from segmentation.images import read_image
from segmentation.networks import build_network
from segmentation.tiling import fit_tiles, plan_tiles

ORIGINAL = "original-vgg16"
# The ratios are taken on the photo nearest to this.
RATIO_MEGAPIXELS = 12.0
Say = Callable[[str], None]
TimeStored = Callable[[Path, Path, str], dict[str, Any]]
"""Photo, network and device → the worker's seconds, total, peak_mb and findings."""


def measure(
    network: Path,
    sizes: Sequence[float],
    *,
    device: str = "auto",
    sample: int = 4,
    say: Say = print,
    time_stored: TimeStored | None = None,
) -> dict[str, Any]:
    """Run everything once. `sizes` are megapixels; `sample` tiles of the slow rivals are run, the rest is reckoned.

    `auto` is the processor, and a graphics card beside it where there is one. `time_stored` takes photo, network and
    device through the worker: seconds, total, peak_mb, findings.

    Keys: machine, network, device, photos (a row for each size), graphics (the same), plain, original, peak, flatness.
    """
    graphics = device == "auto" and torch.cuda.is_available()
    device = "cpu" if graphics else device
    with tempfile.TemporaryDirectory() as folder:
        photos = {size: Path(folder) / f"{size:g}.jpg" for size in sorted(set(sizes))}
        rows: dict[float, Timed] = {}
        facts: dict[str, Any] = {"machine": _machine(), "network": network.name, "photos": [], "graphics": []}
        for size, path in photos.items():
            write_photo(path, size)
            rows[size] = time_photo(path, network, device)
            row = _row(rows[size])
            say(_photo_line(rows[size]))
            if time_stored:
                row["stored"] = time_stored(path, network, device)
                say(f"  from file to stored findings {row['stored']['total']:.2f} s, {row['stored']['peak_mb']:.0f} MB")
            facts["photos"].append(row)
            if graphics:
                facts["graphics"].append(_row(time_photo(path, network, "cuda")))
        middle = min(photos, key=lambda size: abs(size - RATIO_MEGAPIXELS))
        chosen = rows[middle]
        facts |= {
            "device": chosen.device,
            "plain": _beside_plain(network, photos[middle], chosen, sample),
            "original": _beside_original(Path(folder), photos[middle], chosen, device, sample),
            "peak": _beside_peak(network, chosen),
        }
    costs = [row["seconds_per_mp"] for row in facts["photos"]]
    return facts | {"flatness": max(costs) / min(costs)}


def _beside_plain(network: Path, photo: Path, ours: Timed, sample: int) -> dict[str, float]:
    loaded, card = load_checkpoint(network)
    pixels = read_image(photo).pixels
    plan = plan_tiles(pixels.shape[1], pixels.shape[0], tile=card.tile, overlap=card.overlap)
    seconds = plain_seconds(Recipe(loaded, card), pixels, plan, sample=sample)
    own = ours.seconds["network"]
    return {"seconds": seconds, "ours": own, "ratio": seconds / own}


def _beside_original(folder: Path, photo: Path, ours: Timed, device: str, sample: int) -> dict[str, float]:
    network = build_network(ORIGINAL)
    same = folder / "original.safetensors"
    # Its weights are random: neither its loop nor ours is faster for better ones.
    save_checkpoint(same, network, ModelCard(ORIGINAL, ORIGINAL, tile=448, threshold=0.999))
    pixels = read_image(photo).pixels
    height, width = pixels.shape[:2]
    seconds = original_seconds(network, width, height, sample=sample)
    own = time_photo(photo, same, device).seconds["network"]
    return {
        "seconds": seconds,
        "tiles": original_tiles(width, height),
        "ours_same_network": own,
        "ratio_same_network": seconds / own,
        "ratio": seconds / ours.seconds["network"],
    }


def _beside_peak(network: Path, ours: Timed) -> dict[str, Any]:
    """Each multiplication counts against the peak of its own precision: seconds at the peak over seconds taken."""
    loaded, card = load_checkpoint(network)
    half = torch.bfloat16 if "bf16" in ours.device else torch.float32
    per_pixel = multiplications(loaded, card.tile) / card.tile**2
    eight = multiplications(loaded, card.tile, card.inputs) / card.tile**2 if "int8" in ours.device else 0.0
    plan = fit_tiles(*ours.size, tile=card.tile, overlap=card.overlap, step=Recipe(loaded, card).step)
    pixels = len(plan) * plan.tile_width * plan.tile_height
    peak, eight_peak = matrix_peak(half), matrix_peak(torch.int8) if eight else 1.0
    best = pixels * ((per_pixel - eight) / peak + eight / eight_peak)
    return {
        "giga_macs_per_second": per_pixel * pixels / ours.seconds["network"],
        "matrix": per_pixel * pixels / best,
        "precision": ("bf16" if half == torch.bfloat16 else "f32") + (" and int8" if eight else ""),
        "share": best / ours.seconds["network"],
    }


def _machine() -> dict[str, Any]:
    return {"processors": os.cpu_count(), "threads": torch.get_num_threads(), "bf16": processor_has_bf16()}


def _row(timed: Timed) -> dict[str, Any]:
    return asdict(timed) | {
        "megapixels": timed.megapixels,
        "mp_per_second": timed.mp_per_second,
        "seconds_per_mp": timed.total / timed.megapixels,
    }


def _photo_line(timed: Timed) -> str:
    return f"{timed.megapixels:.1f} MP: {timed.total:.2f} s, {timed.mp_per_second:.2f} MP/s, {timed.peak_mb:.0f} MB"

"""Drawn data sets: grey walls with dark lines, and masks that are exactly those lines."""

import csv
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw


def draw_pair(seed: int, *, size: tuple[int, int] = (96, 80), cracked: bool = True):
    """Pixels (H, W, 3) and mask (H, W; 0 or 255): one slanting line 3 px wide on a noisy wall."""
    random = np.random.default_rng(seed)
    width, height = size
    mask = Image.new("L", size, 0)
    if cracked:
        line = [(0, int(random.integers(height))), (width, int(random.integers(height)))]
        ImageDraw.Draw(mask).line(line, fill=255, width=3)
    truth = np.asarray(mask)
    wall = random.normal(180, 8, (height, width, 1)).repeat(3, axis=2)
    return np.where(truth[..., None] > 0, 40, wall).clip(0, 255).astype(np.uint8), truth


def write_pair(folder: Path, stem: str, seed: int, **kind) -> None:
    pixels, mask = draw_pair(seed, **kind)
    for name in ("images", "masks"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(folder / "images" / f"{stem}.png")
    Image.fromarray(mask).save(folder / "masks" / f"{stem}.png")


def write_folders(root: Path, count: int = 6, **kind) -> Path:
    """Two folders, `images/` and `masks/`."""
    for number in range(count):
        write_pair(root, f"wall_{number}", number, **kind)
    return root


def write_manifest(root: Path, rows: list[tuple[str, str, str, str]], *, by_set: bool = True) -> Path:
    """A manifest with (set, stem, group, split); photos lie in `<set>/images`, or all of them in `images`."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / "manifest.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["set", "stem", "group", "split", "surface", "licence"])
        for number, (name, stem, group, split) in enumerate(rows):
            write_pair(root / name if by_set else root, stem, number)
            table.writerow([name, stem, group, split, "concrete", "drawn"])
    return root

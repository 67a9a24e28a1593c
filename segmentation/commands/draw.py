"""`python -m segmentation draw --out DIR`: drawn photos of concrete, with the truth about their cracks."""

import argparse
import csv
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from segmentation.drawing import (
    SCENES,
    SEASONS,
    DrawnPhoto,
    PhotoMetadata,
    distance_at,
    draw_photo,
    draw_survey,
    write_mask,
    write_photo,
    write_truth,
)

FOCAL_35MM = 120.0
FIRST_PHOTO = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
COLUMNS = ("set", "stem", "group", "split", "surface", "licence")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of `draw`."""
    parser.add_argument("--out", type=Path, required=True, help="folder for photos, truth and masks")
    parser.add_argument(
        "--seed", type=int, default=0, help="another seed, other photos; the next photo has the next seed"
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--size", type=_size, metavar="WxH", help="pixels (default 2000x1500)")
    size.add_argument(
        "--megapixels", type=_megapixels, metavar="N", help="a 4:3 photo of about N megapixels, up to 100"
    )
    parser.add_argument("--count", type=int, default=1, help="how many photos")
    parser.add_argument("--scene", choices=SCENES, help="one scene only (default: all in turn)")
    parser.add_argument("--mm-per-pixel", type=float, default=0.4, metavar="S")
    parser.add_argument(
        "--crack-free", type=float, default=0.0, metavar="SHARE", help="share of photos without a crack"
    )
    parser.add_argument("--masks", action="store_true", help="write images/, masks/ and manifest.csv, to train on")
    parser.add_argument("--survey", choices=SEASONS, help="draw this survey of the demo bridge instead")


def run(args: argparse.Namespace) -> int:
    """Draw and write. Exit status 0 done, 1 cannot be drawn or written."""
    try:
        args.out.mkdir(parents=True, exist_ok=True)
        if args.survey:
            draw_survey(args.out, seed=args.seed, survey=args.survey, progress=_show)
        else:
            _draw_photos(args)
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _draw_photos(args: argparse.Namespace) -> None:
    width, height = args.size or args.megapixels or (2000, 1500)
    folders = {name: args.out / name if args.masks else args.out for name in ("images", "masks", "truth")}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    stems = []
    for number in range(args.count):
        seed = args.seed + number
        scene = args.scene or SCENES[seed % len(SCENES)]
        # Evenly spread, so that every split gets its part.
        clean = int((number + 1) * args.crack_free) > int(number * args.crack_free)
        drawn = draw_photo(
            seed, width, height, mm_per_pixel=args.mm_per_pixel, scene=scene, cracks=() if clean else None
        )
        stem = f"drawn_{scene}_{seed:06d}"
        write_photo(folders["images"] / f"{stem}.jpg", drawn, metadata=_metadata(drawn, number))
        write_truth(folders["truth"] / f"{stem}.json", drawn)
        if args.masks:
            write_mask(folders["masks"] / f"{stem}.png", drawn)
        stems.append(stem)
        _show(number + 1, args.count)
    if args.masks:
        _write_manifest(args.out / "manifest.csv", stems)


def _metadata(drawn: DrawnPhoto, number: int) -> PhotoMetadata:
    return PhotoMetadata(
        taken_at=FIRST_PHOTO + timedelta(minutes=2 * number),
        latitude=54.0741,
        longitude=-1.9993,
        distance_m=distance_at(drawn, FOCAL_35MM),
    )


def _write_manifest(path: Path, stems: list[str]) -> None:
    """Eight of ten photos are for training, one for validation, one for testing."""
    with path.open("w", newline="", encoding="utf-8") as out:
        table = csv.writer(out)
        table.writerow(COLUMNS)
        for number, stem in enumerate(stems):
            split = {8: "val", 9: "test"}.get(number % 10, "train")
            table.writerow(("drawn", stem, stem, split, "concrete", "drawn by Hairline"))


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d+)[x×](\d+)", text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size; write it as 2000x1500")
    return int(found[1]), int(found[2])


def _megapixels(text: str) -> tuple[int, int]:
    try:
        pixels = float(text) * 1e6
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of megapixels") from error
    if not 0 < pixels <= 100e6:
        raise argparse.ArgumentTypeError("a photo has more than 0 and at most 100 megapixels")
    height = round((pixels * 3 / 4) ** 0.5)
    return round(height * 4 / 3), height


def _show(done: int, total: int) -> None:
    print(f"\r{done}/{total} photos", end="\n" if done == total else "", flush=True)  # noqa: T201

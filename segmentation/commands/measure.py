"""`python -m segmentation measure MASK_OR_PROBABILITY.png`: measure cracks that were found before, by whomever."""

import argparse
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segmentation import __version__
from segmentation.commands.findings import as_json, describe_findings
from segmentation.commands.predict import threshold
from segmentation.commands.scales import add_scale_arguments, calibration_of, floor_of, scale_of
from segmentation.commands.summary import lines_of_findings
from segmentation.errors import SegmentationError
from segmentation.images import read_image
from segmentation.measurement import PLAIN, trace_cracks

THRESHOLD = 0.5
GREYEST = 24
"""Channels of a grey picture differ by no more than this after a JPEG; those of a photo do somewhere."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of `measure`."""
    parser.add_argument(
        "map", type=Path, metavar="MASK_OR_PROBABILITY.png", help="crack is white: 0 and 255, or 0..255 for 0..1"
    )
    parser.add_argument("--photo", type=Path, metavar="PHOTO", help="the photo itself: measures narrow cracks in it")
    parser.add_argument(
        "--threshold", type=threshold, default=THRESHOLD, metavar="T", help="0 to 1, crack from here on (default 0.5)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all that was measured; - for standard output")
    add_scale_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Measure and tell. Exit status 0 done, 1 where something cannot be read or does not fit."""
    try:
        facts = _measure(args)
        text = as_json(facts)
        if args.json is not None and str(args.json) != "-":
            args.json.write_text(text, encoding="utf-8")
    except (SegmentationError, ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(text if str(args.json) == "-" else "\n".join(lines_of_findings(facts)) + "\n")
    return 0


def _measure(args: argparse.Namespace) -> dict[str, object]:
    probability = _read_map(args.map)
    height, width = probability.shape
    pixels = None
    if args.photo is not None:
        pixels = _named(args.photo)
        if pixels.shape[:2] != probability.shape:
            raise ValueError(
                f"{args.map} is {width}x{height} pixels, and {args.photo}, upright, "
                f"{pixels.shape[1]}x{pixels.shape[0]}. Give the map of this very photo, in its full size."
            )
    calibration = PLAIN if args.photo is None else calibration_of(args.photo, args.plain)
    cracks = trace_cracks(probability, threshold=args.threshold, pixels=pixels, calibration=calibration)
    scale = scale_of(args.photo, (width, height), pixels, args)
    return {
        "map": args.map.name,
        "photo": args.photo and args.photo.name,
        "width": width,
        "height": height,
        **describe_findings(cracks, (width, height), scale, floor_of(pixels, scale)),
        "threshold": round(args.threshold, 4),
        "version": __version__,
    }


def _read_map(path: Path) -> NDArray[np.uint8]:
    """A mask or a map of probabilities, uint8 (height, width). Raises ValueError for another picture."""
    pixels = _named(path)
    if int((pixels.max(axis=2) - pixels.min(axis=2)).max()) > GREYEST:
        raise ValueError(
            f"{path} is a colour picture, and no mask or map of probabilities. Give a grey one, such as the "
            ".mask.png or .probability.png of `predict`, and the photo as --photo."
        )
    grey = pixels[:, :, 1]
    if grey.max() == 1:
        raise ValueError(f"{path} holds 0 and 1 only. A mask has 0 and 255: multiply it by 255.")
    if grey.min() >= round(255 * THRESHOLD):
        raise ValueError(f"{path} is crack everywhere. In a mask the crack is white and the wall black: invert it.")
    return np.ascontiguousarray(grey)


def _named(path: Path) -> NDArray[np.uint8]:
    try:
        return read_image(path).pixels
    except SegmentationError as error:
        raise ValueError(f"{path}: {error}") from error

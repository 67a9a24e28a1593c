"""`python -m segmentation predict PHOTO… --out DIR`: find and measure the cracks of photos."""

import argparse
import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from tqdm import tqdm

from segmentation.checkpoints import resolve_network
from segmentation.commands.predictions import (
    NetworkFacts,
    describe,
    output_stems,
    photos_of,
    write_prediction,
)
from segmentation.commands.scales import add_scale_arguments, calibration_of, floor_of, scale_of
from segmentation.engines import DEVICES
from segmentation.errors import SegmentationError
from segmentation.images import read_image
from segmentation.inference import CrackSegmenter
from segmentation.results import Segmentation
from segmentation.tiling import Progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of `predict`."""
    parser.add_argument("photos", nargs="+", type=Path, metavar="PHOTO", help="photo, or folder of photos")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder for the results, made if missing"
    )
    parser.add_argument(
        "--network", default="default", metavar="NAME|PATH", help="shipped network or .safetensors file"
    )
    parser.add_argument("--threshold", type=threshold, metavar="T", help="0 to 1 (default: the network's own)")
    parser.add_argument("--device", default="auto", choices=DEVICES)
    add_scale_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Analyse every photo. Exit status 0 done, 1 where a photo or the network failed, 130 interrupted."""
    try:
        network_path = resolve_network(args.network)
        segmenter = CrackSegmenter.load(network_path, args.device)
        args.out.mkdir(parents=True, exist_ok=True)
    except (SegmentationError, OSError) as error:
        return _complain(error)
    card = segmenter.card
    network = NetworkFacts(card.name, card.version, hashlib.sha256(network_path.read_bytes()).hexdigest())
    stems, status = _stems(args.photos)
    for number, (photo, stem) in enumerate(stems.items(), start=1):
        try:
            with _bar(f"{number}/{len(stems)} {photo.name}") as progress:
                segmentation = _analyse(photo, stem, segmenter, network, args, progress)
        except (SegmentationError, OSError) as error:
            status = _complain(f"{photo}: {error}")
        except KeyboardInterrupt:
            _complain(f"Stopped. {number - 1} of {len(stems)} photos are done.")
            return 130
        else:
            _tell(photo, stem, segmentation)
    return status


def _stems(paths: list[Path]) -> tuple[dict[Path, str], int]:
    """The photos with the stems of their files, and the exit status so far."""
    status = 0
    photos: list[Path] = []
    for path in paths:
        found = photos_of(path)
        if not found:
            status = _complain(f"{path}: there is no photo in this folder (JPEG, PNG, TIFF, WebP).")
        photos += found
    return output_stems(photos), status


def _analyse(
    photo: Path,
    stem: str,
    segmenter: CrackSegmenter,
    network: NetworkFacts,
    args: argparse.Namespace,
    progress: Progress,
) -> Segmentation:
    started = perf_counter()
    pixels = read_image(photo).pixels
    reading = perf_counter() - started
    calibration = calibration_of(photo, args.plain)
    segmentation = segmenter.segment(pixels, threshold=args.threshold, progress=progress, calibration=calibration)
    scale = scale_of(photo, (segmentation.width, segmentation.height), pixels, args)
    facts = describe(photo.name, segmentation, network, scale, floor_of(pixels, scale))
    facts["seconds"] = {"reading": round(reading, 2)} | facts["seconds"]
    write_prediction(args.out, stem, pixels, segmentation, facts)
    return segmentation


@contextmanager
def _bar(title: str) -> Iterator[Progress]:
    """A bar of tiles on standard error, on a terminal only."""
    with tqdm(desc=title, unit="tile", leave=False, disable=None) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield show


def _tell(photo: Path, stem: str, segmentation: Segmentation) -> None:
    cracks = len(segmentation.cracks)
    found = f"{cracks} {'crack' if cracks == 1 else 'cracks'}, {segmentation.crack_length_px:.0f} px"
    elsewhere = f" (written as {stem}.*)" if stem != photo.stem else ""
    sys.stdout.write(f"{photo}: {found if cracks else 'no cracks'}{elsewhere}\n")
    sys.stdout.flush()


def _complain(message: object) -> int:
    sys.stderr.write(f"{message}\n")
    return 1


def threshold(text: str) -> float:
    """A probability from the command line."""
    value = float(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError("must lie between 0 and 1")
    return value

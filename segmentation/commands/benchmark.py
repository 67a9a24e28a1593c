"""`python -m segmentation benchmark`: seconds, megapixels a second and memory, beside what others need."""

import argparse
import json
import sys
from pathlib import Path

from segmentation.benchmark.report import TimeStored, measure
from segmentation.benchmark.table import table
from segmentation.checkpoints import resolve_network
from segmentation.engines import DEVICES
from segmentation.errors import SegmentationError

SIZES = (2.0, 12.0, 24.0, 100.0)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of `benchmark`."""
    parser.add_argument("--network", default="default", metavar="NAME|PATH", help="shipped network or .safetensors")
    parser.add_argument("--device", default="auto", choices=DEVICES)
    parser.add_argument("--sizes", type=_sizes, default=SIZES, metavar="MP,…", help="megapixels of the drawn photos")
    parser.add_argument("--sample", type=int, default=4, metavar="N", help="tiles that the slow rivals really run")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there as well")


def run(args: argparse.Namespace, time_stored: TimeStored | None = None) -> int:
    """Measure and print; `time_stored` as in `report.measure`. Exit status 0 done, 1 impossible, 130 interrupted."""
    try:
        network = resolve_network(args.network)
        facts = measure(
            network, args.sizes, device=args.device, sample=max(1, args.sample), say=_say, time_stored=time_stored
        )
    except (SegmentationError, OSError, RuntimeError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        return 130
    if args.json:
        args.json.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    print(table(facts))  # noqa: T201
    return 0


def _sizes(text: str) -> tuple[float, ...]:
    try:
        sizes = tuple(float(word) for word in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of megapixels such as 2,12,24") from error
    if not all(0.3 <= size <= 200 for size in sizes):
        raise argparse.ArgumentTypeError("a photo of the benchmark has 0.3 to 200 megapixels")
    return sizes


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201

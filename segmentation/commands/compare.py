"""`python -m segmentation compare NAME|FILE|RUN …`: what networks cost, and what their trainings reached."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from segmentation.errors import SegmentationError
from segmentation.training.comparison import ENGINES, compare, table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of `compare`."""
    parser.add_argument("subjects", nargs="+", metavar="NAME|FILE|RUN", help="a network's name, weights, a run folder")
    parser.add_argument("--engines", type=lambda text: text.split(","), metavar="ENGINE,…", help=f"of {_names()}")
    parser.add_argument("--rounds", type=int, default=5, help="how often each tile is run")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there as well")


def run(args: argparse.Namespace) -> int:
    """Measure and print. Exit status 0 done, 1 cannot be done, 2 called wrongly, 130 interrupted."""
    unknown = set(args.engines or ()) - {name for name, _, _ in ENGINES}
    if unknown:
        print(f"There is no engine {', '.join(sorted(unknown))}; known are {_names()}.", file=sys.stderr)  # noqa: T201
        return 2
    try:
        rows = [compare(subject, engines=args.engines, rounds=max(1, args.rounds)) for subject in args.subjects]
    except (SegmentationError, OSError, ValueError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        return 130
    if args.json:
        args.json.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n", encoding="utf-8")
    print(table(rows))  # noqa: T201
    return 0


def _names() -> str:
    return ", ".join(name for name, _, _ in ENGINES)

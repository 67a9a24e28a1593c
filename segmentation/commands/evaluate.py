"""`python -m segmentation evaluate --data DIR --split test`: score a network on photos with masks."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from segmentation.checkpoints import resolve_network, rewrite_card
from segmentation.engines import DEVICES, Engine, load_engine
from segmentation.errors import SegmentationError
from segmentation.training.catalogue import SPLITS, DataError, Sample, carve_validation, of_split, read_catalogue
from segmentation.training.evaluate import SetScore, choose_threshold, evaluate

COLUMNS = ("photos", "precision", "recall", "f1", "iou", "f1_2px")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of `evaluate`."""
    parser.add_argument("--data", type=Path, required=True, help="folder with manifest.csv, or with images/ and masks/")
    parser.add_argument("--split", default="test", choices=(*SPLITS, "all"))
    parser.add_argument("--network", default="default", metavar="NAME|PATH")
    parser.add_argument("--sets", type=lambda text: text.split(","), metavar="SET,SET", help="only these sets")
    parser.add_argument("--threshold", type=_threshold, metavar="T", help="0 to 1 (default: the network's own)")
    parser.add_argument(
        "--choose-threshold",
        action="store_true",
        help="first choose the threshold on the photos of --split val and write it into the network's card",
    )
    parser.add_argument("--device", default="auto", choices=DEVICES)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the scores there as well")


def run(args: argparse.Namespace) -> int:
    """Score and print. Exit status 0 done, 1 cannot be done, 2 called wrongly, 130 interrupted."""
    if args.choose_threshold and args.split != "val":
        print("A threshold is chosen on validation photos: add --split val.", file=sys.stderr)  # noqa: T201
        return 2
    try:
        report = _report(args)
    except (SegmentationError, DataError, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        return 130
    if args.json:
        args.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(_table(report))  # noqa: T201
    return 0


def _report(args: argparse.Namespace) -> dict[str, Any]:
    samples = _samples(args.data, args.split, args.sets)
    path = resolve_network(args.network)
    engine = load_engine(path, args.device)
    if args.choose_threshold:
        threshold = _choose(path, engine, samples)
    else:
        threshold = engine.card.threshold if args.threshold is None else args.threshold
    with tqdm(total=len(samples), unit="photo", file=sys.stderr) as bar:
        scores = evaluate(engine, samples, threshold=threshold, progress=lambda _: bar.update())
    return {
        "network": f"{engine.card.name} {engine.card.version}",
        "split": args.split,
        "threshold": threshold,
        "device": engine.device_label,
        "sets": {name: score.to_facts() for name, score in sorted(scores.items())},
        "pooled": sum(scores.values(), SetScore()).to_facts(),
    }


def _choose(path: Path, engine: Engine, samples: Sequence[Sample]) -> float:
    with tqdm(total=len(samples), unit="photo", file=sys.stderr) as bar:
        threshold, _ = choose_threshold(engine, samples, progress=lambda _: bar.update())
    rewrite_card(path, threshold=threshold)
    return threshold


def _samples(data: Path, split: str, sets: Sequence[str] | None) -> tuple[Sample, ...]:
    # As in training: a set without validation photos gets some of its training photos.
    samples = of_split(carve_validation(read_catalogue(data)), split)
    known = {sample.set for sample in samples}
    if sets and (unknown := sorted(set(sets) - known)):
        raise DataError(f"No {split} photo belongs to {', '.join(unknown)}; there are {', '.join(sorted(known))}.")
    chosen = tuple(sample for sample in samples if not sets or sample.set in sets)
    if not chosen:
        raise DataError(f"{data} has no {split} photo. Choose another split, or --split all.")
    return chosen


def _table(report: Mapping[str, Any]) -> str:
    rows = [*report["sets"].items(), ("pooled", report["pooled"])]
    width = max(len(name) for name, _ in rows)
    lines = [f"{report['network']} on {report['split']}, threshold {report['threshold']:.3f}, {report['device']}"]
    lines.append(" " * width + "".join(f"{column:>11}" for column in COLUMNS))
    for name, scores in rows:
        cells = (f"{scores[column]:>11}" if column == "photos" else f"{scores[column]:>11.4f}" for column in COLUMNS)
        lines.append(f"{name:<{width}}" + "".join(cells))
    return "\n".join(lines)


def _threshold(text: str) -> float:
    value = float(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError("the threshold must lie between 0 and 1")
    return value

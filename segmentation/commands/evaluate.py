"""`python -m segmentation evaluate --data DIR --split test`: score a network on photos with masks."""

import argparse
import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tqdm import tqdm

from segmentation.checkpoints import read_card, resolve_network, rewrite_card
from segmentation.engines import DEVICES, Engine, load_engine
from segmentation.errors import SegmentationError
from segmentation.evaluation.choosing import choose_temperature, choose_threshold
from segmentation.evaluation.counting import Look, look_at
from segmentation.evaluation.pictures import write_pictures
from segmentation.evaluation.report import report_of
from segmentation.evaluation.selection import Selection, select
from segmentation.evaluation.table import table_of
from segmentation.evaluation.worst import WorstPhotos
from segmentation.inference import CrackSegmenter
from segmentation.training.catalogue import SPLITS, DataError, Fold, Sample


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
        help="first fit temperature and threshold on the photos of --split val and write them into the network's card",
    )
    parser.add_argument("--device", default="auto", choices=DEVICES)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the report there as well")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="draw diagrams and the worst photos there")
    parser.add_argument(
        "--bootstrap", type=_count, default=1000, metavar="N", help="resamples for the intervals; 0 for none"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the resamples")
    parser.add_argument("--limit", type=_at_least_one, metavar="N", help="a quick look: at most N photos of each set")
    parser.add_argument("--no-crack-free", action="store_true", help="leave out the crack-free collections")
    parser.add_argument(
        "--held-out",
        type=_fold,
        metavar="K/N",
        help="the fold of crack-free photos the network never saw, where its card names none",
    )


def run(args: argparse.Namespace) -> int:
    """Score and print. Exit status 0 done, 1 where the network or a photo failed, 2 called wrongly, 130 interrupted."""
    if args.choose_threshold and args.split != "val":
        return _complain("A threshold is chosen on validation photos: add --split val.", status=2)
    if args.choose_threshold and args.threshold is not None:
        return _complain(
            "Either choose a threshold or give one: leave --threshold or --choose-threshold away.", status=2
        )
    try:
        _make_room(args)
        report, worst = _evaluate(args)
        # The files first: whoever reads the table through a pipe may close it early.
        if args.json:
            args.json.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        if args.pictures:
            write_pictures(report, args.pictures)
            worst.write(args.pictures)
        print(table_of(report))  # noqa: T201
    except (SegmentationError, DataError, OSError) as error:
        return _complain(error)
    except KeyboardInterrupt:
        return 130
    return 1 if report["unreadable"] else 0


def _evaluate(args: argparse.Namespace) -> tuple[dict[str, Any], WorstPhotos]:
    path = resolve_network(args.network)
    card = read_card(path)
    chosen = select(args.data, args.split, card=card, fold=args.held_out, clean=not args.no_crack_free)
    chosen = chosen.only(args.sets) if args.sets else chosen
    chosen = chosen.limited(args.limit) if args.limit else chosen
    if args.choose_threshold:
        _choose(path, chosen.split, args.device)
    engine = load_engine(path, args.device)
    threshold = engine.card.threshold if args.threshold is None else args.threshold
    unreadable: list[str] = []
    records, worst = [], WorstPhotos()
    for look in _looks(engine, chosen, threshold, unreadable):
        records.append(look.record)
        if args.pictures:
            worst.offer(look)
    if not records:
        raise DataError(f"None of the photos can be read. {unreadable[0]}")
    report = {
        "network": f"{engine.card.name} {engine.card.version}",
        "split": args.split,
        "threshold": threshold,
        "temperature": engine.card.temperature,
        "device": engine.device_label,
        "sample": args.limit,
        "bootstrap": {"draws": args.bootstrap, "seed": args.seed},
        "notes": list(chosen.notes) + [f"Left out: {line}" for line in unreadable],
        "unreadable": unreadable,
    }
    return report | report_of(records, draws=args.bootstrap, seed=args.seed), worst


def _looks(engine: Engine, chosen: Selection, threshold: float, unreadable: list[str]) -> Iterator[Look]:
    segmenter = CrackSegmenter(engine)

    def failed(sample: Sample, error: Exception) -> None:
        unreadable.append(f"{sample.set}/{sample.image.name}: {error}")

    for samples, collection in ((chosen.split, False), (chosen.collections, True)):
        bar = tqdm(samples, unit="photo", file=sys.stderr, desc="without a crack" if collection else "scored")
        yield from look_at(segmenter, bar, threshold=threshold, collection=collection, failed=failed)


def _choose(path: Path, samples: Sequence[Sample], device: str) -> None:
    """Fit the temperature, then choose the threshold: it is a probability and moves with the temperature.

    Both are tried on a copy and written together, so that a card never carries one without the other.
    """
    with TemporaryDirectory() as room, tqdm(total=2 * len(samples), unit="photo", file=sys.stderr) as bar:
        copy = Path(shutil.copy(path, Path(room) / path.name))
        temperature = choose_temperature(load_engine(copy, device), samples, progress=lambda _: bar.update())
        rewrite_card(copy, temperature=temperature)
        threshold, _ = choose_threshold(load_engine(copy, device), samples, progress=lambda _: bar.update())
    rewrite_card(path, temperature=temperature, threshold=threshold)


def _make_room(args: argparse.Namespace) -> None:
    """Before an hour's work, not after it: can the results be written?"""
    if args.json:
        args.json.parent.mkdir(parents=True, exist_ok=True)
    if args.pictures:
        args.pictures.mkdir(parents=True, exist_ok=True)


def _complain(message: object, status: int = 1) -> int:
    print(message, file=sys.stderr)  # noqa: T201
    return status


def _threshold(text: str) -> float:
    value = float(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError("the threshold must lie between 0 and 1")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("give a number of resamples, or 0 for none")
    return value


def _at_least_one(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("give a number of photos, 1 or more")
    return value


def _fold(text: str) -> Fold:
    try:
        return Fold.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error

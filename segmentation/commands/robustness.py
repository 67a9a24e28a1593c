"""`python -m segmentation robustness --photos DIR --out DIR`: what is flagged on hard photos, by category."""

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from tqdm import tqdm

from segmentation.checkpoints import resolve_network
from segmentation.commands.predict import threshold
from segmentation.engines import DEVICES, load_engine
from segmentation.errors import SegmentationError
from segmentation.evaluation.robustness import FlaggedPhoto, Seen, look_through, read_categories, robustness_of
from segmentation.evaluation.sheets import JPEG_QUALITY, Frame, Section, contact_sheet, marked_photo
from segmentation.evaluation.table import lines_of
from segmentation.inference import CrackSegmenter
from segmentation.training.catalogue import DataError

COLUMNS = (
    ("expected", "expected", 0), ("photos", "photos", 0), ("MP", "megapixels", 1), ("flagged", "flagged", 0),
    ("score", "score", 3), ("95 %", "score_ci", 2), ("regions", "regions", 0),
    ("per 10 MP", "regions_per_10mp", 2), ("area share", "crack_area_share", 4), ("mean p", "mean_probability", 3),
)  # fmt: skip
SIDE, PER_ROW = 300, 6


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of `robustness`."""
    parser.add_argument(
        "--photos", type=Path, required=True, metavar="DIR", help="folder with a subfolder per category"
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="for robustness.json and robustness.jpg, made if missing"
    )
    parser.add_argument("--network", default="default", metavar="NAME|PATH")
    parser.add_argument("--threshold", type=threshold, metavar="T", help="0 to 1 (default: the network's own)")
    parser.add_argument("--device", default="auto", choices=DEVICES)


def run(args: argparse.Namespace) -> int:
    """Look, print, write. Exit status 0 done, 1 where the network or a photo failed, 130 interrupted."""
    try:
        args.out.mkdir(parents=True, exist_ok=True)
        report, sections = _robustness(args)
        text = json.dumps(report, indent=1, ensure_ascii=False) + "\n"
        (args.out / "robustness.json").write_text(text, encoding="utf-8")
        page = contact_sheet(sections, columns=PER_ROW, side=SIDE)
        page.save(args.out / "robustness.jpg", quality=JPEG_QUALITY)
        print(_table(report))  # noqa: T201
    except (SegmentationError, DataError, OSError) as error:
        return _complain(error)
    except KeyboardInterrupt:
        return 130
    return 1 if report["unreadable"] else 0


def _robustness(args: argparse.Namespace) -> tuple[dict[str, Any], list[Section]]:
    categories = read_categories(args.photos)
    segmenter = CrackSegmenter(load_engine(resolve_network(args.network), args.device))
    level = segmenter.card.threshold if args.threshold is None else args.threshold
    unreadable: list[str] = []
    photos: list[FlaggedPhoto] = []
    frames: dict[str, list[Frame]] = defaultdict(list)
    todo = [(name, path) for name, paths in categories.items() for path in paths]
    bar = tqdm(todo, unit="photo", file=sys.stderr)

    def failed(path: Path, error: Exception) -> None:
        unreadable.append(f"{path.parent.name}/{path.name}: {error}")

    for seen in look_through(segmenter, bar, threshold=level, failed=failed):
        photos.append(seen.photo)
        frames[seen.photo.category].append(_frame(seen))
    if not photos:
        raise DataError(f"None of the photos can be read. {unreadable[0]}")
    counted = robustness_of(photos)
    report: dict[str, Any] = {
        "network": f"{segmenter.card.name} {segmenter.card.version}",
        "threshold": level,
        "temperature": segmenter.card.temperature,
        "device": segmenter.engine.device_label,
        "unreadable": unreadable,
    }
    sections = [Section(_heading(name, facts), frames[name]) for name, facts in counted["categories"].items()]
    return report | counted, sections


def _frame(seen: Seen) -> Frame:
    regions = len(seen.photo.areas)
    words = f"{seen.photo.name}: {regions} {'region' if regions == 1 else 'regions'}"
    return Frame(marked_photo(seen.pixels, seen.mask, SIDE), words)


def _heading(name: str, facts: dict[str, Any]) -> str:
    return f"{name}: {facts['flagged']} of {facts['photos']} flagged, {facts['regions_per_10mp']:.1f} regions per 10 MP"


def _table(report: dict[str, Any]) -> str:
    head = f"{report['network']}, threshold {report['threshold']:.3f}, {report['device']}"
    lines = [head, *(f"Left out: {line}" for line in report["unreadable"]), ""]
    return "\n".join([*lines, *lines_of("category", list(report["categories"].items()), COLUMNS)])


def _complain(message: object) -> int:
    print(message, file=sys.stderr)  # noqa: T201
    return 1

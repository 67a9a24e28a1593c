"""`python -m segmentation quantise`: what a network needs to compute its heavy convolutions in 8 bits."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from segmentation.checkpoints import load_checkpoint, resolve_network, rewrite_card
from segmentation.engines import OpenVinoEngine, Precision, Recipe, input_ranges, look
from segmentation.errors import SegmentationError
from segmentation.training.catalogue import DataError, Sample, read_catalogue
from segmentation.training.data import PhotoStore

LEAST_IOU = 0.99
SLACK = 0.002
"""The masks must agree with those of 32 bits by this IoU, or as well as those of 16 bits do but for so much."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of `quantise`."""
    parser.add_argument("--network", required=True, metavar="NAME|PATH", help="its card is rewritten, its weights not")
    parser.add_argument("--data", type=Path, required=True, help="folder whose validation photos are looked at")
    parser.add_argument("--photos", type=int, default=12, metavar="N", help="calibrate on so many of each set")
    parser.add_argument("--checks", type=int, default=12, metavar="N", help="compare masks on so many others of each")


def run(args: argparse.Namespace) -> int:
    """Calibrate, compare, and write the card if the masks agree. Exit status 0 written, 1 not."""
    try:
        path = resolve_network(args.network)
        network, card = load_checkpoint(path)
        samples = [sample for sample in read_catalogue(args.data) if sample.split == "val" and sample.mask]
        chosen, others = _spread(samples, args.photos, args.checks)
        store = PhotoStore(0)
        recipe = Recipe(network, card).eval()
        inputs = input_ranges(recipe, (store.read(sample)[0] for sample in chosen))
        eight, sixteen = _agreement(recipe, inputs, store, others or chosen)
    except (SegmentationError, DataError, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    held = eight >= min(LEAST_IOU, sixteen - SLACK)
    print(  # noqa: T201
        f"{len(inputs)} convolutions, calibrated on {len(chosen)} photos. IoU with the masks of 32 bits on "
        f"{len(others or chosen)} others: {eight:.4f} in 8 bits, {sixteen:.4f} in 16: "
        f"{'written' if held else 'not written'}"
    )
    if held:
        rewrite_card(path, inputs=inputs)
    return 0 if held else 1


def _spread(samples: Sequence[Sample], first: int, then: int) -> tuple[list[Sample], list[Sample]]:
    """So many samples of each set, evenly over the set, and so many others."""
    sets: dict[str, list[Sample]] = {}
    for sample in samples:
        sets.setdefault(sample.set, []).append(sample)
    chosen, others = [], []
    for members in sets.values():
        count = min(len(members), first + then)
        spread = [members[number * len(members) // count] for number in range(count)]
        chosen += spread[0::2][:first]
        others += spread[1::2][:then]
    return chosen, others


def _agreement(
    recipe: Recipe, inputs: dict[str, tuple[float, float]], store: PhotoStore, samples: Iterable[Sample]
) -> tuple[float, float]:
    """IoU of the masks in 8 bits, and of those in 16, with those in 32: all pixels together, 1 where there are none."""
    card = replace(recipe.card, inputs=inputs)
    precisions: tuple[Precision, ...] = ("f32", "int8", "bf16")
    engines = [OpenVinoEngine(recipe, card, precision) for precision in precisions]
    level = card.threshold * 255
    both, either = np.zeros(2), np.zeros(2)
    for sample in samples:
        pixels, _ = store.read(sample)
        exact, *rounded = (look(engine, pixels) >= level for engine in engines)
        both += [np.count_nonzero(exact & mask) for mask in rounded]
        either += [np.count_nonzero(exact | mask) for mask in rounded]
    eight, sixteen = np.where(either > 0, both / np.maximum(either, 1), 1.0).tolist()
    return eight, sixteen

"""`python -m segmentation import-original FILE --out X.safetensors`: take over a checkpoint of the original project."""

import argparse
import hashlib
import sys
from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError
from torch import Tensor, nn

from segmentation import __version__
from segmentation.checkpoints import ModelCard, load_strictly, save_checkpoint
from segmentation.commands.predict import threshold
from segmentation.errors import CheckpointMismatch, CheckpointRefused, SegmentationError
from segmentation.networks import build_network
from segmentation.networks.original_checkpoints import ORIGINALS, guess_original, read_original

# What inference_unet.py of the original used; 448 is a multiple of every network's stride here.
THRESHOLD = 0.2
TILE = 448

PROTOCOL = (
    "Not scored here. The threshold is {threshold}; {origin}. It was not chosen on validation photos: "
    "choose one with `evaluate --split val --choose-threshold`. The source project's published scores (Dice 0.60 for "
    "VGG16) squash whole photos to 448 × 448 pixels and count every JPEG mask pixel above 0 as crack; they cannot be "
    "set beside others. Its training photos hold most of DeepCrack and all of CrackForest, test photos included: "
    "scores on those two sets say nothing."
)
LICENCE = (
    "The source project (khanhha/crack_segmentation) states no licence for its weights, and several of the sets it "
    "trained on allow non-commercial research only. Ask its author before any other use."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of `import-original`."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a .pt checkpoint of khanhha/crack_segmentation")
    parser.add_argument("--network", choices=ORIGINALS, help="whose weights they are (default: told by their names)")
    parser.add_argument("--out", type=_safetensors, required=True, metavar="X.safetensors")
    parser.add_argument(
        "--threshold", type=threshold, default=THRESHOLD, metavar="T", help="0 to 1 (default: 0.2, the original's)"
    )


def run(args: argparse.Namespace) -> int:
    """Read, check, write with a card. Exit status 0 done, 1 cannot be imported; then --out is as it was."""
    try:
        tensors = read_original(args.file)
        name = args.network or _guess(args.file, tensors)
        network = build_network(name)
        _load(network, tensors, name=name, path=args.file)
        card = _card(name, network, args.file, args.threshold)
        args.out.parent.mkdir(parents=True, exist_ok=True)
        save_checkpoint(args.out, network, card)
    except (SegmentationError, SafetensorError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{args.out}: {name}, {card.parameters / 1e6:.1f} million weights, threshold {card.threshold}\n")
    return 0


def _guess(path: Path, tensors: Mapping[str, Tensor]) -> str:
    name = guess_original(tensors)
    if name is None:
        reason = (
            f"its weights are named like those of none of {', '.join(ORIGINALS)} (the first is “{min(tensors)}”). "
            "If it is one of them all the same, name it with --network, and what differs is listed"
        )
        raise CheckpointRefused(path=path, reason=reason)
    return name


def _load(network: nn.Module, tensors: Mapping[str, Tensor], *, name: str, path: Path) -> None:
    try:
        load_strictly(network, tensors, path)
    except CheckpointMismatch as error:
        fitting = guess_original(tensors)
        cure = (
            f"The names are those of {fitting}: give that as --network, or leave it out"
            if fitting not in (None, name)
            else f"It is no {name} as published, but a changed network, or part of one"
        )
        raise CheckpointMismatch(path=str(path), reason=f"{error.facts['reason']}. {cure}") from error


def _card(name: str, network: nn.Module, path: Path, chosen: float) -> ModelCard:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    origin = "the source project's default" if chosen == THRESHOLD else "chosen at the import"
    return ModelCard(
        name=name,
        architecture=name,
        version=digest[:12],
        tile=TILE,
        threshold=chosen,
        parameters=sum(weight.numel() for weight in network.parameters()),
        protocol=PROTOCOL.format(threshold=chosen, origin=origin),
        licence=LICENCE,
        code_version=__version__,
        trained_on=f"imported from {path.name} of khanhha/crack_segmentation (SHA-256 {digest})",
    )


def _safetensors(text: str) -> Path:
    path = Path(text)
    if path.suffix != ".safetensors":
        raise argparse.ArgumentTypeError(f"{text!r} must end in .safetensors, or no network would be found in it")
    return path

"""`python -m segmentation train --data DIR --out DIR`: train a network, or go on with a training."""

import argparse
import sys
from pathlib import Path

import torch

from segmentation.errors import SegmentationError
from segmentation.networks import network_names
from segmentation.training.catalogue import DataError
from segmentation.training.config import TrainingSettings
from segmentation.training.loop import Trainer
from segmentation.training.publish import NETWORK


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of `train`."""
    parser.add_argument("--data", type=Path, required=True, help="folder with manifest.csv, or with images/ and masks/")
    parser.add_argument("--out", type=Path, required=True, help="folder for the weights, the curves and the state")
    parser.add_argument(
        "--also",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="more photos to train on (may be repeated)",
    )
    parser.add_argument("--network", default="unet-lite0", choices=network_names())
    budget = parser.add_mutually_exclusive_group()
    budget.add_argument("--epochs", type=int, help="passes over the number of training photos (default 20)")
    budget.add_argument("--minutes", type=float, help="wall clock instead of epochs")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--crop", type=int, default=256, metavar="PX", help="side of a training crop, multiple of 32")
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--negatives", type=float, default=0.2, metavar="SHARE", help="share of crack-free crops")
    parser.add_argument("--hold-out", default="", metavar="K/N", help="leave fold K of N of the crack-free photos out")
    parser.add_argument("--mix", type=_mix, default={}, metavar="SET=SHARE,…", help="relative share of each set")
    parser.add_argument("--no-weather", action="store_true", help="paint no moss, stains, shade and joints on crops")
    parser.add_argument("--cl-dice", type=float, default=0.0, metavar="WEIGHT", help="of the centre-line loss")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--checkpoint-minutes", type=float, default=4.0, help="how often to validate and save")
    parser.add_argument(
        "--freeze-stages", type=int, default=0, metavar="N", help="leave the first N stages of the encoder as they are"
    )
    parser.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda"))
    parser.add_argument("--threads", type=int, help="processor threads for the network (default: all)")
    parser.add_argument("--workers", type=int, default=1, help="processes that prepare crops; 0 for none")
    parser.add_argument(
        "--cache-mb", type=int, default=2048, help="memory for decoded photos; the rest is read each time"
    )
    parser.add_argument("--resume", action="store_true", help="go on from the state in --out")
    parser.add_argument("--init-from", type=Path, metavar="FILE", help="start from the weights of this .safetensors")
    parser.add_argument(
        "--encoder-from", type=Path, metavar="FILE", help="start from the encoder of this .safetensors alone"
    )
    parser.add_argument(
        "--pretrained-encoder",
        action="store_true",
        help="start from ImageNet weights (downloads, unless a package brings them)",
    )


def run(args: argparse.Namespace) -> int:
    """Train and write `network.safetensors`. Exit status 0 done, 1 cannot be done, 130 interrupted."""
    if args.threads:
        torch.set_num_threads(args.threads)
    try:
        trainer = Trainer(_settings(args), resume=args.resume, say=_say)
        trainer.run()
        trainer.processes.leave()
    except (SegmentationError, DataError, ValueError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        print("Stopped. Add --resume to go on from the last saved state.", file=sys.stderr)  # noqa: T201
        return 130
    if trainer.processes.first:
        _say(f"{args.out / NETWORK}: F1 {trainer.state.best:.3f} on validation")
    return 0


def _settings(args: argparse.Namespace) -> TrainingSettings:
    return TrainingSettings(
        data=args.data,
        out=args.out,
        also=tuple(args.also),
        network=args.network,
        epochs=args.epochs if args.epochs or args.minutes else 20,
        minutes=args.minutes,
        batch=args.batch,
        crop=args.crop,
        learning_rate=args.learning_rate,
        negatives=args.negatives,
        held_out=args.hold_out,
        mix=args.mix,
        weather=not args.no_weather,
        cl_dice=args.cl_dice,
        seed=args.seed,
        checkpoint_minutes=args.checkpoint_minutes,
        device=args.device,
        workers=args.workers,
        cache_bytes=args.cache_mb * 1024**2,
        pretrained_encoder=args.pretrained_encoder,
        frozen_stages=args.freeze_stages,
        init_from=args.init_from,
        encoder_from=args.encoder_from,
    )


def _mix(text: str) -> dict[str, float]:
    try:
        return {name: float(share) for name, share in (part.split("=") for part in text.split(","))}
    except ValueError as error:
        raise argparse.ArgumentTypeError("give shares as set=number,set=number") from error


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201

"""`python -m segmentation COMMAND`; `--help` lists them."""

import argparse
import importlib
import sys
from collections.abc import Sequence

COMMANDS = {
    "predict": "find the cracks in photos and write masks, overlays and measurements",
    "measure": "measure the cracks of a mask or a map of probabilities, with or without the photo",
    "train": "train a network on photos with masks",
    "evaluate": "score a network on a split of a data set",
    "robustness": "say what a network flags on hard photos without masks, by category",
    "quantise": "let a network compute its heavy convolutions in 8 bits, if its masks stay the same",
    "compare": "put networks beside each other: parameters, milliseconds, validation scores",
    "benchmark": "seconds and memory for photos of 2 to 100 megapixels, beside what others need",
    "import-original": "take over a checkpoint of khanhha/crack_segmentation",
    "build-data": "build one data set from published ones, LabelMe and COCO files, without leaks",
    "draw": "draw concrete photos with cracks of known path and width",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 something failed, 2 called wrongly."""
    words = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog="python -m segmentation", description=__doc__)
    choices = parser.add_subparsers(dest="command", required=True, metavar="|".join(COMMANDS))
    chosen = words[0] if words and words[0] in COMMANDS else None
    for name, summary in COMMANDS.items():
        subparser = choices.add_parser(name, help=summary, description=summary)
        # Only the chosen command is imported: `--help` and `draw` stay free of torch.
        if name == chosen:
            command = importlib.import_module(f"segmentation.commands.{name.replace('-', '_')}")
            command.add_arguments(subparser)
            subparser.set_defaults(run=command.run)
    args = parser.parse_args(words)
    return int(args.run(args))


if __name__ == "__main__":
    sys.exit(main())

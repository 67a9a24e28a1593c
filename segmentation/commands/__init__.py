"""One module for each word of `python -m segmentation`: `add_arguments(parser)` and `run(args) -> int`."""

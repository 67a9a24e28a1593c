"""Checkpoints of khanhha/crack_segmentation: read without trusting them, and told apart by the names in them."""

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from segmentation.errors import CheckpointRefused

ORIGINALS = ("original-vgg16", "original-resnet34", "original-resnet101")
PLACES = ("model", "state_dict", "check_point", "model_state_dict")
"""Where scripts of the original and of its forks put the weights, beside the epoch, losses and optimiser."""


def read_original(path: Path) -> dict[str, Tensor]:
    """The weights in a `.pt` file by name, on the processor, without the `module.` that DataParallel adds.

    Nothing in the file is ever run: torch's loader refuses all but tensors, numbers, words and plain containers.
    Raises CheckpointRefused with the cure where there are no weights to be had.
    """
    tensors = _weights_of(path, _load(path))
    names = [name.removeprefix("module.") for name in tensors]
    found = dict(zip(names, tensors.values(), strict=True))
    # Files of torch before 0.4.1 lack this counter, which batch norm needs for nothing here.
    for name in names:
        if name.endswith(".running_var"):
            found.setdefault(name.replace("running_var", "num_batches_tracked"), torch.tensor(0))
    return found


def guess_original(tensors: Mapping[str, Tensor]) -> str | None:
    """Which of `ORIGINALS` has weights of these names, or None."""
    if "encoder.28.weight" in tensors:
        return "original-vgg16"
    if "encoder.layer4.2.conv2.weight" not in tensors or "dec0.conv.weight" not in tensors:
        return None
    if "encoder.layer1.0.conv3.weight" not in tensors:
        return "original-resnet34"
    deep = "encoder.layer3.22.conv3.weight" in tensors and "encoder.layer3.23.conv3.weight" not in tensors
    return "original-resnet101" if deep else None


def _load(path: Path) -> Any:
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise CheckpointRefused(path=path, reason=error.strerror or "it cannot be read") from error
    except pickle.UnpicklingError as error:
        raise CheckpointRefused(path=path, reason=_why_refused(error)) from error
    except Exception as error:
        # Bytes from a stranger make torch stumble in many ways; none of them is worth a traceback.
        reason = "it is damaged, or no file that torch.save wrote. Download it again and compare its size"
        raise CheckpointRefused(path=path, reason=reason) from error


def _why_refused(error: pickle.UnpicklingError) -> str:
    # torch names what it refused as "... GLOBAL posix.system was not an allowed global ...".
    words = str(error).split()
    named = words[words.index("GLOBAL") + 1] if "GLOBAL" in words[:-1] else ""
    if not named:
        return "it is damaged, or no file that torch.save wrote. Download it again and compare its size"
    return (
        f"it holds more than weights (“{named}”), and loading that could run code of whoever made the file. "
        'Ask for the weights alone, written with torch.save({"model": model.state_dict()}, FILE)'
    )


def _weights_of(path: Path, content: Any) -> dict[str, Tensor]:
    candidates = [content]
    if isinstance(content, dict):
        candidates = [content[place] for place in PLACES if place in content] or [content]
    for candidate in candidates:
        if isinstance(candidate, dict):
            weights = {name: value for name, value in candidate.items() if isinstance(value, Tensor)}
            if weights and len(weights) == len(candidate) and all(isinstance(name, str) for name in weights):
                return weights
    places = ", ".join(f"“{place}”" for place in PLACES[:3])
    reason = (
        f'there are no weights in it, neither under {places} nor at the top. Write them with torch.save({{"model": '
    )
    raise CheckpointRefused(path=path, reason=reason + "model.state_dict()}, FILE)")

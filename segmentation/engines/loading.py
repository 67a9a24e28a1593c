"""Which engine runs a network here."""

import gc
import logging
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from segmentation.checkpoints import ModelCard, load_checkpoint
from segmentation.engines import openvino
from segmentation.engines.processor import Precision
from segmentation.engines.pytorch import TorchEngine
from segmentation.engines.recipe import Recipe
from segmentation.errors import NetworkUnavailable
from segmentation.memory import give_back_memory

log = logging.getLogger(__name__)

DEVICES = ("auto", "cpu", "cuda", "torch-cpu", "openvino")


class Engine(Protocol):
    """What `load_engine` returns.

    `batch` is the number of tiles it likes to be given at once, `at_once` the number of threads that may do so, `step`
    what the sides of a tile must be multiples of.
    """

    card: ModelCard
    device_label: str
    batch: int
    at_once: int
    step: int

    def predict(self, tiles: NDArray[np.uint8]) -> NDArray[np.float32]:
        """RGB tiles (N, H, W, 3) → probabilities (N, H, W), 0..1. Raises MemoryError where memory runs out."""

    def rest(self) -> None:
        """Give back the memory that only work needs: a photo is done."""


def load_engine(path: Path, device: str = "auto", *, precision: Precision = "auto") -> Engine:
    """Load the weights at `path` onto a device.

    `cpu` is OpenVINO where it is installed and PyTorch otherwise, `auto` is CUDA where there is a card and `cpu`
    otherwise; `openvino` and `torch-cpu` insist. `precision` is bfloat16 where the device computes it natively,
    and int8 for the convolutions whose inputs the card knows; f32 and bf16 compute all of it so.
    Raises NetworkUnavailable (no such file or device) or CheckpointMismatch.
    """
    if device not in DEVICES:
        raise NetworkUnavailable(path=str(path), reason=f"there is no device {device!r}; use {', '.join(DEVICES)}")
    try:
        return _engine(path, device, precision)
    finally:
        # What was only needed on the way, copies of the weights among it, hangs together in circles.
        gc.collect()
        give_back_memory()


def _engine(path: Path, device: str, precision: Precision) -> Engine:
    network, card = load_checkpoint(path)
    recipe = Recipe(network, card).eval()
    if device == "cuda" and not torch.cuda.is_available():
        raise NetworkUnavailable(path=str(path), reason="this machine has no NVIDIA card that PyTorch can use")
    if device == "cuda" or (device == "auto" and torch.cuda.is_available()):
        return TorchEngine(recipe, card, torch.device("cuda"), precision)
    if device == "openvino" or (device != "torch-cpu" and find_spec("openvino")):
        try:
            return openvino.OpenVinoEngine(recipe, card, precision)
        except Exception as error:
            # Whatever stops OpenVINO on this processor, PyTorch gives the same answer, only later.
            if device == "openvino":
                raise NetworkUnavailable(path=str(path), reason=f"OpenVINO refuses it: {error}") from error
            log.warning("OpenVINO cannot run %s, PyTorch does: %s", path, error)
    return TorchEngine(recipe, card, torch.device("cpu"), precision)

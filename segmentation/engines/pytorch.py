"""PyTorch on a processor or a graphics card."""

import logging

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from segmentation.checkpoints import ModelCard
from segmentation.engines.graphics import measured_batch
from segmentation.engines.processor import Precision, memory_errors, out_of_memory, processor_has_bf16
from segmentation.engines.recipe import Recipe
from segmentation.memory import give_back_memory
from segmentation.tiling import LARGEST

log = logging.getLogger(__name__)


class TorchEngine:
    """bfloat16 and channels-last memory where the device computes them natively.

    A graphics card is given as many tiles at once as fit. When its memory runs out all the same, because others use it
    too, half as many are tried, and half of that; where not even one fits, the processor goes on.
    """

    def __init__(self, recipe: Recipe, card: ModelCard, device: torch.device, precision: Precision) -> None:
        self.card = card
        self.step = recipe.step
        self.at_once = 1
        self.precision = precision
        self.recipe = recipe
        self.recipe.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._move(device)

    def predict(self, tiles: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See `Engine.predict`. H and W must be multiples of the network's stride."""
        answers: list[NDArray[np.float32]] = []
        done = 0
        while done < len(tiles):
            part = tiles[done : done + self.batch] if self.device.type == "cuda" else tiles[done:]
            try:
                with memory_errors():
                    answers.append(self._answer(part))
            except MemoryError:
                if self.device.type != "cuda":
                    raise
                self._retreat()
            else:
                done += len(part)
        return np.concatenate(answers)

    def rest(self) -> None:
        """See `Engine.rest`; PyTorch keeps a card's memory for the next photo, whose tiles are as large."""
        if self.device.type == "cpu":
            give_back_memory()

    @torch.inference_mode()
    def _answer(self, tiles: NDArray[np.uint8]) -> NDArray[np.float32]:
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
            return self.recipe(self._sent(torch.from_numpy(np.ascontiguousarray(tiles)))).cpu().numpy()

    def _sent(self, tiles: Tensor) -> Tensor:
        # From pinned memory the card fetches by itself, while the processor goes on.
        return tiles.pin_memory().to(self.device, non_blocking=True) if self.device.type == "cuda" else tiles

    def _retreat(self) -> None:
        torch.cuda.empty_cache()
        if self.batch > 1:
            self.batch //= 2
            log.warning("The graphics card is out of memory; going on with %d tiles at once.", self.batch)
        else:
            self._move(torch.device("cpu"))
            log.warning("The graphics card has no memory for a single tile; the processor goes on.")

    def _move(self, device: torch.device) -> None:
        self.device = device
        cuda = device.type == "cuda"
        able = torch.cuda.is_bf16_supported() if cuda else processor_has_bf16()
        self.bf16 = self.precision == "bf16" or (self.precision != "f32" and able)
        place = torch.cuda.get_device_name() + ", CUDA" if cuda else "CPU, PyTorch"
        self.device_label = f"{place}, {'bf16' if self.bf16 else 'f32'}"
        self.batch = 1
        try:
            self.recipe.to(device)
            if cuda:
                side = int(self.card.tile * LARGEST) // self.step * self.step
                self.batch = measured_batch(self.recipe, side, device, bf16=self.bf16)
        except RuntimeError as error:
            if not cuda or not out_of_memory(error):
                raise
            self._retreat()

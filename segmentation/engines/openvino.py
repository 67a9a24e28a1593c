"""OpenVINO on a processor."""

import os
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Lock
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from segmentation.checkpoints import ModelCard
from segmentation.engines.eight_bits import in_eight_bits
from segmentation.engines.processor import Precision, memory_errors, processor_has_bf16, processor_has_int8
from segmentation.engines.recipe import Recipe
from segmentation.memory import give_back_memory

STREAMS = 2
"""Tiles side by side. Each stream keeps the maps of one tile, so that more of them would cost memory; with one alone,
every processor waits for the slowest one at every layer."""
MOST_COMPILED = 2
"""Sizes of tile that stay compiled: those of upright and of lying photos of one camera."""

Size = tuple[int, int]
Requests = SimpleQueue[Any]


class OpenVinoEngine:
    """Compiled for each size of tile when it first comes, which takes about a third of a second.

    Fixed sizes: the same network compiled for all sizes at once needs nearly three times the memory for its maps.
    """

    def __init__(self, recipe: Recipe, card: ModelCard, precision: Precision) -> None:
        import openvino  # optional: without it PyTorch does the work

        self.card = card
        self.step = recipe.step
        int8 = bool(card.inputs) and (precision == "int8" or (precision == "auto" and processor_has_int8()))
        bf16 = precision == "bf16" or (precision != "f32" and processor_has_bf16())
        recipe = in_eight_bits(recipe, card.inputs) if int8 else recipe
        self.core = openvino.Core()
        self.hints = {
            "INFERENCE_PRECISION_HINT": "bf16" if bf16 else "f32",
            "NUM_STREAMS": min(STREAMS, os.cpu_count() or 1),
        }
        self.model = openvino.convert_model(_traced(recipe), input=[1, -1, -1, 3])
        self.lock = Lock()
        self.compiled: OrderedDict[Size, tuple[Any, Requests]] = OrderedDict()
        self.batch = 1
        self.at_once = int(self.hints["NUM_STREAMS"])
        self._compile((card.tile, card.tile), CACHE_DIR=str(compiled_networks()))
        self.device_label = f"CPU, OpenVINO, {'bf16' if bf16 else 'f32'}{' and int8' if int8 else ''}"

    def predict(self, tiles: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See `Engine.predict`. H and W must be multiples of `step`. May be called from `at_once` threads."""
        answers = np.empty(tiles.shape[:3], np.float32)
        requests = self._requests((tiles.shape[1], tiles.shape[2]))
        request = requests.get()
        try:
            with memory_errors():
                for tile, answer in zip(tiles, answers, strict=True):
                    request.infer({0: tile[None]})
                    answer[:] = request.get_output_tensor(0).data[0]
        finally:
            requests.put(request)
        return answers

    def rest(self) -> None:
        """See `Engine.rest`."""
        with self.lock:
            for compiled, _ in self.compiled.values():
                # Refused while a request is at work: after a photo that was stopped its last tiles may still run.
                with suppress(RuntimeError):
                    compiled.release_memory()
        give_back_memory()

    def _requests(self, size: Size) -> Requests:
        with self.lock:
            if size not in self.compiled:
                while len(self.compiled) >= MOST_COMPILED:
                    self.compiled.popitem(last=False)
                self._compile(size)
            self.compiled.move_to_end(size)
            return self.compiled[size][1]

    def _compile(self, size: Size, **more: str) -> None:
        self.model.reshape([1, *size, 3])
        compiled = self.core.compile_model(self.model, "CPU", self.hints | more)
        requests: Requests = SimpleQueue()
        for _ in range(self.at_once):
            requests.put(compiled.create_infer_request())
        self.compiled[size] = compiled, requests


def compiled_networks() -> Path:
    """The folder in which OpenVINO keeps compiled networks: `$HAIRLINE_CACHE`, or `~/.cache/hairline`."""
    root = os.environ.get("HAIRLINE_CACHE")
    return (Path(root) if root else Path.home() / ".cache" / "hairline") / "openvino"


def _traced(recipe: Recipe) -> torch.jit.ScriptModule:
    """The recipe's operations, written down on a small tile: they are the same for every size, the time is not."""
    with torch.inference_mode():
        return torch.jit.trace(recipe, torch.zeros(1, 64, 64, 3, dtype=torch.uint8), check_trace=False)

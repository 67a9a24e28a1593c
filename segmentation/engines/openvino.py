"""OpenVINO on a processor."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from segmentation.checkpoints import ModelCard
from segmentation.engines.processor import Precision, memory_errors, processor_has_bf16
from segmentation.engines.recipe import Recipe


class OpenVinoEngine:
    """Compiled for one tile of the card's size; several tiles run side by side."""

    def __init__(self, recipe: Recipe, card: ModelCard, precision: Precision) -> None:
        import openvino  # optional: without it PyTorch does the work

        self.card = card
        bf16 = precision == "bf16" or (precision == "auto" and processor_has_bf16())
        shape = [1, card.tile, card.tile, 3]
        model = openvino.convert_model(_traced(recipe), input=shape)
        core = openvino.Core()
        core.set_property({"CACHE_DIR": str(compiled_networks())})
        hints = {"INFERENCE_PRECISION_HINT": "bf16" if bf16 else "f32", "PERFORMANCE_HINT": "THROUGHPUT"}
        self.compiled = core.compile_model(model, "CPU", hints)
        self.batch = int(self.compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS"))
        self.queue = openvino.AsyncInferQueue(self.compiled, self.batch)
        self.queue.set_callback(_keep_answer)
        self.device_label = f"CPU, OpenVINO, {'bf16' if bf16 else 'f32'}"

    def predict(self, tiles: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See `Engine.predict`. H and W must be the card's tile."""
        answers = np.empty(tiles.shape[:3], np.float32)
        with memory_errors():
            for number, tile in enumerate(tiles):
                self.queue.start_async({0: tile[None]}, answers[number])
            self.queue.wait_all()
        return answers


def compiled_networks() -> Path:
    """The folder in which OpenVINO keeps compiled networks: `$HAIRLINE_CACHE`, or `~/.cache/hairline`."""
    root = os.environ.get("HAIRLINE_CACHE")
    return (Path(root) if root else Path.home() / ".cache" / "hairline") / "openvino"


def _traced(recipe: Recipe) -> torch.jit.ScriptModule:
    """The recipe's operations, written down on a small tile: they are the same for every size, the time is not."""
    with torch.inference_mode():
        return torch.jit.trace(recipe, torch.zeros(1, 64, 64, 3, dtype=torch.uint8), check_trace=False)


def _keep_answer(request: Any, answer: NDArray[np.float32]) -> None:
    answer[:] = request.get_output_tensor(0).data[0]

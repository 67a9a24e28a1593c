"""One batch of tiles → probabilities: the same recipe on OpenVINO (processors) or PyTorch (processors, CUDA).

An engine belongs to the process that loaded it: load it after a fork, never before.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from segmentation.checkpoints import ModelCard, load_checkpoint
from segmentation.errors import NetworkUnavailable

log = logging.getLogger(__name__)

Precision = Literal["auto", "f32", "bf16"]
DEVICES = ("auto", "cpu", "cuda", "torch-cpu", "openvino")
BF16_FLAGS = ("avx512_bf16", "amx_bf16")
CUDA_BATCH = 16


class Engine(Protocol):
    """What `load_engine` returns. `batch` is the number of tiles it likes to be given at once."""

    card: ModelCard
    device_label: str
    batch: int

    def predict(self, tiles: NDArray[np.uint8]) -> NDArray[np.float32]:
        """RGB tiles (N, H, W, 3) → probabilities (N, H, W), 0..1. Raises MemoryError where memory runs out."""


def load_engine(path: Path, device: str = "auto", *, precision: Precision = "auto") -> Engine:
    """Load the weights at `path` onto a device.

    `cpu` is OpenVINO where it is installed and PyTorch otherwise, `auto` is CUDA where there is a card and `cpu`
    otherwise; `openvino` and `torch-cpu` insist. `precision` is bfloat16 where the device computes it natively.
    Raises NetworkUnavailable (no such file or device) or CheckpointMismatch.
    """
    if device not in DEVICES:
        raise NetworkUnavailable(path=str(path), reason=f"there is no device {device!r}; use {', '.join(DEVICES)}")
    network, card = load_checkpoint(path)
    recipe = Recipe(network, card).eval()
    if device == "cuda" and not torch.cuda.is_available():
        raise NetworkUnavailable(path=str(path), reason="this machine has no NVIDIA card that PyTorch can use")
    if device == "cuda" or (device == "auto" and torch.cuda.is_available()):
        return TorchEngine(recipe, card, torch.device("cuda"), precision)
    if device == "openvino" or (device != "torch-cpu" and find_spec("openvino")):
        try:
            return OpenVinoEngine(recipe, card, precision)
        except Exception as error:
            # Whatever stops OpenVINO on this processor, PyTorch gives the same answer, only later.
            if device == "openvino":
                raise NetworkUnavailable(path=str(path), reason=f"OpenVINO refuses it: {error}") from error
            log.warning("OpenVINO cannot run %s, PyTorch does: %s", path, error)
    return TorchEngine(recipe, card, torch.device("cpu"), precision)


class Recipe(nn.Module):
    """From bytes to probabilities as the card says: normalise, network, temperature, sigmoid.

    One temperature for all logits (Guo et al. 2017, arXiv:1706.04599) makes probabilities honest and changes no order.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, network: nn.Module, card: ModelCard) -> None:
        super().__init__()
        self.network = network
        self.temperature = card.temperature
        self.register_buffer("mean", torch.tensor(card.mean).view(1, 3, 1, 1) * 255)
        self.register_buffer("scale", 1 / (torch.tensor(card.std).view(1, 3, 1, 1) * 255))

    def forward(self, tiles: Tensor) -> Tensor:
        """uint8 (N, H, W, 3) → float32 (N, H, W)."""
        pixels = (tiles.permute(0, 3, 1, 2).float() - self.mean) * self.scale
        return (self.network(pixels).float() / self.temperature).sigmoid()[:, 0]


class TorchEngine:
    """PyTorch on a processor or a graphics card."""

    def __init__(self, recipe: Recipe, card: ModelCard, device: torch.device, precision: Precision) -> None:
        self.card = card
        self.device = device
        cuda = device.type == "cuda"
        able = torch.cuda.is_bf16_supported() if cuda else processor_has_bf16()
        self.bf16 = precision == "bf16" or (precision == "auto" and able)
        self.batch = CUDA_BATCH if cuda else 1
        place = torch.cuda.get_device_name() + ", CUDA" if cuda else "CPU, PyTorch"
        self.device_label = f"{place}, {'bf16' if self.bf16 else 'f32'}"
        self.recipe = recipe.to(device)
        self.recipe.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @torch.inference_mode()
    def predict(self, tiles: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See `Engine.predict`. H and W must be multiples of the network's stride."""
        with _memory_errors(), torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
            return self.recipe(torch.from_numpy(np.ascontiguousarray(tiles)).to(self.device)).cpu().numpy()


class OpenVinoEngine:
    """OpenVINO on a processor, compiled for one tile of the card's size; several tiles run side by side."""

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
        with _memory_errors():
            for number, tile in enumerate(tiles):
                self.queue.start_async({0: tile[None]}, answers[number])
            self.queue.wait_all()
        return answers


def processor_has_bf16() -> bool:
    """Whether the processor multiplies bfloat16 by itself; where that cannot be found out, no."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False
    return any(flag in flags for flag in BF16_FLAGS)


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


@contextmanager
def _memory_errors() -> Iterator[None]:
    """Both libraries report missing memory in words; here it becomes the error Python has for it."""
    try:
        yield
    except RuntimeError as error:
        words = str(error).lower()
        if isinstance(error, torch.OutOfMemoryError) or "allocate memory" in words or "bad_alloc" in words:
            raise MemoryError(str(error)) from error
        raise

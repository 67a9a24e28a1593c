"""What training runs on: the device, and the number format that is fast on it."""

import contextlib
from contextlib import AbstractContextManager
from dataclasses import dataclass

import torch
from torch import Tensor

from segmentation.engines import processor_has_bf16
from segmentation.errors import NetworkUnavailable
from segmentation.training.config import IMAGENET_MEAN, IMAGENET_STD
from segmentation.training.processes import local_device


@dataclass(frozen=True, slots=True)
class Machine:
    """`bf16` turns on autocast: twice as fast where the processor has the instructions, slower where it has not."""

    device: torch.device
    bf16: bool

    @classmethod
    def choose(cls, device: str = "auto") -> "Machine":
        """`cpu`, `cuda` or `auto` (the graphics card where there is one). Raises NetworkUnavailable without one."""
        if device == "cuda" and not torch.cuda.is_available():
            raise NetworkUnavailable(path="on cuda", reason="this machine has no usable NVIDIA card")
        if device == "cuda" or (device == "auto" and torch.cuda.is_available()):
            return cls(local_device(torch.device("cuda")), torch.cuda.is_bf16_supported())
        return cls(torch.device("cpu"), processor_has_bf16())

    def autocast(self) -> AbstractContextManager[object]:
        """The context a forward pass runs in."""
        return torch.autocast(self.device.type, dtype=torch.bfloat16) if self.bf16 else contextlib.nullcontext()

    def prepare(self, pixels: Tensor) -> Tensor:
        """uint8 (N, 3, H, W) → normalised float on the device, channels last."""
        moved = pixels.to(self.device).float().div_(255)
        mean, std = (torch.tensor(v, device=self.device).view(1, 3, 1, 1) for v in (IMAGENET_MEAN, IMAGENET_STD))
        return moved.sub_(mean).div_(std).contiguous(memory_format=torch.channels_last)

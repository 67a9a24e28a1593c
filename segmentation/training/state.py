"""Everything a training must remember to go on as if it had never stopped."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer

from segmentation.errors import NetworkUnavailable
from segmentation.training.config import TrainingSettings
from segmentation.training.processes import unwrapped

LAST = "last.ckpt"


class Averaged:
    """An exponential moving average of a network's weights (Polyak averaging): steadier than the last step.

    Early on the decay is (1 + t) / (10 + t), or the random start would stay in the average for long.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay = decay
        self.tensors = {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Move towards the network's weights after step number `step`."""
        decay = min(self.decay, (1 + step) / (10 + step))
        for name, tensor in network.state_dict().items():
            if tensor.dtype.is_floating_point:
                self.tensors[name].lerp_(tensor, 1 - decay)
            else:
                self.tensors[name].copy_(tensor)


@dataclass(slots=True)
class TrainingState:
    """`step` counts batches, `seconds` the time trained in all sittings, `best` the best validation score so far."""

    network: nn.Module
    optimiser: Optimizer
    average: Averaged
    step: int = 0
    seconds: float = 0.0
    best: float = -1.0
    best_tensors: dict[str, Tensor] = field(default_factory=dict)
    curves: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def fresh(cls, network: nn.Module, settings: TrainingSettings) -> "TrainingState":
        """Nothing learnt yet. Norms and biases are kept out of the weight decay."""
        learning = [weight for weight in network.parameters() if weight.requires_grad]
        decayed = [weight for weight in learning if weight.ndim > 1]
        free = [weight for weight in learning if weight.ndim <= 1]
        groups: list[dict[str, Any]] = [{"params": decayed}, {"params": free, "weight_decay": 0.0}]
        optimiser = AdamW(groups, lr=settings.learning_rate, weight_decay=settings.weight_decay)
        return cls(network, optimiser, Averaged(network, settings.ema))

    def save(self, folder: Path) -> None:
        """Write `last.ckpt`, whole or not at all."""
        facts = {
            "network": unwrapped(self.network).state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "average": self.average.tensors,
            "best_tensors": self.best_tensors,
            "step": self.step,
            "seconds": self.seconds,
            "best": self.best,
            "curves": self.curves,
        }
        part = folder / f"{LAST}.part"
        torch.save(facts, part)
        part.replace(folder / LAST)

    def restore(self, folder: Path) -> None:
        """Take up `last.ckpt`. Raises NetworkUnavailable where there is none or it is of another network."""
        path = folder / LAST
        try:
            facts = torch.load(path, map_location="cpu", weights_only=True)
            self.network.load_state_dict(facts["network"])
            self.optimiser.load_state_dict(facts["optimiser"])
        except FileNotFoundError as error:
            raise NetworkUnavailable(path=str(path), reason="there is nothing to resume") from error
        except (RuntimeError, KeyError, ValueError) as error:
            raise NetworkUnavailable(path=str(path), reason=f"it is not of this training: {error}") from error
        for name, tensor in facts["average"].items():
            self.average.tensors[name].copy_(tensor)
        self.best_tensors = facts["best_tensors"]
        self.step, self.seconds = facts["step"], facts["seconds"]
        self.best, self.curves = facts["best"], facts["curves"]

"""One training in several processes, as `torchrun` starts them: each computes its share of every batch."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

# While the first process validates and saves, the others wait inside their next step.
PATIENCE = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Processes:
    """Which process this is: number `rank` of `count`. Alone: 0 of 1."""

    rank: int = 0
    count: int = 1

    @classmethod
    def join(cls, device: torch.device) -> "Processes":
        """Meet the other processes of `torchrun`, or be alone where it did not start this one."""
        if "RANK" not in os.environ or "WORLD_SIZE" not in os.environ:
            return cls()
        if not dist.is_initialized():
            dist.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=PATIENCE)
        return cls(dist.get_rank(), dist.get_world_size())

    @property
    def first(self) -> bool:
        """Whether this process validates, saves and speaks."""
        return self.rank == 0

    def wrap(self, network: nn.Module, device: torch.device) -> nn.Module:
        """`network`, its gradients averaged over the processes after each backward pass."""
        if self.count == 1:
            return network
        return DistributedDataParallel(network, device_ids=[device.index or 0] if device.type == "cuda" else None)

    def share(self, batches: Iterator[list[int]]) -> Iterator[list[int]]:
        """Of each batch's crop numbers those that are this process's. Raises ValueError where a batch is too small."""
        for numbers in batches:
            if len(numbers) % self.count:
                raise ValueError(
                    f"A batch of {len(numbers)} crops cannot be shared by {self.count} processes; "
                    f"choose --batch as a multiple of {self.count}."
                )
            yield numbers[self.rank :: self.count]

    def agree(self, value: float, device: torch.device) -> float:
        """The first process's `value`: clocks differ, and all must stop after the same step."""
        if self.count == 1:
            return value
        told = torch.tensor([value], dtype=torch.float64 if device.type == "cpu" else torch.float32, device=device)
        dist.broadcast(told, 0)
        return float(told)

    def leave(self) -> None:
        """The training is over; the others need not be waited for."""
        if self.count > 1 and dist.is_initialized():
            dist.destroy_process_group()


def unwrapped(network: nn.Module) -> nn.Module:
    """The network itself, without what averages its gradients."""
    return network.module if isinstance(network, DistributedDataParallel) else network


def local_device(device: torch.device) -> torch.device:
    """The graphics card that belongs to this process; one machine's processes are numbered by `torchrun`."""
    if device.type == "cuda" and "LOCAL_RANK" in os.environ:
        place = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(place)
        return place
    return device

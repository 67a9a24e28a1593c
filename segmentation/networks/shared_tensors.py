"""Tensors that a network knows by more than one name, as those of the original project do.

A .safetensors file holds every tensor once, under the first of its names.
"""

from collections.abc import Mapping
from itertools import chain

from torch import Tensor, nn


def second_names(network: nn.Module) -> dict[str, str]:
    """Every further name of a parameter or buffer → its first name, in the order of the modules."""
    first: dict[int, str] = {}
    found = {}
    for name, tensor in chain(
        network.named_parameters(remove_duplicate=False), network.named_buffers(remove_duplicate=False)
    ):
        kept = first.setdefault(id(tensor), name)
        if kept != name:
            found[name] = kept
    return found


def without_second_names(network: nn.Module) -> dict[str, Tensor]:
    """The network's state, every tensor once."""
    further = second_names(network)
    return {name: tensor for name, tensor in network.state_dict().items() if name not in further}


def with_second_names(network: nn.Module, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """`tensors`, and under the further names of `network` that they lack the tensor of the first name."""
    further = second_names(network)
    lacking = {name: tensors[first] for name, first in further.items() if name not in tensors and first in tensors}
    return {**tensors, **lacking}

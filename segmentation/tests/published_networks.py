"""The original's networks a second time, word for word from its layer tables: weights by name, plain functions on them.

Nothing here comes from `segmentation.networks`, so that a mistake there cannot agree with itself.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

Weights = dict[str, Tensor]

# Stage → (place in `encoder`, place in `conv…`, channels in, channels out) of each convolution.
VGG16 = {
    "conv1": ((0, 0, 3, 64), (2, 2, 64, 64)),
    "conv2": ((5, 0, 64, 128), (7, 2, 128, 128)),
    "conv3": ((10, 0, 128, 256), (12, 2, 256, 256), (14, 4, 256, 256)),
    "conv4": ((17, 0, 256, 512), (19, 2, 512, 512), (21, 4, 512, 512)),
    "conv5": ((24, 0, 512, 512), (26, 2, 512, 512), (28, 4, 512, 512)),
}
VGG16_DECODER = {
    "center": (512, 512, 256),
    "dec5": (768, 512, 256),
    "dec4": (768, 512, 256),
    "dec3": (512, 256, 64),
    "dec2": (192, 128, 32),
}
BLOCKS = {34: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
RESNET_STAGES = {"layer1": "conv2", "layer2": "conv3", "layer3": "conv4", "layer4": "conv5"}
RESNET_DECODER = {
    34: {
        "center": (512, 512, 256),
        "dec5": (768, 512, 256),
        "dec4": (512, 512, 256),
        "dec3": (384, 256, 64),
        "dec2": (128, 128, 128),
        "dec1": (128, 128, 32),
    },
    101: {
        "center": (2048, 512, 256),
        "dec5": (2304, 512, 256),
        "dec4": (1280, 512, 256),
        "dec3": (768, 256, 64),
        "dec2": (320, 128, 128),
        "dec1": (128, 128, 32),
    },
}


def vgg16_weights(seed: int = 0) -> Weights:
    """What `UNet16(...).state_dict()` of the original holds, with random numbers."""
    random = torch.Generator().manual_seed(seed)
    weights: Weights = {}
    for stage, convolutions in VGG16.items():
        for place, second, channels, out in convolutions:
            _convolution(weights, f"encoder.{place}", channels, out, 3, random, also=f"{stage}.{second}")
    _decoder(weights, VGG16_DECODER, random)
    _convolution(weights, "dec1.conv", 96, 32, 3, random)
    _convolution(weights, "final", 32, 1, 1, random)
    return weights


def resnet_weights(depth: int, seed: int = 0) -> Weights:
    """What `UNetResNet(depth, 1).state_dict()` of the original holds, with random numbers."""
    random = torch.Generator().manual_seed(seed)
    weights: Weights = {}
    _convolution(weights, "encoder.conv1", 3, 64, 7, random, also="conv1.0", bias=False)
    _norm(weights, "encoder.bn1", 64, random, also="conv1.1")
    channels = 64
    for number, (layer, stage) in enumerate(RESNET_STAGES.items()):
        narrow = 64 * 2**number
        for block in range(BLOCKS[depth][number]):
            shapes = [(channels, narrow, 3), (narrow, narrow, 3)]
            if depth > 34:
                shapes = [(channels, narrow, 1), (narrow, narrow, 3), (narrow, 4 * narrow, 1)]
            out = shapes[-1][1]
            places = f"encoder.{layer}.{block}", f"{stage}.{block}"
            for turn, (before, after, kernel) in enumerate(shapes, start=1):
                place, also = (f"{where}.conv{turn}" for where in places)
                _convolution(weights, place, before, after, kernel, random, also=also, bias=False)
                place, also = (f"{where}.bn{turn}" for where in places)
                # A quiet last norm keeps a hundred residual blocks from shouting.
                _norm(weights, place, after, random, also=also, loud=0.2 if turn == len(shapes) else 1.0)
            if block == 0 and (number > 0 or depth > 34):
                place, also = (f"{where}.downsample" for where in places)
                _convolution(weights, f"{place}.0", channels, out, 1, random, also=f"{also}.0", bias=False)
                _norm(weights, f"{place}.1", out, random, also=f"{also}.1")
            channels = out
    weights["encoder.fc.weight"] = torch.randn(1000, channels, generator=random)
    weights["encoder.fc.bias"] = torch.randn(1000, generator=random)
    _decoder(weights, RESNET_DECODER[depth], random)
    _convolution(weights, "dec0.conv", 32, 32, 3, random)
    _convolution(weights, "final", 32, 1, 1, random)
    return weights


def vgg16_answer(weights: Weights, pixels: Tensor) -> Tensor:
    """The original's `UNet16.forward`: (N, 3, H, W) → logits (N, 1, H, W)."""
    maps, features = [], pixels
    for stage, convolutions in VGG16.items():
        if stage != "conv1":
            features = F.max_pool2d(features, 2, 2)
        for _, second, *_ in convolutions:
            features = F.relu(_convolve(weights, f"{stage}.{second}", features))
        maps.append(features)
    features = _grow(weights, "center", F.max_pool2d(maps[4], 2, 2))
    features = _grow(weights, "dec5", torch.cat([features, maps[4]], 1))
    features = _grow(weights, "dec4", torch.cat([features, maps[3]], 1))
    features = _grow(weights, "dec3", torch.cat([features, maps[2]], 1))
    features = _grow(weights, "dec2", torch.cat([features, maps[1]], 1))
    features = F.relu(_convolve(weights, "dec1.conv", torch.cat([features, maps[0]], 1)))
    return F.conv2d(features, weights["final.weight"], weights["final.bias"])


def resnet_answer(weights: Weights, pixels: Tensor, depth: int) -> Tensor:
    """The original's `UNetResNet.forward` without its dropout: (N, 3, H, W) → logits (N, 1, H, W)."""
    features = F.conv2d(pixels, weights["conv1.0.weight"], stride=2, padding=3)
    features = F.max_pool2d(F.relu(_normalise(weights, "conv1.1", features)), 2, 2)
    maps = []
    for number, stage in enumerate(RESNET_STAGES.values()):
        for block in range(BLOCKS[depth][number]):
            step = 2 if number > 0 and block == 0 else 1
            features = _residual(weights, f"{stage}.{block}", features, step, bottleneck=depth > 34)
        maps.append(features)
    features = _grow(weights, "center", F.max_pool2d(maps[3], 2, 2))
    features = _grow(weights, "dec5", torch.cat([features, maps[3]], 1))
    features = _grow(weights, "dec4", torch.cat([features, maps[2]], 1))
    features = _grow(weights, "dec3", torch.cat([features, maps[1]], 1))
    features = _grow(weights, "dec2", torch.cat([features, maps[0]], 1))
    features = _grow(weights, "dec1", features)
    features = F.relu(_convolve(weights, "dec0.conv", features))
    return F.conv2d(features, weights["final.weight"], weights["final.bias"])


def _residual(weights: Weights, place: str, features: Tensor, step: int, *, bottleneck: bool) -> Tensor:
    # torchvision's bottleneck strides in its 3×3 convolution, the second one; the basic block in its first.
    turns = ((1, 1, 0), (2, step, 1), (3, 1, 0)) if bottleneck else ((1, step, 1), (2, 1, 1))
    out = features
    for turn, stride, padding in turns:
        out = F.conv2d(out, weights[f"{place}.conv{turn}.weight"], stride=stride, padding=padding)
        out = _normalise(weights, f"{place}.bn{turn}", out)
        if turn < len(turns):
            out = F.relu(out)
    if f"{place}.downsample.0.weight" in weights:
        features = F.conv2d(features, weights[f"{place}.downsample.0.weight"], stride=step)
        features = _normalise(weights, f"{place}.downsample.1", features)
    return F.relu(out + features)


def _grow(weights: Weights, place: str, features: Tensor) -> Tensor:
    features = F.interpolate(features, scale_factor=2, mode="bilinear", align_corners=False)
    features = F.relu(_convolve(weights, f"{place}.block.1.conv", features))
    return F.relu(_convolve(weights, f"{place}.block.2.conv", features))


def _convolve(weights: Weights, place: str, features: Tensor) -> Tensor:
    return F.conv2d(features, weights[f"{place}.weight"], weights[f"{place}.bias"], padding=1)


def _normalise(weights: Weights, place: str, features: Tensor) -> Tensor:
    mean, variance, scale, shift = (
        weights[f"{place}.{part}"] for part in ("running_mean", "running_var", "weight", "bias")
    )
    return F.batch_norm(features, mean, variance, scale, shift, training=False, eps=1e-5)


def _decoder(weights: Weights, table: dict[str, tuple[int, int, int]], random: torch.Generator) -> None:
    for place, (channels, middle, out) in table.items():
        _convolution(weights, f"{place}.block.1.conv", channels, middle, 3, random)
        _convolution(weights, f"{place}.block.2.conv", middle, out, 3, random)


def _convolution(
    weights: Weights,
    place: str,
    channels: int,
    out: int,
    kernel: int,
    random: torch.Generator,
    *,
    also: str = "",
    bias: bool = True,
) -> None:
    scale = (2 / (channels * kernel**2)) ** 0.5
    parts = {"weight": torch.randn(out, channels, kernel, kernel, generator=random) * scale}
    if bias:
        parts["bias"] = torch.randn(out, generator=random) * 0.1
    _under_both_names(weights, parts, place, also)


def _norm(
    weights: Weights, place: str, channels: int, random: torch.Generator, *, also: str, loud: float = 1.0
) -> None:
    parts = {
        "weight": (torch.rand(channels, generator=random) + 0.5) * loud,
        "bias": torch.randn(channels, generator=random) * 0.1,
        "running_mean": torch.randn(channels, generator=random) * 0.1,
        "running_var": torch.rand(channels, generator=random) + 0.5,
        "num_batches_tracked": torch.tensor(7),
    }
    _under_both_names(weights, parts, place, also)


def _under_both_names(weights: Weights, parts: Weights, place: str, also: str) -> None:
    for part, tensor in parts.items():
        weights[f"{place}.{part}"] = tensor
        if also:
            weights[f"{also}.{part}"] = tensor

"""torchvision's classifiers as encoders: one feature map for each stride 1, 2, 4, 8, 16, 32."""

from typing import Any

from torch import Tensor, nn

from segmentation.errors import NetworkUnavailable
from segmentation.networks.blocks import ConvNorm
from segmentation.networks.torchvision_operators import torchvision_models

STEM = 32

VGG16_STAGES = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))
"""Channels and number of 3×3 convolutions before each pooling."""


class VGGEncoder(nn.Module):
    """VGG16 (Simonyan and Zisserman 2014, arXiv:1409.1556) up to its last pooling."""

    channels = (64, 128, 256, 512, 512, 512)

    def __init__(self, *, pretrained: bool) -> None:
        super().__init__()
        stages: list[list[nn.Module]] = [[]]
        for layer in vgg16_features(pretrained=pretrained):
            if isinstance(layer, nn.MaxPool2d):
                stages.append([layer])
            else:
                stages[-1].append(layer)
        self.stages = nn.ModuleList(nn.Sequential(*layers) for layers in stages)

    def forward(self, pixels: Tensor) -> list[Tensor]:
        """(N, 3, H, W) → six maps, (N, channels[i], H / 2**i, W / 2**i)."""
        maps = []
        for stage in self.stages:
            pixels = stage(pixels)
            maps.append(pixels)
        return maps


class ResNetEncoder(nn.Module):
    """A ResNet (He et al. 2015, arXiv:1512.03385) with two more convolutions at full resolution beside it.

    ResNet itself halves at once; without those a crack of one to three pixels has no skip to come back through.
    """

    def __init__(self, name: str, *, pretrained: bool) -> None:
        super().__init__()
        ready = classifier(name, pretrained=pretrained)
        self.full = nn.Sequential(ConvNorm(3, STEM), ConvNorm(STEM, STEM))
        self.first = nn.Sequential(ready.conv1, ready.bn1, ready.relu)
        self.pool = ready.maxpool
        self.layers = nn.ModuleList([ready.layer1, ready.layer2, ready.layer3, ready.layer4])
        wide = ready.fc.in_features
        self.channels = (STEM, 64, wide // 8, wide // 4, wide // 2, wide)

    def forward(self, pixels: Tensor) -> list[Tensor]:
        """(N, 3, H, W) → six maps, (N, channels[i], H / 2**i, W / 2**i)."""
        maps = [self.full(pixels), self.first(pixels)]
        features = self.pool(maps[-1])
        for layer in self.layers:
            features = layer(features)
            maps.append(features)
        return maps


def vgg16_features(*, pretrained: bool) -> nn.Sequential:
    """The convolutions of VGG16, each with its ReLU, and its five poolings: torchvision's `vgg16().features`.

    Without pretrained weights they are built here: torchvision would first fill its classifier's 124 million weights.
    """
    if pretrained:
        return classifier("vgg16", pretrained=True).features
    layers: list[nn.Module] = []
    channels = 3
    for out, convolutions in VGG16_STAGES:
        for _ in range(convolutions):
            convolution = nn.Conv2d(channels, out, 3, padding=1)
            nn.init.kaiming_normal_(convolution.weight, mode="fan_out", nonlinearity="relu")
            nn.init.zeros_(convolution.bias)  # type: ignore[arg-type]
            layers += [convolution, nn.ReLU(inplace=True)]
            channels = out
        layers.append(nn.MaxPool2d(2, 2))
    return nn.Sequential(*layers)


def classifier(name: str, *, pretrained: bool, weights: str = "DEFAULT") -> Any:
    """torchvision's model; its ImageNet weights, by the name torchvision has for them, are downloaded once.

    Raises NetworkUnavailable where they cannot be.
    """
    try:
        return torchvision_models().get_model(name, weights=weights if pretrained else None)
    except ImportError as error:
        raise NetworkUnavailable(path=name, reason="torchvision is not installed") from error
    except OSError as error:
        reason = f"its ImageNet weights cannot be downloaded: {error}; train without --pretrained-encoder"
        raise NetworkUnavailable(path=name, reason=reason) from error

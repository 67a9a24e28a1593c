"""torchvision's classifiers as encoders: one feature map for each stride 1, 2, 4, 8, 16, 32."""

from typing import Any

from torch import Tensor, nn

from segmentation.errors import NetworkUnavailable
from segmentation.networks.blocks import ConvNorm
from segmentation.networks.torchvision_operators import torchvision_models

STEM = 32


class VGGEncoder(nn.Module):
    """VGG16 (Simonyan and Zisserman 2014, arXiv:1409.1556) up to its last pooling."""

    channels = (64, 128, 256, 512, 512, 512)

    def __init__(self, *, pretrained: bool) -> None:
        super().__init__()
        stages: list[list[nn.Module]] = [[]]
        for layer in _classifier("vgg16", pretrained=pretrained).features:
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
        classifier = _classifier(name, pretrained=pretrained)
        self.full = nn.Sequential(ConvNorm(3, STEM), ConvNorm(STEM, STEM))
        self.first = nn.Sequential(classifier.conv1, classifier.bn1, classifier.relu)
        self.pool = classifier.maxpool
        self.layers = nn.ModuleList([classifier.layer1, classifier.layer2, classifier.layer3, classifier.layer4])
        wide = classifier.fc.in_features
        self.channels = (STEM, 64, wide // 8, wide // 4, wide // 2, wide)

    def forward(self, pixels: Tensor) -> list[Tensor]:
        """(N, 3, H, W) → six maps, (N, channels[i], H / 2**i, W / 2**i)."""
        maps = [self.full(pixels), self.first(pixels)]
        features = self.pool(maps[-1])
        for layer in self.layers:
            features = layer(features)
            maps.append(features)
        return maps


def _classifier(name: str, *, pretrained: bool) -> Any:
    """torchvision's model; its ImageNet weights are downloaded once. Raises NetworkUnavailable where they cannot be."""
    try:
        return torchvision_models().get_model(name, weights="DEFAULT" if pretrained else None)
    except ImportError as error:
        raise NetworkUnavailable(path=name, reason="torchvision is not installed") from error
    except OSError as error:
        reason = f"its ImageNet weights cannot be downloaded: {error}; train without --pretrained-encoder"
        raise NetworkUnavailable(path=name, reason=reason) from error

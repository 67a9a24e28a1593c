"""Patch classification, the approach before segmentation: is there a crack in this square, yes or no?"""

import torch.nn.functional as F
from torch import Tensor, nn

from segmentation.networks.encoders import classifier, vgg16_features

PATCH = 64
LEAST_SHARE = 20 / 64**2
"""A crack one pixel wide and 20 pixels long in a patch of 64; less is the tip of a neighbour's crack."""


class PatchClassifier(nn.Module):
    """A classifier that answers every `patch` × `patch` square of a photo from that square's pixels alone.

    `features` gives (N, channels, h, w) for a patch; their mean goes through one linear layer. VGG16's own fully
    connected layers would add 124 million weights for one yes or no, and are left out.
    """

    def __init__(self, features: nn.Module, channels: int, *, patch: int = PATCH) -> None:
        super().__init__()
        self.stride = patch
        self.features = features
        self.head = nn.Linear(channels, 1)

    def forward(self, pixels: Tensor) -> Tensor:
        """Normalised pixels (N, 3, H, W), H and W multiples of `stride` → logits (N, 1, H, W), one value a patch."""
        side = self.stride
        rows, columns = pixels.shape[-2] // side, pixels.shape[-1] // side
        grid = pixels.reshape(-1, 3, rows, side, columns, side).permute(0, 2, 4, 1, 3, 5)
        maps = self.features(grid.reshape(-1, 3, side, side))
        logits = self.head(maps.mean(dim=(2, 3))).reshape(-1, 1, rows, columns)
        return F.interpolate(logits, scale_factor=float(side), mode="nearest")

    def target(self, truth: Tensor) -> Tensor:
        """What it is to answer. Truth (N, 1, H, W), 0 or 1, H and W multiples of `stride` → the same shape and type.

        1 over every patch of which at least half a percent (`LEAST_SHARE`) is crack, 0 over the others.
        """
        share = F.avg_pool2d(truth.float(), self.stride)
        cracked = (share >= LEAST_SHARE).to(truth.dtype)
        return cracked.repeat_interleave(self.stride, dim=2).repeat_interleave(self.stride, dim=3)


def vgg16_patches(*, pretrained: bool) -> PatchClassifier:
    """Patches by VGG16 (Simonyan and Zisserman 2014, arXiv:1409.1556), 14.7 million weights."""
    return PatchClassifier(vgg16_features(pretrained=pretrained), 512)


def resnet_patches(name: str, *, pretrained: bool) -> PatchClassifier:
    """Patches by torchvision's `resnet18` or `resnet34` (He et al. 2015, arXiv:1512.03385)."""
    ready = classifier(name, pretrained=pretrained)
    stages = (ready.conv1, ready.bn1, ready.relu, ready.maxpool, ready.layer1, ready.layer2, ready.layer3, ready.layer4)
    return PatchClassifier(nn.Sequential(*stages), ready.fc.in_features)

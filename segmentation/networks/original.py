"""The U-Nets of khanhha/crack_segmentation as published, so that its checkpoints load and answer the same.

Layers, their order and the names of their weights are those of the original's `unet/unet_transfer.py`. Its encoder is
named twice, as `encoder` and, stage by stage, as `conv1` to `conv5`: a state has both names of every such weight.

One thing differs. The original's ResNet calls `F.dropout2d` without saying whether it is training, and torch takes
that for yes: at test time, too, a fifth of the last 32 feature maps is dropped at random, and no answer can be had
twice. Here maps are dropped while training alone.
"""

from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from segmentation.networks.encoders import classifier, vgg16_features

WIDTH = 32
DROPPED = 0.2
DEPTHS = (34, 101, 152)


class ConvReLU(nn.Sequential):
    """3×3 convolution with bias, ReLU. (N, C, H, W) → (N, out, H, W)."""

    def __init__(self, channels: int, out: int) -> None:
        convolution = nn.Conv2d(channels, out, 3, padding=1)
        super().__init__(OrderedDict(conv=convolution, activation=nn.ReLU(inplace=True)))


class DecoderBlock(nn.Module):
    """Bilinear doubling, then two convolutions. (N, C, H, W) → (N, out, 2H, 2W)."""

    def __init__(self, channels: int, middle: int, out: int) -> None:
        super().__init__()
        double = nn.Upsample(scale_factor=2.0, mode="bilinear", align_corners=False)
        self.block = nn.Sequential(double, ConvReLU(channels, middle), ConvReLU(middle, out))

    def forward(self, features: Tensor) -> Tensor:
        return self.block(features)


class UNet16(nn.Module):
    """The original's U-Net on VGG16 without batch norm: skips at strides 1, 2, 4, 8 and 16. 29.3 million weights."""

    stride = 32

    def __init__(self, *, pretrained: bool = False) -> None:
        super().__init__()
        self.pool = nn.MaxPool2d(2, 2)
        self.encoder = vgg16_features(pretrained=pretrained)
        stages = _between_poolings(self.encoder)
        self.conv1, self.conv2, self.conv3, self.conv4, self.conv5 = stages
        self.center = DecoderBlock(512, 16 * WIDTH, 8 * WIDTH)
        self.dec5 = DecoderBlock(512 + 8 * WIDTH, 16 * WIDTH, 8 * WIDTH)
        self.dec4 = DecoderBlock(512 + 8 * WIDTH, 16 * WIDTH, 8 * WIDTH)
        self.dec3 = DecoderBlock(256 + 8 * WIDTH, 8 * WIDTH, 2 * WIDTH)
        self.dec2 = DecoderBlock(128 + 2 * WIDTH, 4 * WIDTH, WIDTH)
        self.dec1 = ConvReLU(64 + WIDTH, WIDTH)
        self.final = nn.Conv2d(WIDTH, 1, 1)

    def forward(self, pixels: Tensor) -> Tensor:
        """Normalised pixels (N, 3, H, W), H and W multiples of `stride` → logits (N, 1, H, W)."""
        first = self.conv1(pixels)
        second = self.conv2(self.pool(first))
        third = self.conv3(self.pool(second))
        fourth = self.conv4(self.pool(third))
        fifth = self.conv5(self.pool(fourth))
        features = self.center(self.pool(fifth))
        features = self.dec5(torch.cat([features, fifth], dim=1))
        features = self.dec4(torch.cat([features, fourth], dim=1))
        features = self.dec3(torch.cat([features, third], dim=1))
        features = self.dec2(torch.cat([features, second], dim=1))
        return self.final(self.dec1(torch.cat([features, first], dim=1)))


class UNetResNet(nn.Module):
    """The original's U-Net on ResNet-34, -101 or -152: skips at strides 4, 8, 16 and 32, none above.

    What is finer than four pixels has no way around the encoder; `unet-resnet34` and `unet-resnet101` are the
    repaired form, with skips at strides 1 and 2. The classifier `encoder.fc` is never used: checkpoints have it.
    """

    stride = 64

    def __init__(self, depth: int, *, pretrained: bool = False) -> None:
        """Raises ValueError for a depth other than 34, 101 and 152."""
        super().__init__()
        if depth not in DEPTHS:
            raise ValueError(f"the original has ResNets of depth {', '.join(map(str, DEPTHS))}, not {depth}")
        self.pool = nn.MaxPool2d(2, 2)
        # The first of torchvision's sets of weights is the one the original started from.
        self.encoder = classifier(f"resnet{depth}", pretrained=pretrained, weights="IMAGENET1K_V1")
        self.encoder.fc.requires_grad_(False)
        wide = self.encoder.fc.in_features
        self.conv1 = nn.Sequential(self.encoder.conv1, self.encoder.bn1, self.encoder.relu, self.pool)
        self.conv2 = self.encoder.layer1
        self.conv3 = self.encoder.layer2
        self.conv4 = self.encoder.layer3
        self.conv5 = self.encoder.layer4
        self.center = DecoderBlock(wide, 16 * WIDTH, 8 * WIDTH)
        self.dec5 = DecoderBlock(wide + 8 * WIDTH, 16 * WIDTH, 8 * WIDTH)
        self.dec4 = DecoderBlock(wide // 2 + 8 * WIDTH, 16 * WIDTH, 8 * WIDTH)
        self.dec3 = DecoderBlock(wide // 4 + 8 * WIDTH, 8 * WIDTH, 2 * WIDTH)
        self.dec2 = DecoderBlock(wide // 8 + 2 * WIDTH, 4 * WIDTH, 4 * WIDTH)
        self.dec1 = DecoderBlock(4 * WIDTH, 4 * WIDTH, WIDTH)
        self.dec0 = ConvReLU(WIDTH, WIDTH)
        self.final = nn.Conv2d(WIDTH, 1, 1)

    def forward(self, pixels: Tensor) -> Tensor:
        """Normalised pixels (N, 3, H, W), H and W multiples of `stride` → logits (N, 1, H, W)."""
        second = self.conv2(self.conv1(pixels))
        third = self.conv3(second)
        fourth = self.conv4(third)
        fifth = self.conv5(fourth)
        features = self.center(self.pool(fifth))
        features = self.dec5(torch.cat([features, fifth], dim=1))
        features = self.dec4(torch.cat([features, fourth], dim=1))
        features = self.dec3(torch.cat([features, third], dim=1))
        features = self.dec2(torch.cat([features, second], dim=1))
        features = self.dec0(self.dec1(features))
        return self.final(F.dropout2d(features, DROPPED, training=self.training))


def _between_poolings(features: nn.Sequential) -> list[nn.Sequential]:
    """The layers of VGG16 stage by stage; the poolings are left out."""
    stages: list[list[nn.Module]] = [[]]
    for layer in features:
        if isinstance(layer, nn.MaxPool2d):
            stages.append([])
        else:
            stages[-1].append(layer)
    return [nn.Sequential(*layers) for layers in stages if layers]

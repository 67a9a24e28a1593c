"""The small parts every network here is built from."""

import torch.nn.functional as F
from torch import Tensor, nn


class ConvNorm(nn.Sequential):
    """3×3 (or `kernel`) convolution without bias, batch norm, ReLU. (N, C, H, W) → (N, out, H/stride, W/stride)."""

    def __init__(self, channels: int, out: int, *, kernel: int = 3, stride: int = 1, active: bool = True) -> None:
        layers: list[nn.Module] = [
            nn.Conv2d(channels, out, kernel, stride, padding=kernel // 2, bias=False),
            nn.BatchNorm2d(out),
        ]
        if active:
            layers.append(nn.ReLU(inplace=True))
        super().__init__(*layers)


class Residual(nn.Module):
    """The basic block of He et al. 2016 (arXiv:1512.03385): two 3×3 convolutions beside a shortcut."""

    def __init__(self, channels: int, out: int, *, stride: int = 1) -> None:
        super().__init__()
        self.first = ConvNorm(channels, out, stride=stride)
        self.second = ConvNorm(out, out, active=False)
        same = stride == 1 and channels == out
        self.shortcut: nn.Module = (
            nn.Identity() if same else ConvNorm(channels, out, kernel=1, stride=stride, active=False)
        )

    def forward(self, features: Tensor) -> Tensor:
        return F.relu(self.second(self.first(features)) + self.shortcut(features), inplace=True)


class UpBlock(nn.Module):
    """Decoder step: thins the features, doubles their size bilinearly, adds the encoder's skip, convolves.

    Bilinear growth leaves no checkerboard, unlike a transposed convolution. Thinning (1×1) first and adding
    instead of stacking (LinkNet, arXiv:1707.03718) keeps the large, costly maps narrow.
    """

    def __init__(self, channels: int, skip: int) -> None:
        super().__init__()
        self.thin = nn.Conv2d(channels, skip, 1, bias=False)
        self.convolution = ConvNorm(skip, skip)

    def forward(self, features: Tensor, skip: Tensor) -> Tensor:
        grown = F.interpolate(self.thin(features), scale_factor=2.0, mode="bilinear", align_corners=False)
        return self.convolution(grown + skip)

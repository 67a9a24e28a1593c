"""The default network: a small residual U-Net for two CPU cores that keeps full resolution for hairlines."""

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn

from segmentation.networks.blocks import ConvNorm, Residual, UpBlock


class LightUNet(nn.Module):
    """U-Net (Ronneberger et al. 2015, arXiv:1505.04597) on a residual encoder, with a skip at every stride.

    `widths` are the channels at strides 1, 2, 4, 8, 16, 32. The stem works at stride 1, because a crack one or
    two pixels wide is gone after the first halving; it is narrow, because it sees every pixel.
    """

    stride = 32

    def __init__(self, widths: Sequence[int] = (16, 32, 64, 128, 160, 256), *, blocks: int = 2) -> None:
        super().__init__()
        steps = list(pairwise(widths))
        self.stem = nn.Sequential(ConvNorm(3, widths[0]), ConvNorm(widths[0], widths[0]))
        self.stages = nn.ModuleList(
            nn.Sequential(Residual(before, after, stride=2), *(Residual(after, after) for _ in range(blocks - 1)))
            for before, after in steps
        )
        self.ups = nn.ModuleList(UpBlock(below, skip) for skip, below in reversed(steps))
        self.head = nn.Conv2d(widths[0], 1, 1)

    def forward(self, pixels: Tensor) -> Tensor:
        """Normalised pixels (N, 3, H, W), H and W multiples of `stride` → logits (N, 1, H, W)."""
        features = self.stem(pixels)
        skips = []
        for stage in self.stages:
            skips.append(features)
            features = stage(features)
        for up, skip in zip(self.ups, reversed(skips), strict=True):
            features = up(features, skip)
        return self.head(features)

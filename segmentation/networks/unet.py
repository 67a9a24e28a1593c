"""U-Net over a classifier as encoder."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from segmentation.networks.blocks import ConvNorm
from segmentation.networks.encoders import ResNetEncoder, VGGEncoder

DECODER = (256, 128, 96, 64, 32)


class UNet(nn.Module):
    """U-Net (Ronneberger et al. 2015, arXiv:1505.04597): up again over skips at every stride, 1 and 2 included."""

    stride = 32

    def __init__(self, encoder: VGGEncoder | ResNetEncoder) -> None:
        super().__init__()
        self.encoder = encoder
        *skips, below = encoder.channels
        self.steps = nn.ModuleList()
        for skip, out in zip(reversed(skips), DECODER, strict=True):
            self.steps.append(nn.Sequential(ConvNorm(below + skip, out), ConvNorm(out, out)))
            below = out
        self.head = nn.Conv2d(below, 1, 1)

    def forward(self, pixels: Tensor) -> Tensor:
        """Normalised pixels (N, 3, H, W), H and W multiples of `stride` → logits (N, 1, H, W)."""
        *skips, features = self.encoder(pixels)
        for step, skip in zip(self.steps, reversed(skips), strict=True):
            grown = F.interpolate(features, scale_factor=2.0, mode="bilinear", align_corners=False)
            features = step(torch.cat([grown, skip], dim=1))
        return self.head(features)

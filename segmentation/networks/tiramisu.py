"""FC-DenseNet, the "hundred layers tiramisu" (Jégou et al. 2017, arXiv:1611.09326)."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

DROPPED = 0.2


class DenseLayer(nn.Sequential):
    """Batch norm, ReLU, 3×3 convolution, dropout. (N, C, H, W) → (N, growth, H, W)."""

    def __init__(self, channels: int, growth: int) -> None:
        convolution = nn.Conv2d(channels, growth, 3, padding=1)
        super().__init__(nn.BatchNorm2d(channels), nn.ReLU(inplace=True), convolution, nn.Dropout(DROPPED))


class DenseBlock(nn.Module):
    """Layers that each see the input and all layers before. (N, C, H, W) → (N, layers * growth, H, W), the new maps."""

    def __init__(self, channels: int, growth: int, layers: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(DenseLayer(channels + number * growth, growth) for number in range(layers))
        self.channels = layers * growth

    def forward(self, features: Tensor) -> Tensor:
        maps = [features]
        for layer in self.layers:
            maps.append(layer(torch.cat(maps, dim=1)))
        return torch.cat(maps[1:], dim=1)


class TransitionDown(nn.Sequential):
    """Batch norm, ReLU, 1×1 convolution, dropout, pooling. (N, C, H, W) → (N, C, H / 2, W / 2)."""

    def __init__(self, channels: int) -> None:
        super().__init__(
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, 1),
            nn.Dropout(DROPPED),
            nn.MaxPool2d(2, 2),
        )


class TransitionUp(nn.Module):
    """3×3 transposed convolution of stride 2. (N, C, H, W) → (N, C, 2H, 2W)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.convolution = nn.ConvTranspose2d(channels, channels, 3, stride=2)

    def forward(self, features: Tensor) -> Tensor:
        # It answers one row and one column too many; the published crop to the middle takes off the last.
        return self.convolution(features)[:, :, :-1, :-1]


class FCDenseNet(nn.Module):
    """A U-Net of dense blocks: on the way up only a block's new maps are passed on, beside the skip.

    `down` are the layers of the blocks before each pooling, `bottom` those of the block below; the way up mirrors the
    way down. The depth in a network's name counts every convolution.
    """

    def __init__(self, down: Sequence[int], bottom: int, *, growth: int, first: int = 48) -> None:
        super().__init__()
        self.stride = 2 ** len(down)
        self.first = nn.Conv2d(3, first, 3, padding=1)
        channels, skips = first, []
        self.blocks_down, self.downs = nn.ModuleList(), nn.ModuleList()
        for layers in down:
            self.blocks_down.append(DenseBlock(channels, growth, layers))
            channels += layers * growth
            skips.append(channels)
            self.downs.append(TransitionDown(channels))
        self.bottom = DenseBlock(channels, growth, bottom)
        new = self.bottom.channels
        self.ups, self.blocks_up = nn.ModuleList(), nn.ModuleList()
        for layers, skip in zip(reversed(down), reversed(skips), strict=True):
            self.ups.append(TransitionUp(new))
            self.blocks_up.append(DenseBlock(new + skip, growth, layers))
            channels, new = new + skip, layers * growth
        # The last block passes its input on as well.
        self.head = nn.Conv2d(channels + new, 1, 1)
        self.apply(_as_published)

    def forward(self, pixels: Tensor) -> Tensor:
        """Normalised pixels (N, 3, H, W), H and W multiples of `stride` → logits (N, 1, H, W)."""
        features = self.first(pixels)
        skips = []
        for block, down in zip(self.blocks_down, self.downs, strict=True):
            features = torch.cat([features, block(features)], dim=1)
            skips.append(features)
            features = down(features)
        new = self.bottom(features)
        for up, block, skip in zip(self.ups, self.blocks_up, reversed(skips), strict=True):
            features = torch.cat([up(new), skip], dim=1)
            new = block(features)
        return self.head(torch.cat([features, new], dim=1))


def fc_densenet56() -> FCDenseNet:
    """As published: 4 layers in every block, growth 12."""
    return FCDenseNet((4, 4, 4, 4, 4), 4, growth=12)


def fc_densenet67() -> FCDenseNet:
    """As published: 5 layers in every block, growth 16."""
    return FCDenseNet((5, 5, 5, 5, 5), 5, growth=16)


def fc_densenet103() -> FCDenseNet:
    """As published: 4 to 15 layers in a block, growth 16."""
    return FCDenseNet((4, 5, 7, 10, 12), 15, growth=16)


def fc_densenet_lite() -> FCDenseNet:
    """Ours, for two CPU cores: 3 to 4 layers in a block, growth 8, and half the first convolution."""
    return FCDenseNet((3, 3, 4, 4, 4), 4, growth=8, first=24)


def _as_published(layer: nn.Module) -> None:
    """The start of He et al. 2015 (arXiv:1502.01852), uniform."""
    if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)  # type: ignore[arg-type]

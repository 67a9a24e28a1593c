"""What every engine computes."""

import torch
from torch import Tensor, nn

from segmentation.checkpoints import ModelCard


class Recipe(nn.Module):
    """From bytes to probabilities as the card says: normalise, network, temperature, sigmoid.

    One temperature for all logits (Guo et al. 2017, arXiv:1706.04599) makes probabilities honest and changes no order.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, network: nn.Module, card: ModelCard) -> None:
        super().__init__()
        self.network = network
        self.card = card
        self.step = int(getattr(network, "stride", 1))
        self.temperature = card.temperature
        self.register_buffer("mean", torch.tensor(card.mean).view(1, 3, 1, 1) * 255)
        self.register_buffer("scale", 1 / (torch.tensor(card.std).view(1, 3, 1, 1) * 255))

    def forward(self, tiles: Tensor) -> Tensor:
        """uint8 (N, H, W, 3) → float32 (N, H, W)."""
        pixels = (tiles.permute(0, 3, 1, 2).float() - self.mean) * self.scale
        return (self.network(pixels).float() / self.temperature).sigmoid()[:, 0]

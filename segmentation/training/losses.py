"""What training makes small."""

import torch.nn.functional as F
from torch import Tensor


def crack_loss(logits: Tensor, truth: Tensor) -> Tensor:
    """Binary cross-entropy plus soft Dice loss, each weighted one. (N, 1, H, W) both, truth 0 or 1 → a scalar.

    Cross-entropy makes the probabilities honest; Dice (Milletari et al. 2016, arXiv:1606.04797) keeps the few crack
    pixels from drowning. Dice is taken over the whole batch: crops without crack have none of their own.
    """
    logits, truth = logits.float(), truth.float()
    likely = logits.sigmoid()
    overlap = (likely * truth).sum()
    dice = (2 * overlap + 1) / (likely.sum() + truth.sum() + 1)
    return F.binary_cross_entropy_with_logits(logits, truth) + 1 - dice

"""What training makes small."""

import torch
import torch.nn.functional as F
from torch import Tensor

SKELETON_STEPS = 6


def crack_loss(logits: Tensor, truth: Tensor, *, cl_dice: float = 0.0) -> Tensor:
    """Binary cross-entropy plus soft Dice loss, each weighted one, plus `cl_dice` times the centre-line loss.

    (N, 1, H, W) both, truth 0 or 1 → a scalar. Cross-entropy makes the probabilities honest; Dice (Milletari et al.
    2016, arXiv:1606.04797) keeps the few crack pixels from drowning. Dice is taken over the whole batch: crops without
    crack have none of their own.
    """
    logits, truth = logits.float(), truth.float()
    likely = logits.sigmoid()
    loss = F.binary_cross_entropy_with_logits(logits, truth) + 1 - _dice(likely, truth)
    return loss + cl_dice * centre_line_loss(likely, truth) if cl_dice else loss


def centre_line_loss(likely: Tensor, truth: Tensor) -> Tensor:
    """1 − clDice (Shit et al. 2021, arXiv:2003.07311): a crack broken in two costs more than one drawn too thin.

    `likely` (N, 1, H, W; 0..1) and `truth` (0 or 1) → a scalar, 0..1.
    """
    found, real = soft_skeleton(likely), soft_skeleton(truth)
    precision = ((found * truth).sum() + 1) / (found.sum() + 1)
    recall = ((real * likely).sum() + 1) / (real.sum() + 1)
    return 1 - 2 * precision * recall / (precision + recall)


def soft_skeleton(mask: Tensor, steps: int = SKELETON_STEPS) -> Tensor:
    """A centre line with a gradient: what opening removes, at each of `steps` erosions. (N, 1, H, W; 0..1), same.

    Reaches the centre of cracks up to about twice `steps` pixels wide.
    """
    skeleton = F.relu(mask - _opened(mask))
    for _ in range(steps):
        mask = _eroded(mask)
        rest = F.relu(mask - _opened(mask))
        skeleton = skeleton + F.relu(rest - skeleton * rest)
    return skeleton


def _dice(likely: Tensor, truth: Tensor) -> Tensor:
    return (2 * (likely * truth).sum() + 1) / (likely.sum() + truth.sum() + 1)


def _eroded(mask: Tensor) -> Tensor:
    across = -F.max_pool2d(-mask, (1, 3), 1, (0, 1))
    down = -F.max_pool2d(-mask, (3, 1), 1, (1, 0))
    return torch.min(across, down)


def _opened(mask: Tensor) -> Tensor:
    return F.max_pool2d(_eroded(mask), 3, 1, 1)

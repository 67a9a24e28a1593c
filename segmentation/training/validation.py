"""How good a network in training is: whole photos, native resolution, counted by probability."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from scipy.special import expit, logit
from torch import nn

from segmentation.metrics import LEVELS, counts_from_level, level_histogram
from segmentation.training.catalogue import Sample
from segmentation.training.data import PhotoStore
from segmentation.training.machine import Machine
from segmentation.training.thresholds import Histogram, best_threshold, fit_temperature, level_of

LARGEST = 1024


@dataclass(frozen=True, slots=True)
class Validation:
    """`score` is the mean over sets of F1 at `threshold`, the best one; `f1` the same by set.

    `loss` is the mean over sets of the cross-entropy of a pixel, in nats, as the network answers; `temperature` makes
    the probabilities honest, and `threshold` is of a probability after it.
    """

    threshold: float
    score: float
    f1: dict[str, float]
    loss: float
    temperature: float = 1.0


def validate(network: nn.Module, samples: Iterable[Sample], *, store: PhotoStore, machine: Machine) -> Validation:
    """Score `network` (in evaluation mode) on `samples`; of a photo larger than 1,024 px only the middle counts."""
    histograms: dict[str, Histogram] = {}
    for sample in samples:
        pixels, mask = (_middle(array) for array in store.read(sample))
        probability = predict_whole(network, pixels, machine=machine)
        histogram = level_histogram(probability, mask > 0)
        histograms[sample.set] = histograms[sample.set] + histogram if sample.set in histograms else histogram
    threshold, score = best_threshold(histograms)
    level = level_of(threshold)
    temperature = fit_temperature(histograms)
    return Validation(
        # After a few steps a network may be so sure of nothing that this rounds to 0, which is no threshold.
        threshold=min(max(round(float(expit(logit(threshold) / temperature)), 4), 0.001), 0.999),
        score=score,
        f1={name: counts_from_level(histogram, level).f1 for name, histogram in histograms.items()},
        loss=float(np.mean([cross_entropy(histogram) for histogram in histograms.values()])),
        temperature=temperature,
    )


def cross_entropy(histogram: Histogram) -> float:
    """The mean cross-entropy of the pixels of a level histogram, in nats. Levels 0 and 255 count as half a level in."""
    likely = (np.arange(LEVELS) + 0.5) / LEVELS
    off, on = histogram
    return float(-(on @ np.log(likely) + off @ np.log1p(-likely)) / max(1, histogram.sum()))


@torch.inference_mode()
def predict_whole(network: nn.Module, pixels: NDArray[np.uint8], *, machine: Machine) -> NDArray[np.uint8]:
    """One photo (H, W, 3) in one piece → probability (H, W; 0..255). The sides grow to multiples of the stride."""
    height, width = pixels.shape[:2]
    stride = int(network.stride)  # type: ignore[arg-type]
    below, right = -height % stride, -width % stride
    padded = np.pad(pixels, ((0, below), (0, right), (0, 0)), mode="symmetric")
    batch = machine.prepare(torch.from_numpy(np.ascontiguousarray(padded.transpose(2, 0, 1)))[None])
    with machine.autocast():
        logits = network(batch)
    likely = F.sigmoid(logits.float())[0, 0, :height, :width]
    return (likely * 255).round().to(torch.uint8).cpu().numpy()


def _middle(array: NDArray[np.uint8]) -> NDArray[np.uint8]:
    top, left = (max(0, (side - LARGEST) // 2) for side in array.shape[:2])
    return array[top : top + LARGEST, left : left + LARGEST]

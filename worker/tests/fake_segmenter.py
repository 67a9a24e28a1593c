"""A segmenter that looks at nothing: it takes its time, tile by tile, and finds the same crack in every photo.

A photo whose first pixel is of a signal colour misbehaves in the way that the colour stands for.
"""

import os
import signal
import time

import numpy as np
from numpy.typing import NDArray

from inspections.models import Network
from segmentation.results import Crack, Segmentation
from segmentation.tiling import Progress

TILES = 10
POISON = (255, 0, 0)

CRACK = Crack(
    path=((2.5, 2.5), (22.5, 2.5)),
    branches=(((12.5, 2.5), (12.5, 8.5)),),
    length_px=26.0,
    width_mean_px=2.0,
    width_max_px=3.0,
    orientation_deg=0.0,
    area_px=40,
    confidence=0.8,
    box=(2, 2, 22, 4),
    mask_runs=(0, 40),
)


class FakeSegmenter:
    """Takes `seconds_per_tile` for each of ten tiles."""

    def __init__(self, seconds_per_tile: float = 0.0) -> None:
        self.seconds_per_tile = seconds_per_tile

    def segment(
        self,
        pixels: NDArray[np.uint8],
        *,
        threshold: float | None = None,
        progress: Progress | None = None,
        calibration: object = None,
    ) -> Segmentation:
        height, width = pixels.shape[:2]
        for done in range(TILES + 1):
            if progress:
                progress(done, TILES)
            if done == TILES // 2 and _is_poison(pixels):
                os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(self.seconds_per_tile)
        probability = np.zeros((height, width), np.uint8)
        probability[2:4, 2:22] = 204
        return Segmentation(
            width=width,
            height=height,
            probability=probability,
            threshold=threshold or 0.5,
            cracks=(CRACK,),
            crack_area_share=40 / (width * height),
            crack_length_px=CRACK.length_px,
            tiles=TILES,
            device="fake",
            seconds={"tiles": self.seconds_per_tile * TILES},
        )


def get_segmenter(network: Network) -> FakeSegmenter:
    """The segmenter of street tests, as slow as the environment says."""
    return FakeSegmenter(float(os.environ.get("STREET_SECONDS_PER_TILE", "0.05")))


def _is_poison(pixels: NDArray[np.uint8]) -> bool:
    return bool(np.abs(pixels[:8, :8].mean(axis=(0, 1)) - POISON).max() < 60)

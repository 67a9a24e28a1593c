"""One call from a photo to its cracks."""

from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from segmentation.checkpoints import ModelCard
from segmentation.engines import Engine, load_engine, look, plan_for
from segmentation.errors import OutOfMemory
from segmentation.measurement import CAMERA, Calibration, trace_cracks
from segmentation.results import Segmentation
from segmentation.tiling import Progress


class CrackSegmenter:
    """A loaded network that finds and measures the cracks of photos, one after the other."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def load(cls, path: Path, device: str = "auto") -> "CrackSegmenter":
        """Load the weights at `path`. Raises NetworkUnavailable or CheckpointMismatch."""
        return cls(load_engine(path, device))

    @property
    def card(self) -> ModelCard:
        """The recipe that travels with the weights."""
        return self.engine.card

    def prepare(self, width: int, height: int) -> None:
        """Get ready for photos of `width` x `height` pixels; otherwise the first of them waits for that."""
        plan = plan_for(self.engine, width, height)
        self.engine.predict(np.zeros((1, plan.tile_height, plan.tile_width, 3), np.uint8))

    def segment(
        self,
        pixels: NDArray[np.uint8],
        *,
        threshold: float | None = None,
        progress: Progress | None = None,
        calibration: Calibration = CAMERA,
    ) -> Segmentation:
        """Find and measure the cracks of a photo, uint8 (height, width, 3) RGB, upright.

        `threshold` (0..1) is the card's unless given. `calibration` says what grey values mean: those of a camera, or
        PLAIN for drawn pictures. `progress` is called with (tiles done, tiles in total) and
        may raise to stop. Raises OutOfMemory; ValueError for a threshold that is none.
        """
        chosen = self.card.threshold if threshold is None else threshold
        if not 0 < chosen < 1:
            raise ValueError(f"the threshold must lie between 0 and 1, not {chosen}")
        try:
            return self._segment(pixels, chosen, progress, calibration)
        except MemoryError as error:
            raise OutOfMemory(megapixels=pixels.shape[0] * pixels.shape[1] / 1e6) from error

    def _segment(
        self, pixels: NDArray[np.uint8], threshold: float, progress: Progress | None, calibration: Calibration
    ) -> Segmentation:
        height, width = pixels.shape[:2]
        started = perf_counter()
        probability = look(self.engine, pixels, progress)
        predicted = perf_counter()
        measured = measure_map(probability, pixels, threshold=threshold, calibration=calibration)
        return replace(
            measured,
            tiles=len(plan_for(self.engine, width, height)),
            device=self.engine.device_label,
            seconds={"network": predicted - started, **measured.seconds},
        )


def measure_map(
    probability: NDArray[np.uint8],
    pixels: NDArray[np.uint8],
    *,
    threshold: float,
    calibration: Calibration = CAMERA,
) -> Segmentation:
    """Trace and measure the cracks in a map that a network made earlier, uint8 (height, width), of this very photo.

    Raises ValueError for a threshold that is none, and for a photo of another size.
    """
    if not 0 < threshold < 1:
        raise ValueError(f"the threshold must lie between 0 and 1, not {threshold}")
    height, width = probability.shape
    started = perf_counter()
    cracks = trace_cracks(probability, threshold=threshold, pixels=pixels, calibration=calibration)
    return Segmentation(
        width=width,
        height=height,
        probability=probability,
        threshold=threshold,
        cracks=cracks,
        crack_area_share=sum(crack.area_px for crack in cracks) / (width * height),
        crack_length_px=sum(crack.length_px for crack in cracks),
        tiles=0,
        device="",
        seconds={"tracing": perf_counter() - started},
    )

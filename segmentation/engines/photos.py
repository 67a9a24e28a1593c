"""A photo of any size through an engine."""

import numpy as np
from numpy.typing import NDArray

from segmentation.engines.loading import Engine
from segmentation.tiling import Progress, TilePlan, fit_tiles, predict_tiled


def plan_for(engine: Engine, width: int, height: int) -> TilePlan:
    """The tiles in which `engine` looks at a photo of `width` x `height` pixels."""
    return fit_tiles(width, height, tile=engine.card.tile, overlap=engine.card.overlap, step=engine.step)


def look(engine: Engine, pixels: NDArray[np.uint8], progress: Progress | None = None) -> NDArray[np.uint8]:
    """The crack probability of every pixel, as `predict_tiled` gives it; the engine's buffers are given back."""
    plan = plan_for(engine, pixels.shape[1], pixels.shape[0])
    try:
        return predict_tiled(
            pixels, engine.predict, plan, batch=engine.batch, at_once=engine.at_once, progress=progress
        )
    finally:
        engine.rest()

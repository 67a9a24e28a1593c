"""A part of a photo to work on, and the way back of what was traced there."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from segmentation.results import Crack, Point
from segmentation.run_lengths import Box

MARGIN_PX = 128
"""Around what is drawn: as far as any width is looked for, and some wall."""


@dataclass(frozen=True, slots=True)
class Window:
    """A box of a photo: x0, y0, x1, y1, half open."""

    box: Box

    @classmethod
    def around(cls, boxes: Iterable[tuple[float, ...]], size: tuple[int, int]) -> "Window":
        """The smallest window of a photo of `size` (width, height) with all `boxes` in it, each x0, y0, x1, y1."""
        x0, y0, x1, y1 = np.array(list(boxes)).T
        low = np.floor((x0.min(), y0.min())) - MARGIN_PX
        high = np.ceil((x1.max(), y1.max())) + MARGIN_PX
        left, top = np.clip(low, 0, None).astype(int).tolist()
        right, bottom = np.clip(high, None, size).astype(int).tolist()
        return cls((left, top, right, bottom))

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        return self.box[3] - self.box[1], self.box[2] - self.box[0]

    def of(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The part of a picture of the whole photo."""
        x0, y0, x1, y1 = self.box
        return picture[y0:y1, x0:x1]

    def inside(self, box: Box) -> Box:
        """A box of the photo as one of the window."""
        x0, y0 = self.box[:2]
        return box[0] - x0, box[1] - y0, box[2] - x0, box[3] - y0

    def outside(self, crack: Crack) -> Crack:
        """A crack of the window as one of the photo."""
        x, y = self.box[:2]

        def moved(points: Iterable[Point]) -> tuple[Point, ...]:
            return tuple((px + x, py + y) for px, py in points)

        x0, y0, x1, y1 = crack.box
        widths = crack.widths and replace(crack.widths, widest_at=moved([crack.widths.widest_at])[0])
        places = crack.profile.places + np.array([x, y], np.float32)
        return replace(
            crack,
            path=moved(crack.path),
            branches=tuple(moved(branch) for branch in crack.branches),
            box=(x0 + x, y0 + y, x1 + x, y1 + y),
            widths=widths,
            profile=replace(crack.profile, places=places),
        )

"""A photo and where its mask comes from: what every layout is read into."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Size = tuple[int, int]
"""Height and width in pixels of the upright photo."""


class BadSource(ValueError):
    """A source cannot be read at all; `str()` says why and what would cure it."""


class UnusableMask(ValueError):
    """A mask cannot be used. `kind` is the kind of problem, `str()` what was found."""

    def __init__(self, kind: str, detail: str) -> None:
        self.kind = kind
        super().__init__(detail)


class Mask(Protocol):
    """Where a photo's mask comes from: a picture, a MATLAB file, or drawn shapes."""

    def read(self, size: Size) -> NDArray[np.bool_]:
        """The mask (height, width), True for crack; shapes without a size of their own are drawn on `size`.

        Raises UnusableMask.
        """
        ...


@dataclass(frozen=True, slots=True)
class InvertedMask:
    """Another mask, black for white."""

    mask: Mask

    def read(self, size: Size) -> NDArray[np.bool_]:
        """See Mask."""
        return ~self.mask.read(size)


@dataclass(frozen=True, slots=True)
class Pair:
    """One photo with its mask, as a source names it.

    `group` is the source photo, the same for all its crops, and unique over all sets. `split` is the authors' own
    (train, val, test), or empty. `sha256` is the photo's where the annotation tells it.
    """

    set: str
    stem: str
    group: str
    image: Path
    mask: Mask
    split: str = ""
    surface: str = ""
    licence: str = ""
    sha256: str = ""

    @property
    def name(self) -> str:
        """What its files are called in the data set: the stem behind the name of its set."""
        return f"{self.set}_{self.stem}"

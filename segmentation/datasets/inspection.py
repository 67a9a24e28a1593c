"""Every photo and mask read once before anything is written: what is wrong with them, and what they look like."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segmentation.datasets.masks import NoCracks
from segmentation.datasets.pairs import Pair, UnusableMask
from segmentation.datasets.problems import Problem
from segmentation.datasets.resemblance import Fingerprint, fingerprint
from segmentation.datasets.threads import Progress, in_threads
from segmentation.errors import SegmentationError
from segmentation.images import read_image

CRACK_FREE = ("*noncrack*",)
"""Names of photos that are known to be free of cracks, unless others are given."""


@dataclass(frozen=True, slots=True, eq=False)
class Inspected:
    """A pair that can be used: what its picture looks like, and which share of it is crack, 0..1."""

    pair: Pair
    fingerprint: Fingerprint
    crack_share: float


def inspect_pairs(
    pairs: Sequence[Pair],
    *,
    crack_free: Sequence[str] = CRACK_FREE,
    progress: Progress | None = None,
) -> tuple[list[Inspected], list[Problem]]:
    """Decode every photo and mask once: the pairs that can be used, in their order, and all problems.

    A name that occurs twice (on some disks capitals make no difference) is used once. An empty mask is no problem
    where the photo's name matches one of the globs `crack_free`.
    """
    single, problems = _single(pairs)
    found = in_threads(lambda pair: _inspect(pair, crack_free), single, progress=progress)
    sound = [inspected for inspected, _ in found if inspected]
    return sound, [*problems, *(problem for _, problem in found if problem)]


def matches(names: Iterable[str], globs: Iterable[str]) -> bool:
    """Whether one of `names` matches one of `globs`; capitals count."""
    patterns = tuple(globs)
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


def _single(pairs: Iterable[Pair]) -> tuple[list[Pair], list[Problem]]:
    taken: dict[str, Pair] = {}
    problems = []
    for pair in pairs:
        first = taken.setdefault(pair.name.casefold(), pair)
        if first is not pair:
            problems.append(Problem("duplicate_name", pair.name, f"{first.image} and {pair.image}"))
    return list(taken.values()), problems


def _inspect(pair: Pair, crack_free: Sequence[str]) -> tuple[Inspected | None, Problem | None]:
    try:
        pixels = read_image(pair.image).pixels
        mask = pair.mask.read((pixels.shape[0], pixels.shape[1]))
    except SegmentationError as error:
        return None, Problem("unreadable", pair.name, f"{pair.image}: {error}")
    except UnusableMask as error:
        return None, Problem(error.kind, pair.name, str(error))
    if problem := next(_mismatches(pair, pixels, mask), None):
        return None, problem
    share = float(mask.mean())
    known = isinstance(pair.mask, NoCracks) or share > 0 or matches((pair.name, pair.stem, pair.image.stem), crack_free)
    return Inspected(pair, fingerprint(pixels), share), None if known else Problem("empty_mask", pair.name)


def _mismatches(pair: Pair, pixels: NDArray[np.uint8], mask: NDArray[np.bool_]) -> Iterator[Problem]:
    if pair.sha256 and _sha256(pair.image) != pair.sha256:
        yield Problem("wrong_photo", pair.name, f"{pair.image} has another SHA-256 than the annotation tells")
    if mask.shape != pixels.shape[:2]:
        (height, width), (mask_height, mask_width) = pixels.shape[:2], mask.shape
        found = f"the photo is {width} × {height} pixels upright, its mask {mask_width} × {mask_height}"
        yield Problem("wrong_size", pair.name, found)
    elif mask.mean() > 0.5:
        yield Problem("mostly_crack", pair.name, f"{mask.mean():.0%} of the mask is crack")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

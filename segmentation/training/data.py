"""From samples to crops: photos kept in memory while they fit, crops drawn by source photo from a seed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, from_numpy
from torch.utils.data import Dataset

from segmentation.images import read_image
from segmentation.training.augmentation import cut_crop, disturb
from segmentation.training.catalogue import DataError, Sample

Pixels = NDArray[np.uint8]


def read_mask(path: Path) -> Pixels:
    """The mask as (H, W), 0 or 255. Anything above 127 is crack: a mask that once was a JPEG rings around edges."""
    with Image.open(path) as mask:
        return np.where(np.asarray(mask.convert("L")) > 127, np.uint8(255), np.uint8(0))


class PhotoStore:
    """Photos with masks, decoded once and kept while they fit into `budget` bytes; the rest is read each time.

    So a few thousand small photos are trained on from memory, and a thousand drone photos do not fill it.
    """

    def __init__(self, budget: int) -> None:
        self._free = budget
        self._kept: dict[Path, tuple[Pixels, Pixels]] = {}

    def fill(self, samples: Iterable[Sample]) -> None:
        """Decode as many of `samples`, in their order, as fit."""
        for sample in samples:
            self.read(sample)
            if sample.image not in self._kept:
                return

    def read(self, sample: Sample) -> tuple[Pixels, Pixels]:
        """Pixels (H, W, 3) and mask (H, W; 0 or 255). Raises DataError where their sizes differ."""
        if sample.image in self._kept:
            return self._kept[sample.image]
        pair = self._decode(sample)
        size = sum(array.nbytes for array in pair)
        if size <= self._free:
            self._free -= size
            self._kept[sample.image] = pair
        return pair

    def _decode(self, sample: Sample) -> tuple[Pixels, Pixels]:
        pixels = read_image(sample.image).pixels
        mask = read_mask(sample.mask) if sample.mask else np.zeros(pixels.shape[:2], np.uint8)
        if mask.shape != pixels.shape[:2]:
            raise DataError(
                f"{sample.image.name} is {pixels.shape[1]} × {pixels.shape[0]} pixels upright, its mask "
                f"{mask.shape[1]} × {mask.shape[0]}. Draw the mask on the photo as it is shown."
            )
        return pixels, mask


class CropStream(Dataset[tuple[Tensor, Tensor]]):
    """An endless row of training crops; crop number k depends on the seed and k alone.

    That makes a resumed training see exactly what an uninterrupted one would have seen. A set is drawn by its share
    in `mix`, in it a source photo, in that one of its files: a few photos cut into many files count as few.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        *,
        store: PhotoStore,
        crop: int,
        seed: int,
        negatives: Sequence[Sample] = (),
        negative_share: float = 0.0,
        mix: Mapping[str, float] | None = None,
        weather: bool = True,
    ) -> None:
        self._weather = weather
        self._store, self._crop, self._seed = store, crop, seed
        self._groups = _by_group(samples)
        self._clean = _by_group(negatives)
        self._negative_share = negative_share if self._clean else 0.0
        self._sets = list(self._groups)
        shares = np.array([(mix or {}).get(name, sqrt(len(self._groups[name]))) for name in self._sets], float)
        if not self._sets or shares.sum() <= 0:
            raise DataError("There is no photo to train on: no set has a training photo and a share above zero.")
        self._shares = shares / shares.sum()

    def __getitem__(self, number: int) -> tuple[Tensor, Tensor]:
        """Crop `number` → pixels uint8 (3, crop, crop), truth uint8 (1, crop, crop; 0 or 1)."""
        random = np.random.default_rng([self._seed, number])
        pixels, mask = self._store.read(self._draw(random))
        pixels, truth = cut_crop(pixels, mask, size=self._crop, random=random)
        pixels = disturb(pixels, truth, random, weather=self._weather)
        return from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1))), from_numpy(truth[None])

    def _draw(self, random: np.random.Generator) -> Sample:
        if random.random() < self._negative_share:
            sets = self._clean[list(self._clean)[random.integers(len(self._clean))]]
        else:
            sets = self._groups[self._sets[random.choice(len(self._sets), p=self._shares)]]
        group = sets[random.integers(len(sets))]
        return group[random.integers(len(group))]


def crack_free(samples: Sequence[Sample]) -> tuple[Sample, ...]:
    """Those samples whose mask is empty."""
    return tuple(sample for sample in samples if sample.mask and not read_mask(sample.mask).any())


def _by_group(samples: Sequence[Sample]) -> dict[str, list[list[Sample]]]:
    groups: dict[str, dict[str, list[Sample]]] = defaultdict(lambda: defaultdict(list))
    for sample in samples:
        groups[sample.set][sample.group].append(sample)
    return {name: list(members.values()) for name, members in groups.items()}

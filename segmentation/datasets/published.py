"""The published crack sets, in the folders that their authors' archives unpack into.

Where the archives come from: CrackForest github.com/cuilimeng/CrackForest-dataset; CRACK500, GAPs384, CrackTree200 and
a PNG edition of CrackForest github.com/fyangneil/pavement-crack-detection; DeepCrack github.com/yhlleo/DeepCrack.
"""

import re
from collections.abc import Callable
from pathlib import Path

from segmentation.datasets.folders import Reading, folder, match_by_stem, read_list, without_numbers
from segmentation.datasets.masks import CrackForestMask
from segmentation.datasets.pairs import BadSource
from segmentation.datasets.problems import Problem

_SPLITS = {"train": "train", "val": "val", "valid": "val", "test": "test"}

deepcrack_group = without_numbers(1)
"""The photo that a DeepCrack picture was cut from: `11123-5` is the fifth crop of 11123."""

gaps384_group = without_numbers(2)
"""The road image that a GAPs384 crop was cut from: `train_0178_1_541` names it, then the corner."""


def crack500_group(stem: str) -> str:
    """The photo that a CRACK500 crop was cut from: `20160222_081011_1_361` names day and time, then the corner."""
    taken = re.match(r"\d{8}_\d{6}", stem)
    return taken[0] if taken else stem


def read_crackforest(root: Path) -> Reading:
    """118 asphalt photos, `image/*.jpg` with `groundTruth/*.mat`; or `cfd_image/` with `cfd_gt/seg_gt/*.png`."""
    if photos := folder(root, "image"):
        masks = _needed(root, "groundTruth")
        yield from match_by_stem(photos, masks, read_mask=CrackForestMask, mask_suffixes=(".mat",))
    else:
        yield from match_by_stem(_needed(root, "cfd_image"), _needed(_needed(root, "cfd_gt"), "seg_gt"))


def read_crack500(root: Path) -> Reading:
    """3,368 asphalt crops: `traincrop/`, `valcrop/`, `testcrop/` with photos (.jpg) and masks (.png) side by side.

    Whole photos in `traindata/`, `valdata/`, `testdata/` (masks `…_mask.png`) are read where there are no crops, and
    the lists `train.txt`, `val.txt`, `test.txt` where there are no such folders.
    """
    for kind in ("crop", "data"):
        places = {split: place for split in ("train", "val", "test") if (place := folder(root, split + kind))}
        for split, place in places.items():
            yield from match_by_stem(place, place, group=crack500_group, split=split, mask_suffix="_mask")
        if places:
            return
    yield from _lists(root, crack500_group)


def read_deepcrack(root: Path) -> Reading:
    """537 photos of concrete, stone, plaster and asphalt: `train_img`, `train_lab`, `test_img`, `test_lab`."""
    for split in ("train", "test"):
        if photos := folder(root, f"{split}_img"):
            yield from match_by_stem(photos, _needed(root, f"{split}_lab"), group=deepcrack_group, split=split)
        else:
            yield Problem("missing_photo", f"{split}_img", f"there is no such folder in {root}")


def read_gaps384(root: Path) -> Reading:
    """509 asphalt crops: `croppedimg/*.jpg` and `croppedgt/*.png`, split by the lists where there are any."""
    if any((root / f"{name}.txt").is_file() for name in _SPLITS):
        yield from _lists(root, gaps384_group)
    else:
        yield from match_by_stem(_needed(root, "croppedimg"), _needed(root, "croppedgt"), group=gaps384_group)


def read_cracktree200(root: Path) -> Reading:
    """206 pavement photos with shadows: `cracktree200rgb/*.jpg`, centre lines in `cracktree200_gt/*.png` or `.bmp`."""
    yield from match_by_stem(_needed(root, "cracktree200rgb"), _needed(root, "cracktree200_gt"))


def _lists(root: Path, group: Callable[[str], str]) -> Reading:
    for name, split in _SPLITS.items():
        if (listing := root / f"{name}.txt").is_file():
            yield from read_list(root, listing, split=split, group=group)


def _needed(root: Path, name: str) -> Path:
    if place := folder(root, name):
        return place
    raise BadSource(f"There is no folder {name} in {root}.")

"""Photos and masks in folders, matched by the stem of their names."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from segmentation.datasets.masks import MASK_SUFFIXES, MaskFile
from segmentation.datasets.pairs import Mask
from segmentation.datasets.problems import Problem

PHOTO_SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp")


@dataclass(frozen=True, slots=True)
class Found:
    """A photo with its mask as one source knows them: `stem` and `group` are unique within the set only.

    `set` is empty where the source is one set, and takes the source's name.
    """

    stem: str
    group: str
    image: Path
    mask: Mask
    split: str = ""
    set: str = ""
    surface: str = ""
    licence: str = ""
    sha256: str = ""


Reading = Iterator[Found | Problem]


def match_by_stem(
    photos: Path,
    masks: Path,
    *,
    group: Callable[[str], str] = str,
    split: str = "",
    mask_suffix: str = "",
    read_mask: Callable[[Path], Mask] = MaskFile,
    mask_suffixes: Sequence[str] = MASK_SUFFIXES,
) -> Reading:
    """Every photo in `photos` with the mask in `masks` of the same stem, and what has no partner as a Problem.

    A mask's stem may end in `mask_suffix` (as in `_mask`). Where both lie in one folder, JPEGs are photos and other
    pictures are masks.
    """
    shared = photos == masks
    pictures = _by_stem(photos, (".jpg", ".jpeg") if shared else PHOTO_SUFFIXES)
    truths = _by_stem(masks, [s for s in mask_suffixes if not (shared and s in (".jpg", ".jpeg"))], mask_suffix)
    for stem, images in pictures.items():
        if len(images) > 1:
            yield Problem("duplicate_name", stem, f"{images[0].name} and {images[1].name} in {photos}")
        if stem in truths:
            yield Found(stem, group(stem), images[0], read_mask(truths[stem][0]), split)
        else:
            yield Problem("missing_mask", stem, f"no mask of this name in {masks}")
    for stem in sorted(truths.keys() - pictures.keys()):
        yield Problem("missing_photo", stem, f"no photo of this name in {photos}")


def read_list(root: Path, listing: Path, *, split: str, group: Callable[[str], str]) -> Reading:
    """The pairs that a text file names, `photo mask` on every line, as paths from `root`."""
    for line in listing.read_text(encoding="utf-8", errors="replace").splitlines():
        words = line.split()
        if len(words) < 2:
            continue
        image, mask = _unpacked(root, words[0]), _unpacked(root, words[1])
        stem = image.stem
        if not image.is_file():
            yield Problem("missing_photo", stem, f"{listing.name} names {words[0]}, which is not there")
        elif not mask.is_file():
            yield Problem("missing_mask", stem, f"{listing.name} names {words[1]}, which is not there")
        else:
            yield Found(stem, group(stem), image, MaskFile(mask), split)


def folder(root: Path, *names: str) -> Path | None:
    """The first of the folders `names` in `root`; archives that unpack into a folder of their own name are followed."""
    for name in names:
        place = root / name
        if (place / place.name).is_dir():
            return place / place.name
        if place.is_dir():
            return place
    return None


def without_numbers(count: int) -> Callable[[str], str]:
    """A rule for groups: the stem without its last `count` numbers, as crops are named after their place."""
    ending = re.compile(rf"(?:[_-]\d+){{{count}}}$")
    return lambda stem: ending.sub("", stem) or stem


def _by_stem(place: Path, suffixes: Sequence[str], ending: str = "") -> dict[str, list[Path]]:
    """Files by stem, without `ending`; `a.jpg.jpg`, as some sets name theirs, has the stem `a`."""
    found: dict[str, list[Path]] = {}
    for path in sorted(place.iterdir()):
        if path.suffix.lower() in suffixes and not path.name.startswith("."):
            stem = path.stem
            while Path(stem).suffix.lower() in PHOTO_SUFFIXES:
                stem = Path(stem).stem
            found.setdefault(stem.removesuffix(ending), []).append(path)
    return found


def _unpacked(root: Path, words: str) -> Path:
    """A listed path below `root`, also where its first folder was unpacked into a folder of its own name."""
    path = Path(*(part for part in PurePosixPath(words.replace("\\", "/")).parts if part not in ("/", "..")))
    twice = root / path.parts[0] / path if path.parts else root
    return twice if twice.is_file() else root / path

"""Folders of `images/` and `masks/`, and of photos that have no mask because they have no crack."""

from pathlib import Path

from segmentation.datasets.folders import PHOTO_SUFFIXES, Found, Reading, match_by_stem
from segmentation.datasets.masks import NoCracks
from segmentation.datasets.pairs import BadSource

_PARTS = ("train", "val", "valid", "test")


def read_plain(root: Path) -> Reading:
    """`images/` and `masks/` with files of the same stem; `train/images` and so on are kept as splits."""
    for place in places_of(root):
        split = "" if place == root else "val" if place.name == "valid" else place.name
        yield from match_by_stem(place / "images", place / "masks", split=split)


def read_crack_free(root: Path) -> Reading:
    """Photos that are known to be free of cracks, in `images/` or in the folder itself; there are no masks."""
    place = root / "images" if (root / "images").is_dir() else root
    for image in sorted(place.iterdir()):
        if image.suffix.lower() in PHOTO_SUFFIXES:
            yield Found(image.stem, image.stem, image, NoCracks())


def places_of(root: Path) -> list[Path]:
    """The folders that hold `images/`: `root`, else its parts by split. Raises BadSource where there is none."""
    if (root / "images").is_dir():
        return [root]
    places = [root / name for name in _PARTS if (root / name / "images").is_dir()]
    if not places:
        raise BadSource(f"There is no folder images in {root}, nor train/images and test/images.")
    return places

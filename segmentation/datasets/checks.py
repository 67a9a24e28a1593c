"""A quick look at photos and masks before a training starts: headers and file ends, no pixels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PIL import Image, UnidentifiedImageError
from PIL.ExifTags import Base as Exif

from segmentation.datasets.masks import DECODER_FAILURES
from segmentation.datasets.problems import Problem
from segmentation.errors import SegmentationError
from segmentation.images import FORMATS, MAX_PIXELS, read_image

_LYING = (5, 6, 7, 8)
_DEEP = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")
_ENDS = {"JPEG": b"\xff\xd9", "PNG": b"IEND\xaeB`\x82"}


class TrainingPhoto(Protocol):
    """What has to be known of a photo: segmentation.training's Sample is one."""

    @property
    def set(self) -> str: ...
    @property
    def stem(self) -> str: ...
    @property
    def image(self) -> Path: ...
    @property
    def mask(self) -> Path | None: ...


def check_samples(samples: Sequence[TrainingPhoto]) -> list[Problem]:
    """What would stop a training half-way, in the order of `samples`: about two seconds for 2,500 photos.

    Found are missing files, files that are no pictures, that end early or whose header is damaged, masks of another
    size than their photo (upright), masks with more than 8 bit, and photos listed twice; no samples at all are a
    problem too. A file is decoded only where its end looks wrong, or where the mask lies and the photo stands.
    """
    if not samples:
        return [Problem("empty_set", "the data", "there is no photo to train on")]
    problems: list[Problem] = []
    seen: set[Path] = set()
    for sample in samples:
        name = f"{sample.set}/{sample.stem}"
        if sample.image in seen:
            problems.append(Problem("duplicate_name", name, f"{sample.image} is listed twice"))
        seen.add(sample.image)
        problems += _problems(name, sample.image, sample.mask)
    return problems


def _problems(name: str, image: Path, mask: Path | None) -> Iterator[Problem]:
    photo = _header(image, upright=True)
    if isinstance(photo, str):
        yield Problem("unreadable" if image.is_file() else "missing_photo", name, f"{image}: {photo}")
        return
    if mask is None:
        return
    drawn = _header(mask, upright=False)
    if isinstance(drawn, str):
        yield Problem("unreadable" if mask.is_file() else "missing_mask", name, f"{mask}: {drawn}")
        return
    if drawn.size == photo.size[::-1] != photo.size:
        photo = _Header(_decoded_size(image), photo.mode)
    if drawn.size != photo.size:
        (width, height), (mask_width, mask_height) = photo.size, drawn.size
        found = f"the photo is {width} × {height} pixels upright, its mask {mask_width} × {mask_height}"
        yield Problem("wrong_size", name, found)
    elif drawn.mode in _DEEP:
        yield Problem("mask_kind", name, f"{mask} has more than 8 bit")


@dataclass(frozen=True, slots=True)
class _Header:
    size: tuple[int, int]
    mode: str


def _header(path: Path, *, upright: bool) -> _Header | str:
    """Width, height and mode of a picture, or why it cannot be read."""
    try:
        with Image.open(path, formats=(*FORMATS, "BMP")) as picture:
            size = picture.size
            if size[0] * size[1] > MAX_PIXELS:
                return f"it has more than {MAX_PIXELS // 10**6} megapixels"
            # Pillow would decode a whole PNG to look for its EXIF.
            if upright and picture.format == "JPEG" and picture.getexif().get(Exif.Orientation) in _LYING:
                size = size[::-1]
            header = _Header(size, picture.mode)
            whole = _ends_well(path, str(picture.format))
        if not whole:
            read_image(path)
    except UnidentifiedImageError:
        return "it is not a whole picture"
    except FileNotFoundError:
        return "it is not there"
    except SegmentationError as error:
        return str(error)
    except DECODER_FAILURES:
        return "its header is damaged"
    return header


def _decoded_size(path: Path) -> tuple[int, int]:
    try:
        height, width = read_image(path).pixels.shape[:2]
    except SegmentationError:
        return 0, 0
    return width, height


def _ends_well(path: Path, kind: str) -> bool:
    """Whether the file ends as its kind does; kinds without a mark at the end are not asked."""
    if kind not in _ENDS:
        return True
    with path.open("rb") as file:
        file.seek(-min(path.stat().st_size, 64), 2)
        return _ENDS[kind] in file.read()

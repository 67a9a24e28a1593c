"""What a region looks like: a small picture of it for the pages, and which others of its survey look alike.

The descriptor is a histogram of oriented gradients (Dalal and Triggs 2005) of the patch in grey, on GRID × GRID cells
of BINS directions, beside the patch's mean colour: joints, form ties and shadows of one wall give nearly the same.
Groups are made as photos come in (leader clustering): a patch joins the nearest group within NEAR, or begins one.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Protocol
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inspections.models import LookAlikes, Survey
from inspections.services.storage import writing
from segmentation.results import Point
from segmentation.run_lengths import Box

PATCH_PX = 192
LARGEST_PX = 1024
MARGIN = 1.3
QUALITY = 82
SIDE, GRID, BINS = 64, 4, 8
COLOUR_WEIGHT = 1.0
NEAR = 0.45
"""Distance of two descriptors up to which patches count as alike: 0 for the same picture, 1.4 with nothing alike."""

Descriptor = NDArray[np.float32]


class Region(Protocol):
    """What is shown of a crack: its box, its line, and where it is widest, in pixels of the photo."""

    @property
    def box(self) -> Box: ...
    @property
    def path(self) -> Sequence[Point]: ...
    @property
    def width_max_at(self) -> Point | None: ...


def cut_patches(pixels: NDArray[np.uint8], cracks: Sequence[Region]) -> list[Image.Image]:
    """A square RGB picture of PATCH_PX for each crack, with a margin of wall around it.

    A crack too long to be seen in one is shown around the place where it is widest.
    """
    return [_cut(pixels, crack) for crack in cracks]


def write_patches(name: str, patches: Sequence[Image.Image]) -> None:
    """Store the patches as `<number>.jpg` in one ZIP without compression, numbered from 1."""
    with writing(name) as out, ZipFile(out, "w", ZIP_STORED) as archive:
        for number, patch in enumerate(patches, start=1):
            archive.writestr(ZipInfo(f"{number}.jpg"), _jpeg(patch))


def write_patch(name: str, patch: Image.Image) -> None:
    """Store one patch as a file of its own."""
    with writing(name) as out:
        out.write(_jpeg(patch))


def _jpeg(patch: Image.Image) -> bytes:
    picture = BytesIO()
    patch.save(picture, "JPEG", quality=QUALITY)
    return picture.getvalue()


def group_by_look(survey: Survey, patches: Sequence[Image.Image]) -> list[LookAlikes]:
    """The group of each patch among those of its survey; new ones are written.

    Two workers at once may begin two groups that are alike: the reviewer then sees two, and nothing is lost.
    """
    groups = list(survey.look_alikes.all())
    known = len(groups)
    centres: list[Descriptor] = [np.array(group.centre, np.float32) / np.float32(255) for group in groups]
    found = []
    for patch in patches:
        look = describe(patch)
        away = [float(np.linalg.norm(look - centre)) for centre in centres]
        nearest = int(np.argmin(away)) if away else -1
        if nearest < 0 or away[nearest] > NEAR:
            nearest = len(groups)
            groups.append(LookAlikes(survey=survey, centre=np.rint(look * 255).astype(int).tolist()))
            centres.append(look)
        found.append(groups[nearest])
    LookAlikes.objects.bulk_create(groups[known:])
    return found


def describe(patch: Image.Image) -> Descriptor:
    """The descriptor of an RGB patch, float32 (GRID² · BINS + 3,), of values 0 to 1."""
    small = np.asarray(patch.resize((SIDE, SIDE), Image.Resampling.BOX), np.float32) / 255
    rows, columns = np.gradient(small.mean(axis=2))
    strength = np.hypot(rows, columns)
    # Directions without a sign: a dark line on a light wall has both.
    turn = (np.arctan2(rows, columns) % np.pi) / np.pi * BINS
    low = np.floor(turn).astype(int)
    share = turn - low
    cell = SIDE // GRID
    place = (np.arange(SIDE) // cell)[:, None] * GRID + (np.arange(SIDE) // cell)[None, :]
    bins = np.zeros(GRID * GRID * BINS, np.float64)
    for offset, weight in ((0, 1 - share), (1, share)):
        np.add.at(bins, (place * BINS + (low + offset) % BINS).ravel(), (strength * weight).ravel())
    # Square roots keep one strong edge from hiding all the others.
    bins = np.sqrt(bins / max(1e-6, bins.sum()))
    colour = COLOUR_WEIGHT * small.mean(axis=(0, 1))
    return np.concatenate((bins, colour)).astype(np.float32)


def _cut(pixels: NDArray[np.uint8], crack: Region) -> Image.Image:
    height, width = pixels.shape[:2]
    x0, y0, x1, y1 = crack.box
    side = int(max(PATCH_PX, MARGIN * max(x1 - x0, y1 - y0)))
    middle = (x0 + x1) / 2, (y0 + y1) / 2
    if side > LARGEST_PX:
        side, middle = LARGEST_PX, crack.width_max_at or crack.path[len(crack.path) // 2]
    side = min(side, height, width)
    left = int(np.clip(middle[0] - side / 2, 0, width - side))
    top = int(np.clip(middle[1] - side / 2, 0, height - side))
    window = Image.fromarray(np.ascontiguousarray(pixels[top : top + side, left : left + side]))
    return window.resize(
        (PATCH_PX, PATCH_PX), Image.Resampling.LANCZOS if side > PATCH_PX else Image.Resampling.BICUBIC
    )

"""What a region looks like: a small picture of it for the pages, and which others of its survey look alike.

Groups are made as photos come in (leader clustering): a patch joins the nearest group within NEAR by what it looks like
(`worker.appearance`), or begins one.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Protocol
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inspections.models import LookAlikes, Survey
from inspections.services.patches import PATCH_PX, patch_window
from inspections.services.storage import writing
from segmentation.results import Point
from segmentation.run_lengths import Box
from worker.appearance import Descriptor, describe

QUALITY = 82
NEAR = 0.42
"""Distance of two descriptors up to which patches count as alike. Wider, groups mix surfaces (DECISIONS.md)."""


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
    looks = [describe(patch) for patch in patches]
    # A descriptor of another length is from before this one was made.
    groups = [group for group in survey.look_alikes.all() if looks and len(group.centre) == looks[0].size]
    known = len(groups)
    centres: list[Descriptor] = [np.array(group.centre, np.float32) / np.float32(255) for group in groups]
    found = []
    for look in looks:
        away = [float(np.linalg.norm(look - centre)) for centre in centres]
        nearest = int(np.argmin(away)) if away else -1
        if nearest < 0 or away[nearest] > NEAR:
            nearest = len(groups)
            groups.append(LookAlikes(survey=survey, centre=np.rint(look * 255).astype(int).tolist()))
            centres.append(look)
        found.append(groups[nearest])
    LookAlikes.objects.bulk_create(groups[known:])
    return found


def _cut(pixels: NDArray[np.uint8], crack: Region) -> Image.Image:
    height, width = pixels.shape[:2]
    place = crack.width_max_at or crack.path[len(crack.path) // 2]
    seen = patch_window(crack.box, (width, height), place)
    part = pixels[seen.top : seen.top + seen.side, seen.left : seen.left + seen.side]
    window = Image.fromarray(np.ascontiguousarray(part))
    return window.resize(
        (PATCH_PX, PATCH_PX), Image.Resampling.LANCZOS if seen.side > PATCH_PX else Image.Resampling.BICUBIC
    )

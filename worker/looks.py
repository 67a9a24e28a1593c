"""What a region looks like: a small picture of it for the pages, and which others of its survey look alike.

Groups are made as photos come in (leader clustering): a patch joins the nearest group within NEAR by what it looks like
(`worker.appearance`), or begins one.
"""

from collections.abc import Sequence
from io import BytesIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inspections.models import LookAlikes, Survey
from inspections.services.storage import writing
from segmentation.results import Crack
from worker.appearance import Descriptor, describe

PATCH_PX = 192
LARGEST_PX = 1024
MARGIN = 1.3
QUALITY = 82
NEAR = 0.42
"""Distance of two descriptors up to which patches count as alike. Wider, groups mix surfaces (DECISIONS.md)."""


def cut_patches(pixels: NDArray[np.uint8], cracks: Sequence[Crack]) -> list[Image.Image]:
    """A square RGB picture of PATCH_PX for each crack, with a margin of wall around it.

    A crack too long to be seen in one is shown around the place where it is widest.
    """
    return [_cut(pixels, crack) for crack in cracks]


def write_patches(name: str, patches: Sequence[Image.Image]) -> None:
    """Store the patches as `<number>.jpg` in one ZIP without compression, numbered from 1."""
    with writing(name) as out, ZipFile(out, "w", ZIP_STORED) as archive:
        for number, patch in enumerate(patches, start=1):
            picture = BytesIO()
            patch.save(picture, "JPEG", quality=QUALITY)
            archive.writestr(ZipInfo(f"{number}.jpg"), picture.getvalue())


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


def _cut(pixels: NDArray[np.uint8], crack: Crack) -> Image.Image:
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

"""Contact sheets: many photos on one page, small, with what was found in red."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from segmentation.overlay import probability_preview

RED = (0xE5, 0x1C, 0x23)
OPACITY = 0.7
PAPER, INK, FAINT = (0xFF, 0xFF, 0xFF), (0x1B, 0x1D, 0x20), (0x5F, 0x66, 0x6D)
GAP = 12
HEADING_PX, CAPTION_PX = 22, 14
JPEG_QUALITY = 88


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of a sheet with a line of text below it."""

    picture: Image.Image
    caption: str


@dataclass(frozen=True, slots=True)
class Section:
    """Frames under a heading."""

    heading: str
    frames: Sequence[Frame]


def marked_photo(pixels: NDArray[np.uint8], mask: NDArray[np.bool_], side: int) -> Image.Image:
    """A photo, uint8 (H, W, 3), no longer than `side` pixels, with `mask`, bool (H, W), in red.

    The mask shrinks by the largest value in each block: a hairline stays one pixel wide where a mean would lose it.
    """
    small = probability_preview(np.where(mask, np.uint8(255), np.uint8(0)), side) > 0
    photo = Image.fromarray(pixels).resize((small.shape[1], small.shape[0]), Image.Resampling.BOX)
    red = Image.new("RGB", photo.size, RED)
    photo.paste(red, mask=Image.fromarray(np.where(small, np.uint8(255 * OPACITY), np.uint8(0))))
    return photo


def contact_sheet(sections: Sequence[Section], *, columns: int, side: int) -> Image.Image:
    """One page: every section's heading, then its frames in rows of `columns`, each at most `side` pixels wide.

    A row is as high as its highest picture.
    """
    rows = [[part.frames[n : n + columns] for n in range(0, len(part.frames), columns)] for part in sections]
    height = GAP + sum(HEADING_PX + 2 * GAP + sum(map(_height, part)) for part in rows)
    page = Image.new("RGB", (GAP + columns * (side + GAP), height), PAPER)
    pen = ImageDraw.Draw(page)
    top = GAP
    for section, lines in zip(sections, rows, strict=True):
        pen.text((GAP, top), section.heading, fill=INK, font=ImageFont.load_default(HEADING_PX))
        top += HEADING_PX + GAP
        for line in lines:
            for column, frame in enumerate(line):
                _put(page, pen, frame, (GAP + column * (side + GAP), top), side)
            top += _height(line)
        top += GAP
    return page


def _height(line: Sequence[Frame]) -> int:
    return max(frame.picture.height for frame in line) + CAPTION_PX + 2 * GAP


def _put(page: Image.Image, pen: ImageDraw.ImageDraw, frame: Frame, place: tuple[int, int], side: int) -> None:
    left, top = place
    page.paste(frame.picture, place)
    font = ImageFont.load_default(CAPTION_PX)
    below = (left, top + frame.picture.height + 3)
    pen.text(below, _fitting(frame.caption, font, side), fill=FAINT, font=font)


def _fitting(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int) -> str:
    """The text, or as much of it as fits, from both ends: a photo's number stands at the end of its name."""
    if font.getlength(text) <= width:
        return text
    kept = len(text)
    while kept > 2 and font.getlength(_shortened(text, kept)) > width:
        kept -= 1
    return _shortened(text, kept)


def _shortened(text: str, kept: int) -> str:
    return f"{text[: kept // 3]}…{text[-(kept - kept // 3) :]}"

"""The transparent layer of cracks over a thumbnail, drawn anew where people have changed what stands on the photo.

It looks like the one that an analysis writes (`segmentation.overlay`): lines as wide as the crack and never too fine to
be seen, in a dark casing.
"""

import zlib
from collections.abc import Iterable
from io import BytesIO

from PIL import Image, ImageChops, ImageDraw

from inspections.models import Finding

LONG_EDGE = 512
"""Pixels, as the worker's thumbnails."""
AMBER, CASING = (0xFF, 0xB0, 0x00), (0x15, 0x17, 0x1A)
FINEST_PX, CASING_PX = 1.5, 1
OVERSAMPLING = 4
"""Pillow draws lines without smoothing their edges: they are drawn larger, and shrunk."""


def layer_stamp(count: int, length_px: float | None) -> str:
    """A word that changes whenever other cracks stand on a photo: by how many there are, and how long together."""
    return f"{zlib.crc32(f'{count} {length_px or 0.0:.2f}'.encode()):08x}"


def draw_layer(size: tuple[int, int], findings: Iterable[Finding]) -> bytes:
    """A PNG of the lines of `findings` on a photo of `size`, with a long edge of at most 512 pixels."""
    scale = min(1.0, LONG_EDGE / max(size))
    width, height = (max(1, round(side * scale)) for side in size)
    lines = Image.new("L", (width * OVERSAMPLING, height * OVERSAMPLING))
    casing = lines.copy()
    pens = ImageDraw.Draw(lines), ImageDraw.Draw(casing)
    for finding in findings:
        wide = max(FINEST_PX, finding.width_mean_px * scale)
        for path in (finding.path, *finding.branches):
            points = [(x * scale * OVERSAMPLING, y * scale * OVERSAMPLING) for x, y in path]
            for pen, rim in zip(pens, (0, 2 * CASING_PX), strict=True):
                pen.line(points, fill=255, width=round((wide + rim) * OVERSAMPLING), joint="curve")
    line, around = (canvas.resize((width, height), Image.Resampling.BOX) for canvas in (lines, casing))
    layer = Image.composite(Image.new("RGB", line.size, AMBER), Image.new("RGB", line.size, CASING), line)
    layer.putalpha(ImageChops.lighter(line, around))
    out = BytesIO()
    layer.save(out, "PNG", compress_level=3)
    return out.getvalue()

"""Photos for the browser: a concrete wall with dark cracks across it, drawn from a seed."""

import random
from io import BytesIO

from PIL import Image, ImageDraw, ImageFilter

TINT = (22, 18, 10)
DARK = (44, 41, 38)


FOCAL_LENGTH_35MM, EXIF = 0xA405, 0x8769


def draw_wall(
    seed: int, *, width: int = 900, height: int = 640, cracks: int = 2, focal_35mm: int | None = None
) -> bytes:
    """A JPEG with so many cracks running from side to side, each in a band of its own.

    With `focal_35mm` it says its focal length as 35 mm equivalent, and a distance gives it a scale.
    """
    dice = random.Random(seed)
    grain = Image.effect_noise((width, height), 14)
    wall = Image.merge("RGB", [grain.point([min(255, value + tint) for value in range(256)]) for tint in TINT])
    pen = ImageDraw.Draw(wall)
    band = height / max(1, cracks)
    for number in range(cracks):
        middle = y = band * (number + 0.5)
        path = [(20.0, y)]
        while path[-1][0] < width - 40:
            # Drawn back to the middle of its band, so that no two cracks ever meet.
            y += dice.uniform(-14, 14) + (middle - y) * 0.15
            path.append((path[-1][0] + dice.uniform(14, 34), y))
        pen.line(path, fill=DARK, width=4 + number, joint="curve")
    out = BytesIO()
    exif = Image.Exif()
    if focal_35mm:
        exif.get_ifd(EXIF)[FOCAL_LENGTH_35MM] = focal_35mm
    wall.filter(ImageFilter.GaussianBlur(0.8)).save(out, "JPEG", quality=92, exif=exif)
    return out.getvalue()

"""Photos for the browser: a concrete wall with dark cracks across it, drawn from a seed."""

import random
from io import BytesIO

from PIL import Image, ImageDraw, ImageFilter

TINT = (22, 18, 10)
DARK = (44, 41, 38)


def draw_wall(seed: int, *, width: int = 900, height: int = 640, cracks: int = 2) -> bytes:
    """A JPEG with so many cracks running from side to side, each in a band of its own."""
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
    wall.filter(ImageFilter.GaussianBlur(0.8)).save(out, "JPEG", quality=92)
    return out.getvalue()

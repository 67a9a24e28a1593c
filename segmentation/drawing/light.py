"""Light on the wall: how strong, from where, and the shadows that fall on it."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from segmentation.drawing.noise import Enlarged, Field, soft_step
from segmentation.drawing.wall import Wall

Shadow = Literal["none", "edge", "rails", "leaves"]
SHADE_COLOUR = (0.42, 0.46, 0.515)
"""What is left of each colour in full shadow on a sunny day: the blue of the sky more than the rest."""


@dataclass(frozen=True, slots=True)
class Light:
    """`towards` is the slope of the light (x, y), longer for more grazing light; `shade` is how dark shadows are."""

    towards: tuple[float, float]
    level: Enlarged
    shadow: Enlarged | None
    shade: float
    tint: tuple[float, float, float]

    def on(self, first: int, last: int) -> Field:
        """Light by colour, float32 (3, rows, columns)."""
        level = self.level.rows(first, last)
        if self.shadow is None:
            return np.stack([level * np.float32(part) for part in self.tint])
        dark = self.shadow.rows(first, last) * np.float32(self.shade)
        return np.stack(
            [
                level * (np.float32(part) - np.float32(part * (1 - left)) * dark)
                for part, left in zip(self.tint, SHADE_COLOUR, strict=True)
            ]
        )


def set_light(wall: Wall, visit: int, *, sun: float, shadow: Shadow, uneven: float) -> Light:
    """The light of one visit. `sun` 0 is a grey day, 1 full sun; `uneven` is how much the level varies, about 0.2."""
    numbers = wall.stream("light", visit)
    y, x = wall.coarse_mm()
    width, height = wall.size_mm
    lean = numbers.normal(0, 1, 2)
    across = x / np.float32(width) - np.float32(0.5)
    down = y / np.float32(height) - np.float32(0.5)
    level = 1 + uneven * (lean[0] * across * 0.7 + (0.5 * lean[1] - 0.5) * down * 0.8)
    level = level + uneven * 0.22 * wall.clouds(f"light/{visit}", max(width, height) * 0.7, scales=2)
    angle = numbers.uniform(-2.5, -0.6)
    steep = 0.55 + 1.0 * sun
    towards = (float(np.cos(angle) * steep), float(np.sin(angle) * steep))
    warm = float(numbers.normal(0.0, 0.018)) + 0.03 * sun
    tint = (1 + warm, 1.0, 1 - 1.3 * warm)
    fallen = _shadow(wall, f"shadow/{visit}", shadow)
    return Light(
        towards,
        wall.enlarge(np.clip(level, 0.3, 2.0)),
        None if fallen is None else wall.enlarge(fallen),
        float(0.55 + 0.4 * sun),
        tint,
    )


def _shadow(wall: Wall, name: str, kind: Shadow) -> Field | None:
    if kind == "none":
        return None
    numbers = wall.stream(name)
    y, x = wall.coarse_mm()
    width, height = wall.size_mm
    if kind == "leaves":
        far = wall.clouds(name + "/branches", 520, scales=2)
        near = wall.clouds(name + "/leaves", 46, scales=2, fade=0.6)
        place = (x / width - numbers.uniform(0.3, 0.7)) * numbers.choice([-1.0, 1.0]) * 2.4
        return soft_step(0.75 * near + 0.8 * far + place - 0.2, -0.7, 0.9)
    angle = numbers.uniform(-0.5, 0.5) + numbers.choice([0.0, np.pi / 2])
    along = x * np.float32(np.cos(angle)) + y * np.float32(np.sin(angle))
    soft = float(numbers.uniform(5, 30))
    if kind == "rails":
        gap, bar = float(numbers.uniform(110, 150)), float(numbers.uniform(14, 30))
        lean = float(numbers.uniform(-0.3, 0.3))
        place = (x + lean * y + float(numbers.uniform(0, gap))) % np.float32(gap)
        soft = min(soft, bar * 0.4)
        return soft_step(place, 0, soft) * (1 - soft_step(place, bar, bar + soft))
    middle = width / 2 * np.cos(angle) + height / 2 * np.sin(angle)
    reach = float(numbers.uniform(-0.2, 0.2)) * min(width, height)
    side = float(numbers.choice([-1.0, 1.0]))
    ragged = np.float32(numbers.choice([0.0, 0.0, 12.0])) * wall.clouds(name + "/edge", 160, scales=3)
    return soft_step(side * (along - np.float32(middle) - np.float32(reach)) + ragged, -soft, soft)

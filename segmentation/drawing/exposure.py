"""The camera: a little blur, falling light towards the corners, grain of the sensor, and the curve to sRGB."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from segmentation.drawing.noise import Field, octave, stream

CURVE_STEPS = 1 << 14
FULL_SCALE = 1.25
"""Linear light at the end of the curve's table; 1.0 is white."""


@dataclass(frozen=True, slots=True)
class Optics:
    """`blur_px` is the standard deviation of the lens, `shot` and `read` the sensor's noise (shares of white:
    variance = shot × light + read²), `vignette` the share of light lost in the corners, `brightness` the factor on
    linear light, `curve` the strength of the camera's contrast curve (0 is plain sRGB)."""

    blur_px: float = 0.7
    shot: float = 0.0006
    read: float = 0.002
    vignette: float = 0.12
    brightness: float = 1.0
    curve: float = 0.25

    def after_resampling(self) -> "Optics":
        """What is left of the blur for a picture that a cubic B-spline (variance 1/3) has softened already."""
        return replace(self, blur_px=max(self.blur_px**2 - 1 / 3, 0.09) ** 0.5)

    @property
    def reach(self) -> int:
        """Pixels beyond a strip that the blur needs."""
        return int(np.ceil(3 * self.blur_px)) if self.blur_px > 0 else 0


PLAIN_OPTICS = Optics(blur_px=0.0, shot=0.0, read=0.0, vignette=0.0, brightness=1.0, curve=0.0)


class Exposure:
    """Turns linear light of a photo's rows into pixels."""

    def __init__(self, optics: Optics, seed: int, width: int, height: int) -> None:
        self.optics = optics
        self._size = (width, height)
        self._taps = _taps(optics.blur_px, optics.reach)
        self._curve = _curve(optics)
        self._noisy = optics.shot > 0 or optics.read > 0
        self._luma = octave(seed, "sensor", width, 1)
        self._chroma = [octave(seed, f"sensor/{name}", width, 2) for name in "rb"]

    def blurred(self, light: Field) -> Field:
        """The lens: (planes, rows + 2 reach, columns + 2 reach) becomes (planes, rows, columns). Light is preserved."""
        reach = self.optics.reach
        if reach == 0:
            return light
        rows, columns = light.shape[1] - 2 * reach, light.shape[2] - 2 * reach
        across = light[:, :, reach : reach + columns] * self._taps[0]
        for away in range(1, reach + 1):
            pair = (
                light[:, :, reach - away : reach - away + columns] + light[:, :, reach + away : reach + away + columns]
            )
            pair *= self._taps[away]
            across += pair
        result = across[:, reach : reach + rows] * self._taps[0]
        for away in range(1, reach + 1):
            pair = across[:, reach - away : reach - away + rows] + across[:, reach + away : reach + away + rows]
            pair *= self._taps[away]
            result += pair
        return result

    def developed(self, light: Field, first: int) -> NDArray[np.uint8]:
        """Linear light (3, rows, columns) of the rows from `first` on, as sRGB bytes (rows, columns, 3)."""
        rows = light.shape[1]
        light = light * self._falloff(first, first + rows)
        if self._noisy:
            self._add_noise(light, first)
        steps = np.clip(light * np.float32(CURVE_STEPS / FULL_SCALE), 0, CURVE_STEPS - 1).astype(np.uint16)
        pixels = np.empty((rows, light.shape[2], 3), np.uint8)
        for plane in range(3):
            pixels[:, :, plane] = self._curve[steps[plane]]
        return pixels

    def _falloff(self, first: int, last: int) -> Field:
        width, height = self._size
        scale = np.float32(4.0 / (width**2 + height**2))
        y = (np.arange(first, last, dtype=np.float32) + np.float32(0.5 - height / 2))[:, None]
        x = (np.arange(width, dtype=np.float32) + np.float32(0.5 - width / 2))[None, :]
        away = (x * x + y * y) * scale
        return np.float32(self.optics.brightness) * (1 - np.float32(self.optics.vignette) * away)

    def _add_noise(self, light: Field, first: int) -> None:
        last = first + light.shape[1]
        luma = self._luma.rows(first, last)
        chroma = [layer.rows(first, last) for layer in self._chroma]
        spread = np.sqrt(np.float32(self.optics.shot) * np.maximum(light[1], 0) + np.float32(self.optics.read**2))
        luma *= spread
        light += luma
        light[0] += np.float32(0.45) * chroma[0] * spread
        light[2] += np.float32(0.6) * chroma[1] * spread


def srgb_to_linear(values: NDArray) -> NDArray[np.float64]:
    """sRGB 0..1 to linear light 0..1 (IEC 61966-2-1)."""
    values = np.asarray(values, np.float64)
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def sensor_seed(seed: int, visit: int) -> int:
    """A seed of its own for each visit's sensor noise."""
    return int(stream(seed, "sensor", visit).integers(2**63))


def _taps(blur: float, reach: int) -> NDArray[np.float32]:
    if reach == 0:
        return np.ones(1, np.float32)
    weights = np.exp(-0.5 * (np.arange(reach + 1) / blur) ** 2)
    return (weights / (weights[0] + 2 * weights[1:].sum())).astype(np.float32)


def _curve(optics: Optics) -> NDArray[np.uint8]:
    """Table from linear light to bytes: sRGB, then a gentle S around the middle, with a soft shoulder."""
    light = (np.arange(CURVE_STEPS) + 0.5) * FULL_SCALE / CURVE_STEPS
    if optics.curve > 0:
        knee = 0.8
        above = np.maximum(light - knee, 0)
        light = np.where(light > knee, knee + (1 - knee) * above / (above + (1 - knee)), light)
    light = np.minimum(light, 1.0)
    values = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    values = values + optics.curve * 0.5 * (values * values * (3 - 2 * values) - values)
    return np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)

"""The widths along all cracks of a photo as a file: for the plots on the pages, and to be turned into millimetres.

Compressed JSON: `cracks` is a list with, for each finding, its `number` and columns of equal length: `x`, `y` in pixels
of the upright photo, `w` ± `u` the width in pixels (95 %), `a` the direction in which it was measured (degrees, 0 along
x, counter-clockwise), `g` the share that the missing light gave, and where the scale is known `s`, millimetres per
pixel along `a`. Where two samples in a row lie more than `STEP_PX` apart, another branch begins.
"""

import gzip
import json
import logging
from collections.abc import Sequence
from typing import Any

import numpy as np

from inspections.services.storage import media_path, writing
from segmentation.results import WidthProfile
from segmentation.scale import CrackOnSurface

logger = logging.getLogger(__name__)

STEP_PX = 6.0
COLUMNS = (("w", "width_px", 3), ("u", "u95_px", 3), ("a", "across_deg", 1), ("g", "grey_share", 2))


def write_widths(name: str, profiles: Sequence[tuple[int, WidthProfile, CrackOnSurface | None]]) -> None:
    """Write the profile of each finding under a stored name. Raises InspectionError `storage_full`."""
    _write(name, [_columns(*row) for row in profiles])


def add_widths(earlier: str, name: str, profiles: Sequence[tuple[int, WidthProfile, CrackOnSurface | None]]) -> None:
    """Write what the file `earlier` holds, and the profiles, under another name. Raises as `write_widths` does.

    A file that cannot be read any more counts as empty: what a person drew is not to fail because of it.
    """
    try:
        cracks = _read(earlier) if earlier else []
    except (OSError, ValueError):
        logger.warning("The widths in %s cannot be read; they are begun anew.", earlier, exc_info=True)
        cracks = []
    _write(name, [*cracks, *(_columns(*row) for row in profiles)])


def _write(name: str, cracks: list[dict[str, Any]]) -> None:
    text = json.dumps({"step_px": STEP_PX, "cracks": cracks}, separators=(",", ":"))
    with writing(name) as out:
        out.write(gzip.compress(text.encode("ascii"), compresslevel=4, mtime=0))


def read_widths(name: str) -> dict[int, WidthProfile]:
    """The profiles by the numbers of their findings. Raises FileNotFoundError, ValueError for another file."""
    try:
        return {int(crack["number"]): _profile(crack) for crack in _read(name)}
    except (KeyError, TypeError) as error:
        raise ValueError(f"{name} is no file of widths ({error!r}).") from error


def _read(name: str) -> list[dict[str, Any]]:
    try:
        return list(json.loads(gzip.decompress(media_path(name).read_bytes()))["cracks"])
    except (gzip.BadGzipFile, EOFError, KeyError, TypeError) as error:
        raise ValueError(f"{name} is no file of widths ({error!r}).") from error


def _columns(number: int, profile: WidthProfile, seen: CrackOnSurface | None) -> dict[str, Any]:
    columns: dict[str, Any] = {"number": number}
    columns |= {axis: _rounded(profile.places[:, place], 2) for place, axis in enumerate("xy")}
    columns |= {letter: _rounded(getattr(profile, name), digits) for letter, name, digits in COLUMNS}
    # Beyond the horizon of the surface there is no scale, and no such number in JSON.
    if seen is not None and np.isfinite(seen.per_px).all():
        columns["s"] = [float(f"{value:.5g}") for value in seen.per_px.tolist()]
    return columns


def _profile(crack: dict[str, Any]) -> WidthProfile:
    places = np.array([crack["x"], crack["y"]], np.float32).T.reshape(-1, 2)
    return WidthProfile(places, **{name: np.array(crack[letter], np.float32) for letter, name, _ in COLUMNS})


def _rounded(values: np.ndarray, digits: int) -> list[float]:
    return [round(value, digits) for value in values.tolist()]

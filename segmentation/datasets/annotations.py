"""What LabelMe and COCO files have in common: which label is crack, how wide a line is, where the photo lies."""

import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from segmentation.datasets.pairs import BadSource, Size, UnusableMask


@dataclass(frozen=True, slots=True)
class Drawing:
    """How annotations are read: labels that mean crack (capitals do not matter), width in pixels of drawn lines."""

    labels: tuple[str, ...] = ("crack",)
    line_width: int = 3

    def means_crack(self, label: object) -> bool:
        """Whether a shape or a category of this label is crack."""
        return str(label).strip().casefold() in {wanted.casefold() for wanted in self.labels}


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file. Raises BadSource where it holds none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadSource(f"{path} is not a whole JSON file.") from error
    if not isinstance(content, dict):
        raise BadSource(f"{path} is a JSON file of another kind.")
    return content


def find_photo(named: object, places: tuple[Path, ...], *, inside: Path) -> Path | None:
    """The photo that an annotation names: by its path from one of `places`, else by its file name alone.

    A path with backslashes is one from Windows. Nothing outside the folder `inside` is ever looked at.
    """
    path = PurePosixPath(str(named).replace("\\", "/"))
    for tried in (path, PurePosixPath(path.name)):
        for place in places:
            found = place / tried
            if path.name and found.resolve().is_relative_to(inside.resolve()) and found.is_file():
                return found
    return None


def size_of(facts: dict[str, Any], height: str, width: str) -> Size | None:
    """The size that an annotation tells, None where it tells none. Raises UnusableMask where it is no size."""
    values = facts.get(height), facts.get(width)
    if values == (None, None):
        return None
    if not all(isinstance(value, int) and 0 < value < 1_000_000 for value in values):
        raise UnusableMask("unreadable", f"its {width} and {height} are no size in pixels")
    return int(values[0]), int(values[1])  # type: ignore[arg-type]

"""What there is to train on: photos with masks, by set, source photo and split."""

import csv
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

PHOTO_SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp")
SPLITS = ("train", "val", "test")
SHOWN = 20


class DataError(ValueError):
    """The data folder cannot be used; `str()` says what is wrong and what would cure it."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One photo with its mask. `mask` is None where the photo is known to be free of cracks.

    `group` is the source photo: crops of one photo never stand on two sides of a split.
    """

    set: str
    stem: str
    group: str
    split: str
    image: Path
    mask: Path | None
    surface: str = ""
    licence: str = ""


def read_catalogue(root: Path) -> tuple[Sample, ...]:
    """Read `root`: a `manifest.csv` beside the sets' folders or beside `images/`, or only `images/` and `masks/`.

    Without a manifest every photo is its own group and the split follows from its name: 80 % train, 10 % val,
    10 % test. Raises DataError where nothing usable is found.
    """
    manifest = root / "manifest.csv"
    samples = _from_manifest(manifest) if manifest.is_file() else _from_folders(root)
    if not samples:
        raise DataError(
            f"There is no photo with a mask in {root}. Expected is a manifest.csv, or the folders images/ and masks/ "
            "with files of the same name."
        )
    return tuple(samples)


def read_negatives(root: Path) -> tuple[Sample, ...]:
    """Crack-free photos in `root/negatives/<category>/`: training material without masks."""
    folder = root / "negatives"
    return tuple(
        Sample(f"negatives/{path.parent.name}", path.stem, path.stem, "train", path, None)
        for path in sorted(folder.glob("*/*"))
        if path.suffix.lower() in PHOTO_SUFFIXES
    )


def carve_validation(samples: Sequence[Sample], *, share: float = 0.15) -> tuple[Sample, ...]:
    """Give every set that has training but too few validation photos a validation part, by source photo.

    A group moves as a whole, in every set that has crops of it, and the choice follows from its name alone: the same
    on every machine and after every resume. Sets with ten validation groups keep theirs; test photos are never
    touched.
    """
    carved = list(samples)
    for name in sorted({sample.set for sample in samples}):
        train = sorted({s.group for s in samples if s.set == name and s.split == "train"}, key=_draw)
        val = {s.group for s in samples if s.set == name and s.split == "val"}
        wanted = round(share * (len(train) + len(val))) - len(val)
        if len(val) >= 10 or wanted <= 0 or len(train) < 2:
            continue
        moved = set(train[: min(wanted, len(train) - 1)])
        carved = [replace(s, split="val") if s.split == "train" and s.group in moved else s for s in carved]
    return tuple(carved)


@dataclass(frozen=True, slots=True)
class Fold:
    """Part `number` (from 0) of `parts` equal parts of the crack-free photos, drawn by their source photo's name.

    A network is asked for false alarms only on crack-free photos that it never saw: one fold stays out of training.
    """

    number: int
    parts: int

    def __post_init__(self) -> None:
        if not 0 <= self.number < self.parts:
            raise ValueError(f"There is no fold {self.number} of {self.parts}; they count from 0.")

    @classmethod
    def parse(cls, text: str) -> "Fold":
        """`0/3` → the first of three. Raises ValueError where the text says no such thing."""
        number, _, parts = text.partition("/")
        if not (number.isdigit() and parts.isdigit()):
            raise ValueError(f"A fold is written NUMBER/PARTS, as in 0/3, not {text!r}.")
        return cls(int(number), int(parts))

    def __str__(self) -> str:
        return f"{self.number}/{self.parts}"

    def holds(self, sample: Sample) -> bool:
        """Whether `sample` belongs to this fold."""
        # `wall_20_14` and `wall_20_41` are two windows of one wall: what follows the last number but one is left off.
        place = re.sub(r"(\d)_\d+(\.\w+)?$", r"\1", sample.group)
        return int(_draw(place) * self.parts) == self.number


def of_split(samples: Iterable[Sample], split: str) -> tuple[Sample, ...]:
    """The samples of one split, or all of them for `all`."""
    return tuple(sample for sample in samples if split in ("all", sample.split))


def _draw(name: str) -> float:
    """A number in [0, 1) that depends on the name alone."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big") / 2**48


def _from_manifest(manifest: Path) -> list[Sample]:
    with manifest.open(newline="", encoding="utf-8") as rows:
        table = list(csv.DictReader(rows))
    missing = {"set", "stem", "group", "split"} - set(table[0] if table else ())
    if missing:
        raise DataError(f"{manifest} lacks the columns {', '.join(sorted(missing))}.")
    samples, wrong = [], []
    for row in table:
        try:
            samples.append(_from_row(manifest.parent, row))
        except DataError as error:
            wrong.append(str(error))
    if wrong:
        raise DataError(_listed(wrong, f"Lines of {manifest} that cannot be used ({len(wrong)} of {len(table)}):"))
    return samples


def _from_row(root: Path, row: dict[str, str]) -> Sample:
    name, stem = row["set"], row["stem"]
    if row["split"] not in SPLITS:
        raise DataError(f"{stem} in the manifest has the split {row['split']!r}; known are {', '.join(SPLITS)}.")
    for folder in (root / name, root):
        image, mask = _photo(folder / "images", stem), folder / "masks" / f"{stem}.png"
        if image and mask.is_file():
            return Sample(
                name, stem, row["group"] or stem, row["split"], image, mask,
                row.get("surface", ""), row.get("licence", ""),
            )  # fmt: skip
    part = "mask" if any(_photo(folder / "images", stem) for folder in (root / name, root)) else "photo"
    raise DataError(f"The manifest lists {name}/{stem}, but its {part} is not there. Add it, or take the line out.")


def _from_folders(root: Path) -> list[Sample]:
    samples, bare = [], []
    for image in sorted((root / "images").glob("*")):
        mask = root / "masks" / f"{image.stem}.png"
        if image.suffix.lower() in PHOTO_SUFFIXES and not mask.is_file():
            bare.append(f"images/{image.name} has no masks/{mask.name}.")
        elif image.suffix.lower() in PHOTO_SUFFIXES:
            place = _draw(image.stem)
            split = "train" if place < 0.8 else "val" if place < 0.9 else "test"
            samples.append(Sample(root.name, image.stem, image.stem, split, image, mask))
    if samples and bare:
        cure = "Add the mask (all black for a photo without cracks), or take the photo away:"
        raise DataError(_listed(bare, f"Photos in {root} without a mask ({len(bare)}). {cure}"))
    return samples


def _listed(lines: Sequence[str], head: str) -> str:
    """A heading, the first twenty lines, and how many more there are."""
    rest = [f"  … and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return "\n".join([head, *(f"  {line}" for line in lines[:SHOWN]), *rest])


def _photo(folder: Path, stem: str) -> Path | None:
    for suffix in PHOTO_SUFFIXES:
        for spelling in (suffix, suffix.upper()):
            if (path := folder / f"{stem}{spelling}").is_file():
                return path
    return None

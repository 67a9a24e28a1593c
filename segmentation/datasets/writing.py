"""A data set on disk: photos, masks, manifest, and the sums by which a version can be told again.

Everything is written into a folder beside the target and takes its place at the end, so that a build that was stopped
leaves what was there before and can simply be started again.
"""

import csv
import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from segmentation.datasets.cutting import Cut, Picture, Truth
from segmentation.datasets.manifest import COLUMNS
from segmentation.datasets.splitting import Assigned
from segmentation.datasets.threads import Progress, in_threads
from segmentation.images import read_image

BUILD = "build.json"
SUMS = "files.sha256"
MADE_BY = "hairline build-data"
JPEG_QUALITY = 95

_UNFINISHED = ".unfinished"
_BEFORE = ".before"


class CannotWrite(ValueError):
    """The target folder cannot take the data set; `str()` says why and what would cure it."""


@dataclass(frozen=True, slots=True)
class Written:
    """One photo of the finished set. `lost` says that shrinking took more than half of its crack away."""

    set: str
    stem: str
    group: str
    split: str
    surface: str
    licence: str
    crack_free: bool
    lost: bool


def write_photos(
    assigned: Sequence[Assigned], out: Path, cut: Cut, *, progress: Progress | None = None
) -> list[Written]:
    """Write `<set>/images/<set>_<stem>` and `<set>/masks/<set>_<stem>.png` (0 or 255) of every photo into `out`.

    A photo that stays as it is is copied byte for byte where it is a JPEG or a PNG.
    """
    for name in {one.inspected.pair.set for one in assigned}:
        for kind in ("images", "masks"):
            (out / name / kind).mkdir(parents=True, exist_ok=True)
    pieces = in_threads(lambda one: _write_photo(one, out, cut), assigned, progress=progress)
    return [written for photo in pieces for written in photo]


def write_manifest(out: Path, written: Sequence[Written]) -> None:
    """`manifest.csv`, as training reads it."""
    with (out / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows((one.set, one.stem, one.group, one.split, one.surface, one.licence) for one in written)


def write_build(out: Path, facts: dict[str, Any]) -> None:
    """`files.sha256`, which `sha256sum -c` checks, and `build.json`: the facts, with the sum of those sums."""
    sums = "".join(f"{_sum(out / name)}  {name}\n" for name in _files(out))
    (out / SUMS).write_text(sums, encoding="utf-8")
    content = {"made_by": MADE_BY, **facts, "files": sums.count("\n"), "sha256": _digest(sums.encode())}
    (out / BUILD).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


@contextmanager
def replacing(out: Path) -> Iterator[Path]:
    """A new folder to write into, which becomes `out` when all went well and is removed when not.

    Raises CannotWrite where `out` holds anything but an earlier build.
    """
    _mend(out)
    _refuse_foreign(out)
    unfinished = out.with_name(f".{out.name}{_UNFINISHED}")
    before = out.with_name(f".{out.name}{_BEFORE}")
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        yield unfinished
        _swap(unfinished, out, before)
    except OSError as error:
        raise CannotWrite(f"{out} cannot be written: {error.strerror or error}. Nothing there was changed.") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _swap(new: Path, out: Path, before: Path) -> None:
    if out.exists():
        out.rename(before)
    try:
        new.rename(out)
    except OSError:
        if before.exists():
            before.rename(out)
        raise
    shutil.rmtree(before, ignore_errors=True)


def _mend(out: Path) -> None:
    """Bring the earlier build back where the machine stopped between two renames."""
    before = out.with_name(f".{out.name}{_BEFORE}")
    if before.is_dir() and not out.exists():
        before.rename(out)
    elif before.is_dir():
        shutil.rmtree(before)


def _refuse_foreign(out: Path) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise CannotWrite(f"{out} is a file. Name a new folder with --out.")
    files = set(_files(out))
    if not files:
        return
    foreign = sorted(files - _built(out))
    if foreign:
        raise CannotWrite(
            f"{out} holds {len(foreign)} files that no build wrote, such as {foreign[0]}. "
            "Name a new folder with --out, or move them away."
        )


def _built(out: Path) -> set[str]:
    try:
        made_by = json.loads((out / BUILD).read_text(encoding="utf-8")).get("made_by")
        sums = (out / SUMS).read_text(encoding="utf-8")
    except (OSError, ValueError, AttributeError):
        return set()
    listed = {line.partition("  ")[2] for line in sums.splitlines()}
    return listed | {BUILD, SUMS} if made_by == MADE_BY else set()


def _write_photo(one: Assigned, out: Path, cut: Cut) -> list[Written]:
    pair = one.inspected.pair
    photo = read_image(pair.image)
    pixels = photo.pixels
    mask = pair.mask.read((pixels.shape[0], pixels.shape[1]))
    as_it_is = {"JPEG": ".jpg", "PNG": ".png"}.get(photo.source.format) if cut.native else None
    written = []
    for place, picture, truth in cut.pieces(pixels, mask):
        stem = pair.name + place
        images, masks = out / pair.set / "images", out / pair.set / "masks"
        if as_it_is:
            shutil.copyfile(pair.image, images / f"{stem}{as_it_is}")
        else:
            _save(picture, images / stem, lossy=photo.source.format == "JPEG")
        Image.fromarray(truth.astype(np.uint8) * 255).save(masks / f"{stem}.png")
        lost = bool(cut.size) and _lost(mask, truth)
        written.append(Written(pair.set, stem, one.group, one.split, pair.surface, pair.licence, not truth.any(), lost))
    return written


def _save(picture: Picture, path: Path, *, lossy: bool) -> None:
    image = Image.fromarray(np.ascontiguousarray(picture))
    if lossy:
        image.save(path.with_name(f"{path.name}.jpg"), quality=JPEG_QUALITY, subsampling=0)
    else:
        image.save(path.with_name(f"{path.name}.png"))


def _lost(before: Truth, after: Truth) -> bool:
    return bool(after.mean() < before.mean() / 2)


def _files(out: Path) -> list[str]:
    return sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

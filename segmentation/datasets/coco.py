"""COCO: one JSON file for many photos (Lin et al. 2014), with polygons or run lengths, compressed or not.

Hairline's own COCO export is read too: it tells each photo's SHA-256, so that two photos of one name are not mixed up.
"""

import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

from segmentation.datasets.annotations import Drawing, find_photo, read_json, size_of
from segmentation.datasets.folders import Found, Reading
from segmentation.datasets.pairs import BadSource, UnusableMask
from segmentation.datasets.problems import Problem
from segmentation.datasets.shapes import ColumnRuns, DrawnMask, Polygon, Shape, decode_counts, points_of


def read_coco(root: Path, drawing: Drawing) -> Reading:
    """The photos of one JSON file, or of every COCO file in the folder `root` and in its `annotations/`.

    A photo is looked for beside the JSON file and in `images/`, there and one folder up; `instances_train.json` and the
    like are kept as splits. Raises BadSource where no category means crack.
    """
    files = [root] if root.is_file() else [*sorted(root.glob("*.json")), *sorted(root.glob("annotations/*.json"))]
    inside = root.parent.parent if root.is_file() else root
    for path in files:
        content = read_json(path)
        if isinstance(content.get("annotations"), list) and isinstance(content.get("images"), list):
            yield from _read_file(path, content, drawing, inside)


def _read_file(path: Path, content: dict[str, Any], drawing: Drawing, inside: Path) -> Reading:
    wanted = _categories(path, content, drawing)
    drawn: dict[object, list[dict[str, Any]]] = defaultdict(list)
    for annotation in content["annotations"]:
        if isinstance(annotation, dict) and annotation.get("category_id") in wanted:
            drawn[annotation.get("image_id")].append(annotation)
    split = re.match(r"instances_(train|val|test)", path.stem)
    up = path.parent.parent
    places = (path.parent, path.parent / "images", up / path.stem.removeprefix("instances_"), up / "images", up)
    for image in content["images"]:
        if isinstance(image, dict):
            found = _photo(path, image, drawn.pop(image.get("id"), []), places, inside)
            yield replace(found, split=split[1]) if split and isinstance(found, Found) else found
    for number in drawn:
        yield Problem("missing_photo", f"image {number}", f"{path.name} has annotations for it, but does not list it")


def _categories(path: Path, content: dict[str, Any], drawing: Drawing) -> set[object]:
    listed = [entry for entry in content.get("categories") or () if isinstance(entry, dict)]
    wanted = {entry.get("id") for entry in listed if drawing.means_crack(entry.get("name"))}
    if not wanted:
        names = ", ".join(str(entry.get("name")) for entry in listed) or "none"
        raise BadSource(f"No category in {path} is called {' or '.join(drawing.labels)}; there are: {names} (--label).")
    return wanted


def _photo(
    path: Path, image: dict[str, Any], drawn: list[dict[str, Any]], places: tuple[Path, ...], inside: Path
) -> Found | Problem:
    named = str(image.get("file_name"))
    stem = "_".join(Path(named.replace("\\", "/")).with_suffix("").parts).strip("_/")
    try:
        size = size_of(image, "height", "width")
        mask = DrawnMask(tuple(shape for entry in drawn for shape in _shapes(entry.get("segmentation"))), size)
    except UnusableMask as error:
        return Problem(error.kind, stem, str(error))
    found = find_photo(named, places, inside=inside)
    if found is None:
        return Problem("missing_photo", stem, f"{path.name} names {named!r}, which is not in {inside}")
    return Found(stem, stem, found, mask, sha256=str(image.get("sha256") or ""))


def _shapes(segmentation: object) -> list[Shape]:
    if isinstance(segmentation, list):
        return [Polygon(points_of(polygon)) for polygon in segmentation if isinstance(polygon, list)]
    if isinstance(segmentation, dict):
        size = size_of(dict(zip(("height", "width"), segmentation.get("size") or (), strict=False)), "height", "width")
        counts = segmentation.get("counts")
        if isinstance(counts, str):
            counts = decode_counts(counts)
        if size and isinstance(counts, list | tuple) and all(isinstance(count, int) for count in counts):
            return [ColumnRuns(size, tuple(counts))]
    raise UnusableMask("unreadable", "an annotation has neither polygons nor run lengths")

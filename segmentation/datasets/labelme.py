"""LabelMe: one JSON file per photo, with shapes drawn by hand (github.com/wkentaro/labelme)."""

import base64
import binascii
import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from segmentation.datasets.annotations import Drawing, find_photo, read_json, size_of
from segmentation.datasets.folders import Found, Reading
from segmentation.datasets.masks import DECODER_FAILURES
from segmentation.datasets.pairs import BadSource, UnusableMask
from segmentation.datasets.problems import Problem
from segmentation.datasets.shapes import DrawnMask, Line, Patch, Polygon, Shape, points_of
from segmentation.images import MAX_PIXELS


def read_labelme(root: Path, drawing: Drawing) -> Reading:
    """Every JSON file below `root` with the photo that it names. A photo embedded in the JSON is not used."""
    for path in sorted(root.rglob("*.json")):
        stem = "_".join(path.relative_to(root).with_suffix("").parts)
        try:
            content = read_json(path)
            if not isinstance(content.get("shapes"), list):
                raise UnusableMask("unreadable", f"{path.name} is a JSON file, but not of LabelMe")
            mask = DrawnMask(_shapes(content["shapes"], drawing), size_of(content, "imageHeight", "imageWidth"))
        except (BadSource, UnusableMask) as error:
            yield Problem("unreadable", stem, str(error))
            continue
        named = content.get("imagePath")
        photo = find_photo(named, (path.parent, path.parent / "images", root / "images"), inside=root)
        if photo is None:
            embedded = "; the copy inside the JSON file is not used, save it beside" if content.get("imageData") else ""
            yield Problem("missing_photo", stem, f"{path.name} names {named!r}, which is not in {root}{embedded}")
        else:
            yield Found(stem, stem, photo, mask)


def _shapes(listed: list[Any], drawing: Drawing) -> tuple[Shape, ...]:
    return tuple(
        _shape(shape, drawing)
        for shape in listed
        if isinstance(shape, dict) and drawing.means_crack(shape.get("label"))
    )


def _shape(shape: dict[str, Any], drawing: Drawing) -> Shape:
    kind, points = shape.get("shape_type") or "polygon", points_of(shape.get("points") or [])
    if kind == "polygon" and len(points) > 2:
        return Polygon(points)
    if kind in ("line", "linestrip") and len(points) > 1:
        return Line(points, drawing.line_width)
    if kind in ("rectangle", "mask") and len(points) == 2:
        (x0, y0), (x1, y1) = points
        if kind == "mask":
            return _patch(round(min(x0, x1)), round(min(y0, y1)), shape.get("mask"))
        return Polygon(((x0, y0), (x1, y0), (x1, y1), (x0, y1)))
    if kind == "circle" and len(points) == 2:
        return Polygon(_circle(*points))
    raise UnusableMask("unreadable", f"a shape of the kind {kind} with {len(points)} points has no area")


def _circle(centre: tuple[float, float], edge: tuple[float, float]) -> tuple[tuple[float, float], ...]:
    radius = float(np.hypot(edge[0] - centre[0], edge[1] - centre[1]))
    angles = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    return tuple((float(centre[0] + radius * np.cos(a)), float(centre[1] + radius * np.sin(a))) for a in angles)


def _patch(left: int, top: int, text: object) -> Patch:
    """LabelMe's shape of the kind `mask`: a picture in base64 whose corner is the shape's first point."""
    try:
        with Image.open(io.BytesIO(base64.b64decode(str(text), validate=True)), formats=("PNG",)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise UnusableMask("unreadable", "a shape's mask is larger than any photo")
            return Patch(left, top, np.asarray(picture.convert("L")) > 0)
    except (*DECODER_FAILURES, binascii.Error) as error:
        raise UnusableMask("unreadable", "a shape's mask cannot be decoded") from error

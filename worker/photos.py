"""Originals from the store, as pixels."""

from pathlib import Path

import numpy as np
from django.conf import settings
from numpy.typing import NDArray
from PIL import Image

from inspections.errors import InspectionError
from inspections.models import SurveyImage
from inspections.services.storage import media_path
from segmentation.errors import UnreadableImage
from segmentation.images import read_image


def photo_path(image: SurveyImage) -> Path:
    """Where the original lies. Raises InspectionError `original_missing`."""
    path = media_path(str(image.original.name))
    if not path.is_file():
        raise InspectionError("original_missing")
    return path


def read_photo(image: SurveyImage) -> NDArray[np.uint8]:
    """The upright photo, uint8 (height, width, 3). Its size is the one the record promised, or it is not this photo."""
    pixels = read_image(photo_path(image), max_pixels=settings.MAX_PIXELS).pixels
    height, width = pixels.shape[:2]
    if (width, height) != (image.width, image.height):
        raise UnreadableImage(
            reason=f"it decodes to {width} × {height} pixels instead of {image.width} × {image.height}"
        )
    return pixels


def read_map(name: str, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """What a network saw, uint8 of `shape` (height, width), from the store. Raises UnreadableImage."""
    try:
        with Image.open(media_path(name)) as picture:
            found = np.asarray(picture.convert("L"))
    except OSError as error:
        raise UnreadableImage(reason=f"the map of the earlier analysis cannot be read: {error}") from error
    if found.shape != shape:
        raise UnreadableImage(reason="the map of the earlier analysis has another size")
    return found

"""Drawn photos of concrete with cracks of exactly known path and width: for the demo, for tests, for measuring.

A photo is drawn from a seed, in strips, at any size up to about a hundred megapixels. The same seed gives the same
photo with the pinned numpy; strip height and number of threads do not matter.
"""

from segmentation.drawing.exposure import Optics
from segmentation.drawing.photo import FLAT, FLAT_LIGHT, Visit, draw_photo, straight_crack
from segmentation.drawing.scenes import SCENES
from segmentation.drawing.survey import PLACES, SEASONS, draw_survey
from segmentation.drawing.truth import Camera, CrackShape, DrawnCrack, DrawnPhoto
from segmentation.drawing.writing import PhotoMetadata, distance_at, write_mask, write_photo, write_truth

__all__ = [
    "FLAT",
    "FLAT_LIGHT",
    "PLACES",
    "SCENES",
    "SEASONS",
    "Camera",
    "CrackShape",
    "DrawnCrack",
    "DrawnPhoto",
    "Optics",
    "PhotoMetadata",
    "Visit",
    "distance_at",
    "draw_photo",
    "draw_survey",
    "straight_crack",
    "write_mask",
    "write_photo",
    "write_truth",
]

"""From a stroke on a photo to findings: what people draw is traced and measured as what a network sees."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from uuid import uuid4

import numpy as np
from django.db import InterfaceError, OperationalError
from numpy.typing import NDArray

from inspections.errors import InspectionError
from inspections.models import Drawing, Finding, SegmentationRun
from inspections.services.drawn import (
    Basis,
    ChangedMeanwhileError,
    basis_of,
    complete_drawing,
    fail_drawing,
    take_drawing,
)
from inspections.services.housekeeping import attempt_folder, drawn_patch
from inspections.services.storage import forget_file
from segmentation.errors import UnreadableImage
from segmentation.measurement import Calibration
from segmentation.measurement.drawn import Canvas, Mask, merge, split, trace_line, trace_painted
from segmentation.measurement.windows import Window
from segmentation.results import Crack
from segmentation.run_lengths import decode_runs
from segmentation.scale import calibration_for
from worker.failures import explain
from worker.looks import cut_patches, group_by_look, write_patch
from worker.overlapping import Joint, find_joints
from worker.photos import read_map, read_photo
from worker.records import facts_of, on_surface
from worker.surfaces import look_at_surface, metadata_of, needs_pixels, recall_surface
from worker.widths import add_widths

logger = logging.getLogger(__name__)
Kind = Drawing.Kind

MOST_TURNS = 20
"""So often the work is begun anew because others wrote on the same photo; then it is left to the next bell."""


def measure_drawings() -> int:
    """Turn all that people have drawn into findings. Returns how many drawings came to an end."""
    count = 0
    while (drawing := take_drawing()) is not None:
        count += measure_drawing(drawing)
    return count


def measure_drawing(drawing: Drawing) -> bool:
    """Bring one drawing that was taken to its findings, or to a sentence. False where it was lost to another worker.

    A database that cannot be reached leaves it as it is: the time for which it was taken ends.
    """
    try:
        pixels = read_photo(drawing.image)
        for _turn in range(MOST_TURNS):
            with suppress(ChangedMeanwhileError):
                return _draw(drawing, pixels)
        return False
    except (OperationalError, InterfaceError):
        logger.warning("The database left drawing %s where it is; the sweep rings again.", drawing.pk, exc_info=True)
        return False
    except Exception as error:
        code, facts = explain(error, drawing)
        logger.warning("Drawing %s failed: %s.", drawing.pk, code, exc_info=error if code == "internal" else None)
        return fail_drawing(drawing, code, **facts)


def _draw(drawing: Drawing, pixels: NDArray[np.uint8]) -> bool:
    basis = basis_of(drawing)
    metadata = metadata_of(basis.image)
    if needs_pixels(basis.image):
        surface = look_at_surface(basis.image, metadata, pixels)
    else:
        surface = recall_surface(basis.image, metadata)
    cracks, joined = _trace(basis, pixels, calibration_for(metadata.make))
    there = [on_surface(crack, surface) for crack in cracks]
    patches = cut_patches(pixels, cracks)
    groups = group_by_look(basis.image.survey, patches)
    numbers = range(basis.number, basis.number + len(cracks))
    name = _widths_name(basis)
    profiles = [crack.profile for crack in cracks]
    add_widths(basis.run.widths, name, list(zip(numbers, profiles, there, strict=True)))
    facts = [facts_of(*row) for row in zip(cracks, there, groups, strict=True)]
    try:
        kept = complete_drawing(basis, facts, widths=name, joined=joined)
    except (ChangedMeanwhileError, InspectionError):
        forget_file(name)
        raise
    forget_file(basis.run.widths if kept else name)
    if kept:
        # Only now are the numbers ours.
        for number, patch in zip(numbers, patches, strict=True):
            write_patch(drawn_patch(basis.run, drawing.pk, number), patch)
    return kept


def _trace(basis: Basis, pixels: NDArray[np.uint8], calibration: Calibration) -> tuple[list[Crack], list[Finding]]:
    """The cracks that the drawing makes, in pixels of the photo, and those beside it that have become part of them.

    Raises SegmentationError where it makes none, InspectionError where it tells nothing new.
    """
    drawing = basis.drawing
    boxes: list[tuple[float, ...]] = [finding.box for finding in basis.replaced]
    line = np.array(drawing.line, np.float64).reshape(-1, 2)
    if len(line):
        boxes.append((*line.min(axis=0), *line.max(axis=0)))
    if drawing.box:
        boxes.append(tuple(drawing.box))
    window, canvas = _canvas(basis, pixels, calibration, boxes)
    masks = [_mask(finding, window) for finding in basis.replaced]
    line -= window.box[:2]
    match drawing.kind:
        case Kind.LINE:
            found = trace_line(canvas, line)
        case Kind.SPLIT:
            found = split(canvas, masks[0], line)
        case Kind.MERGE:
            found = merge(canvas, masks)
        case _:
            before = masks[0] if masks else np.zeros(window.shape, bool)
            x0, y0, x1, y1 = drawing.box
            found = trace_painted(canvas, before, window.inside((x0, y0, x1, y1)), drawing.mask_runs)
    cracks = [window.outside(crack) for crack in found]
    joints = find_joints(cracks, basis.beside, basis.replaced)
    at_joints = {place for joint in joints for place in joint.cracks}
    alone = [crack for place, crack in enumerate(cracks) if place not in at_joints]
    one = [crack for joint in joints for crack in _join(basis, pixels, calibration, cracks, joint)]
    return [*one, *alone], [finding for joint in joints for finding in joint.findings]


def _join(
    basis: Basis, pixels: NDArray[np.uint8], calibration: Calibration, cracks: Sequence[Crack], joint: Joint
) -> list[Crack]:
    members: list[Crack | Finding] = [*(cracks[place] for place in joint.cracks), *joint.findings]
    window, canvas = _canvas(basis, pixels, calibration, [member.box for member in members])
    masks = [_mask(member, window) for member in members]
    return [window.outside(crack) for crack in merge(canvas, masks, photo_only=not basis.replaced)]


def _canvas(
    basis: Basis, pixels: NDArray[np.uint8], calibration: Calibration, boxes: Sequence[tuple[float, ...]]
) -> tuple[Window, Canvas]:
    """The part of the photo where all `boxes` are, to draw on."""
    window = Window.around(boxes, (basis.image.width, basis.image.height))
    seen = _map(basis.run, window, pixels.shape[:2])
    return window, Canvas(window.of(pixels), calibration, seen, _threshold(basis.run))


def _mask(crack: Finding | Crack, window: Window) -> Mask:
    mask = np.zeros(window.shape, bool)
    x0, y0, x1, y1 = window.inside(crack.box)
    mask[y0:y1, x0:x1] |= decode_runs(crack.box, crack.mask_runs)
    return mask


def _map(run: SegmentationRun, window: Window, shape: tuple[int, ...]) -> NDArray[np.uint8] | None:
    """What the network saw in the window; None where that is not kept any more."""
    if not run.probability:
        return None
    try:
        return window.of(read_map(run.probability, shape)).copy()
    except UnreadableImage:
        logger.warning("The map of run %s cannot be read; a drawing goes on without.", run.pk, exc_info=True)
        return None


def _threshold(run: SegmentationRun) -> float:
    return run.used_threshold or 0.5


def _widths_name(basis: Basis) -> str:
    """A name that no other file of widths has had: readers may still hold the one before."""
    return f"{attempt_folder(basis.run)}/widths-{uuid4().hex}.json.gz"

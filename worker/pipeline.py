"""The join of record and eye: one run from its claim to its findings, in plain Python."""

import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from time import monotonic
from typing import Protocol

import numpy as np
from django.db import InterfaceError, OperationalError
from numpy.typing import NDArray

from inspections.models import Network, SegmentationRun, SurveyImage
from inspections.services.housekeeping import attempt_folder, forget_attempt, forget_earlier_attempts
from inspections.services.images import store_pictures
from inspections.services.runs import RunResult, claim_run, complete_run, fail_run, give_back_run
from inspections.services.storage import media_path
from segmentation.errors import Cancelled
from segmentation.inference import measure_map
from segmentation.measurement import CAMERA, Calibration, total
from segmentation.results import Segmentation
from segmentation.scale import CrackOnSurface, calibration_for
from segmentation.tiling import Progress
from worker.derivatives import make_pictures
from worker.failures import explain
from worker.lease import Lease, Leaving
from worker.looks import cut_patches, group_by_look, write_patches
from worker.maps import write_maps
from worker.matching import match_cracks
from worker.photos import read_map, read_photo
from worker.records import facts_of, on_surface
from worker.surfaces import look_at_surface, metadata_of
from worker.widths import write_widths

logger = logging.getLogger(__name__)
Stage = SegmentationRun.Stage


class Segmenter(Protocol):
    """What the pipeline needs of a `segmentation.inference.CrackSegmenter`."""

    def segment(
        self,
        pixels: NDArray[np.uint8],
        *,
        threshold: float | None = None,
        progress: Progress | None = None,
        calibration: Calibration = CAMERA,
    ) -> Segmentation: ...


FindSegmenter = Callable[[Network], Segmenter]


def process_run(run_id: str, find_segmenter: FindSegmenter) -> None:
    """Claim a run and bring it to an end: findings, or a failure with a sentence. A run that is not to be had is left.

    A database that cannot be reached leaves the run as it is: its lease ends, and the sweep hands it out again.
    """
    try:
        run = claim_run(run_id, worker=f"{socket.gethostname()} {os.getpid()}")
        if run is not None:
            _work(run, find_segmenter)
    except (OperationalError, InterfaceError):
        logger.warning("The database left run %s where it is; the sweep takes it from there.", run_id, exc_info=True)


def _work(run: SegmentationRun, find_segmenter: FindSegmenter) -> None:
    forget_earlier_attempts(run)
    began = monotonic()
    try:
        with Lease(run) as lease:
            kept = complete_run(run, _analyse(run, find_segmenter, lease))
    except (OperationalError, InterfaceError):
        # Whether the last write arrived is unknown, so the files stay; housekeeping removes them if no row names them.
        raise
    except Exception as error:
        forget_attempt(run)
        _end(run, error)
    else:
        if not kept:
            forget_attempt(run)
        logger.info("Run %s %s in %.1f s.", run.pk, "is done" if kept else "was lost", monotonic() - began)


def _end(run: SegmentationRun, error: Exception) -> None:
    if isinstance(error, Cancelled):
        logger.info("Run %s was cancelled or taken over.", run.pk)
    elif isinstance(error, Leaving):
        give_back_run(run)
        logger.info("Run %s was given back.", run.pk)
    else:
        code, facts = explain(error, run)
        logger.warning("Run %s failed: %s.", run.pk, code, exc_info=error if code == "internal" else None)
        fail_run(run, code, **facts)


def _analyse(run: SegmentationRun, find_segmenter: FindSegmenter, lease: Lease) -> RunResult:
    """Read, draw the pictures, look, measure, write the files. The order of stages is the order in which pages fill."""
    seconds: dict[str, float] = {}
    lease.stage(Stage.READING)
    with _timed(seconds, "reading"):
        pixels = read_photo(run.image)
    if not _has_pictures(run.image):
        lease.stage(Stage.PICTURES)
        with _timed(seconds, "pictures"):
            store_pictures(image=run.image, **make_pictures(pixels, image_id=str(run.image.pk), check=lease.check))
    with _timed(seconds, "scale"):
        metadata = metadata_of(run.image)
        surface = look_at_surface(run.image, metadata, pixels)
    lease.stage(Stage.TILES if run.map_of is None else Stage.MEASURING)
    seen = _look(run, pixels, calibration_for(metadata.make), find_segmenter, lease, seconds)
    lease.check()
    there = [on_surface(crack, surface) for crack in seen.cracks]
    with _timed(seconds, "writing"):
        files = write_maps(seen, attempt_folder(run))
        files["widths"] = _write_widths(seen, there, run)
        patches = cut_patches(pixels, seen.cracks)
        files["patches"] = f"{attempt_folder(run)}/patches.zip"
        write_patches(files["patches"], patches)
        groups = group_by_look(run.image.survey, patches)
    return RunResult(
        findings=[facts_of(*row) for row in zip(seen.cracks, there, groups, strict=True)],
        photo=surface.measure,
        matches=match_cracks(run.image, seen.cracks),
        totals=asdict(total(seen.cracks, (seen.width, seen.height))),
        used_threshold=seen.threshold,
        crack_length_px=seen.crack_length_px,
        crack_area_share=seen.crack_area_share,
        tiles=seen.tiles,
        device=seen.device,
        seconds={name: round(value, 3) for name, value in (seconds | seen.seconds).items()},
        **files,
    )


def _look(
    run: SegmentationRun,
    pixels: NDArray[np.uint8],
    calibration: Calibration,
    find_segmenter: FindSegmenter,
    lease: Lease,
    seconds: dict[str, float],
) -> Segmentation:
    """What the network sees; or, where a run measures the map of an earlier one, what that one saw."""
    if run.map_of is not None and run.map_of.probability:
        probability = read_map(run.map_of.probability, pixels.shape[:2])
        threshold = run.threshold or run.map_of.used_threshold or 0.5
        return measure_map(probability, pixels, threshold=threshold, calibration=calibration)
    with _timed(seconds, "loading"):
        segmenter = find_segmenter(run.network)
    return segmenter.segment(pixels, threshold=run.threshold, progress=lease.tiles, calibration=calibration)


def _has_pictures(image: SurveyImage) -> bool:
    names = (image.thumbnail, image.preview, image.pyramid)
    return all(names) and all(media_path(name).is_file() for name in names)


def _write_widths(seen: Segmentation, there: list[CrackOnSurface | None], run: SegmentationRun) -> str:
    """Write the widths along all cracks, numbered as the findings will be. Returns the stored name."""
    name = f"{attempt_folder(run)}/widths-{run.image.measure_wanted}.json.gz"
    rows = enumerate(zip(seen.cracks, there, strict=True), start=1)
    write_widths(name, [(number, crack.profile, surface) for number, (crack, surface) in rows])
    return name


@contextmanager
def _timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    began = monotonic()
    yield
    seconds[name] = monotonic() - began

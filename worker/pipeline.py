"""The join of record and eye: one run from its claim to its findings, in plain Python."""

import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Protocol

import numpy as np
from django.conf import settings
from django.db import InterfaceError, OperationalError
from numpy.typing import NDArray

from inspections.errors import InspectionError
from inspections.models import Network, SegmentationRun, SurveyImage
from inspections.services.housekeeping import attempt_folder, forget_attempt, forget_earlier_attempts
from inspections.services.images import store_pictures
from inspections.services.runs import FindingFacts, RunResult, claim_run, complete_run, fail_run, give_back_run
from inspections.services.storage import media_path
from segmentation.errors import Cancelled, UnreadableImage
from segmentation.images import read_image
from segmentation.results import Crack, Segmentation
from segmentation.tiling import Progress
from worker.derivatives import make_pictures
from worker.failures import explain
from worker.lease import Lease, Leaving
from worker.maps import write_maps

logger = logging.getLogger(__name__)
Stage = SegmentationRun.Stage


class Segmenter(Protocol):
    """What the pipeline needs of a `segmentation.inference.CrackSegmenter`."""

    def segment(
        self, pixels: NDArray[np.uint8], *, threshold: float | None = None, progress: Progress | None = None
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
        pixels = _read(run.image)
    if not _has_pictures(run.image):
        lease.stage(Stage.PICTURES)
        with _timed(seconds, "pictures"):
            store_pictures(image=run.image, **make_pictures(pixels, image_id=str(run.image.pk), check=lease.check))
    lease.stage(Stage.TILES)
    with _timed(seconds, "loading"):
        segmenter = find_segmenter(run.network)
    seen = segmenter.segment(pixels, threshold=run.threshold, progress=lease.tiles)
    lease.check()
    with _timed(seconds, "writing"):
        files = write_maps(seen, attempt_folder(run))
    return RunResult(
        findings=[_facts(crack) for crack in seen.cracks],
        used_threshold=seen.threshold,
        crack_length_px=seen.crack_length_px,
        crack_area_share=seen.crack_area_share,
        tiles=seen.tiles,
        device=seen.device,
        seconds={name: round(value, 3) for name, value in (seconds | seen.seconds).items()},
        **files,
    )


def _read(image: SurveyImage) -> NDArray[np.uint8]:
    """The upright photo, uint8 (height, width, 3). Its size is the one the record promised, or it is not this photo."""
    path = media_path(str(image.original.name))
    if not path.is_file():
        raise InspectionError("original_missing")
    pixels = read_image(path, max_pixels=settings.MAX_PIXELS).pixels
    height, width = pixels.shape[:2]
    if (width, height) != (image.width, image.height):
        raise UnreadableImage(
            reason=f"it decodes to {width} × {height} pixels instead of {image.width} × {image.height}"
        )
    return pixels


def _has_pictures(image: SurveyImage) -> bool:
    names = (image.thumbnail, image.preview, image.pyramid)
    return all(names) and all(media_path(name).is_file() for name in names)


def _facts(crack: Crack) -> FindingFacts:
    return FindingFacts(
        path=_rounded(crack.path),
        branches=[_rounded(branch) for branch in crack.branches],
        length_px=crack.length_px,
        width_mean_px=crack.width_mean_px,
        width_max_px=crack.width_max_px,
        orientation_deg=crack.orientation_deg,
        area_px=crack.area_px,
        confidence=crack.confidence,
        box=crack.box,
        mask_runs=list(crack.mask_runs),
    )


def _rounded(path: tuple[tuple[float, float], ...]) -> list[list[float]]:
    """A path as JSON, to a hundredth of a pixel."""
    return [[round(float(x), 2), round(float(y), 2)] for x, y in path]


@contextmanager
def _timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    began = monotonic()
    yield
    seconds[name] = monotonic() - began

"""The join of record and eye: one run from its claim to its findings, in plain Python."""

import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from time import monotonic
from typing import Protocol

import numpy as np
from django.db import InterfaceError, OperationalError
from numpy.typing import NDArray
from PIL import Image

from inspections.models import LookAlikes, Network, SegmentationRun, SurveyImage
from inspections.services.housekeeping import attempt_folder, forget_attempt, forget_earlier_attempts
from inspections.services.images import store_pictures
from inspections.services.runs import DrawnMeanwhileError, RunResult, claim_run, complete_run, fail_run, give_back_run
from inspections.services.storage import media_path
from segmentation.errors import Cancelled
from segmentation.inference import measure_map
from segmentation.measurement import CAMERA, Calibration, total
from segmentation.results import Segmentation
from segmentation.scale import CrackOnSurface, calibration_for
from segmentation.tiling import Progress
from worker.derivatives import make_pictures
from worker.failures import explain
from worker.keeping import keep_drawn
from worker.lease import Lease, Leaving
from worker.looks import cut_patches, group_by_look, write_patches
from worker.maps import write_maps
from worker.matching import match_cracks
from worker.photos import read_map, read_photo
from worker.records import facts_of, on_surface
from worker.surfaces import Surface, look_at_surface, metadata_of
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
            kept = _complete(run, _analyse(run, find_segmenter, lease), lease)
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


def _complete(run: SegmentationRun, looked: "_Looked", lease: Lease) -> bool:
    """Write the result; put it together again where somebody has drawn on the photo meanwhile."""
    while True:
        lease.check()
        with suppress(DrawnMeanwhileError):
            return complete_run(run, looked.result(run))


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


@dataclass(frozen=True, slots=True)
class _Looked:
    """What an analysis saw: the photo and its surface, the cracks there, and the files that need nothing else."""

    pixels: NDArray[np.uint8]
    surface: Surface
    seen: Segmentation
    there: list[CrackOnSurface | None]
    patches: list[Image.Image]
    groups: list[LookAlikes]
    files: dict[str, str]
    seconds: dict[str, float]

    def result(self, run: SegmentationRun) -> RunResult:
        """All of it beside what people have drawn on the photo by now; writes the widths and patches of both."""
        seen, folder = self.seen, attempt_folder(run)
        kept = keep_drawn(run.image, self.surface, first=len(seen.cracks) + 1)
        files = {**self.files, "widths": f"{folder}/widths-{run.image.measure_wanted}.json.gz"}
        rows = enumerate(zip(seen.cracks, self.there, strict=True), start=1)
        widths = [(number, crack.profile, there) for number, (crack, there) in rows]
        write_widths(files["widths"], [*widths, *((one.number, one.profile, one.there) for one in kept)])
        files["patches"] = f"{folder}/patches.zip"
        write_patches(files["patches"], [*self.patches, *cut_patches(self.pixels, kept)])
        return RunResult(
            findings=[facts_of(*row) for row in zip(seen.cracks, self.there, self.groups, strict=True)],
            photo=self.surface.measure,
            matches=match_cracks(run.image, seen.cracks),
            kept=[one.facts for one in kept],
            totals=asdict(total(seen.cracks, (seen.width, seen.height))),
            used_threshold=seen.threshold,
            crack_length_px=seen.crack_length_px,
            crack_area_share=seen.crack_area_share,
            tiles=seen.tiles,
            device=seen.device,
            seconds={name: round(value, 3) for name, value in (self.seconds | seen.seconds).items()},
            **files,
        )


def _analyse(run: SegmentationRun, find_segmenter: FindSegmenter, lease: Lease) -> _Looked:
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
        patches = cut_patches(pixels, seen.cracks)
        groups = group_by_look(run.image.survey, patches)
    return _Looked(pixels, surface, seen, there, patches, groups, files, seconds)


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


@contextmanager
def _timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    began = monotonic()
    yield
    seconds[name] = monotonic() - began

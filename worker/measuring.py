"""Measuring again what was found before: other millimetres, the same cracks. No network is asked."""

import logging
from dataclasses import replace

from inspections.errors import InspectionError
from inspections.models import Finding, SegmentationRun, SurveyImage
from inspections.services.measuring import (
    CrackMeasure,
    PhotoMeasure,
    current_run,
    store_measures,
    take_image_to_measure,
)
from inspections.services.storage import forget_file
from segmentation.errors import SegmentationError
from segmentation.measurement import summarise
from segmentation.results import WidthProfile, WidthSummary
from segmentation.scale import CrackOnSurface, crack_on_surface
from worker.photos import read_photo
from worker.surfaces import Surface, look_at_surface, measure_crack, metadata_of, needs_pixels, recall_surface
from worker.widths import read_widths, write_widths

logger = logging.getLogger(__name__)


def measure_photos() -> int:
    """Measure every photo again whose scale or rules have changed. Returns how many."""
    count = 0
    while (image := take_image_to_measure()) is not None:
        measure_photo(image)
        count += 1
    return count


def measure_photo(image: SurveyImage) -> bool:
    """Measure one photo again. False where it has changed meanwhile, and waits for another turn.

    A photo that cannot be read loses its millimetres: they would be those of another scale.
    """
    run = current_run(image)
    try:
        surface = _surface(image)
        name, cracks = _measure(run, surface, image.measure_wanted) if run else ("", {})
    except (InspectionError, SegmentationError, OSError, ValueError) as error:
        logger.warning("Photo %s cannot be measured: %s", image.pk, error)
        lost = {"scale": None, "tried": [], "others": [], "notes": [str(error)], "conflicts": []}
        # What was seen of the surface still holds, in pixels, for the day on which the photo is back.
        floor = image.floor and {**image.floor, "measurable_mm": None, "visible_mm": None, "sentence": ""}
        without = PhotoMeasure(scale=lost, floor=floor, markers=image.markers)
        return store_measures(image=image, run=run, photo=without, cracks={})
    kept = store_measures(image=image, run=run, photo=surface.measure, cracks=cracks, widths=name)
    if run and name and run.widths != name:
        forget_file(run.widths if kept else name)
    return kept


def _surface(image: SurveyImage) -> Surface:
    metadata = metadata_of(image)
    if not needs_pixels(image):
        return recall_surface(image, metadata)
    return look_at_surface(image, metadata, read_photo(image))


def _measure(run: SegmentationRun, surface: Surface, version: int) -> tuple[str, dict[int, CrackMeasure]]:
    """The run's new file of widths, and its cracks in millimetres by their numbers, the replaced ones too."""
    profiles = read_widths(run.widths) if run.widths else {}
    seen: dict[int, CrackOnSurface] = {}
    for finding in run.findings.all():
        there = finding_on_surface(finding, profiles.get(finding.number, WidthProfile()), surface)
        if there is not None:
            seen[finding.number] = there
    name = ""
    if profiles:
        name = f"{run.widths.rpartition('/')[0]}/widths-{version}.json.gz"
        write_widths(name, [(number, profile, seen.get(number)) for number, profile in profiles.items()])
    return name, {number: measure_crack(crack) for number, crack in seen.items()}


def finding_on_surface(finding: Finding, profile: WidthProfile, surface: Surface) -> CrackOnSurface | None:
    """A finding in millimetres by the profile that was stored of it; None without a scale."""
    if surface.scale is None:
        return None
    lines, widths = [finding.path, *finding.branches], _summary(finding, profile)
    return crack_on_surface(lines, finding.length_px, profile, widths, surface.scale, surface.floor)


def _summary(finding: Finding, profile: WidthProfile) -> WidthSummary | None:
    """The profile's summary, whose median is as unsure as it was found to be with the photo."""
    if finding.width_median_px is None or finding.width_u95_px is None:
        return None
    summary = summarise(profile)
    return summary and replace(summary, u95=finding.width_u95_px)

"""One survey being filled with photos, analyses and findings, in bulk."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from inspections.benchmark.findings import FindingMaker
from inspections.benchmark.shapes import HEIGHT, WIDTH
from inspections.models import (
    Comment,
    Element,
    Event,
    Finding,
    LookAlikes,
    Network,
    Review,
    SegmentationRun,
    Survey,
    SurveyImage,
    User,
)
from inspections.services.conditions import pack_of

Status = SegmentationRun.Status

AT_ONCE = 40
"""Photos whose findings are in memory together."""
FAILED, QUEUED, RUNNING, TWICE = (100, 7), (100, 11), (500, 13), (20, 5)
"""Which photos are so, as every so many, and the first; `TWICE` were analysed before."""
ALIKE_GROUPS = 50
"""Findings for each group of look-alikes."""
TALKED = 100
"""One finding in so many has a comment."""


class Filling:
    """One survey being filled with photos, analyses and findings."""

    def __init__(
        self, chance: Random, survey: Survey, elements: Sequence[Element], network: Network, reviewer: User
    ) -> None:
        self.chance, self.survey, self.elements = chance, survey, elements
        self.network, self.reviewer = network, reviewer

    def fill(self, photos: int, findings: int) -> None:
        """Write so many photos and current findings."""
        images = SurveyImage.objects.bulk_create([self._photo(place) for place in range(photos)])
        runs = self._runs(images)
        finished = [run for run in runs if run.status == Status.SUCCEEDED]
        groups = LookAlikes.objects.bulk_create(
            LookAlikes(survey=self.survey, centre=[self.chance.randrange(256) for _bin in range(131)])
            for _group in range(findings // ALIKE_GROUPS)
        )
        maker = FindingMaker(self.chance, groups, self.reviewer, pack_of(self.survey.bridge.organisation))
        counts = _shares(self.chance, findings, len(finished))
        self._look_before(images, maker)
        for part in _in_parts(list(zip(finished, counts, strict=True)), AT_ONCE):
            self._write([finding for run, count in part for finding in maker.findings_of(run, count)], maker)
        SegmentationRun.objects.bulk_update(finished, ["finding_count"], batch_size=AT_ONCE)

    def _photo(self, place: int) -> SurveyImage:
        scaled = self.chance.random() < 0.9
        scale = self.chance.uniform(0.3, 0.9) if scaled else None
        laser = {"source": "laser", "mm_per_px": scale, "u95_mm_per_px": 0.05, "note": "The drone measured 4.1 m."}
        photo = SurveyImage(
            survey=self.survey,
            element=self.elements[place * len(self.elements) // 2000 % len(self.elements)],
            original_name=f"DJI_{place:05d}.JPG",
            sha256=f"{self.chance.getrandbits(256):064x}",
            byte_size=9_000_000,
            format="JPEG",
            extension="jpg",
            width=WIDTH,
            height=HEIGHT,
            taken_at=datetime(2026, 5, 4, 9, tzinfo=UTC) + timedelta(seconds=7 * place),
            camera_make="DJI",
            camera_model="ZH20T",
            latitude=54.07 + place * 1e-6,
            longitude=-2.0,
            altitude_m=121.5,
            metadata=_metadata(),
            added_by=self.reviewer,
            scale={"scale": laser if scaled else None, "others": [], "tried": [["marker", "No marker was seen."]]},
            mm_per_px=scale,
            mm_per_px_u95=scale and 0.05,
            scale_source="laser" if scaled else "",
            floor={"measurable_px": 3.0, "sentence": "Narrower cracks cannot be measured here."},
            floor_mm=scale and 3.0 * scale,
        )
        photo.thumbnail, photo.preview = f"pictures/{photo.pk}/thumbnail.jpg", f"pictures/{photo.pk}/preview.jpg"
        photo.pyramid = f"pictures/{photo.pk}/pyramid.szi"
        return photo

    def _runs(self, images: Sequence[SurveyImage]) -> list[SegmentationRun]:
        """The latest analysis of each photo."""
        return SegmentationRun.objects.bulk_create(
            self._run(image, status=_status(place)) for place, image in enumerate(images)
        )

    def _run(self, image: SurveyImage, status: str) -> SegmentationRun:
        run = SegmentationRun(image=image, network=self.network, requested_by=self.reviewer, status=status, attempt=1)
        if status == Status.FAILED:
            run.error_code = "internal"
        if status == Status.RUNNING:
            run.stage, run.tiles_done, run.tiles_total = SegmentationRun.Stage.TILES, 12, 70
        if status != Status.SUCCEEDED:
            return run
        run.tiles_done = run.tiles_total = 70
        run.used_threshold, run.device = 0.5, "openvino"
        run.started_at, run.finished_at = image.taken_at, image.taken_at
        for kind in ("probability", "probability_preview", "overlay", "widths", "patches"):
            setattr(run, kind, f"runs/{run.pk}/{kind}")
        run.seconds = {"reading": 0.3, "network": 6.4, "total": 8.4}
        return run

    def _look_before(self, images: Sequence[SurveyImage], maker: FindingMaker) -> None:
        """Earlier analyses of some photos: their findings count no more and stay."""
        again = [
            image for place, image in enumerate(images) if _is(place, TWICE) and _status(place) == Status.SUCCEEDED
        ]
        runs = [self._run(image, Status.SUCCEEDED) for image in again]
        SegmentationRun.objects.bulk_create(runs)
        # Older than all others: the time of a row is set when it is written.
        SegmentationRun.objects.filter(pk__in=[run.pk for run in runs]).update(
            created_at=datetime(2026, 5, 4, tzinfo=UTC)
        )
        for part in _in_parts(runs, AT_ONCE):
            self._write([finding for run in part for finding in maker.findings_of(run, 5, current=False)], maker)
        SegmentationRun.objects.bulk_update(runs, ["finding_count"], batch_size=AT_ONCE)

    def _write(self, findings: Sequence[Finding], maker: FindingMaker) -> None:
        Finding.objects.bulk_create(findings)
        for finding in findings:
            finding.run.finding_count = max(finding.run.finding_count, finding.number)
        decided = list(maker.decisions_on(findings))
        Review.objects.bulk_create(review for review, _event in decided)
        Event.objects.bulk_create(event for _review, event in decided)
        Comment.objects.bulk_create(
            Comment(finding=finding, author=self.reviewer, text="Look at the left end.")
            for finding in findings
            if self.chance.randrange(TALKED) == 0
        )


def _metadata() -> dict[str, Any]:
    """As much as a drone writes."""
    return {
        "camera": {"make": "DJI", "model": "ZH20T", "lens_model": "24.0-60.0 mm f/2.8-4.0", "serial_number": "1SFLH"},
        "exposure": {"time_s": 0.001, "f_number": 4.0, "iso": 100, "focal_length_mm": 12.3},
        "drone": {f"{name}_deg": 12.3456789 for name in ("gimbal_pitch", "gimbal_yaw", "gimbal_roll", "flight_yaw")}
        | {"relative_altitude_m": 31.4, "lrf_target_distance_m": 4.1, "lrf_status": "Normal"},
        "taken_at": {"local": "2026-05-04T09:00:00", "utc_offset": "+00:00"},
    }


def _status(place: int) -> str:
    for rule, status in ((FAILED, Status.FAILED), (QUEUED, Status.QUEUED), (RUNNING, Status.RUNNING)):
        if _is(place, rule):
            return status
    return Status.SUCCEEDED


def _is(place: int, rule: tuple[int, int]) -> bool:
    every, first = rule
    return place % every == first


def _shares(chance: Random, total: int, count: int) -> list[int]:
    """`total` dealt out to `count` photos: many have few, few have many."""
    weights = [chance.expovariate(1) for _photo in range(count)]
    shares, dealt, weight, whole = [], 0, 0.0, sum(weights)
    for one in weights:
        weight += one
        upto = round(total * weight / whole)
        shares.append(upto - dealt)
        dealt = upto
    return shares


def _in_parts(rows: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))

"""The findings of photos that have been analysed: measured, judged, grouped, and some of them decided."""

from collections.abc import Iterator, Sequence
from random import Random

from inspections.benchmark.shapes import HEIGHT, WIDTH, draw_shapes
from inspections.conditions import Pack
from inspections.models import Event, Finding, LookAlikes, Review, SegmentationRun, User
from inspections.models.reviews import Reason, Verdict
from inspections.services.conditions import judge_finding
from inspections.services.risk import rank_findings

SHAPES, UNDECIDED, REJECTED, ALIKE, ASSIGNED = 60, 0.6, 0.3, 0.6, 0.02
U95_SHARE, FLOOR_PX = 0.2, 3.0


class FindingMaker:
    """Makes findings by chance, the same for the same seed; nothing is saved."""

    def __init__(self, chance: Random, groups: Sequence[LookAlikes], reviewer: User, pack: Pack) -> None:
        self.chance, self.groups, self.reviewer, self.pack = chance, groups, reviewer, pack
        self.shapes = draw_shapes(chance, SHAPES)

    def findings_of(self, run: SegmentationRun, count: int, *, current: bool = True) -> list[Finding]:
        """So many findings of a finished analysis, numbered from 1."""
        found = [self._one(run, number, current) for number in range(1, count + 1)]
        rank_findings(found)
        return found

    def decisions_on(self, findings: Sequence[Finding]) -> Iterator[tuple[Review, Event]]:
        """The review of each finding that has a verdict, and what the history tells of it."""
        for finding in findings:
            if finding.verdict is None:
                continue
            reason = self.chance.choice(Reason.values) if finding.verdict == Verdict.REJECTED else ""
            told = {"verdict": finding.verdict, "reason": reason, "state": finding.decided_state, "note": ""}
            review = Review(finding=finding, reviewer=self.reviewer, sequence=1, **told)
            event = Event(
                survey_id=finding.image.survey_id,
                image_id=finding.image_id,
                finding=finding,
                actor=self.reviewer,
                kind=Event.Kind.DECIDED,
                facts={"number": finding.number, "network": str(finding.run.network), **told, "sequence": 1},
            )
            yield review, event

    def _one(self, run: SegmentationRun, number: int, current: bool) -> Finding:
        chance, image = self.chance, run.image
        shape = chance.choice(self.shapes)
        px = 1.0 + chance.expovariate(0.3)
        finding = Finding(
            run=run,
            image=image,
            survey_id=image.survey_id,
            number=number,
            **shape.at(chance.randrange(WIDTH - shape.width), chance.randrange(HEIGHT - shape.height)),
            width_mean_px=px,
            width_max_px=1.6 * px,
            orientation_deg=chance.uniform(0, 180),
            confidence=chance.uniform(0.5, 1),
            width_median_px=px,
            width_u95_px=U95_SHARE * px,
            width_p95_px=1.4 * px,
            width_widest_px=1.5 * px,
            width_widest_u95_px=U95_SHARE * px,
            width_samples=shape.height // 2,
            is_current=current,
            look_alikes=self._group() if current else None,
        )
        finding.widest_x, finding.widest_y = finding.path[len(finding.path) // 2]
        self._measure(finding, px)
        judge_finding(finding, self.pack, image.element, image.survey.bridge)
        if current:
            self._decide(finding)
        return finding

    def _group(self) -> LookAlikes | None:
        """Few large groups and many small ones, as joints and form ties give them."""
        if not self.groups or self.chance.random() >= ALIKE:
            return None
        return self.groups[int(self.chance.random() ** 3 * len(self.groups))]

    def _measure(self, finding: Finding, px: float) -> None:
        scale = finding.image.mm_per_px
        if scale is None:
            return
        finding.length_mm = scale * finding.length_px
        if 1.5 * px < FLOOR_PX:
            finding.width_bound_mm = finding.widest_bound_mm = FLOOR_PX * scale
            return
        finding.width_mm = finding.width_mean_mm = scale * px
        finding.width_u95_mm = finding.widest_u95_mm = U95_SHARE * scale * px
        finding.width_p95_mm, finding.widest_mm = 1.4 * scale * px, 1.5 * scale * px

    def _decide(self, finding: Finding) -> None:
        chance = self.chance
        if chance.random() < ASSIGNED:
            finding.assignee = self.reviewer
        if chance.random() < UNDECIDED:
            return
        finding.verdict = Verdict.REJECTED if chance.random() < REJECTED else Verdict.ACCEPTED
        finding.reviews_count = 1
        if finding.verdict == Verdict.ACCEPTED and chance.random() < 0.2:
            finding.decided_state = finding.worst_state

"""`python -m segmentation.evaluation.drawn_widths`: how many intervals hold the truth on drawn walls.

Draws photos with known widths, looks at them with a network (or, `--network none`, with the true coverage as a map),
measures them as `predict` does, and compares every sample, and every finding, with the crack that was drawn there.
Only places count where one crack alone is near, nothing hides it, and the traced line follows it.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.spatial import KDTree

from segmentation.checkpoints import resolve_network
from segmentation.drawing import SCENES, DrawnPhoto, draw_photo
from segmentation.evaluation.field_widths import score
from segmentation.evaluation.table import lines_of
from segmentation.inference import CrackSegmenter
from segmentation.measurement import PLAIN, trace_cracks
from segmentation.results import Crack

Numbers = NDArray[np.float64]
Looked = Callable[[DrawnPhoto], tuple[Crack, ...]]

SIZE = (640, 480)
SCALES_MM = (0.15, 0.25, 0.4, 0.6)
ALONE_PX = 8.0
"""No other crack lies nearer than this to one that counts."""
LARGEST_TURN_DEG = 35.0
VISIBLE = 0.9
FOLLOWED_SHARE = 0.7
"""Of a finding's samples that must lie on a drawn crack for it to count."""
CLASSES_PX = (0.0, 0.6, 1.0, 2.0, 3.0, 5.0, 8.0, np.inf)
COLUMNS = (
    ("n", "n", 0), ("median |e|", "median_abs", 2), ("median e", "median", 2), ("P95 |e|", "p95", 2),
    ("coverage", "coverage", 3), ("median u95", "u95", 2),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Compared:
    """True width, measured width and its 95 % uncertainty, each (n,), pixels."""

    truth: Numbers
    width: Numbers
    u95: Numbers

    @staticmethod
    def of(rows: Sequence[Sequence[float]]) -> "Compared":
        return Compared(*np.array(rows, float).reshape(-1, 3).T)

    @property
    def coverage(self) -> float:
        """Share of the intervals that hold the truth."""
        return float(np.mean(np.abs(self.width - self.truth) <= self.u95))


def compare(photos: Sequence[DrawnPhoto], look: Looked) -> tuple[Compared, Compared]:
    """Samples, and medians of findings, against what was drawn."""
    samples: list[list[float]] = []
    findings: list[list[float]] = []
    for photo in photos:
        for crack in look(photo) if photo.cracks else ():
            truth = true_widths(photo, crack)
            known = np.isfinite(truth)
            columns = np.column_stack((truth, crack.profile.width_px, crack.profile.u95_px))
            samples += columns[known].tolist()
            if crack.widths is not None and known.mean() > FOLLOWED_SHARE:
                findings.append([float(np.median(truth[known])), crack.widths.median, crack.widths.u95])
    return Compared.of(samples), Compared.of(findings)


def true_widths(photo: DrawnPhoto, crack: Crack) -> Numbers:
    """The drawn width at each sample of a finding, (n,), NaN where the place does not count."""
    profile = crack.profile
    if len(profile) == 0:
        return np.empty(0)
    cracks = photo.cracks
    path = np.concatenate([drawn.path for drawn in cracks])
    widths = np.concatenate([drawn.widths_px for drawn in cracks])
    visible = np.concatenate([drawn.visible for drawn in cracks])
    owner = np.repeat(np.arange(len(cracks)), [len(drawn.path) for drawn in cracks])
    along = np.concatenate([np.gradient(drawn.path, axis=0) for drawn in cracks])
    tree = KDTree(path)
    away, nearest = tree.query(profile.places)
    around = tree.query_ball_point(profile.places, ALONE_PX + widths[nearest])
    alone = np.array([len(set(owner[near])) <= 1 for near in around])
    runs = np.degrees(np.arctan2(-along[nearest, 1], along[nearest, 0]))
    turn = np.abs((profile.across_deg - 90 - runs + 90) % 180 - 90)
    on_it = (away < np.maximum(3.0, widths[nearest] / 2)) & (turn < LARGEST_TURN_DEG)
    return np.where(alone & on_it & (visible[nearest] > VISIBLE), widths[nearest], np.nan)


def look_with_truth(photo: DrawnPhoto) -> tuple[Crack, ...]:
    """The findings of a network that sees every crack where it is, a little blurred."""
    soft = np.rint(gaussian_filter(np.maximum(photo.coverage, 0.6 * photo.mask), 0.6) * 255).astype(np.uint8)
    # The true mask follows hairlines that cover no pixel by half.
    probability = np.where(photo.mask, np.maximum(soft, 200), soft)
    return trace_cracks(probability, threshold=0.5, pixels=photo.pixels, calibration=PLAIN)


def look_with(segmenter: CrackSegmenter) -> Looked:
    """The findings of a network."""
    return lambda photo: segmenter.segment(photo.pixels, calibration=PLAIN).cracks


def drawn_photos(count: int, seed: int) -> list[DrawnPhoto]:
    """Walls of all scenes in turn, at four scales."""
    return [
        draw_photo(
            seed + number, *SIZE,
            mm_per_pixel=SCALES_MM[number // len(SCENES) % len(SCALES_MM)], scene=SCENES[number % len(SCENES)],
        )
        for number in range(count)
    ]  # fmt: skip


def report(samples: Compared, findings: Compared) -> str:
    """Two tables as text."""
    lines: list[str] = []
    for title, compared in (("samples", samples), ("findings, by median", findings)):
        rows = [("all", np.ones(len(compared.truth), bool))]
        rows += [
            (f"{low:g} to {high:g} px", (compared.truth >= low) & (compared.truth < high))
            for low, high in pairwise(CLASSES_PX)
        ]
        told = [
            (name, score(compared.width[part], compared.truth[part], compared.u95[part]))
            for name, part in rows if part.any()
        ]  # fmt: skip
        lines += [*lines_of(title, told, COLUMNS), ""]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="drawn_widths", description="Measured widths against drawn ones.")
    parser.add_argument("--photos", type=int, default=40)
    parser.add_argument("--seed", type=int, default=20_000)
    parser.add_argument("--network", default="default", metavar="NAME|PATH|none")
    args = parser.parse_args(arguments)
    look: Looked = look_with_truth
    if args.network != "none":
        look = look_with(CrackSegmenter.load(resolve_network(args.network), "cpu"))
    print(report(*compare(drawn_photos(args.photos, args.seed), look)))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Scores of many photos from the sum of their counts: one set of formulas for the estimate and for every resample."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentation.evaluation.records import PhotoRecord

Numbers = NDArray[np.float64]

KINDS = ("strict", "near2", "near4", "lines")
PARTS = ("tp", "fp", "fn", "found")
MEANS = ("photos", "dice", "iou")
ALARMS = ("clean_photos", "clean_megapixels", "false_regions", "false_area", "false_components")
COLUMNS = (*(f"{kind}_{part}" for kind in KINDS for part in PARTS), *MEANS, *ALARMS)
"""What is added up, in the order of a tally."""
SCORES = (
    "precision", "recall", "f1", "iou", "dice_mean", "iou_mean", "f1_2px", "f1_4px", "cliou_4px",
)  # fmt: skip
"""Scores of the crack pixels."""
RATES = tuple(f"{name}_per_10mp" for name in ALARMS[2:])
"""False alarms on photos without a crack."""


def tally(record: PhotoRecord) -> Numbers:
    """The counts of one photo in the order of `COLUMNS`: float (24,). False alarms count on crack-free photos only."""
    counts = [getattr(getattr(record, kind), part) for kind in KINDS for part in PARTS]
    clean = not record.cracked
    alarms = (record.megapixels, len(record.findings), sum(record.findings), record.components)
    return np.array([*counts, 1, record.dice, record.iou, clean, *(clean * alarm for alarm in alarms)], float)


def group_sums(records: Iterable[PhotoRecord]) -> Numbers:
    """The tallies added up by source photo: float (groups, 24), in order of the groups' names."""
    sums: dict[str, Numbers] = {}
    for record in records:
        sums[record.group] = sums.get(record.group, np.zeros(len(COLUMNS))) + tally(record)
    return np.array([sums[group] for group in sorted(sums)]).reshape(-1, len(COLUMNS))


def scores_of(sums: Numbers) -> dict[str, Numbers]:
    """Every score of summed tallies, float (…, 24) → float (…) by name; NaN where it has no meaning.

    Scores of crack pixels have none without a true crack pixel, precision none without a predicted one, false alarms
    none without a crack-free photo. F1 is 2PR / (P + R) with P = tp / (tp + fp) and R = found / (found + fn), IoU
    found / (found + fn + fp), and `cliou_4px` the same of centre lines (Benz and Rodehorst, OmniCrack30k, 2024).
    `dice_mean` and `iou_mean` are means over photos. Rates are per ten megapixels, areas in pixels.
    """
    of = dict(zip(COLUMNS, np.moveaxis(sums, -1, 0), strict=True))
    cracked = of["strict_tp"] + of["strict_fn"] > 0
    scores = {
        "precision": _precision(of, "strict"),
        "recall": _recall(of, "strict"),
        "f1": _f1(of, "strict"),
        "iou": _iou(of, "strict"),
        "dice_mean": _ratio(of["dice"], of["photos"]),
        "iou_mean": _ratio(of["iou"], of["photos"]),
        "f1_2px": _f1(of, "near2"),
        "f1_4px": _f1(of, "near4"),
        "cliou_4px": _iou(of, "lines"),
    }
    scores = {name: np.where(cracked, value, np.nan) for name, value in scores.items()}
    area = of["clean_megapixels"] / 10
    return scores | {f"{name}_per_10mp": _ratio(of[name], area) for name in ALARMS[2:]}


def mean_over(scores: Sequence[Mapping[str, Numbers]]) -> dict[str, Numbers]:
    """The plain mean over sets of each pixel score, sets without a crack left aside; NaN where none has one."""
    means = {}
    for name in SCORES:
        values = np.array([of_set[name] for of_set in scores])
        told = np.isfinite(values)
        means[name] = _ratio(np.where(told, values, 0).sum(axis=0), told.sum(axis=0))
    return means


def rounded(value: Any, digits: int = 4) -> float | None:
    """A number for the report: None for NaN."""
    return None if not np.isfinite(value) else round(float(value), digits)


def _precision(of: Mapping[str, Numbers], kind: str) -> Numbers:
    return _ratio(of[f"{kind}_tp"], of[f"{kind}_tp"] + of[f"{kind}_fp"])


def _recall(of: Mapping[str, Numbers], kind: str) -> Numbers:
    return _ratio(of[f"{kind}_found"], of[f"{kind}_found"] + of[f"{kind}_fn"])


def _f1(of: Mapping[str, Numbers], kind: str) -> Numbers:
    precision, recall = np.nan_to_num(_precision(of, kind)), np.nan_to_num(_recall(of, kind))
    return np.nan_to_num(_ratio(2 * precision * recall, precision + recall))


def _iou(of: Mapping[str, Numbers], kind: str) -> Numbers:
    return _ratio(of[f"{kind}_found"], of[f"{kind}_found"] + of[f"{kind}_fn"] + of[f"{kind}_fp"])


def _ratio(part: Numbers, whole: Numbers) -> Numbers:
    part, whole = np.asarray(part, float), np.asarray(whole, float)
    return np.divide(part, whole, out=np.full(np.broadcast(part, whole).shape, np.nan), where=whole > 0)

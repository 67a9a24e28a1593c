"""The report: every number by set and pooled, with its interval, as plain JSON values. What means nothing is None."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from segmentation.evaluation.calibration import SUSPECT, expected_calibration_error, reliability
from segmentation.evaluation.detection import detection, image_level
from segmentation.evaluation.intervals import Interval, percentiles, poisson_rate, resample_weights
from segmentation.evaluation.pooling import (
    ALARMS,
    COLUMNS,
    RATES,
    SCORES,
    Numbers,
    group_sums,
    mean_over,
    rounded,
    scores_of,
    tally,
)
from segmentation.evaluation.records import PhotoRecord
from segmentation.metrics import LEVELS

FEWEST_GROUPS = 5
"""Intervals from fewer source photos are not given: two of them have three resamples, all too alike."""
_ALARMS = np.isin(COLUMNS, ALARMS)


def report_of(records: Iterable[PhotoRecord], *, draws: int = 1000, seed: int = 0) -> dict[str, Any]:
    """`sets`, `pooled`, `mean_of_sets`, `calibration`, `detection` and `image_level` of all records.

    `sets` has a row for every set of the split and every crack-free collection. `pooled` adds up the pixels of the
    split's sets; its false alarms, and `image_level`, count all crack-free photos, in sets and collections.
    `draws` resamples of source photos give the intervals, the same ones for the same `seed`; none for 0.
    """
    rows: dict[str, list[PhotoRecord]] = defaultdict(list)
    for record in records:
        rows[record.set].append(record)
    rows = dict(sorted(rows.items(), key=lambda row: (row[1][0].collection, row[0])))
    sets = {name: members for name, members in rows.items() if not members[0].collection}
    resampled = {name: _resampled(name, members, draws, seed) for name, members in rows.items()}
    everything = [record for members in rows.values() for record in members]
    split = [record for members in sets.values() for record in members]
    return {
        "sets": {name: _row(members, members, resampled[name]) for name, members in rows.items()},
        "pooled": _row(split, everything, _pooled(resampled, set(sets))),
        "mean_of_sets": _mean_of_sets(list(sets.values()), [resampled[name] for name in sets]),
        "calibration": _calibration(split),
        "detection": detection(sets, draws=draws, seed=seed),
        "image_level": image_level(everything)
        | {"sets": {name: image_level(members) for name, members in rows.items()}},
    }


def _row(split: Sequence[PhotoRecord], everything: Sequence[PhotoRecord], resampled: Numbers) -> dict[str, Any]:
    """Pixel scores of `split`, false alarms of `everything`; `resampled` holds the sums for the intervals."""
    sums = _total(split)
    sums[_ALARMS] = _total(everything)[_ALARMS]
    estimate = scores_of(sums)
    bounds = _bounds(scores_of(resampled if _can_vary(everything) else resampled[:0]))
    row: dict[str, Any] = {
        "photos": len(split),
        "groups": _groups(split),
        "megapixels": round(sum(record.megapixels for record in split), 2),
    }
    for name in SCORES:
        row |= {name: rounded(estimate[name]), f"{name}_ci": bounds[name]}
    cracked = any(record.cracked for record in split)
    row["dice_std"] = rounded(np.std([record.dice for record in split])) if cracked else None
    row["iou_std"] = rounded(np.std([record.iou for record in split])) if cracked else None
    row |= _alarms(sums)
    row |= {name: rounded(estimate[name], 2) for name in RATES}
    row["false_regions_per_10mp_group_ci"] = bounds["false_regions_per_10mp"]
    histogram = _histogram(split)
    row["ece"] = _rounded(expected_calibration_error(histogram))
    row["ece_p05"] = _rounded(expected_calibration_error(histogram, at_least=SUSPECT))
    row["ms_per_mp"] = _pace(everything)
    return row


def _alarms(sums: Numbers) -> dict[str, Any]:
    """What the rates of false alarms are rates of."""
    of = dict(zip(COLUMNS, sums.tolist(), strict=True))
    area, regions = of["clean_megapixels"], int(of["false_regions"])
    return {
        "crack_free_photos": int(of["clean_photos"]),
        "crack_free_megapixels": round(area, 2),
        "false_regions": regions if of["clean_photos"] else None,
        "false_regions_per_10mp_ci": poisson_rate(regions, area / 10),
    }


def _mean_of_sets(sets: Sequence[Sequence[PhotoRecord]], resampled: Sequence[Numbers]) -> dict[str, Any]:
    """The plain mean over the split's sets: no set rules because its photos are large or many."""
    means: dict[str, Any] = {"sets": sum(any(record.cracked for record in members) for members in sets)}
    estimate = mean_over([scores_of(_total(members)) for members in sets])
    varies = any(_can_vary(members) for members in sets)
    bounds = _bounds(mean_over([scores_of(sums if varies else sums[:0]) for sums in resampled]))
    for name in SCORES:
        means |= {name: rounded(estimate[name]), f"{name}_ci": bounds[name]}
    return means


def _resampled(name: str, members: Sequence[PhotoRecord], draws: int, seed: int) -> Numbers:
    """Sums of as many source photos, drawn with replacement: float (draws, 24).

    Each set draws from a seed of its own: what else is scored does not move its interval.
    """
    groups = group_sums(members)
    return resample_weights(len(groups), draws=draws, seed=(seed, crc32(name.encode()))) @ groups


def _pooled(resampled: Mapping[str, Numbers], sets: set[str]) -> Numbers:
    """Sums over sets of their resamples, each set drawn for itself; collections add their false alarms alone."""
    return np.sum([sums if name in sets else sums * _ALARMS for name, sums in resampled.items()], axis=0)


def _bounds(scores: Mapping[str, Numbers]) -> dict[str, Interval]:
    return {name: percentiles(values) for name, values in scores.items()}


def _can_vary(records: Iterable[PhotoRecord]) -> bool:
    """Whether the sets that have several source photos have five together; of fewer a resample tells nothing."""
    sources = Counter(name for name, _ in {(record.set, record.group) for record in records})
    return sum(number for number in sources.values() if number > 1) >= FEWEST_GROUPS


def _groups(records: Iterable[PhotoRecord]) -> int:
    return len({(record.set, record.group) for record in records})


def _total(records: Sequence[PhotoRecord]) -> Numbers:
    return np.sum([tally(record) for record in records], axis=0) if records else np.zeros(len(COLUMNS))


def _calibration(split: Sequence[PhotoRecord]) -> dict[str, Any]:
    bins = reliability(_histogram(split))
    return {"bins": [{key: _rounded(value) for key, value in asdict(part).items()} for part in bins]}


def _histogram(records: Sequence[PhotoRecord]) -> NDArray[np.int64]:
    return sum((record.histogram for record in records), np.zeros((2, LEVELS), np.int64))


def _pace(records: Sequence[PhotoRecord]) -> float | None:
    """Milliseconds of network per megapixel, the middle photo's: the first ones of a run are slower than the rest."""
    paces = [1000 * record.seconds / record.megapixels for record in records]
    return round(float(np.median(paces)), 1) if paces else None


def _rounded(value: Any) -> Any:
    return round(value, 4) if isinstance(value, float) else value

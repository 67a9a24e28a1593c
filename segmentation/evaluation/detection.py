"""How many true cracks are found, by their width, and how many photos are flagged."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import inf
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from segmentation.evaluation.intervals import LEVEL, TAIL, resample_weights, wilson
from segmentation.evaluation.pod import Curve, fit_curve, refit
from segmentation.evaluation.records import HIT_SHARE, LINE_PX, PhotoRecord, Target

EDGES_PX = (0.0, 2.0, 3.0, 4.0, 6.0, 9.0, 13.0, inf)
CURVE_DRAWS = 400
"""Resamples of a curve: each one is a search, and four hundred tell a 95 % bound well enough."""
CURVE_POINTS = 41
FINE_POINTS = 400

Numbers = NDArray[np.float64]


def detection(sets: Mapping[str, Sequence[PhotoRecord]], *, draws: int, seed: int) -> dict[str, Any]:
    """The targets of all sets together with their curve, and by set under `sets`.

    A target is a true crack traced in the true mask; it is hit when at least half of its centre line lies within 4 px
    of a finding. Bounds come from resampling source photos within sets.
    """
    facts: dict[str, Any] = {"tolerance_px": LINE_PX, "hit_share": HIT_SHARE}
    facts |= _of_sets(sets, draws, seed)
    return facts | {
        "sets": {name: _of_sets({name: records}, draws, seed) for name, records in sets.items() if _targets(records)}
    }


def image_level(photos: Sequence[PhotoRecord]) -> dict[str, Any]:
    """How many photos with a crack are flagged, and how many without one are not; flagged is one finding or more."""
    cracked = [bool(record.findings) for record in photos if record.cracked]
    clean = [not record.findings for record in photos if not record.cracked]
    return {
        "cracked_photos": len(cracked),
        "flagged": sum(cracked),
        "sensitivity": _share(sum(cracked), len(cracked)),
        "sensitivity_ci": wilson(sum(cracked), len(cracked)),
        "crack_free_photos": len(clean),
        "unflagged": sum(clean),
        "specificity": _share(sum(clean), len(clean)),
        "specificity_ci": wilson(sum(clean), len(clean)),
    }


def _of_sets(sets: Mapping[str, Sequence[PhotoRecord]], draws: int, seed: int) -> dict[str, Any]:
    records = [record for members in sets.values() for record in members]
    targets = _targets(records)
    crack_px = sum(record.strict.tp + record.strict.fn for record in records)
    facts = _rate(targets) | {
        "hit_by_pixels": sum(target.predicted >= HIT_SHARE for target in targets),
        "labelled_share": _share(sum(record.targets_px for record in records), crack_px),
        "width_range_px": [round(f(t.width_px for t in targets), 2) for f in (min, max)] if targets else None,
        "bins": [_bin(targets, start, stop) for start, stop in pairwise(EDGES_PX)],
    }
    widths = np.array([target.width_px for target in targets])
    hits = np.array([target.hit for target in targets], bool)
    return facts | _curve_facts(fit_curve(widths, hits), widths, hits, _weights(sets, draws, seed))


def _curve_facts(curve: Curve | None, widths: Numbers, hits: NDArray[np.bool_], weights: Numbers) -> dict[str, Any]:
    """`w50` and `w90` are read from the curve, `w90_95` where its lower one-sided 95 % bound reaches 0.9.

    Nothing is read beyond the widths that were seen: below the narrowest or above the widest target it is None.
    """
    if curve is None:
        return {"curve": None, "w50": None, "w90": None, "w90_95": None}
    fine = np.geomspace(widths.min(), widths.max(), FINE_POINTS)
    replicates = np.array([refit(curve, widths, hits, row)[0].at(fine) for row in weights if row.any()])
    # Without a resample there are no bounds.
    bounds = np.quantile(replicates, (TAIL, 1 - TAIL, 1 - LEVEL), axis=0) if replicates.size else None
    estimate = curve.at(fine)
    points = [
        {
            "width_px": _round(fine[n]),
            "pod": _round(estimate[n]),
            "low": None if bounds is None else _round(bounds[0, n]),
            "high": None if bounds is None else _round(bounds[1, n]),
        }
        for n in np.linspace(0, FINE_POINTS - 1, CURVE_POINTS).astype(int)
    ]
    return {
        "curve": {
            "top": _round(curve.top),
            "intercept": _round(curve.intercept),
            "slope": _round(curve.slope),
            "centre_px": _round(curve.centre),
            "points": points,
        },
        "w50": _within(curve.width_at(0.5), fine),
        "w90": _within(curve.width_at(0.9), fine),
        "w90_95": None if bounds is None else _first(fine, bounds[2] >= 0.9),
    }


def _weights(sets: Mapping[str, Sequence[PhotoRecord]], draws: int, seed: int) -> Numbers:
    """How often each target counts in each resample of source photos, float (draws, targets); sets stay as they are.

    No resample where each set has a single source photo: there would be nothing to draw from.
    """
    columns = []
    if all(len({record.group for record in records}) < 2 for records in sets.values()):
        return np.empty((0, 0))
    for name, records in sets.items():
        groups = sorted({record.group for record in records})
        owner = [groups.index(record.group) for record in records for _ in record.targets]
        drawn = resample_weights(len(groups), draws=min(draws, CURVE_DRAWS), seed=(seed, crc32(name.encode())))
        columns.append(drawn[:, owner] if owner else np.empty((len(drawn), 0)))
    return np.concatenate(columns, axis=1).astype(float)


def _bin(targets: Sequence[Target], start: float, stop: float) -> dict[str, Any]:
    inside = [target for target in targets if start <= target.width_px < stop]
    return {"from_px": start, "to_px": None if stop == inf else stop} | _rate(inside)


def _rate(targets: Sequence[Target]) -> dict[str, Any]:
    hits = sum(target.hit for target in targets)
    return {
        "targets": len(targets),
        "hits": hits,
        "rate": _share(hits, len(targets)),
        "rate_ci": wilson(hits, len(targets)),
    }


def _targets(records: Sequence[PhotoRecord]) -> list[Target]:
    return [target for record in records for target in record.targets]


def _within(width: float | None, fine: Numbers) -> float | None:
    return _round(width, 2) if width is not None and fine[0] <= width <= fine[-1] else None


def _first(fine: Numbers, reached: NDArray[np.bool_]) -> float | None:
    """The width from which on the bound holds; None where it never does or already does at the narrowest target."""
    if not reached[-1] or reached[0]:
        return None
    return _round(fine[len(reached) - np.argmin(reached[::-1])], 2)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _round(value: float, digits: int = 4) -> float:
    return round(float(value), digits)

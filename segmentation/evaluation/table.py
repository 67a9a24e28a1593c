"""The report as text for a terminal. Numbers without meaning are shown as a dash."""

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]

SCORE_COLUMNS = (
    ("photos", "photos", 0), ("sources", "groups", 0), ("precision", "precision", 4), ("recall", "recall", 4),
    ("F1", "f1", 4), ("95 %", "f1_ci", 3), ("IoU", "iou", 4), ("F1 2px", "f1_2px", 4), ("F1 4px", "f1_4px", 4),
    ("clIoU 4px", "cliou_4px", 4), ("95 %", "cliou_4px_ci", 3), ("ms/MP", "ms_per_mp", 0),
)  # fmt: skip
PHOTO_COLUMNS = (
    ("Dice", "dice_mean", 4), ("std", "dice_std", 4), ("IoU", "iou_mean", 4), ("std", "iou_std", 4),
    ("ECE", "ece", 4), ("ECE p≥.05", "ece_p05", 4),
)  # fmt: skip
CLEAN_COLUMNS = (
    ("photos", "crack_free_photos", 0), ("MP", "crack_free_megapixels", 2), ("regions", "false_regions", 0),
    ("per 10 MP", "false_regions_per_10mp", 2), ("95 %", "false_regions_per_10mp_ci", 1),
    ("px per 10 MP", "false_area_per_10mp", 0), ("pieces per 10 MP", "false_components_per_10mp", 1),
)  # fmt: skip
DASH = "–"


def table_of(report: Mapping[str, Any]) -> str:
    """The whole report as text; `report` is what the command writes as JSON."""
    rows = [*report["sets"].items(), ("pooled", report["pooled"])]
    scored = [row for row in rows if row[1]["f1"] is not None]
    clean = [row for row in rows if row[1]["crack_free_photos"]]
    parts = [
        f"{report['network']} on {report['split']}, threshold {report['threshold']:.3f}, "
        f"temperature {report['temperature']:.3f}, {report['device']}",
        *report["notes"],
    ]
    if scored:
        means = [("mean of sets", report["mean_of_sets"])] if len(scored) > 2 else []
        parts += ["", *_table("crack pixels", [*scored, *means], SCORE_COLUMNS)]
        parts += ["", *_table("mean of photos; calibration", scored, PHOTO_COLUMNS)]
    if clean:
        parts += ["", *_table("photos without a crack", clean, CLEAN_COLUMNS)]
    parts += ["", *_detection(report["detection"]), *_photos(report["image_level"])]
    return "\n".join(parts)


def lines_of(title: str, rows: Sequence[tuple[str, Row]], columns: Sequence[tuple[str, str, int]]) -> list[str]:
    """A table of `rows` by name; a column is its heading, its key and its decimals."""
    return _table(title, rows, columns)


def _table(title: str, rows: Sequence[tuple[str, Row]], columns: Sequence[tuple[str, str, int]]) -> list[str]:
    cells = [[title, *(heading for heading, _, _ in columns)]]
    cells += [[name, *(_cell(row.get(key), digits) for _, key, digits in columns)] for name, row in rows]
    widths = [max(len(line[place]) for line in cells) for place in range(len(cells[0]))]
    return [
        f"{line[0]:<{widths[0]}}"
        + "".join(f"  {cell:>{width}}" for cell, width in zip(line[1:], widths[1:], strict=True))
        for line in cells
    ]


def _detection(facts: Row) -> list[str]:
    if not facts["targets"]:
        return []
    told = [(_span(part), part) for part in facts["bins"] if part["targets"]]
    columns = (("cracks", "targets", 0), ("found", "hits", 0), ("rate", "rate", 3), ("95 %", "rate_ci", 3))
    lines = _table("true cracks by width", [*told, ("all", facts)], columns)
    widths = ", ".join(f"{name} {_cell(facts[key], 2)}" for name, key in _MARKS)
    low, high = facts["width_range_px"]
    return [*lines, f"widths in px at which the curve is reached: {widths}; widths seen: {low:.1f} to {high:.1f}"]


_MARKS = (("w50", "w50"), ("w90", "w90"), ("w90/95", "w90_95"))


def _span(part: Row) -> str:
    return (
        f"{part['from_px']:.0f} px and more"
        if part["to_px"] is None
        else f"{part['from_px']:.0f} to {part['to_px']:.0f} px"
    )


def _photos(facts: Row) -> list[str]:
    lines = []
    for share, part, whole, words in (
        ("sensitivity", "flagged", "cracked_photos", "photos with a crack flagged"),
        ("specificity", "unflagged", "crack_free_photos", "photos without a crack left alone"),
    ):
        if facts[whole]:
            bounds = _cell(facts[f"{share}_ci"], 3)
            lines.append(f"{facts[part]} of {facts[whole]} {words}: {facts[share]:.3f} {bounds}")
    return lines


def _cell(value: Any, digits: int) -> str:
    if value is None:
        return DASH
    if isinstance(value, list):
        return f"[{value[0]:.{digits}f} {value[1]:.{digits}f}]"
    return f"{value:.{digits}f}" if isinstance(value, float) else str(value)

"""How a training went, as data and as a picture."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

DATA = "curves.json"
PICTURE = "curves.png"


def write_curves(folder: Path, rows: Sequence[Mapping[str, Any]], *, title: str = "") -> None:
    """Write `curves.json`, one row for each validation, and draw `curves.png` where matplotlib is installed."""
    (folder / DATA).write_text(json.dumps(list(rows), indent=1) + "\n", encoding="utf-8")
    try:
        from matplotlib.figure import Figure
    except ImportError:  # the picture is a comfort, the numbers are the record
        return
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    figure.suptitle(title)
    left, right = figure.subplots(1, 2)
    steps = [row["step"] for row in rows]
    left.plot(steps, [row["loss"] for row in rows], color="#b3402a", marker="o", markersize=3, label="training loss")
    if any("validation_loss" in row for row in rows):
        validation = [row.get("validation_loss") for row in rows]
        left.plot(steps, validation, color="#1f5f8b", marker="o", markersize=3, label="validation loss")
    rate = left.twinx()
    rate.plot(steps, [row["learning_rate"] for row in rows], color="#999999", linewidth=1, linestyle=":")
    rate.set_ylabel("learning rate (dotted)")
    left.set(xlabel="step", ylabel="loss", ylim=(0, None))
    left.legend(frameon=False, loc="upper right")
    for name in sorted({name for row in rows for name in row["sets"]}):
        right.plot(steps, [row["sets"].get(name) for row in rows], linewidth=1, label=name)
    right.plot(steps, [row["f1"] for row in rows], color="black", linewidth=2.2, label="mean of the sets")
    right.set(xlabel="step", ylabel="F1 on validation", ylim=(0, 1))
    right.grid(alpha=0.25)
    right.legend(frameon=False, fontsize=7, loc="lower right", ncols=2)
    figure.savefig(folder / PICTURE, dpi=110)

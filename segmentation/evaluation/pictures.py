"""Diagrams of a report: reliability, and detection by width."""

from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

BLUE, GREY, PALE = "#1f5fa8", "#5f666d", "#c9d6e6"


def write_pictures(report: Mapping[str, Any], folder: Path) -> None:
    """`reliability.png` and, where there is a true crack, `detection.png` into `folder`, which exists."""
    figure = _figure(6, 7)
    _reliability(figure, report)
    figure.savefig(folder / "reliability.png")
    if report["detection"]["targets"]:
        figure = _figure(7, 5)
        _detection(figure.add_subplot(), report)
        figure.savefig(folder / "detection.png")


def _figure(width: float, height: float) -> Figure:
    figure = Figure(figsize=(width, height), dpi=130, layout="constrained")
    # The canvas says how to draw; without it the first save would ask pyplot's state.
    FigureCanvasAgg(figure)
    return figure


def _reliability(figure: Figure, report: Mapping[str, Any]) -> None:
    bins = [part for part in report["calibration"]["bins"] if part["pixels"]]
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    upper.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--", label="what it says is what is there")
    upper.plot(
        [part["mean_probability"] for part in bins],
        [part["crack_share"] for part in bins],
        color=BLUE,
        marker="o",
        label=f"pixels of all sets (ECE {_number(report['pooled']['ece'])}, "
        f"from p = 0.05 on {_number(report['pooled']['ece_p05'])})",
    )
    upper.axvline(report["threshold"], color=GREY, linewidth=1, linestyle=":", label="threshold")
    upper.set(ylabel="share of crack pixels", xlim=(0, 1), ylim=(0, 1), title=_title(report))
    upper.legend(frameon=False, loc="upper left", fontsize="small")
    middles = [(part["start"] + part["stop"]) / 2 for part in bins]
    lower.bar(middles, [part["pixels"] for part in bins], width=1 / 16, color=PALE)
    lower.set(yscale="log", ylabel="pixels", xlabel="probability of crack")


def _detection(axes: Axes, report: Mapping[str, Any]) -> None:
    facts = report["detection"]
    if facts["curve"]:
        points = facts["curve"]["points"]
        widths = [point["width_px"] for point in points]
        if points[0]["low"] is not None:
            low, high = ([point[side] for point in points] for side in ("low", "high"))
            axes.fill_between(widths, low, high, color=PALE, label="95 % bounds, by source photo")
        axes.plot(widths, [point["pod"] for point in points], color=BLUE, label="most likely curve")
    _bins(axes, facts)
    axes.axhline(0.9, color=GREY, linewidth=0.8, linestyle=":")
    axes.set(
        xscale="log", ylim=(0, 1.02), xlabel="width of the true crack in its mask, px", ylabel="share found",
        title=_title(report),
    )  # fmt: skip
    ticks = [1, 2, 3, 4, 6, 9, 13, 20, 40]
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.minorticks_off()
    axes.set_xlim(*(bound * factor for bound, factor in zip(facts["width_range_px"], (0.9, 1.1), strict=True)))
    axes.legend(frameon=False, loc="lower right", fontsize="small")


def _bins(axes: Axes, facts: Mapping[str, Any]) -> None:
    """The rate of each bin at its geometric middle, as far as targets go, with its Wilson interval."""
    narrowest, widest = facts["width_range_px"]
    full = [part for part in facts["bins"] if part["targets"]]
    places = [
        (max(part["from_px"], narrowest) * min(part["to_px"] or inf, widest)) ** 0.5 for part in full
    ]  # fmt: skip
    rates = [part["rate"] for part in full]
    below = [max(0.0, part["rate"] - part["rate_ci"][0]) for part in full]
    above = [max(0.0, part["rate_ci"][1] - part["rate"]) for part in full]
    axes.errorbar(places, rates, yerr=(below, above), fmt="o", color=GREY, capsize=3, label="bins, Wilson 95 %")
    for place, rate, part in zip(places, rates, full, strict=True):
        axes.annotate(f"{part['targets']}", (place, rate), xytext=(5, -11), textcoords="offset points", fontsize=8)


def _title(report: Mapping[str, Any]) -> str:
    sample = " (a sample)" if report["sample"] else ""
    return f"{report['network']} on {report['split']}{sample}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"

"""The benchmark as a table for people, each number beside the bar it has to reach."""

from collections.abc import Mapping, Sequence
from typing import Any

PLAIN_BAR, SAME_BAR, DEFAULT_BAR, PEAK_BAR = 4.0, 200.0, 2000.0, 0.5
FLATNESS_BAR = 1.25
"""The dearest megapixel over the cheapest, from 2 to 100 megapixels."""
LARGE_MP, LARGE_MB = 100.0, 1200.0
USUAL_MP, USUAL_SECONDS = 24.0, 6.0
NEAR = 0.05

Row = Mapping[str, Any]


def table(facts: Mapping[str, Any]) -> str:
    """The facts of `report.measure` as Markdown."""
    plain, original, peak = facts["plain"], facts["original"], facts["peak"]
    lines = [
        *_stages(facts["photos"]),
        "",
        f"{facts['network']} on {facts['device']}; {facts['machine']['threads']} threads.",
        f"Dearest over cheapest megapixel: {facts['flatness']:.2f}{_most(facts['flatness'], FLATNESS_BAR)}",
        f"(a) plain PyTorch f32 tile loop {plain['seconds']:.1f} s, here {plain['ours']:.2f} s: {plain['ratio']:.1f} ×"
        + _least(plain["ratio"], PLAIN_BAR),
        f"(b) original's patch inference {original['seconds']:.0f} s ({original['tiles']} tiles); "
        f"its UNet-VGG16 here {original['ours_same_network']:.1f} s: {original['ratio_same_network']:.0f} ×"
        f"{_least(original['ratio_same_network'], SAME_BAR)}; the default network: {original['ratio']:.0f} ×"
        + _least(original["ratio"], DEFAULT_BAR),
        f"(c) {peak['giga_macs_per_second']:.0f} of {peak['matrix']:.0f} billion multiply-adds a second "
        f"({peak['precision']}): {peak['share']:.2f} of the peak{_least(peak['share'], PEAK_BAR)}",
        *_stored(facts["photos"]),
    ]
    if facts["graphics"]:
        lines += ["", facts["graphics"][0]["device"], "", *_stages(facts["graphics"])]
    return "\n".join(lines)


def _stages(rows: Sequence[Row]) -> list[str]:
    stages = list(rows[0]["seconds"])
    lines = [
        "| MP | " + " | ".join(f"{stage}, s" for stage in stages) + " | total, s | MP/s | peak memory, MB | cracks |",
        "|---:|" + "---:|" * (len(stages) + 4),
    ]
    for row in rows:
        cells = [f"{row['seconds'][stage]:.2f}" for stage in stages]
        cells += [f"{row['total']:.2f}", f"{row['mp_per_second']:.2f}", f"{row['peak_mb']:.0f}", str(row["cracks"])]
        lines.append(f"| {row['megapixels']:.1f} | " + " | ".join(cells) + " |")
    return lines


def _stored(rows: Sequence[Row]) -> list[str]:
    """From file to stored findings, where that was timed: more stages, because more is done."""
    rows = [row for row in rows if "stored" in row]
    if not rows:
        return []
    stages = [stage for stage in rows[0]["stored"]["seconds"] if stage != "loading"]
    lines = [
        "",
        "From file to stored findings, in the worker:",
        "",
        "| MP | " + " | ".join(f"{stage}, s" for stage in stages) + " | total, s | peak memory, MB | bar |",
        "|---:|" + "---:|" * (len(stages) + 2) + "---|",
    ]
    for row in rows:
        stored = row["stored"]
        cells = [f"{stored['seconds'].get(stage, 0):.2f}" for stage in stages]
        cells += [f"{stored['total']:.2f}", f"{stored['peak_mb']:.0f}", _stored_bar(row["megapixels"], stored)]
        lines.append(f"| {row['megapixels']:.1f} | " + " | ".join(cells) + " |")
    return lines


def _stored_bar(megapixels: float, stored: Row) -> str:
    if abs(megapixels / USUAL_MP - 1) < NEAR:
        return f"about {USUAL_SECONDS:g} s"
    if abs(megapixels / LARGE_MP - 1) < NEAR:
        return f"{LARGE_MB:g} MB: {'held' if stored['peak_mb'] <= LARGE_MB else 'missed'}"
    return ""


def _least(value: float, bar: float) -> str:
    return f" (bar: at least {bar:g}, {'held' if value >= bar else 'missed'})"


def _most(value: float, bar: float) -> str:
    return f" (bar: at most {bar:g}, {'held' if value <= bar else 'missed'})"

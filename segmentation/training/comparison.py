"""Networks beside each other: what they cost on this machine, and what a training made of them."""

import json
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
import torch

from segmentation.checkpoints import ModelCard, read_card, save_checkpoint
from segmentation.engines import Engine, load_engine
from segmentation.errors import NetworkUnavailable
from segmentation.networks import build_network, network_names
from segmentation.training.curves import DATA
from segmentation.training.publish import NETWORK

ENGINES = (("torch", "torch-cpu", "auto"), ("OpenVINO f32", "openvino", "f32"), ("OpenVINO bf16", "openvino", "bf16"))


@dataclass(frozen=True, slots=True)
class Compared:
    """`millis_per_mp` is by engine; `crops` are those seen in training; `f1` is the mean over the validation sets."""

    name: str
    architecture: str
    parameters: int
    millis_per_mp: dict[str, float]
    crops: int | None = None
    minutes: float | None = None
    f1: float | None = None
    sets: dict[str, float] | None = None


def compare(subject: str, *, engines: Iterable[str] | None = None, rounds: int = 5) -> Compared:
    """Measure one network: a name of the zoo, a .safetensors file, or the folder of a training.

    `rounds` tiles of the card's size are run by each engine, or by those named. Raises NetworkUnavailable.
    """
    chosen = [engine for engine in ENGINES if engines is None or engine[0] in engines]
    place = Path(subject)
    if place.is_dir():
        card = read_card(place / NETWORK)
        rows = json.loads((place / DATA).read_text(encoding="utf-8"))
        best = max(rows, key=lambda row: row["f1"])
        return Compared(
            name=place.name,
            architecture=card.architecture,
            parameters=card.parameters,
            millis_per_mp=_speeds(place / NETWORK, chosen, rounds),
            crops=rows[-1]["step"] * int(card.settings["batch"]),
            minutes=rows[-1]["minutes"],
            f1=best["f1"],
            sets=best["sets"],
        )
    if place.is_file():
        card = read_card(place)
        return Compared(card.name, card.architecture, card.parameters, _speeds(place, chosen, rounds))
    if subject not in network_names():
        reason = "it is neither a training's folder, nor a file, nor a network's name"
        raise NetworkUnavailable(path=subject, reason=reason)
    network = build_network(subject)
    parameters = sum(weight.numel() for weight in network.parameters())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / NETWORK
        save_checkpoint(path, network, ModelCard(subject, subject))
        return Compared(subject, subject, parameters, _speeds(path, chosen, rounds))


def _speeds(path: Path, engines: Iterable[tuple[str, str, str]], rounds: int) -> dict[str, float]:
    return {
        name: _millis_per_mp(load_engine(path, device, precision=precision), rounds)  # type: ignore[arg-type]
        for name, device, precision in engines
    }


def _millis_per_mp(engine: Engine, rounds: int) -> float:
    """The median over `rounds` batches; the first one, which warms up, does not count."""
    side = engine.card.tile
    tiles = np.random.default_rng(0).integers(0, 256, (engine.batch, side, side, 3), dtype=np.uint8)
    engine.predict(tiles)
    seconds = []
    for _ in range(rounds):
        started = perf_counter()
        engine.predict(tiles)
        seconds.append(perf_counter() - started)
    return median(seconds) * 1e3 / (engine.batch * side * side / 1e6)


def table(rows: Iterable[Compared]) -> str:
    """The rows as a table in Markdown; speeds in milliseconds per megapixel."""
    rows = list(rows)
    engines = list(dict.fromkeys(name for row in rows for name in row.millis_per_mp))
    sets = sorted({name for row in rows for name in row.sets or {}})
    head = ["run", "network", "M parameters", *engines, "crops", "minutes", "F1, mean of sets", *sets]
    lines = ["| " + " | ".join(head) + " |", "|---|---|" + "---:|" * (len(head) - 2)]
    for row in rows:
        cells = [row.name, row.architecture, f"{row.parameters / 1e6:.2f}"]
        cells += [f"{row.millis_per_mp[name]:.0f}" if name in row.millis_per_mp else "" for name in engines]
        cells += ["" if row.crops is None else f"{row.crops:,}", "" if row.minutes is None else f"{row.minutes:.1f}"]
        cells += ["" if row.f1 is None else f"{row.f1:.3f}"]
        cells += [f"{(row.sets or {})[name]:.3f}" if name in (row.sets or {}) else "" for name in sets]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + f"\n\nMilliseconds per megapixel, {torch.get_num_threads()} processor threads."

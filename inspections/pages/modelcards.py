"""The facts of a network's card, for reading. A card comes from a file that anybody may have made: trust nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

SPLITS = {"test": 0, "validation": 1, "train": 2}


@dataclass(frozen=True, slots=True)
class Score:
    """F1, 0 to 1, on one set of a split; `dataset` is empty for a whole split."""

    split: str
    dataset: str
    f1: float


@dataclass(frozen=True, slots=True)
class DataShare:
    """How many photos of a set a split held."""

    split: str
    dataset: str
    photos: int


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What the card says; empty or None where it says nothing."""

    parameters: int | None
    tile: int | None
    scores: tuple[Score, ...]
    data: tuple[DataShare, ...]
    protocol: str
    licence: str
    trained_on: str
    code_version: str


def read_facts(card: Any) -> CardFacts:
    """Gather what can be shown. Parts of another shape than expected are left out."""
    card = card if isinstance(card, dict) else {}
    return CardFacts(
        parameters=_whole(card.get("parameters")),
        tile=_whole(card.get("tile")),
        scores=tuple(sorted(_scores(card.get("metrics")), key=lambda score: SPLITS.get(score.split, 9))),
        data=tuple(_data(card.get("data"))),
        protocol=_text(card.get("protocol")),
        licence=_text(card.get("licence")),
        trained_on=_text(card.get("trained_on")),
        code_version=_text(card.get("code_version")),
    )


def _scores(metrics: Any) -> Iterator[Score]:
    """The whole split before its sets.

    Validation writes `{split: {"f1": number or {set: number}, "mean_f1": number}}`, evaluation
    `{split: {"pooled": {"f1": number}, "sets": {set: {"f1": number}}}}`.
    """
    for split, measures in _items(metrics):
        whole = next((v for v in (_pick(measures, "mean_f1"), _pick(measures, "f1")) if _is_share(v)), None)
        if whole is not None:
            yield Score(split, "", float(whole))
        pooled = _pick(_pick(measures, "pooled"), "f1")
        if _is_share(pooled):
            yield Score(split, "pooled", float(pooled))
        for dataset, value in _items(_pick(measures, "f1")) or _items(_pick(measures, "sets")):
            value = _pick(value, "f1") if isinstance(value, dict) else value
            if _is_share(value):
                yield Score(split, dataset, float(value))


def _data(data: Any) -> Iterator[DataShare]:
    """`{split: {set: {"photos": number}}}`."""
    for split, sets in _items(data):
        for dataset, counts in _items(sets):
            photos = _whole(_pick(counts, "photos"))
            if photos is not None:
                yield DataShare(split.replace("_", " "), dataset, photos)


def _items(value: Any) -> list[tuple[str, Any]]:
    return [(str(key), item) for key, item in value.items()] if isinstance(value, dict) else []


def _pick(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""

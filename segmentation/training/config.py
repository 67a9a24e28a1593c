"""The settings of one training: everything that, with the data, decides its result."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """Exactly one of `epochs` and `minutes` is the budget; the learning rate follows it to its end.

    An epoch is one crop per training photo. `crop` is in pixels, `warm_up` a share (0..1) of the budget,
    `negatives` the share of crops from crack-free photos, `held_out` the fold of them (`0/3`) that training never sees,
    `mix` the relative share of each set (a set not named
    gets the square root of its number of source photos), `ema` the decay of the averaged weights per step,
    `cache_bytes` the memory for decoded photos, `checkpoint_minutes` how often state and scores are written.
    """

    data: Path
    out: Path
    network: str = "light"
    epochs: int | None = None
    minutes: float | None = None
    batch: int = 16
    crop: int = 256
    learning_rate: float = 1.5e-3
    weight_decay: float = 1e-2
    warm_up: float = 0.03
    negatives: float = 0.2
    held_out: str = ""
    mix: Mapping[str, float] = field(default_factory=dict)
    ema: float = 0.998
    seed: int = 7
    checkpoint_minutes: float = 4.0
    device: str = "auto"
    workers: int = 1
    cache_bytes: int = 2 * 1024**3
    pretrained_encoder: bool = False
    init_from: Path | None = None

    def __post_init__(self) -> None:
        if (self.epochs is None) == (self.minutes is None):
            raise ValueError("Give a budget: either epochs or minutes.")
        if self.crop % 32 or self.crop <= 0:
            raise ValueError(f"The crop is {self.crop} px; it must be a multiple of 32.")

    def to_facts(self) -> dict[str, Any]:
        """The settings as plain JSON values, without paths, for the model card."""
        facts = asdict(self)
        for name in ("data", "out", "init_from", "device", "workers", "cache_bytes"):
            del facts[name]
        return facts | {"mix": dict(self.mix)}

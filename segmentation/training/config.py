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

    An epoch is one crop per training photo. `also` are further data folders, all of whose photos are trained on.
    `crop` is in pixels, `batch` counts crops over all processes, `warm_up` is a share (0..1) of the budget.
    `negatives` is the share of crops from crack-free photos, `held_out` the fold of them (`0/3`) that training never
    sees, `mix` the relative share of each set (a set not named gets the square root of its number of source photos).
    `weather` paints moss, stains, shade and joints; `cl_dice` is the weight of the centre-line loss; `ema` the decay of
    the averaged weights per step. `frozen_stages` is the number of the encoder's stages, from its entrance, whose
    weights stay as they are. `init_from` are weights of the same architecture to start from, `encoder_from` weights of
    any network whose encoder is the same. `cache_bytes` is the memory for decoded photos, `checkpoint_minutes` how
    often state and scores are written.
    """

    data: Path
    out: Path
    also: tuple[Path, ...] = ()
    network: str = "unet-lite0"
    epochs: int | None = None
    minutes: float | None = None
    batch: int = 16
    crop: int = 256
    learning_rate: float = 1e-3
    weight_decay: float = 1e-2
    warm_up: float = 0.03
    negatives: float = 0.2
    held_out: str = ""
    mix: Mapping[str, float] = field(default_factory=dict)
    weather: bool = True
    cl_dice: float = 0.0
    ema: float = 0.998
    seed: int = 7
    checkpoint_minutes: float = 4.0
    device: str = "auto"
    workers: int = 1
    cache_bytes: int = 2 * 1024**3
    pretrained_encoder: bool = False
    frozen_stages: int = 0
    init_from: Path | None = None
    encoder_from: Path | None = None

    def __post_init__(self) -> None:
        if (self.epochs is None) == (self.minutes is None):
            raise ValueError("Give a budget: either epochs or minutes.")
        if self.crop % 32 or self.crop <= 0:
            raise ValueError(f"The crop is {self.crop} px; it must be a multiple of 32.")
        if not 0 <= self.negatives < 1:
            raise ValueError(f"The share of crack-free crops is {self.negatives}; it must be at least 0 and below 1.")

    def to_facts(self) -> dict[str, Any]:
        """The settings as plain JSON values, without the machine's folders, for the model card."""
        facts = asdict(self)
        for name in ("data", "out", "device", "workers", "cache_bytes"):
            del facts[name]
        return facts | {
            "mix": dict(self.mix),
            "also": [folder.name for folder in self.also],
            "init_from": self.init_from.name if self.init_from else None,
            "encoder_from": self.encoder_from.name if self.encoder_from else None,
        }

"""The model card of a training: data, recipe, scores, licence."""

import platform
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from segmentation import __version__
from segmentation.checkpoints import ModelCard
from segmentation.training.catalogue import Sample
from segmentation.training.config import IMAGENET_MEAN, IMAGENET_STD, TrainingSettings
from segmentation.training.material import Material
from segmentation.training.state import TrainingState
from segmentation.training.validation import Validation

NETWORK = "network.safetensors"
PROTOCOL = (
    "Whole photos at native resolution, masks above 127 of 255, pixels pooled per set, strict pixel match. "
    "The threshold is the highest whose mean over the sets of F1 on {photos} is within 1 % of the best; the "
    "temperature makes the probabilities of the same photos likeliest."
)


def make_card(
    settings: TrainingSettings, material: Material, found: Validation, state: TrainingState, *, device: str
) -> ModelCard:
    """The card of the weights that `found` scored, after as much training as `state` remembers."""
    now = datetime.now(UTC)
    return ModelCard(
        name=f"{settings.network}-{now:%Y%m%d-%H%M}",
        architecture=settings.network,
        version=f"{now:%Y%m%d.%H%M}",
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
        threshold=found.threshold,
        temperature=found.temperature,
        parameters=sum(weight.numel() for weight in state.network.parameters()),
        data={
            "train": summarise(material.train),
            "validation": summarise(material.val),
            "crack_free": summarise(material.clean),
        },
        metrics={"validation": {"mean_f1": round(found.score, 4), "f1": _rounded(found.f1)}},
        protocol=PROTOCOL.format(photos="validation photos" if material.val else "the training photos, none to spare"),
        licence=licence_of(material.train),
        code_version=__version__,
        trained_on=f"{now:%Y-%m-%d}: {state.seconds / 60:.0f} minutes, {state.step} steps of "
        f"{settings.batch} crops, {platform.machine()} {device}",
        settings=settings.to_facts(),
    )


def summarise(samples: Iterable[Sample]) -> dict[str, dict[str, Any]]:
    """Photos and source photos by set."""
    groups: dict[str, list[str]] = defaultdict(list)
    for sample in samples:
        groups[sample.set].append(sample.group)
    return {name: {"photos": len(found), "sources": len(set(found))} for name, found in sorted(groups.items())}


def licence_of(samples: Iterable[Sample]) -> str:
    """What the manifest says about the photos trained on, each statement once."""
    stated = sorted({sample.licence for sample in samples if sample.licence})
    return "; ".join(stated) or "nothing is stated about the photos trained on"


def _rounded(scores: dict[str, float]) -> dict[str, float]:
    return {name: round(score, 4) for name, score in scores.items()}

"""What one training has to learn from, to validate on, and to leave alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from segmentation.datasets.checks import check_samples
from segmentation.datasets.problems import list_problems
from segmentation.training.catalogue import (
    DataError,
    Fold,
    Sample,
    carve_validation,
    of_split,
    read_catalogue,
    read_negatives,
)
from segmentation.training.config import TrainingSettings
from segmentation.training.data import crack_free


@dataclass(frozen=True, slots=True)
class Material:
    """The samples of one training: `clean` are the photos without cracks among them or beside them."""

    train: tuple[Sample, ...]
    val: tuple[Sample, ...]
    clean: tuple[Sample, ...]

    @classmethod
    def gather(cls, settings: TrainingSettings) -> "Material":
        """Read the catalogues, set validation photos apart, leave out the crack-free photos of the fold held out.

        The photos of the further folders are all for training, whatever their split. Raises DataError where
        photos or masks cannot be used, all of them at once; ValueError for a fold that is none.
        """
        fold = Fold.parse(settings.held_out) if settings.held_out else None
        samples = carve_validation(read_catalogue(settings.data))
        further = [replace(s, split="train") for root in settings.also for s in read_catalogue(root)]
        negatives = [n for root in (settings.data, *settings.also) for n in read_negatives(root)]
        _demand_sound((*samples, *further, *negatives))
        train = (*of_split(samples, "train"), *further)
        empty = crack_free(train)
        unseen = {sample.image for sample in (*empty, *negatives) if fold and fold.holds(sample)}
        # A photo without crack is drawn by the share of the crack-free, not by that of its set as well.
        drawn = {sample.image for sample in empty}
        return cls(
            train=tuple(s for s in train if s.image not in drawn),
            val=of_split(samples, "val"),
            clean=tuple(s for s in (*empty, *negatives) if s.image not in unseen),
        )


def _demand_sound(samples: Sequence[Sample]) -> None:
    """Whatever would stop the training after an hour stops it now. Raises DataError, with every cure."""
    problems = [problem for problem in check_samples(samples) if problem.blocking]
    if problems:
        raise DataError("\n".join(list_problems(problems)))

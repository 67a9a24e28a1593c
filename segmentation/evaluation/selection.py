"""Which photos are scored: those of a split, and beside them photos without a crack that training never saw."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from segmentation.checkpoints import ModelCard
from segmentation.training.catalogue import (
    PHOTO_SUFFIXES,
    DataError,
    Fold,
    Sample,
    carve_validation,
    of_split,
    read_catalogue,
    read_negatives,
)
from segmentation.training.data import crack_free

CLEAN_PHOTOS = "photos/noncrack"
"""Photos without a crack of the original project's test collection; training never reads them."""

UNKNOWN_FOLD = (
    "The network's card does not say which crack-free photos it never saw: those of negatives/ and of the training "
    "sets are not scored."
)


@dataclass(frozen=True, slots=True)
class Selection:
    """`split` holds photos with masks, `collections` crack-free ones beside them, `notes` what a reader must know."""

    split: tuple[Sample, ...]
    collections: tuple[Sample, ...] = ()
    notes: tuple[str, ...] = ()

    def only(self, sets: Sequence[str]) -> "Selection":
        """These sets and collections alone. Raises DataError for one that is not there."""
        known = {sample.set for sample in (*self.split, *self.collections)}
        if unknown := sorted(set(sets) - known):
            raise DataError(f"No photo to score belongs to {', '.join(unknown)}; there are {', '.join(sorted(known))}.")
        split, collections = (tuple(s for s in part if s.set in sets) for part in (self.split, self.collections))
        return Selection(split, collections, self.notes)

    def limited(self, limit: int) -> "Selection":
        """At most `limit` photos of each set, spread evenly over its list, so that they come from many sources."""
        note = f"A sample: at most {limit} photos of each set. Do not quote these numbers."
        return Selection(_thinned(self.split, limit), _thinned(self.collections, limit), (*self.notes, note))


def select(data: Path, split: str, *, card: ModelCard, fold: Fold | None = None, clean: bool = True) -> Selection:
    """The photos of `split` in `data` (as in training, where a set without validation photos gives some of its
    training photos), and with `clean`, for test or all, the crack-free collections.

    `fold` stands in for a card that names none. Raises DataError where the split is empty or the folds disagree.
    """
    catalogue = carve_validation(read_catalogue(data))
    samples = of_split(catalogue, split)
    if not samples:
        raise DataError(f"{data} has no {split} photo. Choose another split, or --split all.")
    # Validation is for choosing; who chooses by the false alarms of test photos has no test photos left.
    if not clean or split not in ("test", "all"):
        return Selection(samples)
    held_out = _agreed(fold, held_out_fold(card))
    negatives = read_negatives(data)
    silent = held_out is None and (negatives or card.data.get("crack_free"))
    notes = (UNKNOWN_FOLD,) if silent else ()
    return Selection(samples, _collections(data, catalogue, samples, negatives, held_out), notes)


def held_out_fold(card: ModelCard) -> Fold | None:
    """The fold of crack-free photos that the card says stayed out of training; None where it says nothing."""
    text = str(card.settings.get("held_out") or "")
    try:
        return Fold.parse(text) if text else None
    except ValueError as error:
        raise DataError(f"The network's card names a fold that is none: {error}") from error


def _agreed(asked: Fold | None, stated: Fold | None) -> Fold | None:
    if asked and stated and asked != stated:
        raise DataError(
            f"Fold {asked} was asked for, but the network kept fold {stated} from training and has seen photos of the "
            "other. Leave --held-out away."
        )
    return stated or asked


def _collections(
    data: Path,
    catalogue: Sequence[Sample],
    samples: Sequence[Sample],
    negatives: Sequence[Sample],
    fold: Fold | None,
) -> tuple[Sample, ...]:
    folder = data / CLEAN_PHOTOS
    photos = sorted(folder.iterdir()) if folder.is_dir() else []
    found = [
        Sample(CLEAN_PHOTOS, photo.stem, photo.stem, "test", photo, None)
        for photo in photos
        if photo.suffix.lower() in PHOTO_SUFFIXES
    ]
    if fold:
        scored = {sample.image for sample in samples}
        unseen = [sample for sample in catalogue if sample.image not in scored and fold.holds(sample)]
        found += [replace(sample, set=f"{sample.set} crack-free") for sample in crack_free(unseen)]
        found += [sample for sample in negatives if fold.holds(sample)]
    return tuple(found)


def _thinned(samples: Sequence[Sample], limit: int) -> tuple[Sample, ...]:
    kept: list[Sample] = []
    for name in dict.fromkeys(sample.set for sample in samples):
        members = [sample for sample in samples if sample.set == name]
        number = min(limit, len(members))
        kept += [members[place * len(members) // number] for place in range(number)]
    return tuple(kept)

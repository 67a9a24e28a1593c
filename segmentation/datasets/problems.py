"""What can be wrong with photos and masks, found before anything is trained or written; each kind with its cure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SHOWN = 20
"""Lines of one kind that are listed; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: what it is called, what cures it, and whether it is only worth a look."""

    title: str
    cure: str
    warning: bool = False


KINDS = {
    "empty_set": Kind("Sources without a single photo and mask", "Check the folder and its layout."),
    "missing_photo": Kind("Masks without their photo", "Put the photo beside the others, or take the mask away."),
    "missing_mask": Kind(
        "Photos without a mask", "Add the mask (all black for a photo without cracks), or take the photo away."
    ),
    "unreadable": Kind("Files that cannot be read", "Copy them again from where they came from."),
    "wrong_size": Kind(
        "Masks of another size than their photo", "Draw the mask on the photo as it is shown: upright, not resized."
    ),
    "wrong_photo": Kind("Photos that are not the annotated ones", "Put the photo there that was annotated."),
    "mask_kind": Kind(
        "Masks that are not black and white", "Save them as 8-bit grey PNG: 255 where there is crack, 0 elsewhere."
    ),
    "class_numbers": Kind(
        "Masks too dark to hold a crack", "If their values are class numbers, say --class-numbers NAME of the set."
    ),
    "mostly_crack": Kind(
        "Masks that are more than half crack", "If they are black on white, say --invert NAME of the set."
    ),
    "duplicate_name": Kind("Names that occur twice", "Give one of them another name, or leave it out."),
    "empty_mask": Kind(
        "Photos whose mask is empty",
        "If they are known to be free of cracks, say so with --crack-free 'GLOB'; else leave them out (--without).",
        warning=True,
    ),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One photo, mask or set that cannot be used, or not without a look. `kind` is a key of KINDS."""

    kind: str
    name: str
    detail: str = ""

    @property
    def blocking(self) -> bool:
        """Whether the photo has to be mended or left out."""
        return not KINDS[self.kind].warning

    def __str__(self) -> str:
        return f"{self.name}: {self.detail}" if self.detail else self.name


def list_problems(problems: Iterable[Problem], *, shown: int = SHOWN) -> list[str]:
    """Lines to print: by kind a title with the cure, the first `shown` problems, and how many more there are."""
    by_kind: dict[str, list[Problem]] = {}
    for problem in problems:
        by_kind.setdefault(problem.kind, []).append(problem)
    lines = []
    for kind, words in KINDS.items():
        lines += _lines(words, by_kind.get(kind, []), shown)
    return lines


def _lines(words: Kind, found: Sequence[Problem], shown: int) -> list[str]:
    if not found:
        return []
    head = f"{words.title} ({len(found)}{', a warning' if words.warning else ''}). {words.cure}"
    rest = [f"  … and {len(found) - shown} more"] if len(found) > shown else []
    return [head, *(f"  {problem}" for problem in found[:shown]), *rest]

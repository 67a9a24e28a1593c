"""Keys: for each page one table for the tooltips, the key sheet and the script that listens."""

from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from inspections.language import Words

SHOWN = {
    "ArrowRight": "→", "ArrowLeft": "←", "ArrowDown": "↓", "ArrowUp": "↑", "Escape": "Esc", "Shift": _("Shift held"),
    " ": _("Space"), "Control+Enter": "Ctrl+Enter",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Key:
    """What a key does. `keys` are values of KeyboardEvent.key, letters in lower case."""

    action: str
    keys: tuple[str, ...]
    words: Words

    @property
    def shown(self) -> list[str]:
        """The keys as they are printed on a keyboard."""
        return [str(SHOWN.get(key, key.upper())) for key in self.keys]

    @property
    def title(self) -> str:
        """For a tooltip."""
        either = gettext(" or ").join(self.shown)
        return f"{self.words} ({either})"


KEYS = (
    Key("next_photo", ("ArrowRight", "f"), _("Next photo")),
    Key("previous_photo", ("ArrowLeft", "d"), _("Previous photo")),
    Key("next_crack", ("j",), _("Next crack")),
    Key("previous_crack", ("k",), _("Previous crack")),
    Key("accept", ("a",), _("Accept the selected crack")),
    Key("reject", ("x",), _("Reject the selected crack")),
    Key("deselect", ("Escape",), _("Deselect")),
    Key("hide", ("Shift",), _("Hide everything drawn on the photo")),
    Key("overlay", ("o",), _("Overlay at 0, 50 or 100 %")),
    Key("by_width", ("w",), _("Colour the cracks by their width")),
    Key("lower", ("[",), _("Lower the threshold by 0.05")),
    Key("raise", ("]",), _("Raise the threshold by 0.05")),
    Key("fit", ("0",), _("Fit the photo")),
    Key("actual", ("z",), _("One pixel of the photo on one of the screen")),
    Key("zoom_in", ("+", "="), _("Zoom in")),
    Key("zoom_out", ("-",), _("Zoom out")),
    Key("help", ("?",), _("Show or hide the keys")),
)

REVIEW_KEYS = (
    Key("accept", ("a",), _("Accept: it is a crack")),
    Key("joint", ("n",), _("Reject: a joint")),
    Key("shadow", ("h",), _("Reject: a shadow")),
    Key("stain", ("t",), _("Reject: a stain")),
    Key("moss", ("m",), _("Reject: moss or plants")),
    Key("formwork", ("f",), _("Reject: a formwork mark")),
    Key("other", ("x",), _("Reject: something else")),
    Key("state_1", ("1",), _("Accept with the first state, for example CS1")),
    Key("state_2", ("2",), _("Accept with the second state")),
    Key("state_3", ("3",), _("Accept with the third state")),
    Key("state_4", ("4",), _("Accept with the fourth state")),
    Key("skip", ("s", "ArrowRight"), _("Skip: it comes again at the end")),
    Key("back", ("ArrowLeft",), _("Back to the one before")),
    Key("undo", ("u",), _("Take the last decision back, as Ctrl+Z")),
    Key("comment", ("c",), _("Comment")),
    Key("mine", ("g",), _("Assign it to yourself, or to nobody")),
    Key("edit", ("e",), _("Open it on its photo")),
    Key("actual", ("z",), _("Whole region, or one pixel on one of the screen")),
    Key("hide", ("Shift",), _("Hide the line")),
    Key("help", ("?",), _("Show or hide the keys")),
)


GRID_KEYS = (
    Key("next", ("ArrowRight",), _("Next patch")),
    Key("previous", ("ArrowLeft",), _("Previous patch")),
    Key("down", ("ArrowDown",), _("The row below")),
    Key("up", ("ArrowUp",), _("The row above")),
    Key("mark", ("x", " "), _("Mark or unmark")),
    Key("group", ("g",), _("Mark or unmark the whole group")),
    Key("none", ("Escape",), _("Unmark all")),
    Key("focus", ("e", "Enter"), _("Open it in focus")),
    Key("apply", ("Control+Enter",), _("Apply, as Ctrl+Enter")),
    Key("help", ("?",), _("Show or hide the keys")),
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The keys of one page."""

    keys: tuple[Key, ...]

    @property
    def by_action(self) -> dict[str, Key]:
        """For tooltips."""
        return {key.action: key for key in self.keys}

    @property
    def bindings(self) -> dict[str, str]:
        """For the script: key to action."""
        return {value: key.action for key in self.keys for value in key.keys}


_SHEETS = {"photo": Sheet(KEYS), "review": Sheet(REVIEW_KEYS), "grid": Sheet(GRID_KEYS)}


def sheet(page: str) -> Sheet:
    """The keys of `photo`, `review` or `grid`."""
    return _SHEETS[page]


BY_ACTION = sheet("photo").by_action
BINDINGS = sheet("photo").bindings

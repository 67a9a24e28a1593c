"""Keys: for each page one table for the tooltips, the key sheet and the script that listens."""

from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from inspections.language import Words

SHOWN = {
    "ArrowRight": "→", "ArrowLeft": "←", "ArrowDown": "↓", "ArrowUp": "↑", "Escape": "Esc", "Shift": _("Shift held"),
    " ": _("Space"), "Control+Enter": "Ctrl+Enter", "Control+z": "Ctrl+Z", "Control+y": "Ctrl+Y",
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
    Key("joint", ("n",), _("Reject it: a joint")),
    Key("shadow", ("h",), _("Reject it: a shadow")),
    Key("stain", ("t",), _("Reject it: a stain")),
    Key("moss", ("m",), _("Reject it: moss or plants")),
    Key("state_1", ("1",), _("Accept it with the first state, for example CS1")),
    Key("state_2", ("2",), _("Accept it with the second state")),
    Key("state_3", ("3",), _("Accept it with the third state")),
    Key("state_4", ("4",), _("Accept it with the fourth state")),
    Key("undo", ("u",), _("Take the last decision on it back")),
    Key("comment", ("c",), _("Comment on the selected crack")),
    Key("mine", ("g",), _("Assign it to yourself, or to nobody")),
    Key("deselect", ("Escape",), _("Deselect")),
    Key("hide", ("Shift",), _("Hide everything drawn on the photo")),
    Key("edit", ("e",), _("Correct the selected crack: paint, cut or join it")),
    Key("look", ("l",), _("Look through the whole photo, screen by screen")),
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
    Key("assign", ("p",), _("Assign it to somebody")),
    Key("edit", ("e",), _("Correct it: paint, cut or join")),
    Key("photo", ("o",), _("Open it on its photo")),
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
    Key("undo", ("u", "Control+z"), _("Take the last Apply back")),
    Key("hide", ("Shift",), _("Hide the lines")),
    Key("page_onward", (".", "PageDown"), _("Next page")),
    Key("page_back", (",", "PageUp"), _("Page before")),
    Key("help", ("?",), _("Show or hide the keys")),
)


EDIT_KEYS = (
    Key("brush", ("b",), _("Brush; with Shift held a straight line from the last place")),
    Key("eraser", ("r",), _("Eraser")),
    Key("polygon", ("p",), _("Polygon: click its corners, Enter closes and fills it")),
    Key("cut", ("k",), _("Cut: draw a line across the crack")),
    Key("join", ("j",), _("Join: choose the cracks that belong to it")),
    Key("smaller", ("[",), _("Smaller brush")),
    Key("larger", ("]",), _("Larger brush")),
    Key("zoom_in", ("+", "="), _("Zoom in, up to 4×")),
    Key("zoom_out", ("-",), _("Zoom out")),
    Key("actual", ("0",), _("One pixel of the photo on one of the screen")),
    Key("onward", ("ArrowRight",), _("Onward along the crack")),
    Key("backward", ("ArrowLeft",), _("Back along the crack")),
    Key("pan", (" ",), _("Held: drag the picture, as with the middle button or two fingers")),
    Key("hide", ("h",), _("Held: hide what is painted")),
    Key("undo", ("Control+z",), _("Undo the last stroke")),
    Key("redo", ("Control+y",), _("Redo it")),
    Key("enter", ("Enter",), _("Close the polygon, or cut along the line")),
    Key("save", ("Control+Enter",), _("Save and leave")),
    Key("leave", ("Escape",), _("Drop the polygon or the cut; else leave")),
    Key("help", ("?",), _("Show or hide the keys")),
)

LOOK_KEYS = (
    Key("onward", (" ", "ArrowRight"), _("Next part of the photo")),
    Key("backward", ("ArrowLeft",), _("The part before")),
    Key("line", ("l",), _("Add a missed crack: click along it")),
    Key("finish", ("Enter",), _("Finish the line, as a double click does")),
    Key("drop", ("Escape",), _("Drop the line")),
    Key("brush", ("b",), _("Paint a missed crack in the part on show")),
    Key("zoom_in", ("+", "="), _("Zoom in, up to 4×")),
    Key("zoom_out", ("-",), _("Zoom out")),
    Key("actual", ("0",), _("One pixel of the photo on one of the screen")),
    Key("hide", ("Shift",), _("Hide the lines")),
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


_SHEETS = {
    "photo": Sheet(KEYS),
    "review": Sheet(REVIEW_KEYS),
    "grid": Sheet(GRID_KEYS),
    "edit": Sheet(EDIT_KEYS),
    "look": Sheet(LOOK_KEYS),
}


def sheet(page: str) -> Sheet:
    """The keys of `photo`, `review`, `grid`, `edit` or `look`."""
    return _SHEETS[page]


BY_ACTION = sheet("photo").by_action
BINDINGS = sheet("photo").bindings

"""Keys: for each page one table for the tooltips, the key sheet and the script that listens."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SHOWN = {
    "ArrowRight": "→", "ArrowLeft": "←", "ArrowDown": "↓", "ArrowUp": "↑", "Escape": "Esc", "Shift": "Shift held",
    " ": "Space", "Control+Enter": "Ctrl+Enter", "Control+z": "Ctrl+Z", "Control+y": "Ctrl+Y",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Key:
    """What a key does. `keys` are values of KeyboardEvent.key, letters in lower case."""

    action: str
    keys: tuple[str, ...]
    words: str | Promise

    @property
    def shown(self) -> list[str]:
        """The keys as they are printed on a keyboard."""
        return [SHOWN.get(key, key.upper()) for key in self.keys]

    @property
    def title(self) -> str:
        """For a tooltip."""
        return f"{self.words} ({' or '.join(self.shown)})"


KEYS = (
    Key("next_photo", ("ArrowRight", "f"), "Next photo"),
    Key("previous_photo", ("ArrowLeft", "d"), "Previous photo"),
    Key("next_crack", ("j",), "Next crack"),
    Key("previous_crack", ("k",), "Previous crack"),
    Key("accept", ("a",), "Accept the selected crack"),
    Key("reject", ("x",), "Reject the selected crack"),
    Key("joint", ("n",), "Reject it: a joint"),
    Key("shadow", ("h",), "Reject it: a shadow"),
    Key("stain", ("t",), "Reject it: a stain"),
    Key("moss", ("m",), "Reject it: moss or plants"),
    Key("state_1", ("1",), "Accept it with the first state, for example CS1"),
    Key("state_2", ("2",), "Accept it with the second state"),
    Key("state_3", ("3",), "Accept it with the third state"),
    Key("state_4", ("4",), "Accept it with the fourth state"),
    Key("undo", ("u",), "Take the last decision on it back"),
    Key("comment", ("c",), "Comment on the selected crack"),
    Key("mine", ("g",), "Assign it to yourself, or to nobody"),
    Key("deselect", ("Escape",), "Deselect"),
    Key("hide", ("Shift",), "Hide everything drawn on the photo"),
    Key("edit", ("e",), _("Correct the selected crack: paint, cut or join it")),
    Key("look", ("l",), _("Look through the whole photo, screen by screen")),
    Key("overlay", ("o",), "Overlay at 0, 50 or 100 %"),
    Key("by_width", ("w",), "Colour the cracks by their width"),
    Key("lower", ("[",), "Lower the threshold by 0.05"),
    Key("raise", ("]",), "Raise the threshold by 0.05"),
    Key("fit", ("0",), "Fit the photo"),
    Key("actual", ("z",), "One pixel of the photo on one of the screen"),
    Key("zoom_in", ("+", "="), "Zoom in"),
    Key("zoom_out", ("-",), "Zoom out"),
    Key("help", ("?",), "Show or hide the keys"),
)

REVIEW_KEYS = (
    Key("accept", ("a",), "Accept: it is a crack"),
    Key("joint", ("n",), "Reject: a joint"),
    Key("shadow", ("h",), "Reject: a shadow"),
    Key("stain", ("t",), "Reject: a stain"),
    Key("moss", ("m",), "Reject: moss or plants"),
    Key("formwork", ("f",), "Reject: a formwork mark"),
    Key("other", ("x",), "Reject: something else"),
    Key("state_1", ("1",), "Accept with the first state, for example CS1"),
    Key("state_2", ("2",), "Accept with the second state"),
    Key("state_3", ("3",), "Accept with the third state"),
    Key("state_4", ("4",), "Accept with the fourth state"),
    Key("skip", ("s", "ArrowRight"), "Skip: it comes again at the end"),
    Key("back", ("ArrowLeft",), "Back to the one before"),
    Key("undo", ("u",), "Take the last decision back, as Ctrl+Z"),
    Key("comment", ("c",), "Comment"),
    Key("mine", ("g",), "Assign it to yourself, or to nobody"),
    Key("assign", ("p",), "Assign it to somebody"),
    Key("edit", ("e",), _("Correct it: paint, cut or join")),
    Key("photo", ("o",), "Open it on its photo"),
    Key("actual", ("z",), "Whole region, or one pixel on one of the screen"),
    Key("hide", ("Shift",), "Hide the line"),
    Key("help", ("?",), "Show or hide the keys"),
)


GRID_KEYS = (
    Key("next", ("ArrowRight",), "Next patch"),
    Key("previous", ("ArrowLeft",), "Previous patch"),
    Key("down", ("ArrowDown",), "The row below"),
    Key("up", ("ArrowUp",), "The row above"),
    Key("mark", ("x", " "), "Mark or unmark"),
    Key("group", ("g",), "Mark or unmark the whole group"),
    Key("none", ("Escape",), "Unmark all"),
    Key("focus", ("e", "Enter"), "Open it in focus"),
    Key("apply", ("Control+Enter",), "Apply, as Ctrl+Enter"),
    Key("help", ("?",), "Show or hide the keys"),
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

"""The viewer's keys: one table for the tooltips, the key sheet and the script that listens."""

from dataclasses import dataclass

SHOWN = {
    "ArrowRight": "→", "ArrowLeft": "←", "Escape": "Esc", "Shift": "Shift held",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Key:
    """What a key does. `keys` are values of KeyboardEvent.key, letters in lower case."""

    action: str
    keys: tuple[str, ...]
    words: str

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
    Key("deselect", ("Escape",), "Deselect"),
    Key("hide", ("Shift",), "Hide everything drawn on the photo"),
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

BY_ACTION = {key.action: key for key in KEYS}
BINDINGS = {value: key.action for key in KEYS for value in key.keys}

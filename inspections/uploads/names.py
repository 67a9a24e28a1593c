"""Names and texts as strangers send them, made fit to be shown."""

import posixpath
import re
import unicodedata

from inspections.errors import InspectionError

LONGEST_NAME = 255
LONGEST_TEXT = 255
LONGEST_SUFFIX = 16

# Invisible, they reorder or hide text. The joiners U+200C and U+200D stay: scripts and emoji need them.
_DECEPTIVE = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")


def clean_name(name: str) -> str:
    """The name under which a photo is shown: the last part of any system's path, NFC, at most 255 characters.

    Invisible characters are dropped; the extension survives shortening. It is never a name on disk.
    Raises `no_file` where nothing is left (empty, ".", "..").
    """
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = _visible(unicodedata.normalize("NFC", base)).strip()
    if not shown.strip(". "):
        raise InspectionError("no_file")
    if len(shown) <= LONGEST_NAME:
        return shown
    suffix = posixpath.splitext(shown)[1]
    suffix = suffix if len(suffix) <= LONGEST_SUFFIX else ""
    return shown[: LONGEST_NAME - len(suffix)] + suffix


def clean_text(text: str, limit: int = LONGEST_TEXT) -> str:
    """A text from inside a file as one line of at most `limit` visible, encodable characters."""
    return " ".join(_visible(re.sub(r"\s", " ", text)).split())[:limit].strip()


def _visible(text: str) -> str:
    # Cs: lone surrogates, which no database can store as UTF-8.
    return "".join(c for c in _DECEPTIVE.sub("", text) if unicodedata.category(c) not in {"Cc", "Cs"})

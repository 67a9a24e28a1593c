"""TIFF directories (TIFF 6.0 section 2): tables of tagged values in TIFF, EXIF and MPF."""

import math
import struct
from dataclasses import dataclass

from django.utils.translation import gettext as _

from inspections.uploads.source import Source, damaged

HEADER_BYTES, ENTRY_BYTES = 8, 12
# Cameras write fewer than a hundred; pages of many thousands each would cost minutes.
MOST_ENTRIES = 1000
# Type: bytes of one value, and its code for struct; texts and undefined bytes have none.
_TYPES = {
    1: (1, "B"), 2: (1, ""), 3: (2, "H"), 4: (4, "L"), 5: (8, "LL"), 6: (1, "b"),
    7: (1, ""), 8: (2, "h"), 9: (4, "l"), 10: (8, "ll"), 11: (4, "f"), 12: (8, "d"), 13: (4, "L"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One tagged value: `count` values of `code`, in `size` bytes at `offset` of the source."""

    code: str
    count: int
    offset: int
    size: int


class Directory:
    """One directory. Values are read when asked for, never more than asked for.

    `order` is struct's byte order, "<" or ">". `repeated`: a tag occurs twice; the last one counts.
    `complete` is false where the source ends before the directory does, or `MOST_ENTRIES` come first; the
    entries before that are there.
    Reading raises `truncated_image` where the source ends early.
    """

    def __init__(self, source: Source, order: str, offset: int) -> None:
        self.source, self.order = source, order
        self.entries: dict[int, Entry] = {}
        self.repeated = False
        (count,) = struct.unpack(f"{order}H", source.take(offset, 2))
        self._end = offset + 2 + ENTRY_BYTES * count
        present = min(count, (source.size - offset - 2) // ENTRY_BYTES, MOST_ENTRIES)
        self.complete = present == count
        table = source.take(offset + 2, ENTRY_BYTES * present)
        for number, (tag, kind, length, place) in enumerate(struct.iter_unpack(f"{order}HHLL", table)):
            if kind in _TYPES:
                width, code = _TYPES[kind]
                inside = offset + 2 + ENTRY_BYTES * number + 8
                entry = Entry(code, length, inside if width * length <= 4 else place, width * length)
                self.repeated |= tag in self.entries
                self.entries[tag] = entry

    def next_offset(self) -> int:
        """Where the next directory of the chain begins; 0 ends it."""
        return int(struct.unpack(f"{self.order}L", self.source.take(self._end, 4))[0])

    def require_values(self) -> None:
        """Raise `truncated_image` unless all entries and their values lie inside the source."""
        self.source.require(self._end, 4)
        if not self.complete:
            raise damaged(_("it has too many tags"))
        for entry in self.entries.values():
            self.source.require(entry.offset, entry.size)

    def numbers(self, tag: int, limit: int = 16) -> tuple[float, ...]:
        """The first `limit` values of a numeric tag; a fraction over zero is NaN. May be empty."""
        entry = self.entries.get(tag)
        if not entry or not entry.code or not entry.count:
            return ()
        count = min(entry.count, limit)
        form = f"{self.order}{count * len(entry.code)}{entry.code[0]}"
        values = struct.unpack(form, self.source.take(entry.offset, struct.calcsize(form)))
        if len(entry.code) == 1:
            return values
        return tuple(n / d if d else math.nan for n, d in zip(values[::2], values[1::2], strict=True))

    def number(self, tag: int) -> float | None:
        """The first value of a numeric tag."""
        values = self.numbers(tag, 1)
        return values[0] if values else None

    def whole(self, tag: int, default: int = 0) -> int:
        """The first value of a tag of whole numbers. Raises `damaged_image` where it is of another type."""
        value = self.number(tag)
        if value is None and tag not in self.entries:
            return default
        if not isinstance(value, int):
            raise damaged(_("a number in its directory is none"))
        return value

    def raw(self, tag: int, limit: int) -> bytes:
        """The first `limit` bytes of a tag of any type; empty where absent."""
        entry = self.entries.get(tag)
        return self.source.take(entry.offset, min(entry.size, limit)) if entry else b""


def byte_order(source: Source) -> str:
    """The byte order of a TIFF header as struct writes it. Raises `damaged_image` where there is none."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(source.take(0, 4))
    if not order:
        raise damaged(_("a header inside it is wrong"))
    return order


def read_first_directory(source: Source) -> Directory:
    """The directory a TIFF header points to."""
    order = byte_order(source)
    return Directory(source, order, struct.unpack(f"{order}L", source.take(4, 4))[0])

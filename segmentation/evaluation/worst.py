"""The photos a network did worst on, kept small while the evaluation runs, for somebody to look at."""

import heapq
from collections import defaultdict
from itertools import count
from pathlib import Path

from segmentation.evaluation.counting import Look
from segmentation.evaluation.records import PhotoRecord
from segmentation.evaluation.sheets import JPEG_QUALITY, Frame, Section, contact_sheet, marked_photo

KEPT = 12
SIDE = 280
Badness = tuple[float, int]


class WorstPhotos:
    """The worst photos of each set: of photos with a crack those with the lowest Dice score, of others those with the
    largest area of findings."""

    def __init__(self, keep: int = KEPT) -> None:
        self._keep = keep
        self._heaps: dict[str, list[tuple[Badness, int, list[Frame]]]] = defaultdict(list)
        self._number = count()

    def offer(self, look: Look) -> None:
        """Keep a small copy if it is among the worst so far."""
        badness, heap = badness_of(look.record), self._heaps[look.record.set]
        if badness <= (0.0, 0) or (len(heap) == self._keep and badness <= heap[0][0]):
            return
        # The number settles draws between photos that are equally bad: frames have no order.
        entry = (badness, next(self._number), _frames(look))
        if len(heap) < self._keep:
            heapq.heappush(heap, entry)
        else:
            heapq.heapreplace(heap, entry)

    def write(self, folder: Path) -> None:
        """`worst-<set>.jpg` for every set in which something went wrong: truth on the left, findings on the right."""
        for name, heap in self._heaps.items():
            if not heap:
                continue
            worst = sorted(heap, key=lambda entry: (entry[0], -entry[1]), reverse=True)
            frames = [frame for _, _, pair in worst for frame in pair]
            page = contact_sheet([Section(f"{name}: truth | found", frames)], columns=4, side=SIDE)
            page.save(folder / f"worst-{name.replace('/', '-').replace(' ', '-')}.jpg", quality=JPEG_QUALITY)


def badness_of(record: PhotoRecord) -> Badness:
    """What to sort by, the worse the larger; (0, 0) for a photo without a fault."""
    wrong = 1 - record.dice if record.cracked else float(bool(record.findings))
    return wrong, 0 if record.cracked else sum(record.findings)


def _frames(look: Look) -> list[Frame]:
    record = look.record
    words = f"Dice {record.dice:.2f}" if record.cracked else f"{len(record.findings)} findings"
    return [
        Frame(marked_photo(look.pixels, look.truth, SIDE), record.stem),
        Frame(marked_photo(look.pixels, look.found, SIDE), words),
    ]

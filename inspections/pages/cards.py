"""What a photo's card in the grid shows, gathered with two queries for all cards."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from inspections.media import layer_stamp
from inspections.models import SegmentationRun, SurveyImage
from inspections.pages.cracks import Worst, worst_by

# Widths are told to the style sheet in tenths of the height; beyond these a picture is cropped to the middle.
NARROWEST, WIDEST = 4, 40


@dataclass(frozen=True, slots=True)
class Card:
    """A photo from `with_state().with_findings()`, its latest run, the run whose findings count, its widest crack."""

    image: SurveyImage
    run: SegmentationRun | None
    result: SegmentationRun | None
    worst: Worst | None

    @property
    def ratio(self) -> int:
        """Width over height in tenths, for the class that gives the card its share of a row."""
        return min(WIDEST, max(NARROWEST, round(10 * self.image.width / max(1, self.image.height))))

    @property
    def layer(self) -> str:
        """What stands on the photo, in a word for the address of its layer."""
        image = self.image
        return layer_stamp(image.finding_count, image.crack_length_px)  # type: ignore[attr-defined]

    @property
    def stamp(self) -> str:
        """Changes whenever the card would look different, so that the page leaves all others alone."""
        image, run = self.image, self.run
        seen = (
            image.thumbnail,
            self.result and self.result.pk,
            self.layer,
            image.undecided_count,  # type: ignore[attr-defined]
            self.worst,
            image.is_measured,
            image.coverage,
            run and (run.pk, run.status, run.stage, run.percent),
        )
        return f"{zlib.crc32(repr(seen).encode()):08x}"


def cards_of(photos: Iterable[SurveyImage]) -> list[Card]:
    """Cards for photos in their order."""
    photos = list(photos)
    wanted = {pk for photo in photos for pk in (photo.latest_run_id, photo.current_run_id) if pk}  # type: ignore[attr-defined]
    runs = SegmentationRun.objects.defer("totals", "seconds").in_bulk(wanted)
    worst = worst_by("image", [photo.pk for photo in photos])
    return [
        Card(
            photo,
            runs.get(photo.latest_run_id),  # type: ignore[attr-defined]
            runs.get(photo.current_run_id),  # type: ignore[attr-defined]
            worst.get(photo.pk),
        )
        for photo in photos
    ]

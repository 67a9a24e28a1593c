"""Who has looked at which part of a photo. Only ever more: two tabs, two people and a resent request lose nothing."""

import re

from django.db import transaction
from django.utils.translation import gettext as _

from inspections.errors import InspectionError
from inspections.models import Event, Look, SurveyImage, User
from inspections.models.looks import CELL_PX
from inspections.services.closing import ensure_open
from inspections.services.history import remember


def grid_of(image: SurveyImage) -> tuple[int, int]:
    """Columns and rows of the photo's grid of cells."""
    return -(-image.width // CELL_PX), -(-image.height // CELL_PX)


def share_of(image: SurveyImage, cells: int) -> float:
    """The share of the photo's area that `cells` cover, 0 to 1; cells at the right and lower edge may be smaller."""
    columns, rows = grid_of(image)
    one_row = (1 << columns) - 1
    last_column = 1 << (columns - 1)
    missing_width = columns * CELL_PX - image.width
    area = 0
    for row in range(rows):
        bits = cells >> (row * columns) & one_row
        width = bits.bit_count() * CELL_PX - (missing_width if bits & last_column else 0)
        area += width * min(CELL_PX, image.height - row * CELL_PX)
    return area / (image.width * image.height)


def looked_at_by_anybody(image: SurveyImage, *, but: User | None = None) -> int:
    """The cells that anybody has looked at, or anybody but one; bits as `Look` has them. One query."""
    looks = image.looks.exclude(viewer=but) if but else image.looks.all()
    found = 0
    for cells in looks.values_list("cells", flat=True):
        found |= int(cells, 16)
    return found


def look_at(*, image: SurveyImage, viewer: User, cells: int | str) -> float:
    """Remember that `viewer` has looked at `cells`: bits as `Look` has them, a number or hexadecimal.

    Returns the share of the photo that anybody has looked at, 0 to 1. The first time that their own share reaches 1,
    history tells of it. Raises InspectionError `survey_closed`, `invalid` for cells that the photo does not have.
    """
    seen = _bits(cells, image)
    with transaction.atomic():
        # The photo's row is the lock: whoever comes second adds to what the first has written.
        rows = SurveyImage.objects.select_for_update(of=("self", "survey")).select_related("survey__closed_by")
        locked = rows.get(pk=image.pk)
        ensure_open(locked.survey)
        look, _created = Look.objects.get_or_create(image=locked, viewer=viewer)
        before = int(look.cells, 16)
        if before | seen != before:
            look.cells = f"{before | seen:x}"
            look.save(update_fields=["cells", "changed_at"])
            if share_of(locked, before | seen) == 1.0:
                remember(Event.Kind.LOOKED, actor=viewer, image=locked)
        coverage = share_of(locked, looked_at_by_anybody(locked))
        SurveyImage.objects.filter(pk=locked.pk).update(coverage=coverage)
    image.coverage = coverage
    return coverage


def _bits(cells: int | str, image: SurveyImage) -> int:
    columns, rows = grid_of(image)
    if isinstance(cells, str):
        # A digit tells four cells; a few leading zeros do no harm.
        if len(cells) > columns * rows // 4 + 16 or not re.fullmatch("[0-9a-fA-F]+", cells):
            raise InspectionError("invalid", field="cells", reason=_outside(columns, rows))
        cells = int(cells, 16)
    if cells < 0 or cells >> (columns * rows):
        raise InspectionError("invalid", field="cells", reason=_outside(columns, rows))
    return cells


def _outside(columns: int, rows: int) -> str:
    words = _("Send the cells as hexadecimal bits; this photo has %(columns)s × %(rows)s of them.")
    return words % {"columns": columns, "rows": rows}

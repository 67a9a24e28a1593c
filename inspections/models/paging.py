"""Pages of long lists."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet


class KeysFirst(Paginator):
    """Finds the rows of a page by their keys alone and then reads these.

    A database carries all columns of all rows along while it sorts them, and works out what is annotated for each; of a
    page it needs few. One query more; lists that are no querysets are cut as usual. Whoever knows how many rows there
    are says so with `count`.
    """

    def __init__(self, rows: Any, per_page: int, count: int | None = None) -> None:
        super().__init__(rows, per_page)
        if count is not None:
            self.count = count

    def page(self, number: int | str) -> Page:
        rows: Any = self.object_list
        if not isinstance(rows, QuerySet):
            return super().page(number)
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        keys = list(rows.values_list("pk", flat=True)[first : first + self.per_page])
        return Page(rows.filter(pk__in=keys), number, self)

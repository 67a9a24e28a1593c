"""Pages of long lists."""

from django.core.paginator import Page, Paginator


class KeysFirst(Paginator):
    """Finds the rows of a page by their keys alone and then reads these.

    A database carries all columns of all rows along while it sorts them, and works out what is annotated for each; of a
    page it needs few. One query more; lists that are no querysets are cut as usual.
    """

    def page(self, number: int | str) -> Page:
        number = self.validate_number(number)
        if not hasattr(self.object_list, "values_list"):
            return super().page(number)
        first = (number - 1) * self.per_page
        keys = list(self.object_list.values_list("pk", flat=True)[first : first + self.per_page])
        return self._get_page(self.object_list.filter(pk__in=keys), number, self)

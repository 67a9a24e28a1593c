"""Two surveys of an element side by side: pairs of photos, their cracks as lines, and what has changed in numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from inspections.access import fetch
from inspections.errors import InspectionError
from inspections.models import Bridge, Element, Finding, Survey, SurveyImage
from inspections.pages.amounts import Amounts, Difference, amounts_by, length_difference, width_difference
from inspections.pages.elementtree import elements_in_line
from inspections.pages.pairing import Pair, pair_as_chosen, partner_of
from inspections.pages.requests import MemberRequest
from inspections.pages.trends import differences

MOST_PHOTOS = 200
ANY = ""
"""The element of a comparison over all photos of two surveys."""


@dataclass(frozen=True, slots=True)
class Line:
    """A crack as it is written into SVG, in pixels of the upright photo."""

    shape: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Change:
    """What was found on the left and on the right, and the differences that can be told."""

    left: Amounts
    right: Amounts
    length: Difference | None
    width: Difference | None

    @classmethod
    def between(cls, left: Amounts, right: Amounts) -> "Change":
        """The differences are right minus left."""
        return cls(left, right, length_difference(left, right), width_difference(left, right))

    @property
    def cracks(self) -> int | None:
        """How many more; None where one side is not analysed."""
        both = self.left.analysed_count and self.right.analysed_count
        return self.right.cracks - self.left.cracks if both else None


@require_GET
def bridge_compare(request: MemberRequest, pk: UUID) -> HttpResponse:
    """`?element=`, `?left=`, `?right=` choose what is compared, `?a=` and `?b=` the photos; each has a first choice."""
    bridge = fetch(Bridge.objects.select_related("organisation"), request.user, pk=pk)
    surveys = list(bridge.surveys.order_by("surveyed_on", "created_at"))
    elements = elements_in_line(bridge.pk)
    where = _where(bridge)
    element = _chosen(request, "element", elements) if request.GET.get("element", ANY) else None
    if element is None and "element" not in request.GET:
        element = _first_element(elements, where)
    seen = [survey for survey in surveys if (survey.pk, element and element.pk) in where]
    left = _chosen(request, "left", surveys) or (seen[-2] if len(seen) > 1 else None)
    right = _chosen(request, "right", surveys) or (seen[-1] if len(seen) > 1 else None)
    context = {"bridge": bridge, "surveys": surveys, "elements": elements, "element": element}
    context |= {"left_survey": left, "right_survey": right}
    if left and right:
        context |= _sides(request, left, right, element)
    return render(request, "comparison/comparison.html", context)


def _sides(request: MemberRequest, left: Survey, right: Survey, element: Element | None) -> dict[str, Any]:
    lefts, rights = _photos(left, element), _photos(right, element)
    photo = _chosen(request, "a", lefts) or (lefts[0] if lefts else None)
    other = _chosen(request, "b", rights)
    pair: Pair | None = None
    if photo:
        pair = pair_as_chosen(photo, other) if other else partner_of(photo, lefts, rights)
    found = {"lefts": lefts, "rights": rights, "photo": photo, "pair": pair}
    surveys = amounts_by("survey", survey__in=[left.pk, right.pk], **({"element": element} if element else {}))
    first, second = surveys.get(left.pk, Amounts()), surveys.get(right.pk, Amounts())
    found |= {"of_surveys": Change.between(first, second), "differences": differences(first, second)}
    if photo and pair:
        both = [photo.pk, pair.photo.pk]
        amounts = amounts_by("pk", pk__in=both)
        lines = _lines(both)
        of_photos = Change.between(amounts.get(both[0], Amounts()), amounts.get(both[1], Amounts()))
        found |= {"of_photos": of_photos, "left_lines": lines[both[0]], "right_lines": lines[both[1]]}
    return found


def _where(bridge: Bridge) -> set[tuple[UUID, UUID | None]]:
    """The surveys and elements that have pictures; every survey that has any with None, too."""
    photos = SurveyImage.objects.filter(survey__bridge=bridge).exclude(preview="").order_by()
    found = set(photos.values_list("survey", "element").distinct())
    return found | {(survey, None) for survey, _element in found}


def _first_element(elements: Sequence[Element], where: set[tuple[UUID, UUID | None]]) -> Element | None:
    """The first that was photographed twice."""
    for element in elements:
        if sum(place == element.pk for _survey, place in where) > 1:
            return element
    return None


def _chosen(request: MemberRequest, name: str, rows: Sequence[Any]) -> Any:
    """The one of `rows` that the address names; None where it names none. Raises `not_found` for what is not there."""
    wanted = request.GET.get(name, "")
    if not wanted:
        return None
    found = next((row for row in rows if str(row.pk) == wanted.lower()), None)
    if found is None:
        raise InspectionError("not_found")
    return found


def _photos(survey: Survey, element: Element | None) -> list[SurveyImage]:
    """Those that have a picture, as photographed, at most MOST_PHOTOS."""
    rows = SurveyImage.objects.filter(survey=survey, **({"element": element} if element else {})).exclude(preview="")
    rows = rows.defer("scale", "markers", "warnings", "known_length", "floor")
    return list(rows.order_by("original_name", "pk")[:MOST_PHOTOS])


def _lines(photos: Sequence[UUID]) -> dict[UUID, list[Line]]:
    """The standing cracks of each photo. One query."""
    found: dict[UUID, list[Line]] = {pk: [] for pk in photos}
    rows = Finding.objects.current().standing().filter(image__in=photos).order_by("image", "number")
    for image, path, branches, verdict in rows.values_list("image", "path", "branches", "verdict"):
        shape = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in line) for line in [path, *branches])
        found[image].append(Line(shape, verdict or "undecided"))
    return found

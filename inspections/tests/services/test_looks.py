"""What was looked at: shares of area, two people, two tabs, once in history, nothing on a closed survey."""

import pytest

from inspections.errors import InspectionError
from inspections.models import Event, Look, Role, SurveyImage
from inspections.services.closing import close_survey
from inspections.services.looks import grid_of, look_at, looked_at_by_anybody, share_of
from inspections.testing import draw_photo, make_bridge, make_image, make_run, make_survey, make_user

pytestmark = pytest.mark.django_db

# 300 × 200 pixels: 3 × 2 cells, the last column 44 px wide, the lower row 72 px high.
WIDTH, HEIGHT = 300, 200
ALL = 0b111111


@pytest.fixture
def image():
    return make_image(make_survey(make_bridge()), data=draw_photo(WIDTH, HEIGHT))


@pytest.fixture
def ada(image):
    return make_user(Role.REVIEWER, image.survey.bridge.organisation, username="ada")


def test_a_share_is_one_of_area(image) -> None:
    assert grid_of(image) == (3, 2)
    assert share_of(image, 0b1) == 128 * 128 / (WIDTH * HEIGHT)
    assert share_of(image, 0b100) == 44 * 128 / (WIDTH * HEIGHT)
    assert share_of(image, 0b100000) == 44 * 72 / (WIDTH * HEIGHT)
    assert share_of(image, ALL) == 1.0


@pytest.mark.parametrize("size", [(128, 128), (129, 128), (127, 640), (64, 64)])
def test_the_whole_is_one_whatever_the_size(size) -> None:
    image = make_image(data=draw_photo(*size))
    columns, rows = grid_of(image)
    assert share_of(image, (1 << columns * rows) - 1) == 1.0


def test_looks_add_up_and_nothing_is_lost(image, ada) -> None:
    assert look_at(image=image, viewer=ada, cells=0b1) == share_of(image, 0b1)
    # A second tab that knows nothing of the first.
    other_tab = SurveyImage.objects.get(pk=image.pk)
    assert look_at(image=other_tab, viewer=ada, cells="2") == share_of(image, 0b11)
    assert Look.objects.get().cells == "3"
    assert SurveyImage.objects.get(pk=image.pk).coverage == share_of(image, 0b11)


def test_coverage_is_what_anybody_has_looked_at(image, ada) -> None:
    other = make_user(Role.REVIEWER, image.survey.bridge.organisation)
    look_at(image=image, viewer=ada, cells=0b000111)
    assert look_at(image=image, viewer=other, cells=0b111001) == 1.0
    assert looked_at_by_anybody(image) == ALL
    assert looked_at_by_anybody(image, but=other) == 0b000111
    # Together they have seen it all, but neither has.
    assert not Event.objects.filter(kind="looked").exists()


def test_history_tells_once_of_each_who_has_looked_at_the_whole(image, ada) -> None:
    other = make_user(Role.REVIEWER, image.survey.bridge.organisation)
    for viewer, cells in ((ada, 0b11), (ada, ALL), (ada, ALL), (ada, 0b1), (other, ALL)):
        look_at(image=image, viewer=viewer, cells=cells)
    told = Event.objects.filter(kind="looked", image=image).order_by("created_at")
    assert [event.actor for event in told] == [ada, other]


@pytest.mark.parametrize("cells", [ALL + 1, -1, "40", "-1", "0x1", "", "1_1", " 1", "z", "f" * 1000])
def test_what_the_photo_does_not_have_is_refused(image, ada, cells) -> None:
    with pytest.raises(InspectionError, match="3 × 2") as refused:
        look_at(image=image, viewer=ada, cells=cells)
    assert (refused.value.code, refused.value.field) == ("invalid", "cells")
    assert not Look.objects.exists()


def test_a_closed_survey_takes_none(image, ada) -> None:
    make_run(image, status="succeeded")
    close_survey(survey=image.survey, user=ada)
    with pytest.raises(InspectionError, match="signed off"):
        look_at(image=image, viewer=ada, cells=1)
    assert not Look.objects.exists()

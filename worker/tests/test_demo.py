"""The drawn photos and the demo's record speak of the same bridge."""

from datetime import timedelta

import pytest

from inspections.management import kettle_beck
from segmentation.drawing.survey import BRIDGE, PLACES, SEASONS


def test_every_drawn_place_is_a_part_of_the_bridge() -> None:
    parts = set()
    for name, *_rest, below in kettle_beck.ELEMENTS:
        parts |= {name, *(f"{name} / {part[0]}" for part in below)}
    assert {place.element for place in PLACES} <= parts


def test_drawn_photos_are_taken_at_the_bridge_on_the_days_of_the_surveys() -> None:
    days = {name: season.starts.date() for name, season in SEASONS.items()}
    assert days == kettle_beck.SURVEYS
    assert timedelta(days=170) < days["autumn"] - days["spring"] < timedelta(days=190)


@pytest.mark.django_db
def test_the_bridge_stands_where_the_photos_are_taken(tmp_path, settings) -> None:
    kettle_beck.make_record()
    bridge = kettle_beck.find_survey("spring").bridge
    assert (bridge.latitude, bridge.longitude) == pytest.approx(BRIDGE[:2], abs=0.001)

"""Every test: a media folder of its own, no real broker unless asked for, and the bell is recorded."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils import translation


@pytest.fixture(autouse=True)
def _english() -> None:
    # A request in another language leaves it behind in its thread, which here is the next test's, too.
    translation.activate(django_settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def _own_rooms(settings: Any, tmp_path: Path) -> None:
    from inspections.testing import RecordedDispatch

    settings.MEDIA_ROOT = tmp_path / "media"
    settings.RUN_DISPATCHER = "inspections.testing.ring_recorded"
    settings.MEASURE_DISPATCHER = "inspections.testing.ring_for_measuring"
    settings.DRAWING_DISPATCHER = "inspections.testing.ring_for_drawings"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "media"},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    RecordedDispatch.reset()

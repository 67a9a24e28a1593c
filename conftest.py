"""Every test: a media folder of its own, no real broker unless asked for, and the bell is recorded."""

import os
import tempfile
from pathlib import Path

import pytest

# Before Django reads its settings: tests never touch the data of the machine they run on.
_data = tempfile.mkdtemp(prefix="hairline-test-")
os.environ.setdefault("HAIRLINE_TEST_DATA", _data)
os.environ["HAIRLINE_DATA"] = os.environ["HAIRLINE_TEST_DATA"]
os.environ.pop("REDIS_URL", None)


@pytest.fixture(autouse=True)
def _own_rooms(settings, tmp_path: Path) -> None:
    from inspections.testing import RecordedDispatch

    settings.MEDIA_ROOT = tmp_path / "media"
    settings.RUN_DISPATCHER = "inspections.testing.ring_recorded"
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

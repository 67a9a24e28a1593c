"""The settings of real processes under test: the same as ever, with little patience and a light segmenter."""

import os
from pathlib import Path

from inspections.settings import *  # noqa: F403
from inspections.settings import STORAGES

MEDIA_ROOT = Path(os.environ["STREET_MEDIA"])
STORAGES = {**STORAGES, "default": {**STORAGES["default"], "OPTIONS": {"location": MEDIA_ROOT}}}
SEGMENTER = os.environ["STREET_SEGMENTER"]
RUN_TIME_LIMIT_SECONDS = 60
RUN_LEASE_SECONDS = 1.5
RUN_HEARTBEAT_SECONDS = 0.25
RUN_BELL_SECONDS = 1.5
SWEEP_SECONDS = 0.25

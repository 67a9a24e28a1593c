"""The settings of tests: the same, on a data folder of their own.

A settings module and not a line in conftest.py: pytest-django reads the settings before any conftest is loaded, and
tests must never touch the data of the machine they run on.
"""

import atexit
import os
import shutil
import tempfile

os.environ["HAIRLINE_DATA"] = tempfile.mkdtemp(prefix="hairline-test-")
atexit.register(shutil.rmtree, os.environ["HAIRLINE_DATA"], ignore_errors=True)
os.environ.pop("REDIS_URL", None)

from inspections.settings import *  # noqa: E402, F403

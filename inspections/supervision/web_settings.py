"""Gunicorn's settings under the supervisor; read by gunicorn, by name."""

import signal
from typing import Any

from inspections.supervision.leash import die_with_parent
from inspections.supervision.web import GRACE_SECONDS

graceful_timeout = GRACE_SECONDS
timeout = 120
control_socket_disable = True


def post_fork(_server: Any, _worker: Any) -> None:
    """A web process does not outlive the one that watches it."""
    die_with_parent(signal.SIGKILL)

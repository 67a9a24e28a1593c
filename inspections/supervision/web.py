"""The web server as a child, and whether its address is free."""

import os
import socket
import sys
from time import monotonic, sleep

from inspections.supervision.children import ChildPlan

THREADS = 8
GRACE_SECONDS = 8


def web_plan(*, host: str, port: int) -> ChildPlan:
    """Gunicorn with threads: a slow upload holds one thread, never the server."""
    processes = 2 if (os.cpu_count() or 1) >= 4 else 1
    command = (
        *(sys.executable, "-m", "gunicorn", "inspections.wsgi:application"),
        *("--config", "python:inspections.supervision.web_settings"),
        *("--bind", f"[{host}]:{port}" if ":" in host else f"{host}:{port}"),
        *("--worker-class", "gthread", "--workers", str(processes), "--threads", str(THREADS)),
    )
    return ChildPlan(
        name="web",
        command=command,
        stop_turn=1,
        stop_seconds=GRACE_SECONDS + 2,
        ready=lambda: _is_taken(_reachable(host), port),
    )


def address_to_show(host: str, port: int) -> str:
    """The address a person on this machine types."""
    reachable = _reachable(host)
    return f"http://{f'[{reachable}]' if ':' in reachable else reachable}:{port}/"


def why_not(host: str, port: int, *, within: float = 3.0) -> str:
    """Why the address cannot be listened on; empty when it can. Waits a little for one that is just being left."""
    deadline = monotonic() + within
    while True:
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
            return ""
        except OSError as error:
            if monotonic() > deadline:
                return error.strerror or str(error)
            sleep(0.2)


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def _is_taken(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False

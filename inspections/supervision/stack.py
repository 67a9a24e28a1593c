"""The children of one machine: what runs, in the order of starting, from the checked environment."""

import os
import sys
from pathlib import Path

from inspections.env import ROOT, Environment
from inspections.supervision.broker import broker_plan
from inspections.supervision.children import ChildPlan, Say
from inspections.supervision.web import web_plan

GRAPHICS_CARD = Path("/dev/nvidia0")


def stack(
    environment: Environment, *, sweep_seconds: float, demo: bool, binary: Path | None, say: Say
) -> list[ChildPlan]:
    """Broker (the embedded one, if `binary` is given), web, workers, sweep, and with `demo` what draws its photos."""
    plans = []
    if binary is not None:
        folder = environment.data / "broker"
        plans.append(broker_plan(binary=binary, address=environment.broker_socket, folder=folder, say=say))
    plans.append(web_plan(host=environment.host, port=environment.port))
    plans += worker_plans(environment)
    plans.append(ChildPlan("sweep", _manage("requeue_runs", "--every", str(sweep_seconds)), stop_turn=2))
    if demo:
        plans.append(ChildPlan("demo", _manage("seed_demo", "--photos"), stop_turn=2, once=True, nice=10))
    return plans


def worker_plans(environment: Environment) -> list[ChildPlan]:
    """One worker with a pool of processes; on a graphics card one process each, since CUDA does not survive a fork."""
    on_card = environment.device == "cuda" or (environment.device == "auto" and GRAPHICS_CARD.exists())
    environ = {"HAIRLINE_CACHE": os.environ.get("HAIRLINE_CACHE") or str(environment.data / "cache")}
    if not on_card:
        environ["OMP_NUM_THREADS"] = str(max(1, (os.cpu_count() or 1) // environment.workers))
        return [_worker("worker", environ, "-P", "prefork", "-c", str(environment.workers))]
    names = [f"worker-{number}" if number > 1 else "worker" for number in range(1, environment.workers + 1)]
    return [_worker(name, environ, "-P", "solo") for name in names]


def _worker(name: str, environ: dict[str, str], *pool: str) -> ChildPlan:
    command = (
        *(sys.executable, "-m", "celery", "-A", "worker.celery", "worker", "-n", f"{name}@%h", *pool),
        *("--loglevel", "WARNING", "--without-gossip", "--without-mingle"),
    )
    # Told to stop, a worker gives its photo back at the next tile; decoding or measuring a large one may take longer.
    # It steps back a little: a person who waits for a page goes before a photo that waits for its turn.
    return ChildPlan(name, command, stop_turn=2, stop_seconds=30, nice=5, environ=environ)


def _manage(*words: str) -> tuple[str, ...]:
    return (sys.executable, str(ROOT / "manage.py"), *words)

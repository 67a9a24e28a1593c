"""The children of one machine: what runs, in the order of starting, from the checked environment."""

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
        plans.append(ChildPlan("demo", _manage("seed_demo", "--photos"), stop_turn=2, once=True))
    return plans


def worker_plans(environment: Environment) -> list[ChildPlan]:
    """One worker with a pool of processes; on a graphics card one process each, since CUDA does not survive a fork."""
    on_card = environment.device == "cuda" or (environment.device == "auto" and GRAPHICS_CARD.exists())
    if not on_card:
        return [_worker("worker", "-P", "prefork", "-c", str(environment.workers))]
    names = [f"worker-{number}" if number > 1 else "worker" for number in range(1, environment.workers + 1)]
    return [_worker(name, "-P", "solo") for name in names]


def _worker(name: str, *pool: str) -> ChildPlan:
    command = (
        *(sys.executable, "-m", "celery", "-A", "worker.celery", "worker", "-n", f"{name}@%h", *pool),
        *("--loglevel", "WARNING", "--without-gossip", "--without-mingle"),
    )
    # Told to stop, a worker gives its photo back at the next tile; decoding or measuring a large one may take longer.
    return ChildPlan(name, command, stop_turn=2, stop_seconds=30)


def _manage(*words: str) -> tuple[str, ...]:
    return (sys.executable, str(ROOT / "manage.py"), *words)

"""The parts of the stack that need no process: locks, logs, addresses, plans."""

import os
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from inspections.env import read_environment
from inspections.supervision import logs, stack
from inspections.supervision.broker import answers, broker_plan, end_orphan, make_private
from inspections.supervision.lock import AlreadyRunning, only_one
from inspections.supervision.web import address_to_show, why_not


@pytest.fixture
def environment(tmp_path: Path):
    return read_environment({"HAIRLINE_DATA": str(tmp_path), "HAIRLINE_WORKERS": "2", "HAIRLINE_DEVICE": "cpu"})


def test_only_one_holds_the_lock_and_the_other_learns_who(tmp_path: Path) -> None:
    lock = tmp_path / "run" / "up.lock"
    with only_one(lock, holder="process 1"):
        with pytest.raises(AlreadyRunning, match="process 1"), only_one(lock, holder="process 2"):
            pass
        assert lock.read_text() == "process 1"
    with only_one(lock, holder="3"):
        assert lock.read_text() == "3", "nothing is left of a longer name"


def test_a_large_log_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LARGEST", 10)
    for words in (b"the first words", b"more", b"and more"):
        with logs.open_log(tmp_path / "log", "web") as log:
            log.write(words)
    assert (tmp_path / "log" / "web.log").read_bytes() == b"moreand more"
    assert (tmp_path / "log" / "web.log.1").read_bytes() == b"the first words"


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert "in use" in why_not("127.0.0.1", port, within=0)
    assert why_not("127.0.0.1", port) == ""


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000/"),
        ("0.0.0.0", "http://127.0.0.1:8000/"),
        ("::", "http://[::1]:8000/"),
        ("bridges.example", "http://bridges.example:8000/"),
    ],
)
def test_the_address_is_one_that_can_be_typed(host: str, shown: str) -> None:
    assert address_to_show(host, 8000) == shown


def test_the_socket_stands_in_a_private_folder(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir(mode=0o777)
    make_private(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PermissionError):
        make_private(tmp_path / "link")


def test_a_broker_that_is_not_there_neither_answers_nor_blocks(tmp_path: Path) -> None:
    assert not answers(tmp_path / "no.sock")
    end_orphan(tmp_path / "no.sock")


def test_damaged_broker_files_are_set_aside_after_three_quick_ends(tmp_path: Path) -> None:
    said: list[str] = []
    folder = tmp_path / "broker"
    plan = broker_plan(binary=Path("valkey"), address=tmp_path / "s", folder=folder, say=said.append)
    plan.before_start(0)
    (folder / "appendonly.aof").write_bytes(b"rubbish")
    plan.before_start(2)
    assert (folder / "appendonly.aof").exists() and not said
    plan.before_start(3)
    assert list(folder.iterdir()) == [] and "set aside" in said[0]
    assert [path.name for path in tmp_path.glob("broker.damaged-*/*")] == ["appendonly.aof"]


def test_the_broker_keeps_messages_on_disk_and_throws_none_away(tmp_path: Path) -> None:
    words = broker_plan(binary=Path("v"), address=tmp_path / "s", folder=tmp_path, say=print).command
    for name, value in {
        "--port": "0",
        "--unixsocketperm": "700",
        "--appendonly": "yes",
        "--maxmemory-policy": "noeviction",
    }.items():
        assert words[words.index(name) + 1] == value


def test_stopping_goes_from_web_over_workers_to_broker(environment) -> None:
    plans = stack.stack(environment, sweep_seconds=5, demo=True, binary=Path("valkey"), say=print)
    assert [plan.name for plan in plans] == ["broker", "web", "worker", "sweep", "demo"]
    turns = {plan.name: plan.stop_turn for plan in plans}
    assert turns["web"] < turns["worker"] == turns["sweep"] == turns["demo"] < turns["broker"]
    without = stack.stack(environment, sweep_seconds=5, demo=False, binary=None, say=print)
    assert [plan.name for plan in without] == ["web", "worker", "sweep"]


def test_processors_share_one_pool_and_cards_get_single_processes(environment) -> None:
    (pool,) = stack.worker_plans(environment)
    assert pool.command[pool.command.index("-P") + 1 :][:3] == ("prefork", "-c", "2")
    assert int(pool.environ["OMP_NUM_THREADS"]) == max(1, (os.cpu_count() or 1) // 2)
    singles = stack.worker_plans(replace(environment, device="cuda"))
    assert [plan.name for plan in singles] == ["worker", "worker-2"]
    assert all("solo" in plan.command and "OMP_NUM_THREADS" not in plan.environ for plan in singles)

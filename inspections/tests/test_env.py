"""Settings: read in one place; a wrong one stops the start with its name and cure; the README lists them all."""

import ast
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from inspections.env import LONGEST_SOCKET_PATH, ROOT, SETTINGS, EnvironmentMistake, read_environment


def test_a_fresh_folder_gets_defaults_and_a_private_key(tmp_path: Path) -> None:
    first = read_environment({"HAIRLINE_DATA": str(tmp_path / "new")})
    assert (first.port, first.embedded_broker) == (8000, True)
    assert first.database_url.startswith("sqlite:///") and first.redis_url.startswith("redis+socket://")
    key = tmp_path / "new" / "secret_key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert read_environment({"HAIRLINE_DATA": str(tmp_path / "new")}).secret_key == first.secret_key


@pytest.mark.parametrize(
    ("name", "value", "cure"),
    [
        ("HAIRLINE_PORT", "0", "1 to 65535"),
        ("HAIRLINE_PORT", "eighty", "whole number"),
        ("HAIRLINE_PORT", "٨٠", "whole number"),
        ("HAIRLINE_WORKERS", "65", "1 to 64"),
        ("HAIRLINE_HTTPS", "maybe", "yes, no"),
        ("HAIRLINE_DEVICE", "tpu", "cuda"),
        ("HAIRLINE_MAX_PHOTO_MB", "-3", "whole number"),
        ("HAIRLINE_MAX_MEGAPIXELS", "1e3", "whole number"),
        ("HAIRLINE_MAP_TILES", "https://tiles.example.org/all.png", "{z}, {x} and {y}"),
        ("HAIRLINE_MAP_TILES", "ftp://tiles.example.org/{z}/{x}/{y}.png", "https://HOST/"),
        ("HAIRLINE_MAP_TILES", "https://*/{z}/{x}/{y}.png", "https://HOST/"),
        ("HAIRLINE_MAP_TILES", "https://a.org; script-src *//{z}/{x}/{y}", "https://HOST/"),
        ("DATABASE_URL", "mysql://u:hunter2@h/d", "postgres://"),
        ("REDIS_URL", "amqp://u:hunter2@h", "redis://"),
        ("SECRET_KEY", "short", "32"),
        ("HAIRLINE_DATA", "/proc/nowhere", "folder"),
    ],
)
def test_a_wrong_value_stops_the_start(name: str, value: str, cure: str, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentMistake) as mistake:
        read_environment({"HAIRLINE_DATA": str(tmp_path), name: value})
    message = str(mistake.value)
    assert message.startswith(f"{name}=") and cure in message
    assert "hunter2" not in message, "a password is never printed"


@pytest.mark.parametrize(
    ("tiles", "origin"),
    [
        ("", ""),
        ("none", ""),
        ("https://tiles.example.org/osm/{z}/{x}/{y}.png?key=1", "https://tiles.example.org"),
        ("http://10.0.0.7:8080/{z}/{x}/{y}.png", "http://10.0.0.7:8080"),
    ],
)
def test_maps_ask_exactly_the_tile_server_that_is_named(tiles: str, origin: str, tmp_path: Path) -> None:
    environment = read_environment({"HAIRLINE_DATA": str(tmp_path), "HAIRLINE_MAP_TILES": tiles})
    assert environment.map_origin == origin
    found = subprocess.run(
        [sys.executable, "-c", "from inspections import settings; print(settings.CONTENT_SECURITY_POLICY)"],
        cwd=ROOT,
        env={**os.environ, "HAIRLINE_DATA": str(tmp_path), "HAIRLINE_MAP_TILES": tiles},
        capture_output=True,
        text=True,
        check=True,
    )
    allowed = ast.literal_eval(found.stdout)["DIRECTIVES"]["img-src"]
    assert allowed == ["'self'", "blob:", "data:", *([origin] if origin else [])]


def test_a_deep_data_folder_still_gets_a_usable_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 60) / ("b" * 60)
    socket = read_environment({"HAIRLINE_DATA": str(deep)}).broker_socket
    assert len(bytes(socket)) <= LONGEST_SOCKET_PATH


def test_a_damaged_key_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("x")
    with pytest.raises(EnvironmentMistake, match="damaged"):
        read_environment({"HAIRLINE_DATA": str(tmp_path)})


def test_readme_and_code_agree_on_every_setting() -> None:
    readme = (ROOT / "README.md").read_text()
    rows = {line.split("|")[1].strip(" `"): line for line in readme.splitlines() if line.startswith("| `")}
    assert set(rows) == {setting.name for setting in SETTINGS}
    for setting in SETTINGS:
        assert setting.default in rows[setting.name], f"{setting.name}: the README tells another default"
        assert setting.meaning in rows[setting.name]

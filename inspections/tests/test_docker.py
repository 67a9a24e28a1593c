"""The images and the compose file keep their promises; checked without a Docker engine."""

import re
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from inspections.env import ROOT, SETTINGS

DOCKER = ROOT / "docker"
DOCKERFILES = sorted(DOCKER.glob("*.Dockerfile"))
HEAVY = {"torch", "torchvision", "numpy", "scipy", "scikit-image", "openvino", "safetensors"}
ONE_SHOT = {"migrate"}
MEGABYTE, NGINX_MEGABYTE = 1_000_000, 1 << 20
FORM_AROUND_A_PHOTO = 1_000


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((DOCKER / "compose.yml").read_text())


def stages(dockerfile: Path) -> dict[str, list[tuple[str, str]]]:
    """Each stage's instructions, continued lines joined, comments left out."""
    text = re.sub(r"^\s*#.*\n", "", dockerfile.read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    found: dict[str, list[tuple[str, str]]] = {}
    name = ""
    for line in filter(None, map(str.strip, text.splitlines())):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            name = rest.split(" AS ")[-1]
            found[name] = []
        found.setdefault(name, []).append((word, " ".join(rest.split())))
    return found


def built(compose: dict[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """The instructions of the stage that each service of ours runs."""
    services = {}
    for name, service in compose["services"].items():
        if "build" in service:
            every = stages(ROOT / service["build"]["dockerfile"])
            services[name] = every[service["build"].get("target", list(every)[-1])]
    return services


def needed(requirements: str) -> set[str]:
    """Every package that a requirements file brings, followed through what is installed here."""
    todo = [Requirement(line) for line in _lines(ROOT / "requirements" / requirements)]
    found: set[tuple[str, str]] = set()
    while todo:
        wanted = todo.pop()
        for extra in ("", *wanted.extras):
            key = (canonicalize_name(wanted.name), extra)
            if key in found:
                continue
            found.add(key)
            try:
                requires = distribution(wanted.name).requires or []
            except PackageNotFoundError:
                continue
            asked = map(Requirement, requires)
            todo += [one for one in asked if one.marker is None or one.marker.evaluate({"extra": extra})]
    return {name for name, _ in found}


def _lines(file: Path) -> list[str]:
    lines: list[str] = []
    for line in file.read_text().splitlines():
        if line.startswith("-r "):
            lines += _lines(file.parent / line[3:])
        elif line.strip() and not line.startswith("#"):
            lines.append(line)
    return lines


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.name)
def test_hadolint_has_nothing_to_say(dockerfile):
    hadolint = Path(sys.executable).with_name("hadolint")
    if not hadolint.exists():
        pytest.skip("hadolint is not installed; requirements/dev.txt brings it.")
    said = subprocess.run([hadolint, dockerfile], capture_output=True, text=True)
    assert (said.returncode, said.stdout) == (0, "")


def test_the_web_image_installs_no_network_library():
    assert not needed("web.txt") & HEAVY
    assert {"django", "gunicorn", "redis", "kombu"} <= needed("web.txt")
    assert needed("worker.txt") >= HEAVY, "the counterpart: the same look finds them where they are"

    web = stages(DOCKER / "web.Dockerfile")
    installs = [rest for word, rest in web["packages"] if word == "RUN" and "pip install" in rest]
    assert installs == ["/venv/bin/pip install -r /requirements/web.txt -c /requirements/constraints.txt"]
    copied = [rest for word, rest in web["web"] if word == "COPY" and "segmentation" in rest]
    assert copied == ["segmentation/weights segmentation/weights"]


def test_nothing_of_ours_runs_as_root(compose):
    for name, instructions in built(compose).items():
        users = [rest for word, rest in instructions if word == "USER"]
        assert users and re.fullmatch(r"[1-9]\d+:[1-9]\d+", users[-1]), name
        last = max(place for place, (word, _) in enumerate(instructions) if word == "USER")
        assert not [rest for word, rest in instructions[last:] if word == "RUN" and "pip" in rest]
        service = compose["services"][name]
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
        assert "user" not in service and not service.get("privileged")


def test_web_and_worker_write_shared_files_as_the_same_user(compose):
    users = {rest for name in ("web", "worker") for word, rest in built(compose)[name] if word == "USER"}
    assert len(users) == 1


def test_every_service_tells_how_it_is(compose):
    images = built(compose)
    for name, service in compose["services"].items():
        if name in ONE_SHOT:
            assert service["restart"] == "no" and service["healthcheck"] == {"disable": True}
            continue
        own = service.get("healthcheck", {}).get("test")
        inherited = any(word == "HEALTHCHECK" for word, _ in images.get(name, []))
        assert own or inherited, name
        assert service["restart"] == "unless-stopped"


def test_the_record_is_migrated_before_anybody_reads_it(compose):
    for name in ("web", "worker", "sweep"):
        awaited = compose["services"][name]["depends_on"]
        assert awaited["migrate"] == {"condition": "service_completed_successfully"}
        assert awaited["postgres"] == awaited["broker"] == {"condition": "service_healthy"}


def test_the_broker_forgets_nothing_and_only_the_proxy_is_reached_from_outside(compose):
    command = " ".join(compose["services"]["broker"]["command"])
    assert "--appendonly yes" in command and "--maxmemory-policy noeviction" in command
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["nginx"]
    assert compose["networks"]["back"] == {"internal": True}
    assert compose["services"]["nginx"]["networks"] == ["front"]
    for service in compose["services"].values():
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in compose["volumes"]


def test_every_variable_is_explained_and_known(compose):
    text = (DOCKER / "compose.yml").read_text()
    used = set(re.findall(r"\$\{(\w+)", text))
    explained = set(re.findall(r"^(\w+)=", (DOCKER / "env.example").read_text(), re.MULTILINE))
    assert used == explained
    given = {name for service in compose["services"].values() for name in service.get("environment", {})}
    known = {setting.name for setting in SETTINGS}
    assert {name for name in given if not name.startswith("POSTGRES_")} <= known
    for secret in ("SECRET_KEY", "POSTGRES_PASSWORD"):
        assert re.search(rf"^{secret}=$", (DOCKER / "env.example").read_text(), re.MULTILINE)
        assert f"${{{secret}:?" in text


def test_the_graphics_card_file_changes_the_worker_only(compose):
    card = yaml.safe_load((DOCKER / "compose.cuda.yml").read_text())
    assert list(card["services"]) == ["worker"]
    assert card["services"]["worker"]["environment"]["HAIRLINE_POOL"] == "solo"
    arguments = card["services"]["worker"]["build"]["args"]
    assert set(arguments) == {
        rest.split("=")[0] for word, rest in stages(DOCKER / "worker.Dockerfile")["packages"] if word == "ARG"
    }


def test_what_is_copied_is_in_the_context_and_what_is_private_is_not():
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert (ROOT / ".dockerignore").read_text().startswith("*\n")
    for dockerfile in DOCKERFILES:
        for instructions in stages(dockerfile).values():
            copies = [rest.split()[:-1] for word, rest in instructions if word == "COPY" and "--from" not in rest]
            for source in (source for copy in copies for source in copy):
                assert (ROOT / source).exists(), source
                assert any(source == name or source.startswith(f"{name}/") for name in kept), source
    assert not {"var", ".venv", ".git", "docker/.env"} & set(kept)


# The proxy


def proxy_settings(max_photo_mb: int = 400) -> str:
    return (DOCKER / "nginx.conf").read_text().replace("${HAIRLINE_MAX_PHOTO_MB}", str(max_photo_mb))


def test_the_proxy_lets_through_what_the_server_accepts():
    for limit in (1, 400, 100_000):
        (size,) = re.findall(r"client_max_body_size (\d+)m;", proxy_settings(limit))
        assert int(size) * NGINX_MEGABYTE >= limit * MEGABYTE + FORM_AROUND_A_PHOTO


def test_the_proxy_has_no_folder_to_climb_out_of():
    text = re.sub(r"#.*", "", proxy_settings())
    assert "alias" not in text and "autoindex" not in text
    assert re.findall(r"location (/static\S*) {\s+root (\S+);", text) == [("/static/", "/srv")]


def test_nginx_takes_the_settings(tmp_path):
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        pytest.skip("nginx is not installed; its settings are only read, not tried.")
    inner = proxy_settings().replace("server web:8000", "server 127.0.0.1:8000")
    temporary = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    conf = tmp_path / "nginx.conf"
    conf.write_text(f"pid {tmp_path}/pid;\nerror_log {tmp_path}/log;\nevents {{}}\nhttp {{\n{temporary}{inner}}}\n")
    said = subprocess.run([nginx, "-t", "-p", tmp_path, "-c", conf], capture_output=True, text=True)
    assert said.returncode == 0, said.stderr

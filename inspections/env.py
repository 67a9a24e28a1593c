"""Every environment variable Hairline reads, in one place. A wrong value stops the start with its name and its cure."""

import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote, urlsplit

ROOT = Path(__file__).resolve().parent.parent

# sun_path holds 108 bytes including the closing zero (unix(7)).
LONGEST_SOCKET_PATH = 107


class EnvironmentMistake(SystemExit):
    """A setting that cannot be used. Ends the process with the setting's name, its value and the cure."""

    def __init__(self, name: str, value: str, cure: str) -> None:
        self.name, self.value, self.cure = name, value, cure
        super().__init__(f"{name}={value!r} cannot be used. {cure}")


@dataclass(frozen=True, slots=True)
class Setting:
    """One documented variable; the README's table is checked against this list."""

    name: str
    default: str
    meaning: str


SETTINGS = (
    Setting("HAIRLINE_PORT", "8000", "port of the web server, 1 to 65535"),
    Setting("HAIRLINE_HOST", "127.0.0.1", "address the web server listens on; 0.0.0.0 for the whole network"),
    Setting("HAIRLINE_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]", "names under which browsers reach the server"),
    Setting("HAIRLINE_HTTPS", "no", "yes behind a TLS proxy: cookies are sent over HTTPS only"),
    Setting("HAIRLINE_DATA", "./var", "folder of the database, the photos and the secrets"),
    Setting("DATABASE_URL", "SQLite in HAIRLINE_DATA", "sqlite:///… or postgres://user:password@host:port/name"),
    Setting("REDIS_URL", "embedded", "redis://, rediss:// or redis+socket:// of an own Redis or Valkey"),
    Setting("SECRET_KEY", "made on first start", "at least 32 characters; kept in HAIRLINE_DATA/secret_key, mode 0600"),
    Setting("HAIRLINE_DEVICE", "auto", "where networks run: auto, cpu, openvino, torch-cpu or cuda"),
    Setting("HAIRLINE_CACHE", "HAIRLINE_DATA/cache", "compiled networks; on the command line ~/.cache/hairline"),
    Setting("HAIRLINE_WORKERS", "1", "photos analysed at the same time on this machine, 1 to 64"),
    Setting("HAIRLINE_MAX_PHOTO_MB", "400", "largest photo accepted, in megabytes"),
    Setting("HAIRLINE_MAX_MEGAPIXELS", "250", "largest photo accepted, in megapixels"),
    Setting("HAIRLINE_MAP_TILES", "none", "where maps get tiles: https://HOST/{z}/{x}/{y}.png; none: a plain grid"),
    Setting("HAIRLINE_MAP_CREDIT", "none", "whom the map's tiles are to be credited to"),
)

DEVICES = ("auto", "cpu", "openvino", "torch-cpu", "cuda")


@dataclass(frozen=True, slots=True)
class Environment:
    """The checked settings of this process."""

    port: int
    host: str
    allowed_hosts: list[str]
    https: bool
    data: Path
    database_url: str
    redis_url: str
    embedded_broker: bool
    broker_socket: Path
    secret_key: str
    device: str
    workers: int
    max_photo_bytes: int
    max_pixels: int
    map_tiles: str
    map_credit: str

    @property
    def map_origin(self) -> str:
        """From where browsers may load tiles, as a policy names it; empty where there are none."""
        parts = urlsplit(self.map_tiles)
        return f"{parts.scheme}://{parts.netloc}" if self.map_tiles else ""


def read_environment(environ: Mapping[str, str] = os.environ) -> Environment:
    """Check and gather all settings. Makes the data folder and the secret key where they are missing.

    Raises `EnvironmentMistake` with the name and the cure of the first wrong value.
    """
    data = _data_folder(environ)
    broker_socket = _socket_path(data)
    redis_url = environ.get("REDIS_URL", "").strip()
    return Environment(
        port=_whole_number(environ, "HAIRLINE_PORT", 1, 65535),
        host=_text(environ, "HAIRLINE_HOST"),
        allowed_hosts=[host.strip() for host in _text(environ, "HAIRLINE_ALLOWED_HOSTS").split(",") if host.strip()],
        https=_yes_or_no(environ, "HAIRLINE_HTTPS"),
        data=data,
        database_url=_database_url(environ, data),
        redis_url=_redis_url(redis_url) if redis_url else f"redis+socket://{quote(str(broker_socket))}",
        embedded_broker=not redis_url,
        broker_socket=broker_socket,
        secret_key=_secret_key(environ, data),
        device=_one_of(environ, "HAIRLINE_DEVICE", DEVICES),
        workers=_whole_number(environ, "HAIRLINE_WORKERS", 1, 64),
        max_photo_bytes=_whole_number(environ, "HAIRLINE_MAX_PHOTO_MB", 1, 100_000) * 1_000_000,
        max_pixels=_whole_number(environ, "HAIRLINE_MAX_MEGAPIXELS", 1, 2_000) * 1_000_000,
        map_tiles=_map_tiles(environ),
        map_credit=_unless_none(environ, "HAIRLINE_MAP_CREDIT"),
    )


def _default(name: str) -> str:
    return next(setting.default for setting in SETTINGS if setting.name == name)


def _text(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name, "").strip() or _default(name)


def _whole_number(environ: Mapping[str, str], name: str, low: int, high: int) -> int:
    value = _text(environ, name)
    if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
        raise EnvironmentMistake(name, value, f"Give a whole number from {low} to {high}.")
    return int(value)


def _one_of(environ: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    value = _text(environ, name).lower()
    if value not in choices:
        raise EnvironmentMistake(name, value, f"Give one of: {', '.join(choices)}.")
    return value


def _yes_or_no(environ: Mapping[str, str], name: str) -> bool:
    return _one_of(environ, name, ("yes", "no")) == "yes"


def _unless_none(environ: Mapping[str, str], name: str) -> str:
    value = _text(environ, name)
    return "" if value.lower() == "none" else value


def _map_tiles(environ: Mapping[str, str]) -> str:
    """The address of tiles with its three places. Its host goes into a policy, so nothing else may stand there."""
    value = _unless_none(environ, "HAIRLINE_MAP_TILES")
    if not value:
        return ""
    good = re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?/[^\s\"'<>\\]*", value)
    if not good or any(place not in value for place in ("{z}", "{x}", "{y}")):
        cure = "Give https://HOST/… with {z}, {x} and {y}, as in https://tiles.example.org/{z}/{x}/{y}.png, or none."
        raise EnvironmentMistake("HAIRLINE_MAP_TILES", value, cure)
    return value


def _data_folder(environ: Mapping[str, str]) -> Path:
    value = _text(environ, "HAIRLINE_DATA")
    data = Path(value).expanduser()
    # Relative to the project, not to wherever the command was typed: a second start must find the same data.
    data = data if data.is_absolute() else ROOT / data
    try:
        data.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=data):
            pass
    except OSError as error:
        raise EnvironmentMistake(
            "HAIRLINE_DATA", value, f"Give a folder that can be made and written to ({error.strerror})."
        ) from None
    return data.resolve()


def _socket_path(data: Path) -> Path:
    """The broker's socket; beside the data where the path fits, else in a private folder named after it."""
    natural = data / "run" / "broker.sock"
    if len(os.fsencode(natural)) <= LONGEST_SOCKET_PATH:
        return natural
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    return runtime / f"hairline-{os.getuid()}-{sha256(os.fsencode(data)).hexdigest()[:12]}" / "broker.sock"


def _database_url(environ: Mapping[str, str], data: Path) -> str:
    value = environ.get("DATABASE_URL", "").strip()
    if not value:
        return f"sqlite:///{quote(str(data / 'hairline.sqlite3'))}"
    if urlsplit(value).scheme not in ("sqlite", "postgres", "postgresql"):
        raise EnvironmentMistake(
            "DATABASE_URL", _without_password(value), "Give sqlite:///FILE or postgres://USER:PASSWORD@HOST:PORT/NAME."
        )
    return value


def _redis_url(value: str) -> str:
    if urlsplit(value).scheme not in ("redis", "rediss", "redis+socket"):
        raise EnvironmentMistake(
            "REDIS_URL", _without_password(value), "Give redis://HOST:PORT/0, or leave it out for the embedded server."
        )
    return value


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return url.replace(f":{parts.password}@", ":…@") if parts.password else url


def _secret_key(environ: Mapping[str, str], data: Path) -> str:
    value = environ.get("SECRET_KEY", "").strip()
    if value:
        if len(value) < 32:
            raise EnvironmentMistake(
                "SECRET_KEY", "…", "Give at least 32 random characters, or leave it out: one is made on first start."
            )
        return value
    file = data / "secret_key"
    try:
        # O_EXCL: of two processes starting at once, one makes the key and the other reads it.
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read_secret(file)
    with os.fdopen(handle, "w") as out:
        out.write(secrets.token_urlsafe(64))
    return _read_secret(file)


def _read_secret(file: Path) -> str:
    key = file.read_text().strip()
    if len(key) < 32:
        raise EnvironmentMistake(
            "SECRET_KEY", str(file), "The file is damaged. Delete it: a new key is made, and everybody logs in again."
        )
    return key

"""A database of its own for every street: the test process and the real processes look into the same one."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
import psycopg
from django.core.management import call_command
from django.db import connections
from django.db.utils import load_backend
from psycopg import sql

_numbers = count(1)


@contextmanager
def connected_to(url: str) -> Iterator[None]:
    """Within the block, the default connection is to the database at `url`: this thread's, and that of new threads."""
    before, configured = connections["default"], connections.settings["default"]
    parsed = dj_database_url.parse(url)
    same_engine = before.settings_dict["ENGINE"] == parsed["ENGINE"]
    config = {**before.settings_dict, **parsed, "OPTIONS": parsed.get("OPTIONS", {})}
    if same_engine:
        config["OPTIONS"] = {**before.settings_dict["OPTIONS"], **config["OPTIONS"]}
    connections.settings["default"] = config
    connections["default"] = load_backend(config["ENGINE"]).DatabaseWrapper(config, "default")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"], connections.settings["default"] = before, configured


class SqliteFiles:
    """Databases as files: migrated once, then copied."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.template = folder / "template.sqlite3"

    def fresh(self) -> str:
        """The URL of an empty database with all tables."""
        if not self.template.exists():
            with connected_to(f"sqlite:///{self.template}"):
                call_command("migrate", verbosity=0)
        path = self.folder / f"street-{next(_numbers)}.sqlite3"
        shutil.copy(self.template, path)
        return f"sqlite:///{path}"


class PostgresDatabases:
    """Databases on one server: migrated once, then copied by the server."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.template = ""

    def fresh(self) -> str:
        """The URL of an empty database with all tables."""
        if not self.template:
            template = self._create("template0")
            with connected_to(self._url_of(template)):
                call_command("migrate", verbosity=0)
            self.template = template
        return self._url_of(self._create(self.template))

    def _create(self, template: str) -> str:
        name = f"street_{next(_numbers)}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
            words = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            connection.execute(words.format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def _url_of(self, name: str) -> str:
        return urlsplit(self.url)._replace(path=f"/{name}").geturl()

"""Streets and databases for the tests of real processes."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from worker.tests.databases import PostgresDatabases, SqliteFiles, connected_to
from worker.tests.postgres import NoPostgres, postgres
from worker.tests.street import Street

FAKE = "worker.tests.fake_segmenter.get_segmenter"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A running PostgreSQL. Where there is none the test is skipped; under CI that is a failure."""
    try:
        server = postgres()
        url = server.__enter__()
    except NoPostgres as reason:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(reason))
    yield url
    server.__exit__(None, None, None)


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> SqliteFiles:
    return SqliteFiles(tmp_path_factory.mktemp("databases"))


@pytest.fixture(scope="session")
def _postgres_databases(request: pytest.FixtureRequest) -> PostgresDatabases:
    return PostgresDatabases(request.getfixturevalue("postgres_url"))


@pytest.fixture
def fresh_database(
    request: pytest.FixtureRequest, django_db_blocker, sqlite_files: SqliteFiles
) -> Iterator[Callable[[], str]]:
    """Makes an empty database with all tables, on the engine that the whole run uses or on PostgreSQL where the test
    is marked so; connects to it, and returns its URL. What is written there is committed: other processes see it.
    """
    on_postgres = request.node.get_closest_marker("postgres") or not django_settings.DATABASE_IS_SQLITE
    databases = request.getfixturevalue("_postgres_databases") if on_postgres else sqlite_files
    with ExitStack() as opened:
        opened.enter_context(django_db_blocker.unblock())

        def make() -> str:
            url = databases.fresh()
            opened.enter_context(connected_to(url))
            return url

        yield make


@pytest.fixture
def record(fresh_database: Callable[[], str]) -> None:
    """An empty record that threads of the code under test see too."""
    fresh_database()


@pytest.fixture
def make_street(settings, tmp_path: Path, fresh_database: Callable[[], str]) -> Iterator[Callable[..., Street]]:
    """Opens a street on a fresh database; everything in it is stopped in the end."""
    settings.RUN_DISPATCHER = "worker.dispatch.enqueue_run"
    with ExitStack() as opened:

        def make(segmenter: str = FAKE) -> Street:
            street = Street(tmp_path, fresh_database(), segmenter=segmenter)
            opened.callback(street.stop)
            return street

        yield make


@pytest.fixture
def street(make_street: Callable[..., Street]) -> Street:
    """A street with broker and sweep, and no worker yet."""
    street = make_street()
    street.start_broker()
    street.start_sweep()
    return street

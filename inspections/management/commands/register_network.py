"""Makes a trained network choosable."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from inspections.errors import InspectionError
from inspections.models import Network, Organisation
from inspections.services.networks import activate_network, register_network


class Command(BaseCommand):
    help = "Register the weights in FILE (.safetensors with a model card), for one organisation or for everybody."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--organisation", metavar="NAME", help="the only one that may use it; default: everybody")
        parser.add_argument("--activate", action="store_true", help="analyse new photos with it from now on")

    def handle(self, *args: Any, file: Path, organisation: str | None, activate: bool, **options: Any) -> None:
        owner = _named(organisation) if organisation else None
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        try:
            network = register_network(path=file, organisation=owner)
        except InspectionError as error:
            raise CommandError(error.detail) from None
        self.stdout.write(f"Registered {network} for {owner or 'everybody'}.")
        if activate:
            self._activate(network, owner)

    def _activate(self, network: Network, owner: Organisation | None) -> None:
        for organisation in [owner] if owner else Organisation.objects.all():
            activate_network(organisation=organisation, network=network)
            self.stdout.write(f"{organisation} analyses new photos with it from now on.")


def _named(name: str) -> Organisation:
    try:
        return Organisation.objects.get(name=name)
    except Organisation.DoesNotExist:
        known = ", ".join(f"“{known}”" for known in Organisation.objects.values_list("name", flat=True)) or "none yet"
        raise CommandError(f"There is no organisation “{name}”. Known: {known}.") from None

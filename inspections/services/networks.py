"""Registering and activating networks. The card is read from the file's header; no tensor is loaded here."""

import hashlib
import json
import struct
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from inspections.errors import InspectionError
from inspections.models import Network, Organisation, User
from inspections.services.storage import media_path, write_file

CARD_KEY = "hairline_card"
LONGEST_HEADER = 4_000_000


def read_network_card(path: Path) -> dict[str, Any]:
    """The model card in the header of a safetensors file (8 bytes little-endian length, then JSON).

    Raises InspectionError `unsafe_model_format` for anything but safetensors, `invalid_model` for one without a card.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        if path.suffix != ".safetensors" or not 2 <= length <= min(LONGEST_HEADER, size - 8):
            raise InspectionError("unsafe_model_format", field="file")
        try:
            header = json.loads(file.read(length))
        except ValueError:
            raise InspectionError("unsafe_model_format", field="file") from None
    if not isinstance(header, dict):
        raise InspectionError("unsafe_model_format", field="file")
    _check_bounds(header, size - 8 - length)
    try:
        card = json.loads(header["__metadata__"][CARD_KEY])
        str(card["name"]), str(card["architecture"]), float(card["threshold"])
    except (KeyError, TypeError, ValueError):
        raise InspectionError("invalid_model", field="file", reason=_("it carries no model card")) from None
    return card


def _check_bounds(header: dict[str, Any], data_size: int) -> None:
    """Every tensor lies inside the file: a truncated upload is found here, not by the worker."""
    for name, tensor in header.items():
        if name == "__metadata__":
            continue
        try:
            begin, end = tensor["data_offsets"]
            inside = 0 <= begin <= end <= data_size
        except (KeyError, TypeError, ValueError):
            inside = False
        if not inside:
            raise InspectionError("invalid_model", field="file", reason=_("the file ends early"))


def register_network(*, path: Path, organisation: Organisation | None, registered_by: User | None = None) -> Network:
    """Copy a network into the store and make it choosable. The same weights twice are the row that exists.

    `organisation` None means shipped: usable by everybody.
    """
    card = read_network_card(path)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        stored = f"networks/{sha256}.safetensors"
        file.seek(0)
        if not media_path(stored).exists():
            write_file(stored, file)
    network, _created = Network.objects.get_or_create(
        organisation=organisation,
        sha256=sha256,
        defaults={
            "name": str(card["name"])[:120],
            "version": str(card.get("version", ""))[:60],
            "architecture": str(card["architecture"])[:60],
            "threshold": float(card["threshold"]),
            "card": card,
            "file": stored,
            "registered_by": registered_by,
        },
    )
    return network


def activate_network(*, organisation: Organisation, network: Network) -> None:
    """Analyse the organisation's new photos with this network from now on; finished analyses stay as they are."""
    if network.organisation_id not in (None, organisation.pk):
        raise InspectionError("invalid_reference", field="network", kind=_("Network"), id=network.pk)
    organisation.active_network = network
    organisation.save(update_fields=["active_network"])


def network_for(organisation: Organisation) -> Network:
    """The active network, else the newest shipped one, registered on first need. Raises `no_network`."""
    if organisation.active_network is not None:
        return organisation.active_network
    shipped = Network.objects.filter(organisation__isnull=True).order_by("-created_at").first()
    if shipped is not None:
        return shipped
    if not Path(settings.SHIPPED_NETWORK).exists():
        raise InspectionError("no_network")
    return register_network(path=Path(settings.SHIPPED_NETWORK), organisation=None)

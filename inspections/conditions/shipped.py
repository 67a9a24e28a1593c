"""The packs that come with Hairline."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from inspections.conditions.parsing import parse_pack
from inspections.conditions.rules import Pack


def builtin_text(pack_id: str) -> str:
    """The file of a shipped pack as it is. Raises KeyError for another id."""
    pack = builtin_packs()[pack_id]
    return files(__package__).joinpath("packs", f"{pack.id}.yaml").read_text("utf-8")


@cache
def builtin_packs() -> Mapping[str, Pack]:
    """The shipped packs by their id, in alphabetical order; read once in a process."""
    found = (entry for entry in files(__package__).joinpath("packs").iterdir() if entry.name.endswith(".yaml"))
    packs = [parse_pack(entry.read_bytes()) for entry in found]
    return MappingProxyType({pack.id: pack for pack in sorted(packs, key=lambda pack: pack.id)})

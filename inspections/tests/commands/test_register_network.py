"""`manage.py register_network`: a trained file becomes choosable."""

import json
import struct
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from inspections.models import Network
from inspections.services.networks import network_for
from inspections.testing import make_organisation

pytestmark = pytest.mark.django_db


def weights(path: Path, **card: object) -> Path:
    """A safetensors file of one number and a card."""
    card = {"name": "own", "architecture": "light", "threshold": 0.4, "version": "7", **card}
    header = {
        "__metadata__": {"hairline_card": json.dumps(card)},
        "bias": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},
    }
    words = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(words)) + words + b"\0\0\0\0")
    return path


def register(*words: object) -> str:
    out = StringIO()
    call_command("register_network", *map(str, words), stdout=out)
    return out.getvalue()


def test_a_file_becomes_a_network_of_everybody(tmp_path: Path) -> None:
    assert "own 7 for everybody" in register(weights(tmp_path / "own.safetensors"))
    network = Network.objects.get()
    assert (network.organisation, network.threshold) == (None, 0.4)
    register(weights(tmp_path / "again.safetensors"))
    assert Network.objects.count() == 1, "the same weights twice are one network"


def test_it_is_active_where_it_was_asked_for_and_nowhere_else(tmp_path: Path) -> None:
    council, other = make_organisation(name="Kettle Beck Council"), make_organisation()
    register(weights(tmp_path / "shipped.safetensors", name="shipped"))
    said = register(weights(tmp_path / "own.safetensors"), "--organisation", council.name, "--activate")
    assert "Kettle Beck Council analyses new photos with it" in said
    council.refresh_from_db()
    assert network_for(council).name == "own"
    assert network_for(other).name == "shipped"


def test_activating_a_network_of_everybody_activates_it_for_each(tmp_path: Path) -> None:
    organisations = [make_organisation(), make_organisation()]
    register(weights(tmp_path / "own.safetensors"), "--activate")
    for organisation in organisations:
        organisation.refresh_from_db()
        assert organisation.active_network.name == "own"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("photo.safetensors", "Only .safetensors files are accepted"),
        ("weights.pt", "Only .safetensors files are accepted"),
        ("nothing-here.safetensors", "There is no file"),
    ],
)
def test_a_refusal_is_one_sentence(tmp_path: Path, name: str, words: str) -> None:
    path = tmp_path / name
    if not name.startswith("nothing"):
        path.write_bytes(b"\xff\xd8 this is a photo")
    with pytest.raises(CommandError, match=words):
        register(path)
    assert not Network.objects.exists()


def test_an_unknown_organisation_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    make_organisation(name="Kettle Beck Council")
    with pytest.raises(CommandError, match=r"no organisation “Kettle”. Known: “Kettle Beck Council”"):
        register(weights(tmp_path / "own.safetensors"), "--organisation", "Kettle")

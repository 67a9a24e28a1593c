"""Networks: only safetensors with a card, one row per weights, one active per organisation."""

import json
import struct
from pathlib import Path

import pytest

from inspections.errors import InspectionError
from inspections.services.networks import activate_network, network_for, register_network
from inspections.services.runs import request_run
from inspections.testing import make_image, make_network, make_organisation

pytestmark = pytest.mark.django_db
CARD = {"name": "tiny", "version": "1", "architecture": "light", "threshold": 0.42}


def write_network(path: Path, *, card: object = CARD, end: int = 8, data: bytes = b"\0" * 8) -> Path:
    header = {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, end]}}
    if card is not None:
        header["__metadata__"] = {"hairline_card": json.dumps(card)}
    body = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(body)) + body + data)
    return path


def test_a_network_is_registered_once(tmp_path: Path) -> None:
    path, organisation = write_network(tmp_path / "n.safetensors"), make_organisation()
    network = register_network(path=path, organisation=organisation)
    assert (network.name, network.threshold, network.architecture) == ("tiny", 0.42, "light")
    assert Path(network.file.path).read_bytes() == path.read_bytes()
    assert register_network(path=path, organisation=organisation) == network
    assert register_network(path=path, organisation=make_organisation()) != network


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("n.pt", {}, "unsafe_model_format"),
        ("n.safetensors", {"card": None}, "invalid_model"),
        ("n.safetensors", {"card": {"name": "x"}}, "invalid_model"),
        ("n.safetensors", {"card": [1]}, "invalid_model"),
        ("n.safetensors", {"end": 9}, "invalid_model"),
        ("n.safetensors", {"data": b""}, "invalid_model"),
    ],
)
def test_what_is_not_a_network_is_refused(name: str, content: dict, code: str, tmp_path: Path) -> None:
    with pytest.raises(InspectionError) as refused:
        register_network(path=write_network(tmp_path / name, **content), organisation=None)
    assert refused.value.code == code


@pytest.mark.parametrize("content", [b"", b"\x80\x04pickle", b"\xff" * 64, b"\x02\0\0\0\0\0\0\0[]"])
def test_any_other_bytes_are_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "n.safetensors"
    path.write_bytes(content)
    with pytest.raises(InspectionError) as refused:
        register_network(path=path, organisation=None)
    assert refused.value.code == "unsafe_model_format"


def test_new_photos_use_the_active_network() -> None:
    shipped = make_network()
    image = make_image()
    organisation = image.survey.bridge.organisation
    assert image.runs.get().network == shipped
    own = make_network(organisation)
    activate_network(organisation=organisation, network=own)
    assert network_for(organisation) == own
    assert request_run(image=image).network == shipped, "an open run stays what it is"


def test_a_foreign_network_cannot_be_activated() -> None:
    with pytest.raises(InspectionError):
        activate_network(organisation=make_organisation(), network=make_network(make_organisation()))


def test_without_any_network_the_cure_is_told(settings) -> None:
    settings.SHIPPED_NETWORK = "/nowhere/default.safetensors"
    with pytest.raises(InspectionError, match="Networks"):
        network_for(make_organisation())

"""Weights that travel with their recipe: one .safetensors file whose header carries the model card."""

import json
import struct
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from segmentation.errors import CheckpointMismatch, NetworkUnavailable
from segmentation.networks import build_network, network_names
from segmentation.networks.shared_tensors import with_second_names, without_second_names

CARD_KEY = "hairline_card"
WEIGHTS = Path(__file__).parent / "weights"
LARGEST_HEADER = 16 * 1024**2


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What one must know to use weights, and to judge them.

    `mean` and `std` normalise RGB in 0..1; `tile` and `overlap` are pixels; logits are divided by `temperature`
    before the sigmoid, `threshold` (0..1) is of what comes out, and both were chosen on validation data; `metrics`
    holds the scores by split and set, `protocol` says how they were taken; `licence` says what the weights may be
    used for. `inputs` is the range of what goes into each convolution that may compute in 8 bits, by its name.
    """

    name: str
    architecture: str
    version: str = "1"
    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    std: tuple[float, float, float] = (0.229, 0.224, 0.225)
    tile: int = 512
    overlap: int = 64
    threshold: float = 0.5
    temperature: float = 1.0
    parameters: int = 0
    data: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    protocol: str = ""
    licence: str = ""
    code_version: str = ""
    trained_on: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def to_json(self) -> str:
        """The card as JSON with sorted keys."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "ModelCard":
        """Read a card; fields of a later version are left out. Raises ValueError where it is none."""
        facts = json.loads(text)
        if not isinstance(facts, dict) or not {"name", "architecture"} <= facts.keys():
            raise ValueError("the model card names no architecture")
        known = {name: value for name, value in facts.items() if name in {item.name for item in fields(cls)}}
        known |= {name: tuple(known[name]) for name in ("mean", "std") if name in known}
        known["inputs"] = {name: (float(low), float(high)) for name, (low, high) in known.get("inputs", {}).items()}
        card = cls(**known)
        if not card.temperature > 0:
            raise ValueError(f"the model card has the temperature {card.temperature}; it must be above zero")
        return card


def resolve_network(name_or_path: str | Path) -> Path:
    """`default` → the shipped weights, a shipped name → its file, anything else → that path, which must exist."""
    shipped = WEIGHTS / f"{name_or_path}.safetensors"
    path = shipped if shipped.is_file() else Path(name_or_path)
    if not path.is_file():
        reason = "there is no such file, nor a shipped network of this name"
        raise NetworkUnavailable(path=str(name_or_path), reason=reason)
    return path


def save_checkpoint(path: Path, network: nn.Module, card: ModelCard, *, half: bool = False) -> None:
    """Write weights and card, whole or not at all. `half` stores numbers with 16 bits: half the size."""
    _write(path, {name: _stored(tensor, half=half) for name, tensor in without_second_names(network).items()}, card)


def rewrite_card(path: Path, **changes: Any) -> ModelCard:
    """Replace fields of the card in `path`; the weights stay as they are, bit for bit. Returns the new card."""
    card = replace(read_card(path), **changes)
    _write(path, load_file(path), card)
    return card


def load_checkpoint(path: Path) -> tuple[nn.Module, ModelCard]:
    """Build the card's network in evaluation mode with these weights, in 32-bit numbers.

    Raises NetworkUnavailable where the file cannot be read or is no network of ours, CheckpointMismatch where
    the tensors are not exactly those of the architecture.
    """
    card = read_card(path)
    if card.architecture not in network_names():
        known = ", ".join(network_names())
        raise CheckpointMismatch(path=str(path), reason=f"its architecture {card.architecture!r} is none of {known}")
    network = build_network(card.architecture)
    try:
        tensors = load_file(path)
    except (SafetensorError, OSError) as error:
        raise NetworkUnavailable(path=str(path), reason=f"the file is damaged: {error}") from error
    load_strictly(network, tensors, path)
    return network.eval(), card


def load_strictly(network: nn.Module, tensors: Mapping[str, Tensor], path: Path) -> None:
    """Give `network` these weights. Raises CheckpointMismatch naming the first tensors that differ and their shapes."""
    wanted, tensors = network.state_dict(), with_second_names(network, tensors)
    problems = [f"{name} is missing" for name in wanted.keys() - tensors.keys()]
    problems += [f"{name} is unknown to the network" for name in tensors.keys() - wanted.keys()]
    problems += [
        f"{name} is {tuple(tensors[name].shape)}, the network takes {tuple(wanted[name].shape)}"
        for name in wanted.keys() & tensors.keys()
        if tensors[name].shape != wanted[name].shape
    ]
    if problems:
        shown, more = sorted(problems)[:3], len(problems) - 3
        reason = "; ".join(shown) + (f"; and {more} more" if more > 0 else "")
        raise CheckpointMismatch(path=str(path), reason=reason)
    network.load_state_dict({name: tensor.to(wanted[name].dtype) for name, tensor in tensors.items()})


def read_card(path: Path) -> ModelCard:
    """The card alone, from the file's header: no tensor is read. Raises NetworkUnavailable where there is none."""
    if Path(path).suffix != ".safetensors":
        reason = "only .safetensors files are accepted: they cannot run code"
        raise NetworkUnavailable(path=str(path), reason=reason)
    try:
        with Path(path).open("rb") as file:
            (size,) = struct.unpack("<Q", file.read(8))
            if size > LARGEST_HEADER:
                raise ValueError("its header is too large")
            metadata = json.loads(file.read(size)).get("__metadata__", {})
        if CARD_KEY not in metadata:
            raise ValueError("it carries no Hairline model card")
        return ModelCard.from_json(metadata[CARD_KEY])
    except (OSError, struct.error, ValueError, TypeError, AttributeError) as error:
        raise NetworkUnavailable(path=str(path), reason=str(error)) from error


def _write(path: Path, tensors: dict[str, Tensor], card: ModelCard) -> None:
    part = path.with_name(path.name + ".part")
    save_file(tensors, part, metadata={CARD_KEY: card.to_json()})
    # save_file leaves the file to its owner alone; a worker under another name must read it as well.
    part.chmod(0o644)
    part.replace(path)


def _stored(tensor: Tensor, *, half: bool) -> Tensor:
    tensor = tensor.detach().cpu().contiguous()
    # Norms and biases stay whole: a variance below 6e-8 would become nothing with 16 bits, and they are few.
    return tensor.half() if half and tensor.dtype == torch.float32 and tensor.ndim > 1 else tensor

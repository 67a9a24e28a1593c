"""The training loop: batches, a learning rate that follows the budget, validation, a state that can be resumed."""

import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from segmentation.checkpoints import load_checkpoint, load_strictly, save_checkpoint
from segmentation.networks import build_network
from segmentation.networks.lite import LiteEncoder
from segmentation.training.config import TrainingSettings
from segmentation.training.curves import write_curves
from segmentation.training.data import CropStream, PhotoStore
from segmentation.training.losses import crack_loss
from segmentation.training.machine import Machine
from segmentation.training.material import Material
from segmentation.training.processes import Processes, unwrapped
from segmentation.training.publish import NETWORK, make_card
from segmentation.training.state import TrainingState
from segmentation.training.validation import Validation, validate

CONFIG = "config.json"
LAST_WEIGHTS = "last.safetensors"
LARGEST_GRADIENT = 5.0

Say = Callable[[str], None]


class Trainer:
    """One training from settings to weights. `run()` may be interrupted at any time and resumed.

    The run folder holds `config.json`, `curves.json` and `curves.png`, `last.ckpt` (all that is needed to go on),
    `last.safetensors` and, with the best weights so far, `network.safetensors`: usable at any time, cards and all.
    """

    def __init__(self, settings: TrainingSettings, *, resume: bool = False, say: Say = print) -> None:
        self.settings = settings
        self.machine = Machine.choose(settings.device)
        self.processes = Processes.join(self.machine.device)
        self.say: Say = say if self.processes.first else _silent
        self.material = Material.gather(settings)
        self.store = PhotoStore(settings.cache_bytes)
        torch.manual_seed(settings.seed)
        network = build_network(settings.network, pretrained_encoder=settings.pretrained_encoder and not resume)
        if settings.crop % int(network.stride):  # type: ignore[arg-type]
            raise ValueError(
                f"The crop is {settings.crop} px; {settings.network} needs a multiple of {network.stride}."
            )
        if settings.init_from:
            load_strictly(network, load_checkpoint(settings.init_from)[0].state_dict(), settings.init_from)
        if settings.encoder_from:
            adopt_encoder(network, settings.encoder_from)
        freeze(network, settings.frozen_stages)
        network.to(self.machine.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.state = TrainingState.fresh(network, settings)
        settings.out.mkdir(parents=True, exist_ok=True)
        if resume:
            self.state.restore(settings.out)
        self.state.network = self.processes.wrap(network, self.machine.device)
        self.steps_per_epoch = max(1, math.ceil(len(self.material.train) / settings.batch))
        if self.processes.first:
            (settings.out / CONFIG).write_text(json.dumps(settings.to_facts(), indent=1) + "\n", encoding="utf-8")

    def run(self) -> TrainingState:
        """Train until the budget is spent; validates and saves on the way and at the end."""
        self._load_photos()
        since = last_saved = time.monotonic()
        before, losses = self.state.seconds, []
        for pixels, truth in self._batches():
            losses.append(self._step(pixels, truth))
            now = time.monotonic()
            self.state.seconds = self.processes.agree(before + now - since, self.machine.device)
            if self._progress() >= 1:
                break
            if now - last_saved >= self.settings.checkpoint_minutes * 60:
                self._review(losses)
                losses, last_saved = [], time.monotonic()
        if losses:
            self._review(losses)
        return self.state

    def best_network(self) -> nn.Module:
        """The network with the averaged weights that scored best in validation, in evaluation mode."""
        return self._network_with(self.state.best_tensors or self.state.average.tensors)

    def validate(self, network: nn.Module) -> Validation:
        """Score `network` on the validation photos, or on the training photos where there are none to spare."""
        samples = self.material.val or self.material.train
        return validate(network, samples, store=self.store, machine=self.machine)

    def _load_photos(self) -> None:
        # Before the loader's processes fork: then they share the decoded photos instead of each decoding its own.
        material = self.material
        self.store.fill((*material.val, *material.train, *material.clean))
        train, val, clean = (len(samples) for samples in (material.train, material.val, material.clean))
        self.say(f"{train} photos to train on, {val} to validate, {clean} without crack")

    def _batches(self) -> Iterator[tuple[Tensor, Tensor]]:
        settings = self.settings
        stream = CropStream(
            self.material.train,
            store=self.store,
            crop=settings.crop,
            seed=settings.seed,
            negatives=self.material.clean,
            negative_share=settings.negatives,
            mix=settings.mix,
            weather=settings.weather,
        )
        if self._progress() >= 1:
            return
        yield from DataLoader(
            stream,
            batch_sampler=self.processes.share(_numbers(self.state.step, settings.batch)),
            num_workers=settings.workers,
            multiprocessing_context="fork" if settings.workers else None,
            pin_memory=self.machine.device.type == "cuda",
        )

    def _step(self, pixels: Tensor, truth: Tensor) -> float:
        settings, state = self.settings, self.state
        rate = settings.learning_rate * schedule(self._progress(), settings.warm_up)
        for group in state.optimiser.param_groups:
            group["lr"] = rate
        state.network.train()
        with self.machine.autocast():
            logits = state.network(self.machine.prepare(pixels))
        truth = self._target(truth.to(self.machine.device))
        loss = crack_loss(logits, truth, cl_dice=settings.cl_dice)
        state.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(state.network.parameters(), LARGEST_GRADIENT)
        state.optimiser.step()
        state.step += 1
        state.average.update(unwrapped(state.network), state.step)
        return float(loss.detach())

    def _target(self, truth: Tensor) -> Tensor:
        """What the network is to answer: the mask itself, unless it sees the world in patches."""
        own = getattr(unwrapped(self.state.network), "target", None)
        return own(truth) if own else truth

    def _progress(self) -> float:
        """The share of the budget that is spent, 0..1."""
        if self.settings.minutes is not None:
            return min(1.0, self.state.seconds / (self.settings.minutes * 60))
        return min(1.0, self.state.step / (self.steps_per_epoch * (self.settings.epochs or 1)))

    def _review(self, losses: Sequence[float]) -> None:
        """Validate the averaged weights, keep them if they are the best, write state, weights and curves."""
        if not self.processes.first:
            return
        started = time.monotonic()
        candidate = self._network_with(self.state.average.tensors)
        found = self.validate(candidate)
        state, out = self.state, self.settings.out
        best = found.score > state.best
        if best:
            state.best = found.score
            state.best_tensors = {name: tensor.clone() for name, tensor in state.average.tensors.items()}
        state.curves.append(self._row(losses, found))
        state.save(out)
        card = make_card(self.settings, self.material, found, state, device=self.machine.device.type)
        save_checkpoint(out / LAST_WEIGHTS, candidate, card)
        if best:
            save_checkpoint(out / NETWORK, candidate, card)
        write_curves(out, state.curves, title=f"{self.settings.network}, seed {self.settings.seed}")
        self.say(f"{json.dumps(state.curves[-1])} validated in {time.monotonic() - started:.0f} s")

    def _row(self, losses: Sequence[float], found: Validation) -> dict[str, object]:
        state = self.state
        return {
            "step": state.step,
            "minutes": round(state.seconds / 60, 2),
            "progress": round(self._progress(), 4),
            "learning_rate": state.optimiser.param_groups[0]["lr"],
            "loss": round(sum(losses) / len(losses), 5),
            "validation_loss": round(found.loss, 5),
            "f1": round(found.score, 4),
            "threshold": round(found.threshold, 3),
            "sets": {name: round(value, 4) for name, value in found.f1.items()},
        }

    def _network_with(self, tensors: dict[str, Tensor]) -> nn.Module:
        network = build_network(self.settings.network)
        network.load_state_dict(tensors)
        return network.eval().to(self.machine.device)


def adopt_encoder(network: nn.Module, path: Path) -> None:
    """Start `network` with the encoder of the checkpoint at `path`, whatever decoder that one has.

    Raises CheckpointMismatch where the two encoders are not alike.
    """
    prefix = "encoder."
    found = load_checkpoint(path)[0].state_dict()
    own = {name: tensor for name, tensor in network.state_dict().items() if not name.startswith(prefix)}
    load_strictly(network, own | {name: tensor for name, tensor in found.items() if name.startswith(prefix)}, path)


def freeze(network: nn.Module, stages: int) -> None:
    """Keep the weights of the encoder's entrance and of its first `stages` − 1 stages as they are.

    These work at the largest size, which makes them the dearest to train, and what they see, edges and colours, is
    much the same everywhere. Raises ValueError where the network has no such encoder.
    """
    if not stages:
        return
    encoder = getattr(network, "encoder", None)
    if not isinstance(encoder, LiteEncoder):
        raise ValueError("Only the unet-lite networks can freeze stages of their encoder.")
    for part in (encoder.stem, *encoder.stages[: stages - 1]):
        part.requires_grad_(requires_grad=False)


def schedule(progress: float, warm_up: float) -> float:
    """The learning rate's factor at `progress` 0..1: linear up over `warm_up`, then half a cosine down to zero."""
    if progress < warm_up:
        return max(progress / warm_up, 0.01)
    return 0.5 * (1 + math.cos(math.pi * (progress - warm_up) / (1 - warm_up)))


def _numbers(step: int, batch: int) -> Iterator[list[int]]:
    """The crop numbers of each batch from `step` on, without end."""
    while True:
        yield list(range(step * batch, (step + 1) * batch))
        step += 1


def _silent(line: str) -> None:
    """Of several processes one speaks."""

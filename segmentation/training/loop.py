"""The training loop: batches, a learning rate that follows the budget, validation, a state that can be resumed."""

import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from segmentation.checkpoints import load_checkpoint, load_strictly
from segmentation.networks import build_network
from segmentation.training.catalogue import Fold, Sample, carve_validation, of_split, read_catalogue, read_negatives
from segmentation.training.config import TrainingSettings
from segmentation.training.data import CropStream, PhotoStore, crack_free
from segmentation.training.losses import crack_loss
from segmentation.training.machine import Machine
from segmentation.training.state import TrainingState
from segmentation.training.validation import Validation, validate

CURVES = "curves.json"
LARGEST_GRADIENT = 5.0

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Material:
    """The samples of one training: `clean` are the photos without cracks among them or beside them."""

    train: tuple[Sample, ...]
    val: tuple[Sample, ...]
    clean: tuple[Sample, ...]

    @classmethod
    def gather(cls, root: Path, held_out: Fold | None = None) -> "Material":
        """Read the catalogue and set validation photos apart; leave out the crack-free photos of the fold `held_out`.

        Raises DataError where there is nothing to train on.
        """
        samples = carve_validation(read_catalogue(root))
        train = of_split(samples, "train")
        clean = (*crack_free(train), *read_negatives(root))
        if held_out:
            left_out = {sample.image for sample in clean if held_out.holds(sample)}
            train = tuple(sample for sample in train if sample.image not in left_out)
            clean = tuple(sample for sample in clean if sample.image not in left_out)
        return cls(train, of_split(samples, "val"), clean)


class Trainer:
    """One training from settings to weights. `run()` may be interrupted at any time and resumed."""

    def __init__(self, settings: TrainingSettings, *, resume: bool = False, say: Say = print) -> None:
        self.settings, self.say = settings, say
        self.machine = Machine.choose(settings.device)
        self.material = Material.gather(settings.data, Fold.parse(settings.held_out) if settings.held_out else None)
        self.store = PhotoStore(settings.cache_bytes)
        torch.manual_seed(settings.seed)
        network = build_network(settings.network, pretrained_encoder=settings.pretrained_encoder)
        if settings.init_from:
            load_strictly(network, load_checkpoint(settings.init_from)[0].state_dict(), settings.init_from)
        network.to(self.machine.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.state = TrainingState.fresh(network, settings)
        settings.out.mkdir(parents=True, exist_ok=True)
        if resume:
            self.state.restore(settings.out)
        self.steps_per_epoch = max(1, math.ceil(len(self.material.train) / settings.batch))

    def run(self) -> TrainingState:
        """Train until the budget is spent; validates and saves on the way and at the end."""
        self._load_photos()
        since = last_saved = time.monotonic()
        before, losses = self.state.seconds, []
        for pixels, truth in self._batches():
            losses.append(self._step(pixels, truth))
            now = time.monotonic()
            self.state.seconds = before + now - since
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
        network = build_network(self.settings.network)
        network.load_state_dict(self.state.best_tensors or self.state.average.tensors)
        return network.eval().to(self.machine.device)

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
        )
        if self._progress() >= 1:
            return
        yield from DataLoader(
            stream,
            batch_sampler=_numbers(self.state.step, settings.batch),
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
        loss = crack_loss(logits, truth.to(self.machine.device))
        state.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(state.network.parameters(), LARGEST_GRADIENT)
        state.optimiser.step()
        state.step += 1
        state.average.update(state.network, state.step)
        return float(loss.detach())

    def _progress(self) -> float:
        """The share of the budget that is spent, 0..1."""
        if self.settings.minutes is not None:
            return min(1.0, self.state.seconds / (self.settings.minutes * 60))
        return min(1.0, self.state.step / (self.steps_per_epoch * (self.settings.epochs or 1)))

    def _review(self, losses: Sequence[float]) -> None:
        """Validate the averaged weights, keep them if they are the best, write state and curves."""
        started = time.monotonic()
        candidate = build_network(self.settings.network)
        candidate.load_state_dict(self.state.average.tensors)
        found = self.validate(candidate.eval().to(self.machine.device))
        state = self.state
        if found.score > state.best:
            state.best = found.score
            state.best_tensors = {name: tensor.clone() for name, tensor in state.average.tensors.items()}
        row = {
            "step": state.step,
            "minutes": round(state.seconds / 60, 2),
            "progress": round(self._progress(), 4),
            "learning_rate": state.optimiser.param_groups[0]["lr"],
            "loss": round(sum(losses) / len(losses), 5),
            "f1": round(found.score, 4),
            "threshold": round(found.threshold, 3),
            "sets": {name: round(value, 4) for name, value in found.f1.items()},
        }
        state.curves.append(row)
        state.save(self.settings.out)
        (self.settings.out / CURVES).write_text(json.dumps(state.curves, indent=1), encoding="utf-8")
        self.say(f"{json.dumps(row)} validated in {time.monotonic() - started:.0f} s")


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

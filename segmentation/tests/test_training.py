import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image

from segmentation.__main__ import main
from segmentation.checkpoints import ModelCard, load_checkpoint, save_checkpoint
from segmentation.errors import CheckpointMismatch, NetworkUnavailable
from segmentation.metrics import PixelCounts, count_pixels
from segmentation.networks import build_network
from segmentation.tests.drawn_sets import draw_pair, write_folders, write_manifest
from segmentation.training.augmentation import CHANGES, WEATHER, cut_crop, disturb
from segmentation.training.catalogue import DataError, read_catalogue
from segmentation.training.config import TrainingSettings
from segmentation.training.data import CropStream, PhotoStore, read_mask
from segmentation.training.loop import Trainer, schedule
from segmentation.training.losses import centre_line_loss, crack_loss, soft_skeleton
from segmentation.training.processes import Processes
from segmentation.training.thresholds import best_threshold, level_of
from segmentation.training.validation import predict_whole


def settings(data, out, **facts) -> TrainingSettings:
    quick = {"network": "light", "epochs": 1, "batch": 2, "crop": 64, "workers": 0, "device": "cpu"}
    return TrainingSettings(data=data, out=out, **(quick | facts))


@pytest.fixture(autouse=True)
def one_thread():
    """On tiny tensors threads only wait for each other, and for whatever else the machine does."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


class StopError(Exception):
    pass


class Stop:
    """Interrupts a training after so many lines."""

    def __init__(self, lines: int) -> None:
        self.left = lines

    def __call__(self, line: str) -> None:
        self.left -= 1
        if self.left == 0:
            raise StopError


def test_a_resumed_training_ends_with_the_very_weights_of_an_uninterrupted_one(tmp_path):
    data = write_folders(tmp_path / "data", 8)
    plan = {"epochs": 2, "checkpoint_minutes": 0.0}
    whole = Trainer(settings(data, tmp_path / "whole", **plan), say=lambda line: None).run()
    # The first line tells of the photos; each step then saves and says so.
    with pytest.raises(StopError):
        Trainer(settings(data, tmp_path / "parts", **plan), say=Stop(3)).run()
    parts = Trainer(settings(data, tmp_path / "parts", **plan), resume=True, say=lambda line: None)
    assert parts.state.step == 2
    resumed = parts.run()
    assert whole.step == resumed.step == 4
    for name, tensor in whole.network.state_dict().items():
        assert torch.equal(tensor, resumed.network.state_dict()[name]), name
        assert torch.equal(whole.average.tensors[name], resumed.average.tensors[name]), name
    assert [row["f1"] for row in whole.curves] == [row["f1"] for row in resumed.curves]


def test_a_network_learns_to_see_drawn_lines(tmp_path):
    data = write_folders(tmp_path / "data", 8)
    trainer = Trainer(settings(data, tmp_path / "out", epochs=12, batch=4, learning_rate=3e-3), say=lambda line: None)
    before = trainer.validate(trainer.state.network.eval())
    trainer.run()
    assert trainer.validate(trainer.best_network()).score > max(0.5, before.score + 0.2)


def test_the_command_leaves_weights_with_a_complete_card(tmp_path, capsys):
    data = write_manifest(tmp_path / "data", [("deck", f"d{n}", f"d{n}", "train") for n in range(4)])
    words = f"train --data {data} --out {tmp_path / 'out'} --epochs 1 --batch 2 --crop 64 --workers 0 --device cpu"
    assert main(words.split()) == 0
    network, card = load_checkpoint(tmp_path / "out" / "network.safetensors")
    assert card.architecture == "unet-lite0" and 0 < card.threshold < 1
    assert card.parameters == sum(weight.numel() for weight in network.parameters())
    assert card.data["train"] == {"deck": {"photos": 3, "sources": 3}}
    assert card.data["validation"] == {"deck": {"photos": 1, "sources": 1}}
    assert card.metrics["validation"]["f1"].keys() == {"deck"}
    assert card.licence == "drawn" and card.settings["crop"] == 64 and card.code_version
    assert str(tmp_path) not in card.to_json()
    curves = json.loads((tmp_path / "out" / "curves.json").read_text())
    assert curves[-1]["progress"] == 1 and curves[-1]["step"] == 2
    folder = {path.name for path in (tmp_path / "out").iterdir()}
    assert folder >= {
        "config.json",
        "curves.json",
        "curves.png",
        "last.ckpt",
        "last.safetensors",
        "network.safetensors",
    }
    assert json.loads((tmp_path / "out" / "config.json").read_text()) == dict(card.settings)
    # A spent budget is not spent again: resuming finds nothing left to do.
    assert main([*words.split(), "--resume"]) == 0
    assert json.loads((tmp_path / "out" / "curves.json").read_text()) == curves
    assert "network.safetensors" in capsys.readouterr().out


def test_loader_processes_give_the_same_crops(tmp_path):
    data = write_folders(tmp_path / "data", 4)
    runs = [
        Trainer(settings(data, tmp_path / str(workers), workers=workers), say=lambda line: None).run()
        for workers in (0, 1)
    ]
    assert runs[0].curves[-1]["loss"] == runs[1].curves[-1]["loss"]


def test_minutes_are_a_budget_too(tmp_path):
    data = write_folders(tmp_path / "data", 4)
    trainer = Trainer(settings(data, tmp_path / "out", epochs=None, minutes=0.01), say=lambda line: None)
    state = trainer.run()
    assert state.seconds >= 0.6 and state.curves[-1]["progress"] == 1


def test_training_goes_on_from_other_weights(tmp_path):
    data = write_folders(tmp_path / "data", 4)
    torch.manual_seed(5)
    start = build_network("light")
    save_checkpoint(tmp_path / "start.safetensors", start, ModelCard("start", "light"))
    trainer = Trainer(settings(data, tmp_path / "out", init_from=tmp_path / "start.safetensors"))
    assert all(
        torch.equal(left, right)
        for left, right in zip(trainer.state.network.state_dict().values(), start.state_dict().values(), strict=True)
    )
    with pytest.raises(CheckpointMismatch, match="is missing"):
        Trainer(settings(data, tmp_path / "out", network="unet-resnet18", init_from=tmp_path / "start.safetensors"))


def test_training_takes_the_encoder_alone_from_a_network_with_another_decoder(tmp_path):
    data = write_folders(tmp_path / "data", 4)
    torch.manual_seed(5)
    start = build_network("unet-lite0")
    path = tmp_path / "start.safetensors"
    save_checkpoint(path, start, ModelCard("start", "unet-lite0"))
    trainer = Trainer(settings(data, tmp_path / "out", network="unet-lite0-wide", encoder_from=path))
    own, given = trainer.state.network.state_dict(), start.state_dict()
    shared = [name for name in given if name.startswith("encoder.")]
    assert shared and all(torch.equal(own[name], given[name]) for name in shared)
    assert own["thins.0.weight"].shape != given["thins.0.weight"].shape
    with pytest.raises(CheckpointMismatch, match=r"encoder\..* is"):
        Trainer(settings(data, tmp_path / "out", network="unet-lite2", encoder_from=path))


def test_what_cannot_be_trained_ends_with_a_sentence(tmp_path, capsys):
    assert main(["train", "--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    assert "images/ and masks/" in capsys.readouterr().err
    data = write_folders(tmp_path / "data", 2)
    assert main(["train", "--data", str(data), "--out", str(tmp_path / "out"), "--resume"]) == 1
    assert "nothing to resume" in capsys.readouterr().err
    assert main(["train", "--data", str(data), "--out", str(tmp_path / "out"), "--crop", "100"]) == 1
    assert "multiple of 32" in capsys.readouterr().err
    words = ["train", "--data", str(data), "--out", str(tmp_path / "out"), "--crop", "96"]
    assert main([*words, "--network", "original-resnet34"]) == 1
    assert "original-resnet34 needs a multiple of 64" in capsys.readouterr().err


def test_another_training_is_not_resumed(tmp_path):
    data = write_folders(tmp_path / "data", 2)
    Trainer(settings(data, tmp_path / "out"), say=lambda line: None).run()
    with pytest.raises(NetworkUnavailable, match="not of this training"):
        Trainer(settings(data, tmp_path / "out", network="unet-resnet18"), resume=True)


def test_without_validation_photos_the_card_says_so(tmp_path):
    data = write_manifest(tmp_path / "data", [("deck", f"d{n}", f"d{n}", "train") for n in range(2)])
    trainer = Trainer(settings(data, tmp_path / "out"), say=lambda line: None)
    trainer.run()
    card = load_checkpoint(tmp_path / "out" / "network.safetensors")[1]
    assert "training photos, none to spare" in card.protocol


# Crops


def samples_of(tmp_path, rows):
    return read_catalogue(write_manifest(tmp_path, rows))


def test_a_crop_depends_on_its_number_alone(tmp_path):
    samples = samples_of(tmp_path, [("deck", f"d{n}", f"d{n}", "train") for n in range(5)])
    streams = [CropStream(samples, store=PhotoStore(budget), crop=64, seed=3) for budget in (0, 10**8)]
    _ = streams[0][4]
    for left, right in zip(streams[0][9], streams[1][9], strict=True):
        assert torch.equal(left, right)
    assert not torch.equal(streams[0][9][0], streams[0][10][0])
    pixels, truth = streams[0][0]
    assert pixels.shape == (3, 64, 64) and truth.shape == (1, 64, 64)
    assert set(truth.unique().tolist()) <= {0, 1}


class Counting(PhotoStore):
    def __init__(self):
        super().__init__(10**8)
        self.asked = []

    def read(self, sample):
        self.asked.append(sample)
        return super().read(sample)


def test_a_photo_cut_into_many_files_counts_once(tmp_path):
    rows = [("deck", f"a{n}", "a", "train") for n in range(15)] + [("deck", "b", "b", "train")]
    store = Counting()
    stream = CropStream(samples_of(tmp_path, rows), store=store, crop=32, seed=1)
    _ = [stream[number] for number in range(200)]
    assert 70 < sum(sample.group == "b" for sample in store.asked) < 130


def test_shares_of_sets_and_of_crack_free_photos_are_kept(tmp_path):
    samples = samples_of(tmp_path, [(name, f"{name}1", name, "train") for name in ("deck", "road", "clean")])
    store = Counting()
    stream = CropStream(
        samples, store=store, crop=32, seed=1, negatives=samples[2:], negative_share=0.5,
        mix={"deck": 3, "road": 1, "clean": 0},
    )  # fmt: skip
    _ = [stream[number] for number in range(400)]
    share = {name: sum(s.set == name for s in store.asked) / 400 for name in ("deck", "road", "clean")}
    assert share["clean"] == pytest.approx(0.5, abs=0.08)
    assert share["deck"] / share["road"] == pytest.approx(3, abs=1)


def test_no_photo_to_train_on_is_said():
    with pytest.raises(DataError, match="no photo to train on"):
        CropStream([], store=PhotoStore(0), crop=32, seed=1)


def test_the_store_keeps_what_fits_and_reads_the_rest_again(tmp_path):
    samples = samples_of(tmp_path, [("deck", f"d{n}", f"d{n}", "train") for n in range(3)])
    store = PhotoStore(2 * 96 * 80 * 4)
    store.fill(samples)
    for sample in samples:
        sample.image.unlink()
    assert store.read(samples[0])[0].shape == (80, 96, 3)
    store.read(samples[1])
    with pytest.raises(Exception, match="no such file"):
        store.read(samples[2])


def test_a_mask_of_another_size_is_refused(tmp_path):
    (sample,) = samples_of(tmp_path, [("deck", "d", "d", "train")])
    Image.new("L", (10, 10)).save(sample.mask)
    with pytest.raises(DataError, match="96 × 80 pixels upright, its mask 10 × 10"):
        PhotoStore(0).read(sample)


def test_grey_around_a_mask_is_not_crack(tmp_path):
    Image.fromarray(np.array([[0, 90, 127, 128, 255]], np.uint8)).save(tmp_path / "mask.png")
    assert read_mask(tmp_path / "mask.png").tolist() == [[0, 0, 0, 255, 255]]


@pytest.mark.parametrize("size", [(96, 80), (40, 30), (300, 260)])
def test_pixels_and_truth_are_cut_and_turned_together(size):
    pixels, mask = draw_pair(5, size=size)
    random = np.random.default_rng(2)
    for _ in range(25):
        cut, truth = cut_crop(pixels, mask, size=64, random=random)
        assert cut.shape == (64, 64, 3) and truth.shape == (64, 64)
        dark = cut[..., 0] < 115
        assert (dark & (truth > 0)).sum() >= 0.7 * (dark | (truth > 0)).sum()


def test_most_crops_of_a_cracked_photo_show_the_crack():
    pixels, mask = draw_pair(5, size=(900, 900))
    random = np.random.default_rng(2)
    shown = sum(cut_crop(pixels, mask, size=64, random=random)[1].any() for _ in range(100))
    assert 65 <= shown <= 95


def test_disturbing_changes_light_but_neither_size_nor_kind():
    pixels, mask = draw_pair(1)
    truth = (mask > 0).astype(np.uint8)
    for number in range(30):
        disturbed = disturb(pixels, truth, np.random.default_rng(number))
        assert disturbed.shape == pixels.shape and disturbed.dtype == np.uint8
    for _, change in CHANGES:
        changed = change(pixels, np.random.default_rng(1))
        assert changed.shape == pixels.shape
        # The drawn wall is grey already.
        assert np.array_equal(changed, pixels) == (change.__name__ == "_grey")
        # Dark stays darker than light, wherever it was: nothing moved.
        assert changed[mask > 0].mean() < changed[mask == 0].mean()


@pytest.mark.parametrize("size", [(256, 256), (64, 96), (32, 32)])
@pytest.mark.parametrize("paint", [paint for _, paint in WEATHER])
def test_weather_is_painted_beside_the_crack_and_not_over_it(paint, size):
    wall = np.full((*size, 3), 170, np.uint8)
    truth = np.zeros(size, np.uint8)
    truth[size[0] // 2 - 1 : size[0] // 2 + 2] = 1
    wall[truth > 0] = 40
    changes = []
    for number in range(12):
        painted = paint(wall, truth, np.random.default_rng(number))
        assert painted.shape == wall.shape and painted.dtype == np.uint8
        changes.append(np.abs(painted.astype(int) - wall).mean())
        # The crack stays the darker part of its surroundings, or nothing could be learnt from it.
        assert painted[truth > 0].mean() < painted[truth == 0].mean()
    assert max(changes) > 1


# Several processes


def test_two_processes_train_one_network(tmp_path):
    data = write_folders(tmp_path / "data", 4)
    words = f"train --data {data} --network light --epochs 1 --batch 4 --crop 64 --workers 0 --device cpu --threads 1"
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    together = [*torchrun, "-m", "segmentation", *words.split(), "--out", str(tmp_path / "two")]
    told = subprocess.run(together, capture_output=True, text=True, check=False, timeout=300)
    assert told.returncode == 0, told.stderr
    # One of them speaks, and both halves of each batch count as one step.
    assert told.stdout.count("photos to train on") == 1
    curves = json.loads((tmp_path / "two" / "curves.json").read_text())
    assert curves[-1]["progress"] == 1 and curves[-1]["step"] == 1
    assert load_checkpoint(tmp_path / "two" / "network.safetensors")[1].settings["batch"] == 4


def test_a_batch_that_cannot_be_shared_is_refused():
    shared = Processes(1, 3).share(iter([[0, 1, 2, 3, 4, 5]]))
    assert next(shared) == [1, 4]
    with pytest.raises(ValueError, match="multiple of 3"):
        next(Processes(1, 3).share(iter([[0, 1]])))


# Numbers


def test_the_learning_rate_rises_and_falls_to_nothing():
    rates = [schedule(progress / 100, 0.05) for progress in range(101)]
    assert rates[0] == pytest.approx(0.01) and rates[5] == pytest.approx(1) and rates[100] == pytest.approx(0, abs=1e-9)
    assert rates[:6] == sorted(rates[:6]) and rates[5:] == sorted(rates[5:], reverse=True)


def test_the_loss_is_small_for_the_truth_and_large_for_its_opposite():
    truth = torch.zeros(2, 1, 8, 8)
    truth[0, :, 3:5] = 1
    right = crack_loss(truth * 40 - 20, truth)
    assert right < 0.01
    assert crack_loss(20 - truth * 40, truth) > 5
    assert crack_loss(torch.full_like(truth, -20), torch.zeros_like(truth)) < 0.01


def test_the_centre_line_loss_minds_a_gap_more_than_a_thin_line():
    truth = torch.zeros(1, 1, 32, 64)
    truth[..., 13:18, 4:60] = 1
    thin, broken = torch.zeros_like(truth), truth.clone()
    thin[..., 14:17, 4:60] = 1
    broken[..., 22:42] = 0
    assert centre_line_loss(truth, truth) < 0.02
    assert centre_line_loss(thin, truth) < 0.05 < 0.15 < centre_line_loss(broken, truth)
    assert crack_loss(truth * 40 - 20, truth, cl_dice=0.5) < 0.02
    line = soft_skeleton(truth)
    assert line[..., 15, 10:50].min() == 1 and line[..., 13, 10:50].max() == 0


def test_the_threshold_is_chosen_by_the_mean_over_sets():
    def histogram(background, crack):
        table = np.zeros((2, 256), np.int64)
        for row, counts in zip(table, (background, crack), strict=True):
            for level, count in counts.items():
                row[level] = count
        return table

    sharp = histogram({10: 900, 99: 5}, {100: 50, 200: 50})
    threshold, score = best_threshold({"deck": sharp})
    assert (level_of(threshold), score) == (100, 1.0)
    # A set a hundred times as large that wants another level has one vote like the other.
    large = histogram({10: 90_000, 99: 1}, {60: 10, 200: 10_000})
    assert level_of(best_threshold({"deck": sharp, "road": large})[0]) == 100
    # Of thresholds that are alike within a percent the highest is taken.
    flat = histogram({10: 900}, {100: 1, 200: 199})
    assert level_of(best_threshold({"deck": flat})[0]) == 200
    assert best_threshold({"clean": histogram({3: 100}, {})}) == (0.5, 0.0)


def test_validation_gives_a_threshold_that_fits_its_temperature(tmp_path):
    """The pixels that the card's two numbers call crack are those that the best level of the bare network calls so."""
    data = write_folders(tmp_path / "data", 4)
    trainer = Trainer(settings(data, tmp_path / "out"), say=lambda line: None)
    trainer.run()
    found = trainer.validate(trainer.best_network())
    bare = 1 / (1 + ((1 - found.threshold) / found.threshold) ** found.temperature)
    samples = trainer.material.val or trainer.material.train
    counts = PixelCounts()
    for sample in samples:
        pixels, mask = trainer.store.read(sample)
        answer = predict_whole(trainer.best_network(), pixels, machine=trainer.machine)
        counts += count_pixels(answer >= level_of(bare), mask > 0)
    assert counts.f1 == pytest.approx(found.score, abs=0.02)


def test_a_budget_must_be_one(tmp_path):
    with pytest.raises(ValueError, match="either epochs or minutes"):
        TrainingSettings(data=tmp_path, out=tmp_path)
    with pytest.raises(ValueError, match="either epochs or minutes"):
        TrainingSettings(data=tmp_path, out=tmp_path, epochs=1, minutes=1)


def test_bad_photos_and_masks_are_all_listed_before_anything_is_trained(tmp_path, capsys):
    data = write_folders(tmp_path / "data", 6)
    Image.new("L", (10, 10)).save(data / "masks" / "wall_1.png")
    (data / "images" / "wall_2.png").write_bytes(b"no picture")
    broken = (data / "images" / "wall_3.png").read_bytes()
    (data / "images" / "wall_3.png").write_bytes(broken[: len(broken) // 2])
    assert main(["train", "--data", str(data), "--out", str(tmp_path / "out"), "--epochs", "1"]) == 1
    told = capsys.readouterr().err
    assert (
        "wall_1: the photo is 96 × 80 pixels upright, its mask 10 × 10" in told and "Draw the mask on the photo" in told
    )
    assert "wall_2" in told and "wall_3" in told and "Copy them again" in told
    (data / "masks" / "wall_4.png").unlink()
    assert main(["train", "--data", str(data), "--out", str(tmp_path / "out"), "--epochs", "1"]) == 1
    assert "images/wall_4.png has no masks/wall_4.png" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()

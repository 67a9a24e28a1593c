"""The benchmark measures what it says: the right photos, the right rivals, ratios of numbers of the same run."""

import json

import numpy as np
import pytest
import torch
from torch import nn

from segmentation.__main__ import main
from segmentation.benchmark.photos import mirrored, photo_size
from segmentation.benchmark.rivals import matrix_peak, multiplications, original_tiles


def test_photos_are_mirrored_without_a_seam():
    pattern = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    large = mirrored(pattern, 8, 5)
    assert large.shape == (5, 8, 3)
    assert np.array_equal(large[:2, :3], pattern) and np.array_equal(large[:2, 3:6], pattern[:, ::-1])
    assert np.array_equal(large[2:4, :3], pattern[::-1]) and np.array_equal(large[4, :3], pattern[0])


@pytest.mark.parametrize("megapixels", [0.3, 2, 12, 24, 100])
def test_photos_have_the_size_they_are_named_for(megapixels):
    width, height = photo_size(megapixels)
    assert width * height / 1e6 == pytest.approx(megapixels, rel=0.005)
    assert width / height == pytest.approx(4 / 3, rel=0.005)


def test_the_original_runs_as_many_tiles_as_its_own_code():
    assert original_tiles(1999, 1999) == 36 * 36
    assert original_tiles(448, 448) == original_tiles(300, 200) == 1


def test_multiplications_are_those_of_the_layers():
    network = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 1, 1))
    assert multiplications(network, 32) == pytest.approx(32 * 32 * (3 * 8 * 9 + 8) / 1e9)


def test_the_peak_is_a_real_product():
    assert matrix_peak(torch.float32, rounds=1, side=256) > 0


def test_the_command_prints_stages_and_ratios_of_one_run(tmp_path, capsys):
    file = tmp_path / "bench.json"
    assert main(["benchmark", "--sizes", "0.3", "--sample", "1", "--json", str(file)]) == 0
    facts = json.loads(file.read_text(encoding="utf-8"))
    (photo,) = facts["photos"]
    assert {"decoding", "network", "tracing", "overlay"} <= photo["seconds"].keys()
    assert photo["total"] == pytest.approx(sum(photo["seconds"].values()))
    assert photo["tiles"] >= 1 and photo["cracks"] > 0 and photo["peak_mb"] > 100
    assert facts["plain"]["ratio"] == facts["plain"]["seconds"] / photo["seconds"]["network"]
    assert facts["original"]["tiles"] == original_tiles(632, 474)
    assert facts["original"]["ratio"] == facts["original"]["seconds"] / photo["seconds"]["network"]
    peak = facts["peak"]
    assert peak["share"] == pytest.approx(peak["giga_macs_per_second"] / peak["matrix"]) and peak["share"] > 0
    assert facts["flatness"] == 1
    words = capsys.readouterr().out
    assert "plain PyTorch" in words and "of the peak" in words


@pytest.mark.parametrize("sizes", ["no", "0.1", "2,500"])
def test_sizes_that_are_none_are_refused(sizes, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["benchmark", "--sizes", sizes])
    assert stop.value.code == 2
    assert "megapixels" in capsys.readouterr().err

import json

import pytest
import torch

from segmentation.__main__ import main
from segmentation.tests.drawn_sets import write_folders


@pytest.fixture
def trained(tmp_path):
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    data = write_folders(tmp_path / "data", 6)
    words = f"train --data {data} --out {tmp_path / 'short'} --network light --epochs 1 --batch 2 --crop 64 --workers 0"
    assert main([*words.split(), "--device", "cpu"]) == 0
    yield tmp_path / "short"
    torch.set_num_threads(threads)


def test_a_training_stands_beside_a_network_that_learnt_nothing(trained, tmp_path, capsys):
    out = tmp_path / "compared.json"
    words = ["compare", str(trained), "unet-lite0", "--engines", "torch", "--rounds", "1", "--json", str(out)]
    assert main(words) == 0
    short, lite = json.loads(out.read_text())
    curves = json.loads((trained / "curves.json").read_text())
    assert (short["name"], short["architecture"], short["f1"]) == ("short", "light", curves[-1]["f1"])
    assert short["crops"] == 2 * curves[-1]["step"] and short["sets"] == curves[-1]["sets"]
    assert lite["parameters"] < 5_000_000 and lite["f1"] is None
    assert short["millis_per_mp"].keys() == lite["millis_per_mp"].keys() == {"torch"}
    assert short["millis_per_mp"]["torch"] > 0
    shown = capsys.readouterr().out
    assert "| short | light | 4.27 |" in shown and "| unet-lite0 | unet-lite0 | 2.70 |" in shown


def test_what_cannot_be_compared_ends_with_a_sentence(tmp_path, capsys):
    assert main(["compare", "unet-9000"]) == 1
    assert "neither a training's folder, nor a file, nor a network's name" in capsys.readouterr().err
    assert main(["compare", "light", "--engines", "abacus"]) == 2
    assert "known are torch, OpenVINO f32, OpenVINO bf16" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    assert main(["compare", str(tmp_path / "empty")]) == 1

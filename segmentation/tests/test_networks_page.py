"""The page about the networks and the networks themselves agree."""

import re
from pathlib import Path

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from segmentation.networks import build_network, network_names

PAGE = (Path(__file__).parents[2] / "docs" / "networks.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `([^`]+)` \| (.+) \|$", PAGE, flags=re.MULTILINE))


def test_the_page_has_every_network_and_no_other():
    assert sorted(ROWS) == sorted(network_names())


@pytest.mark.parametrize("name", ROWS)
def test_weights_and_stride_are_as_the_page_says(name):
    # Tensors without content: only shapes are worked out.
    with torch.device("meta"):
        network = build_network(name)
    weights = sum(weight.numel() for weight in network.parameters())
    said = ROWS[name].split(" | ")
    assert (said[0], said[3]) == (f"{weights / 1e6:.2f}", str(network.stride))


@pytest.mark.parametrize("name", ["light", "original-vgg16", "patches-resnet18"])
def test_multiplications_are_counted_as_the_page_says(name):
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        build_network(name).eval()(torch.zeros(1, 3, 256, 256))
    assert ROWS[name].split(" | ")[1] == f"{counter.get_total_flops() / 2e9:.1f}"

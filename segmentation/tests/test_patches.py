import warnings

import numpy as np
import pytest
import torch

from segmentation.checkpoints import ModelCard, save_checkpoint
from segmentation.inference import CrackSegmenter
from segmentation.networks import build_network
from segmentation.networks.patches import LEAST_SHARE, PATCH, PatchClassifier
from segmentation.tests.drawn_sets import draw_pair
from segmentation.training.losses import crack_loss


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return build_network("patches-resnet18").eval()


def test_every_patch_has_one_answer(network):
    with torch.inference_mode():
        logits = network(torch.randn(2, 3, 2 * PATCH, 3 * PATCH))
    assert logits.shape == (2, 1, 2 * PATCH, 3 * PATCH)
    patches = logits.reshape(2, 2, PATCH, 3, PATCH).permute(0, 1, 3, 2, 4).reshape(12, -1)
    assert torch.equal(patches.amin(1), patches.amax(1))
    assert len(patches[:, 0].unique()) == 12


def test_a_patch_is_answered_from_its_own_pixels_alone(network):
    pixels = torch.randn(2, 3, 2 * PATCH, 2 * PATCH)
    inside = (1, slice(None), slice(PATCH, 2 * PATCH), slice(0, PATCH))
    with torch.inference_mode():
        together = network(pixels)
        alone = network(pixels[inside][None])
        assert torch.allclose(together[inside], alone[0], atol=1e-5)
        pixels[inside] += 1
        change = (network(pixels) - together).abs()
    assert change[inside].min() > 1e-4
    assert (change > 1e-5).sum() == PATCH**2


def test_what_is_written_down_on_one_patch_holds_for_many(network):
    """OpenVINO gets the network as traced on a single patch."""
    pixels = torch.randn(1, 3, PATCH, 3 * PATCH)
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        traced = torch.jit.trace(network, torch.zeros(1, 3, PATCH, PATCH), check_trace=False)
        assert torch.allclose(traced(pixels), network(pixels), atol=1e-5)


@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
def test_the_target_is_one_over_every_patch_with_enough_crack(network, dtype):
    truth = torch.zeros(2, 1, PATCH, 3 * PATCH, dtype=dtype)
    truth[0, 0, 10, 0:20] = 1
    truth[0, 0, 10, PATCH : PATCH + 19] = 1
    truth[1, 0, :, 2 * PATCH + 5] = 1
    target = network.target(truth)
    assert target.shape == truth.shape and target.dtype == dtype
    assert PATCH**2 * LEAST_SHARE == 20
    expected = torch.zeros_like(truth)
    expected[0, 0, :, :PATCH] = 1
    expected[1, 0, :, 2 * PATCH :] = 1
    assert torch.equal(target, expected)


def test_the_side_of_a_patch_can_be_chosen():
    small = PatchClassifier(torch.nn.Conv2d(3, 4, 3), 4, patch=16)
    assert small.stride == 16
    assert small(torch.zeros(1, 3, 32, 48)).shape == (1, 1, 32, 48)


def test_vgg16_comes_without_its_fully_connected_layers():
    with torch.device("meta"):
        network = build_network("patches-vgg16")
    assert sum(weight.numel() for weight in network.parameters()) == 14_715_201


def test_it_learns_which_patches_are_cracked():
    torch.manual_seed(0)
    # Small features, to be quick.
    features = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3, stride=2), torch.nn.ReLU())
    network = PatchClassifier(features, 8)
    optimiser = torch.optim.AdamW(network.parameters(), lr=3e-2)
    truth = torch.zeros(2, 1, 2 * PATCH, 2 * PATCH)
    truth[0, :, 30:33, :PATCH], truth[1, :, PATCH:, 100:104] = 1, 1
    pixels = torch.randn(2, 3, 2 * PATCH, 2 * PATCH) * 0.2 - 3 * truth
    target = network.target(truth)
    for _ in range(60):
        loss = crack_loss(network(pixels), target)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert torch.equal(network(pixels) > 0, target > 0)


def test_every_weight_gets_a_gradient():
    network = build_network("patches-resnet18").train()
    network(torch.randn(1, 3, PATCH, 2 * PATCH)).sum().backward()
    assert [name for name, weight in network.named_parameters() if weight.grad is None] == []


def test_a_photo_is_analysed_like_with_any_other_network(network, tmp_path):
    path = tmp_path / "patches.safetensors"
    save_checkpoint(path, network, ModelCard("p", "patches-resnet18", tile=2 * PATCH, overlap=32))
    segmentation = CrackSegmenter.load(path, "torch-cpu").segment(draw_pair(3, size=(200, 150))[0])
    assert segmentation.probability.shape == (150, 200) and segmentation.probability.dtype == np.uint8

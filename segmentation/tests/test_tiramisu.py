import pytest
import torch
from torch import nn

from segmentation.checkpoints import ModelCard, load_checkpoint, save_checkpoint
from segmentation.errors import NetworkUnavailable
from segmentation.networks import build_network
from segmentation.training.losses import crack_loss

CLASSES = 11


# Millions of weights as published, and convolutions: the number in the name.
@pytest.mark.parametrize(("depth", "millions"), [(56, 1.4), (67, 3.5), (103, 9.4)])
def test_the_published_sizes(depth, millions):
    with torch.device("meta"):
        network = build_network(f"fc-densenet{depth}")
    convolutions = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d)]
    assert len(convolutions) == depth
    # The authors' program counts the running statistics of batch norm as well; its last layer has eleven classes.
    counted = sum(weight.numel() for weight in network.parameters())
    counted += sum(buffer.numel() for name, buffer in network.named_buffers() if "num_batches" not in name)
    counted += (CLASSES - 1) * (network.head.in_channels + 1)
    assert round(counted / 1e6, 1) == millions


@pytest.mark.parametrize(
    ("name", "weights"),
    [("fc-densenet-lite", 488_185), ("fc-densenet56", 1_374_865), ("fc-densenet67", 3_460_353)],
)
def test_the_sizes_with_one_class(name, weights):
    with torch.device("meta"):
        network = build_network(name)
    assert sum(weight.numel() for weight in network.parameters()) == weights


def test_layers_are_dropped_while_training_alone():
    torch.manual_seed(0)
    network = build_network("fc-densenet-lite").train()
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.eval()
    assert {layer.p for layer in network.modules() if isinstance(layer, nn.Dropout)} == {0.2}
    pixels = torch.randn(1, 3, 32, 32)
    with torch.inference_mode():
        assert len({float(network(pixels).sum()) for _ in range(3)}) == 3
        network.eval()
        assert len({float(network(pixels).sum()) for _ in range(3)}) == 1


def test_a_single_pixel_is_answered_where_it_lies():
    """Through five poolings and back: a shift of one pixel on the way up would show."""
    torch.manual_seed(0)
    network = build_network("fc-densenet-lite").eval()
    flat = torch.zeros(1, 3, 64, 64)
    dotted = flat.clone()
    dotted[:, :, 33, 30] = 4
    with torch.inference_mode():
        change = (network(dotted) - network(flat))[0, 0].abs()
    assert change.argmax() // 64 in range(31, 36) and change.argmax() % 64 in range(28, 33)


def test_the_light_one_learns_a_line():
    torch.manual_seed(0)
    network = build_network("fc-densenet-lite").train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=3e-3)
    truth = torch.zeros(2, 1, 32, 32)
    truth[0, :, 14:17], truth[1, :, :, 5:8] = 1, 1
    pixels = torch.randn(2, 3, 32, 32) * 0.2 - 2 * truth
    losses = []
    for _ in range(12):
        loss = crack_loss(network(pixels), truth)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert [name for name, weight in network.named_parameters() if weight.grad is None] == []
    assert losses[-1] < 0.6 * losses[0]


def test_weights_come_back_as_they_went(tmp_path):
    network = build_network("fc-densenet-lite").eval()
    save_checkpoint(tmp_path / "t.safetensors", network, ModelCard("t", "fc-densenet-lite"))
    loaded, _ = load_checkpoint(tmp_path / "t.safetensors")
    pixels = torch.randn(1, 3, 32, 64)
    with torch.inference_mode():
        assert torch.equal(loaded(pixels), network(pixels))


def test_there_is_nothing_pretrained_and_it_says_so():
    with pytest.raises(NetworkUnavailable, match=r"fc-densenet103 .*from scratch"):
        build_network("fc-densenet103", pretrained_encoder=True)

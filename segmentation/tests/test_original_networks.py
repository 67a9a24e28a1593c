import sys

import pytest
import torch

from segmentation.errors import NetworkUnavailable
from segmentation.networks import build_network
from segmentation.networks.original import UNetResNet
from segmentation.networks.torchvision_operators import torchvision_models
from segmentation.tests.published_networks import resnet_answer, resnet_weights, vgg16_answer, vgg16_weights

PUBLISHED = {
    "original-vgg16": (vgg16_weights, vgg16_answer),
    "original-resnet34": (lambda: resnet_weights(34), lambda weights, pixels: resnet_answer(weights, pixels, 34)),
    "original-resnet101": (lambda: resnet_weights(101), lambda weights, pixels: resnet_answer(weights, pixels, 101)),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_originals_weights_load_strictly_and_answer_as_published(name):
    make, answer = PUBLISHED[name]
    weights = make()
    network = build_network(name).eval()
    assert network.state_dict().keys() == weights.keys()
    network.load_state_dict(weights, strict=True)
    pixels = torch.randn(1, 3, network.stride, 2 * network.stride, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        expected = answer(weights, pixels)
        found = network(pixels)
    # Random weights must say something, or agreement would mean nothing.
    assert 0.1 < expected.std() < 10
    assert (found - expected).abs().max() <= 1e-4
    assert torch.equal(network(pixels), network(pixels))


def test_the_sizes_are_those_of_the_published_layers():
    with torch.device("meta"):
        vgg, *resnets = (build_network(name) for name in PUBLISHED)
    assert sum(tensor.numel() for tensor in vgg.parameters()) == 29_306_465
    for network, used in zip(resnets, (34_604_897, 74_621_025), strict=True):
        unused = sum(tensor.numel() for tensor in network.encoder.fc.parameters())
        assert sum(tensor.numel() for tensor in network.parameters()) - unused == used


def test_maps_are_dropped_while_training_and_never_after():
    torch.manual_seed(3)
    network = build_network("original-resnet34").train()
    for layer in network.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            layer.eval()
    pixels = torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        answers = {float(network(pixels).sum()) for _ in range(4)}
        assert len(answers) > 1
        network.eval()
        assert len({float(network(pixels).sum()) for _ in range(4)}) == 1


def test_a_depth_the_original_has_not_is_refused():
    with pytest.raises(ValueError, match="34, 101, 152, not 50"):
        UNetResNet(50)


@pytest.fixture
def download(monkeypatch):
    """What torchvision would fetch, by address: set `answer`."""

    class Download:
        answer = None

        def __call__(self, address, *args, **kwargs):
            return self.answer(address)

    fetch = Download()
    place = sys.modules[torchvision_models().WeightsEnum.__module__]
    monkeypatch.setattr(place, "load_state_dict_from_url", fetch)
    return fetch


def test_imagenet_weights_fill_the_encoder_under_both_names(download):
    published = resnet_weights(34)
    download.answer = lambda address: {
        name.removeprefix("encoder."): tensor for name, tensor in published.items() if name.startswith("encoder.")
    }
    state = build_network("original-resnet34", pretrained_encoder=True).state_dict()
    encoder = [name for name in published if name.startswith(("encoder.", "conv"))]
    assert len(encoder) > 400
    assert all(torch.equal(state[name], published[name]) for name in encoder)


def test_the_originals_first_set_of_weights_is_asked_for_and_named_where_there_is_no_network(download):
    def offline(address):
        raise OSError(f"no route to {address}")

    download.answer = offline
    with pytest.raises(NetworkUnavailable, match=r"resnet101-63fe2227.*train without --pretrained-encoder"):
        build_network("original-resnet101", pretrained_encoder=True)

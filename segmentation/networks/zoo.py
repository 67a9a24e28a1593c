"""Every network by name: what a model card's `architecture` may say."""

from collections.abc import Callable
from functools import partial

from torch import nn

from segmentation.errors import NetworkUnavailable
from segmentation.networks.encoders import ResNetEncoder, VGGEncoder
from segmentation.networks.light import LightUNet
from segmentation.networks.lite import lite_unet
from segmentation.networks.unet import UNet


def _light(*, pretrained: bool) -> nn.Module:
    if pretrained:
        raise NetworkUnavailable(path="light", reason="there are no ImageNet weights for it; train it from scratch")
    return LightUNet()


def _lite(size: int, *, pretrained: bool) -> nn.Module:
    return lite_unet(size, pretrained=pretrained)


def _vgg(*, pretrained: bool) -> nn.Module:
    return UNet(VGGEncoder(pretrained=pretrained))


def _resnet(name: str, *, pretrained: bool) -> nn.Module:
    return UNet(ResNetEncoder(name, pretrained=pretrained))


_BUILDERS: dict[str, Callable[..., nn.Module]] = {
    "light": _light,
    "unet-lite0": partial(_lite, 0),
    "unet-lite1": partial(_lite, 1),
    "unet-lite2": partial(_lite, 2),
    "unet-vgg16": _vgg,
    "unet-resnet18": partial(_resnet, "resnet18"),
    "unet-resnet34": partial(_resnet, "resnet34"),
    "unet-resnet101": partial(_resnet, "resnet101"),
}


def network_names() -> tuple[str, ...]:
    """The names `build_network` knows."""
    return tuple(_BUILDERS)


def build_network(name: str, *, pretrained_encoder: bool = False) -> nn.Module:
    """Build a network with random weights, or with torchvision's ImageNet weights in its encoder.

    Input: normalised float (N, 3, H, W), H and W multiples of the network's `.stride`; output: logits (N, 1, H, W).
    Raises NetworkUnavailable for an unknown name, or where the ImageNet weights cannot be had.
    """
    if name not in _BUILDERS:
        raise NetworkUnavailable(path=name, reason=f"there is no such network; known are {', '.join(_BUILDERS)}")
    return _BUILDERS[name](pretrained=pretrained_encoder)

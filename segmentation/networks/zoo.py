"""Every network by name: what a model card's `architecture` may say."""

from collections.abc import Callable
from functools import partial

from torch import nn

from segmentation.errors import NetworkUnavailable
from segmentation.networks.encoders import ResNetEncoder, VGGEncoder
from segmentation.networks.light import LightUNet
from segmentation.networks.lite import lite_unet
from segmentation.networks.original import UNet16, UNetResNet
from segmentation.networks.patches import resnet_patches, vgg16_patches
from segmentation.networks.tiramisu import fc_densenet56, fc_densenet67, fc_densenet103, fc_densenet_lite
from segmentation.networks.unet import UNet


def _from_scratch(name: str, build: Callable[[], nn.Module], *, pretrained: bool) -> nn.Module:
    if pretrained:
        raise NetworkUnavailable(path=name, reason="there are no ImageNet weights for it; train it from scratch")
    return build()


def _lite(size: int, *, pretrained: bool, full_resolution: bool = True, wide: bool = False) -> nn.Module:
    return lite_unet(size, pretrained=pretrained, full_resolution=full_resolution, wide=wide)


def _vgg(*, pretrained: bool) -> nn.Module:
    return UNet(VGGEncoder(pretrained=pretrained))


def _resnet(name: str, *, pretrained: bool) -> nn.Module:
    return UNet(ResNetEncoder(name, pretrained=pretrained))


_BUILDERS: dict[str, Callable[..., nn.Module]] = {
    "light": partial(_from_scratch, "light", LightUNet),
    "unet-lite0": partial(_lite, 0),
    "unet-lite1": partial(_lite, 1),
    "unet-lite2": partial(_lite, 2),
    "unet-lite0-wide": partial(_lite, 0, wide=True),
    "unet-lite0-stride2": partial(_lite, 0, full_resolution=False),
    "unet-vgg16": _vgg,
    "unet-resnet18": partial(_resnet, "resnet18"),
    "unet-resnet34": partial(_resnet, "resnet34"),
    "unet-resnet101": partial(_resnet, "resnet101"),
    "original-vgg16": UNet16,
    "original-resnet34": partial(UNetResNet, 34),
    "original-resnet101": partial(UNetResNet, 101),
    "fc-densenet-lite": partial(_from_scratch, "fc-densenet-lite", fc_densenet_lite),
    "fc-densenet56": partial(_from_scratch, "fc-densenet56", fc_densenet56),
    "fc-densenet67": partial(_from_scratch, "fc-densenet67", fc_densenet67),
    "fc-densenet103": partial(_from_scratch, "fc-densenet103", fc_densenet103),
    "patches-vgg16": vgg16_patches,
    "patches-resnet18": partial(resnet_patches, "resnet18"),
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

"""Stored files on their way to a reader: who may see them is asked before, how they are sent stands here.

A view finds the row with `inspections.access.fetch`, so that a foreign file is not there, and hands its name over.
"""

from inspections.media.layers import layer_stamp
from inspections.media.pyramids import DeepZoom, read_tile
from inspections.media.sending import (
    Picture,
    send_crop,
    send_drawn_layer,
    send_layer,
    send_original,
    send_patch,
    send_picture,
    send_tile,
    send_widths,
)

__all__ = [
    "DeepZoom",
    "Picture",
    "layer_stamp",
    "read_tile",
    "send_crop",
    "send_drawn_layer",
    "send_layer",
    "send_original",
    "send_patch",
    "send_picture",
    "send_tile",
    "send_widths",
]

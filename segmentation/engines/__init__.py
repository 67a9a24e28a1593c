"""One batch of tiles → probabilities: the same recipe on OpenVINO (processors) or PyTorch (processors, CUDA).

An engine belongs to the process that loaded it: load it after a fork, never before.
"""

from segmentation.engines.eight_bits import in_eight_bits, input_ranges
from segmentation.engines.graphics import fitting_batch
from segmentation.engines.loading import DEVICES, Engine, Precision, load_engine
from segmentation.engines.openvino import OpenVinoEngine, compiled_networks
from segmentation.engines.photos import look, plan_for
from segmentation.engines.processor import processor_has_bf16, processor_has_int8
from segmentation.engines.pytorch import TorchEngine
from segmentation.engines.recipe import Recipe

__all__ = [
    "DEVICES",
    "Engine",
    "OpenVinoEngine",
    "Precision",
    "Recipe",
    "TorchEngine",
    "compiled_networks",
    "fitting_batch",
    "in_eight_bits",
    "input_ranges",
    "load_engine",
    "look",
    "plan_for",
    "processor_has_bf16",
    "processor_has_int8",
]

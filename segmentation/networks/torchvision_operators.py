"""torchvision, imported where its compiled operators do not fit the installed torch.

`import torchvision` registers shape rules for its own operators, also where its compiled library could not be
loaded (a torch wheel of another build), and then fails with "operator torchvision::nms does not exist". The encoders
need none of these operators, so naming their schemas is enough. Where the real ones load, nothing is done here.
"""

import sys
from functools import cache
from types import ModuleType

import torch

SCHEMAS = {
    "nms": "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
}
_KEPT: list[torch.library.Library] = []


@cache
def torchvision_models() -> ModuleType:
    """`torchvision.models`. Raises ImportError where torchvision is not installed."""
    try:
        import torchvision.models as models
    except RuntimeError as error:
        if "operator torchvision::" not in str(error):
            raise
        _name_operators()
        import torchvision.models as models
    return models


def _name_operators() -> None:
    """Define the schemas, and forget the modules of the import that failed half way."""
    library = torch.library.Library("torchvision", "FRAGMENT")
    for name, schema in SCHEMAS.items():
        if not hasattr(torch.ops.torchvision, name):
            library.define(f"{name}{schema}")
    # A library that is collected takes its operators with it.
    _KEPT.append(library)
    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        del sys.modules[name]

"""This process's loaded networks. Torch and OpenVINO wake up here and nowhere else in the worker.

Both start threads that do not survive a fork, so that the pool's parent must never load them: the import stands
inside the function, which only a child calls.
"""

import hashlib
import logging
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from inspections.models import Network
from inspections.services.storage import media_path
from segmentation.errors import NetworkUnavailable

if TYPE_CHECKING:
    from segmentation.inference import CrackSegmenter

logger = logging.getLogger(__name__)

# Two, so that an organisation that tries a new network beside another's old one does not load them in turns.
MOST_LOADED = 2

_loaded: "OrderedDict[tuple[Path, str], CrackSegmenter]" = OrderedDict()


def get_segmenter(network: Network) -> "CrackSegmenter":
    """The segmenter of a registered network, loaded on first need; its bytes are checked against the record then.

    Raises NetworkUnavailable when the file is missing, changed or not loadable, CheckpointMismatch when the weights do
    not fit their architecture.
    """
    key = (media_path(str(network.file.name)), network.sha256)
    if key not in _loaded:
        from segmentation.inference import CrackSegmenter

        path = _verified(*key)
        while len(_loaded) >= MOST_LOADED:
            _loaded.popitem(last=False)
        _loaded[key] = CrackSegmenter.load(path, device=settings.SEGMENTATION_DEVICE)
        logger.info("Loaded %s on %s.", network, settings.SEGMENTATION_DEVICE)
    _loaded.move_to_end(key)
    return _loaded[key]


def _verified(path: Path, sha256: str) -> Path:
    """The path, if its bytes are the registered ones."""
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        reason = "its file is missing" if isinstance(error, FileNotFoundError) else "its file cannot be read"
        raise NetworkUnavailable(path=str(path), reason=reason) from error
    if found != sha256:
        raise NetworkUnavailable(path=str(path), reason="its file has changed since it was registered")
    return path

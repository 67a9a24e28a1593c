from typing import Any


def frame(request) -> dict[str, Any]:
    return {}

"""The same work for many photos on all processors: decoding and saving happen outside Python's lock."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
Progress = Callable[[int, int], None]
"""Called with how many are done and how many there are; may raise to stop the work."""

_MOST = 4


def in_threads(
    work: Callable[[Item], Result], items: Sequence[Item], *, progress: Progress | None = None
) -> list[Result]:
    """`work` of every item, in their order. The first exception stops what has not begun yet, and is raised."""
    pool = ThreadPoolExecutor(max_workers=min(_MOST, os.cpu_count() or 1))
    try:
        results = []
        for done, future in enumerate([pool.submit(work, item) for item in items], start=1):
            results.append(future.result())
            if progress:
                progress(done, len(items))
        return results
    finally:
        pool.shutdown(cancel_futures=True)

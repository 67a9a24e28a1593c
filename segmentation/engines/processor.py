"""What the processor can do, and how both libraries say that memory has run out."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import torch

Precision = Literal["auto", "f32", "bf16", "int8"]
BF16_FLAGS = ("avx512_bf16", "amx_bf16")
INT8_FLAGS = ("avx512_vnni", "avx_vnni", "amx_int8")


def processor_has_bf16() -> bool:
    """Whether the processor multiplies bfloat16 by itself; where that cannot be found out, no."""
    return _has(BF16_FLAGS)


def processor_has_int8() -> bool:
    """Whether it adds up products of 8-bit numbers in one instruction; where that cannot be found out, no."""
    return _has(INT8_FLAGS)


def _has(any_of: tuple[str, ...]) -> bool:
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False
    return any(flag in flags for flag in any_of)


def out_of_memory(error: RuntimeError) -> bool:
    """Whether this is a library's way to say that memory has run out."""
    words = str(error).lower()
    return isinstance(error, torch.OutOfMemoryError) or "allocate memory" in words or "bad_alloc" in words


@contextmanager
def memory_errors() -> Iterator[None]:
    """Both libraries report missing memory in words; here it becomes the error Python has for it."""
    try:
        yield
    except RuntimeError as error:
        if out_of_memory(error):
            raise MemoryError(str(error)) from error
        raise

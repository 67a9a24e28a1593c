"""How many tiles fit on a graphics card at once."""

import torch
from torch import nn

SHARE_OF_FREE_MEMORY = 0.6
"""What is left is for the card's other users and for the pieces between which free memory lies."""
LARGEST_BATCH = 64


def fitting_batch(free_bytes: int, bytes_per_tile: int) -> int:
    """The batch that uses at most 60 % of what is free, a power of two from 1 to 64."""
    fits = int(free_bytes * SHARE_OF_FREE_MEMORY / max(1, bytes_per_tile))
    return 1 << (min(max(fits, 1), LARGEST_BATCH).bit_length() - 1)


def measured_batch(recipe: nn.Module, side: int, device: torch.device, *, bf16: bool) -> int:
    """Run one tile of `side` pixels and reckon from the memory it took how many go together."""
    tile = torch.zeros(1, side, side, 3, dtype=torch.uint8, device=device)
    torch.cuda.reset_peak_memory_stats(device)
    before = torch.cuda.memory_allocated(device)
    with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=bf16):
        recipe(tile)
    taken = torch.cuda.max_memory_allocated(device) - before
    free, _ = torch.cuda.mem_get_info(device)
    return fitting_batch(free, taken)

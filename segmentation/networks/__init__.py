"""The zoo: `build_network(name)` → a module from normalised pixels (N, 3, H, W) to logits (N, 1, H, W)."""

from segmentation.networks.zoo import build_network, network_names

__all__ = ["build_network", "network_names"]

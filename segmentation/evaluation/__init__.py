"""Judging a network: count every photo once, then score, pool, and say how far the numbers can be trusted."""

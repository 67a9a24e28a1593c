"""Measuring: from a map of crack probabilities to traced cracks with lengths and widths."""

from segmentation.measurement.tracing import MIN_LENGTH_PX, trace_cracks
from segmentation.run_lengths import decode_runs, encode_runs

__all__ = ["MIN_LENGTH_PX", "decode_runs", "encode_runs", "trace_cracks"]

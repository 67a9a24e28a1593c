"""Measuring: from a map of crack probabilities to traced cracks with lengths and widths."""

from segmentation.measurement.greys import CAMERA, PLAIN
from segmentation.measurement.profiles import summarise
from segmentation.measurement.slits import Calibration
from segmentation.measurement.totals import Totals, total
from segmentation.measurement.tracing import MIN_LENGTH_PX, trace_cracks
from segmentation.run_lengths import decode_runs, encode_runs

__all__ = [
    "CAMERA",
    "MIN_LENGTH_PX",
    "PLAIN",
    "Calibration",
    "Totals",
    "decode_runs",
    "encode_runs",
    "summarise",
    "total",
    "trace_cracks",
]

"""`python -m worker.benchmark`: that of the eye, and each photo from its file to stored findings as well."""

import argparse

from segmentation.commands import benchmark
from worker.benchmark.stored import time_stored

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m worker.benchmark", description=__doc__)
    benchmark.add_arguments(parser)
    raise SystemExit(benchmark.run(parser.parse_args(), time_stored))

"""One photo from file to findings in a process of its own, because peak memory belongs to a process."""

import json
import re
import resource
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

from PIL import Image

from segmentation.images import read_image
from segmentation.inference import CrackSegmenter
from segmentation.overlay import overlay_layer

OVERLAY_EDGE = 512
"""The worker's."""


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds by stage of one photo; `peak_mb` is the process's largest resident memory, libraries included."""

    size: tuple[int, int]
    seconds: dict[str, float]
    total: float
    peak_mb: float
    cracks: int
    tiles: int
    device: str

    @property
    def megapixels(self) -> float:
        return self.size[0] * self.size[1] / 1e6

    @property
    def mp_per_second(self) -> float:
        """Megapixels a second from file to findings."""
        return self.megapixels / self.total


def time_photo(photo: Path, network: Path, device: str = "auto") -> Timed:
    """Run `photo` through `network` in a fresh process and time its stages; loading the network is not counted.

    Raises RuntimeError with the process's last words where it fails.
    """
    words = [sys.executable, "-m", "segmentation.benchmark.stages", str(photo), str(network), device]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{photo.name} could not be timed: {done.stderr.strip().splitlines()[-1:]}")
    return Timed(**json.loads(done.stdout.splitlines()[-1]))


def time_here(photo: Path, network: Path, device: str) -> Timed:
    """The same in this process. The network is compiled for the photo's tiles before."""
    segmenter = CrackSegmenter.load(network, device)
    with Image.open(photo) as header:
        segmenter.prepare(*header.size)
    started = perf_counter()
    pixels = read_image(photo).pixels
    decoded = perf_counter()
    seen = segmenter.segment(pixels)
    analysed = perf_counter()
    overlay_layer(seen, (OVERLAY_EDGE, max(1, OVERLAY_EDGE * seen.height // seen.width)))
    seconds = {"decoding": decoded - started, **seen.seconds, "overlay": perf_counter() - analysed}
    return Timed(
        size=(seen.width, seen.height),
        seconds=seconds,
        total=sum(seconds.values()),
        peak_mb=peak_memory_mb(),
        cracks=len(seen.cracks),
        tiles=seen.tiles,
        device=seen.device,
    )


def peak_memory_mb() -> float:
    """The largest resident memory of this process so far, in megabytes of 10⁶ bytes."""
    # Linux: what getrusage says includes the process that started this one, as it was at that moment.
    status = Path("/proc/self/status")
    if status.is_file():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))
        if found:
            return int(found[1]) * 1024 / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # macOS counts in bytes.
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


if __name__ == "__main__":
    photo, network, device = sys.argv[1:]
    print(json.dumps(asdict(time_here(Path(photo), Path(network), device))))  # noqa: T201

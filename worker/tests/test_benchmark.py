"""The benchmark's worker is the real one: a photo goes in as a file, findings stand in a record of its own."""

import pytest
from PIL import Image

from segmentation.benchmark.photos import write_photo
from segmentation.checkpoints import resolve_network
from worker.benchmark.stored import time_stored


def test_a_photo_is_timed_to_its_stored_findings(tmp_path):
    photo = tmp_path / "wall.jpg"
    write_photo(photo, 0.5)
    timed = time_stored(photo, resolve_network("default"), "cpu")
    assert timed["findings"] > 0
    assert {"reading", "pictures", "network", "tracing", "writing"} <= timed["seconds"].keys()
    assert timed["total"] >= timed["seconds"]["network"] > 0
    # Python with its libraries alone; what the process that started it holds does not count.
    assert 200 < timed["peak_mb"] < 900


def test_a_photo_that_cannot_be_looked_at_says_so(tmp_path):
    photo = tmp_path / "empty.jpg"
    Image.new("RGB", (64, 64)).save(photo)
    photo.write_bytes(photo.read_bytes()[:200])
    with pytest.raises(RuntimeError, match=r"empty\.jpg"):
        time_stored(photo, resolve_network("default"), "cpu")

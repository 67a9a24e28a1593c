"""Pictures of a photo: the pyramid is put together again and compared with what went in."""

from io import BytesIO
from xml.etree.ElementTree import fromstring
from zipfile import ZIP_STORED, ZipFile

import numpy as np
import pytest
from PIL import Image

from inspections.errors import InspectionError
from inspections.services.storage import media_path
from worker.derivatives import TILE, fit, level_count, make_pictures, write_pyramid


def ramp(width: int, height: int) -> np.ndarray:
    """Red runs along x, green along y, so that every place has a colour of its own and JPEG keeps it."""
    y, x = np.mgrid[0:height, 0:width]
    red, green = 30 + 200 * x / max(1, width - 1), 30 + 200 * y / max(1, height - 1)
    return np.stack([red, green, np.full_like(red, 90)], axis=2).astype(np.uint8)


def pyramid_of(pixels: np.ndarray) -> ZipFile:
    out = BytesIO()
    write_pyramid(pixels, out, name="p")
    return ZipFile(out)


def put_together(archive: ZipFile, level: int) -> Image.Image:
    tiles = {}
    for name in archive.namelist():
        if name.startswith(f"p/p_files/{level}/"):
            column, row = map(int, name.rsplit("/", 1)[1].removesuffix(".jpg").split("_"))
            tiles[column, row] = Image.open(BytesIO(archive.read(name)))
    columns, rows = (1 + max(place[axis] for place in tiles) for axis in (0, 1))
    assert len(tiles) == columns * rows
    whole = Image.new(
        "RGB",
        (sum(tiles[c, 0].width for c in range(columns)), sum(tiles[0, r].height for r in range(rows))),
    )
    for (column, row), tile in tiles.items():
        whole.paste(tile, (column * TILE, row * TILE))
    return whole


@pytest.mark.parametrize(
    ("width", "height"),
    [(1, 1), (2, 1), (TILE, TILE), (TILE + 1, 2 * TILE + 1), (700, 3), (1, 1500), (1537, 1023)],
)
def test_every_level_put_together_is_the_photo(width: int, height: int) -> None:
    pixels = ramp(width, height)
    archive = pyramid_of(pixels)
    levels = level_count(width, height)
    assert 2 ** (levels - 1) >= max(width, height) > 2 ** (levels - 2) or levels == 1
    wanted = Image.fromarray(pixels)
    for level in reversed(range(levels)):
        scale = 2 ** (levels - 1 - level)
        whole = put_together(archive, level)
        assert whole.size == (-(-width // scale), -(-height // scale))
        assert np.abs(np.asarray(whole.convert("L"), np.int16) - np.asarray(wanted.convert("L"), np.int16)).max() < 12
        wanted = wanted.reduce(2)
    assert put_together(archive, 0).size == (1, 1)
    assert not any(name.startswith(f"p/p_files/{levels}/") for name in archive.namelist())


def test_the_archive_stores_tiles_as_they_are_served() -> None:
    archive = pyramid_of(ramp(900, 600))
    assert {member.compress_type for member in archive.infolist()} == {ZIP_STORED}
    size = fromstring(archive.read("p/p.dzi"))
    assert (size.get("TileSize"), size.get("Overlap"), size.get("Format")) == (str(TILE), "0", "jpg")
    assert size[0].attrib == {"Width": "900", "Height": "600"}


def test_the_same_photo_gives_the_same_bytes() -> None:
    one, other = BytesIO(), BytesIO()
    write_pyramid(ramp(600, 40), one, name="p")
    write_pyramid(ramp(600, 40), other, name="p")
    assert one.getvalue() == other.getvalue()


@pytest.mark.parametrize(
    ("size", "preview", "thumbnail"),
    [
        ((4500, 900), (2048, 410), (512, 102)),
        ((300, 2100), (293, 2048), (73, 512)),
        ((400, 300), (400, 300), (400, 300)),
        ((3000, 1), (2048, 1), (512, 1)),
    ],
)
def test_pictures_keep_proportions_and_are_never_enlarged(size, preview, thumbnail) -> None:
    names = make_pictures(ramp(*size), image_id="some-photo")
    assert Image.open(media_path(names["preview"])).size == preview
    assert Image.open(media_path(names["thumbnail"])).size == thumbnail == fit(*size, 512)
    left, right = np.asarray(Image.open(media_path(names["thumbnail"])))[0, [0, -1], 0]
    assert left < 45 and right > 215, "upright and whole: red grows from left to right"


def test_a_full_disk_leaves_no_half_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ZipFile, "writestr", full)
    with pytest.raises(InspectionError, match="no space left"):
        make_pictures(ramp(80, 60), image_id="some-photo")
    assert list(media_path("pictures/some-photo").iterdir()) == []


def test_work_stops_between_rows_of_tiles() -> None:
    rows = []

    def check() -> None:
        rows.append(1)
        if len(rows) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_pyramid(ramp(10, 3 * TILE), BytesIO(), name="p", check=check)
    assert len(rows) == 2

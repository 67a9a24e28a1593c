import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageFile

from segmentation.errors import ImageTooLarge, OutOfMemory, UnreadableImage, UnsupportedImage
from segmentation.images import PhotoSource, read_image

FORMATS = ["JPEG", "PNG", "TIFF", "WEBP"]
ORIENTATION = 0x0112


def corner_photo(width=96, height=64):
    """Grey with a red top left, a green top right, a blue bottom left quarter."""
    pixels = np.full((height, width, 3), 128, np.uint8)
    pixels[: height // 2, : width // 2] = (255, 0, 0)
    pixels[: height // 2, width // 2 :] = (0, 255, 0)
    pixels[height // 2 :, : width // 2] = (0, 0, 255)
    return pixels


def noise_photo():
    return np.random.default_rng(1).integers(0, 256, (300, 400, 3), np.uint8)


def as_file(image, kind, **options):
    stream = io.BytesIO()
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(stream, kind, **options)
    return stream.getvalue()


def read(data, **options):
    return read_image(io.BytesIO(data), **options)


@pytest.mark.parametrize("kind", FORMATS)
def test_the_four_formats_are_read_whole(kind, tmp_path):
    options = {"JPEG": {"quality": 100, "subsampling": 0}, "WEBP": {"lossless": True}}.get(kind, {})
    path = tmp_path / "photo.bin"
    path.write_bytes(as_file(corner_photo(), kind, **options))
    photo = read_image(path)
    assert photo.pixels.dtype == np.uint8 and photo.pixels.shape == (64, 96, 3)
    assert np.abs(photo.pixels.astype(int) - corner_photo()).max() <= (3 if kind == "JPEG" else 0)
    assert (photo.source.format, photo.source.mode, photo.source.bit_depth) == (kind, "RGB", 8)
    assert photo.source.converted_from is None


@pytest.mark.parametrize("kind", FORMATS)
def test_a_photo_cut_in_half_is_refused(kind):
    data = as_file(noise_photo(), kind)
    with pytest.raises(UnreadableImage) as refused:
        read(data[: len(data) // 2])
    assert refused.value.code == "unreadable_image"
    assert refused.value.facts["reason"] in str(refused.value)


def test_a_cut_jpeg_says_that_it_ends_early_and_stays_forbidden():
    data = as_file(noise_photo(), "JPEG")
    for cut in (len(data) // 2, len(data) - 2):
        with pytest.raises(UnreadableImage, match="ends early"):
            read(data[:cut])
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


@pytest.mark.parametrize("data", [b"", b"no photo at all " * 20, b"\xff\xd8\xff", b"<svg xmlns='x'/>"])
def test_what_is_no_photo_is_refused(data):
    with pytest.raises(UnreadableImage, match="not a whole JPEG"):
        read(data)


@pytest.mark.parametrize("kind", ["GIF", "BMP", "EPS", "PPM"])
def test_other_formats_are_not_even_tried(kind):
    with pytest.raises(UnreadableImage, match="JPEG, PNG, TIFF or WebP"):
        read(as_file(noise_photo(), kind))


def test_a_missing_file_is_named_as_such(tmp_path):
    with pytest.raises(UnreadableImage, match="no such file"):
        read_image(tmp_path / "nowhere.jpg")


def test_a_damaged_png_is_refused():
    data = bytearray(as_file(noise_photo(), "PNG"))
    data[len(data) // 2] ^= 0xFF
    with pytest.raises(UnreadableImage):
        read(bytes(data))


def png(header, data):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def png_header(width, height):
    return png(struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0), b"")


def test_pixels_are_limited_from_the_header_alone():
    with pytest.raises(ImageTooLarge, match="900 megapixels; the limit is 250") as refused:
        read(png_header(30_000, 30_000))
    assert refused.value.code == "too_many_pixels"
    with pytest.raises(ImageTooLarge):
        read(as_file(corner_photo(), "PNG"), max_pixels=96 * 64 - 1)
    assert read(as_file(corner_photo(), "PNG"), max_pixels=96 * 64).pixels.shape == (64, 96, 3)


def test_our_limit_rules_not_the_decoder_librarys(monkeypatch):
    decoded = []
    monkeypatch.setattr("segmentation.images._decode", lambda image: decoded.append(image.size))
    read(png_header(15_600, 15_600))
    assert decoded == [(15_600, 15_600)]


def test_running_out_of_memory_is_told_apart_from_damage(monkeypatch):
    def no_memory(image):
        raise MemoryError

    monkeypatch.setattr("segmentation.images._decode", no_memory)
    with pytest.raises(OutOfMemory, match="memory"):
        read(as_file(corner_photo(), "PNG"))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize(
    ("orientation", "upright"),
    [
        (1, lambda p: p),
        (2, lambda p: p[:, ::-1]),
        (3, lambda p: p[::-1, ::-1]),
        (4, lambda p: p[::-1]),
        (5, lambda p: p.transpose(1, 0, 2)),
        (6, lambda p: np.rot90(p, -1)),
        (7, lambda p: p[::-1, ::-1].transpose(1, 0, 2)),
        (8, lambda p: np.rot90(p)),
    ],
)
def test_the_photo_is_turned_upright(kind, orientation, upright):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    photo = read(as_file(corner_photo(), kind, exif=exif))
    expected = upright(corner_photo())
    assert photo.pixels.shape == expected.shape
    assert np.mean(np.abs(photo.pixels.astype(int) - expected)) < 5
    assert photo.source.orientation == orientation


@pytest.mark.parametrize("orientation", [0, 9, 99])
def test_a_senseless_orientation_is_ignored(orientation):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    photo = read(as_file(corner_photo(), "JPEG", exif=exif))
    assert photo.pixels.shape == (64, 96, 3)
    assert photo.source.orientation == 1


def test_damaged_exif_does_not_cost_the_photo():
    photo = read(as_file(corner_photo(), "JPEG", exif=b"Exif\x00\x00MM\x00*\x00\x00\xff\xff broken"))
    assert photo.pixels.shape == (64, 96, 3)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_16_bit_grey_is_scaled_not_clipped(kind):
    grey = np.linspace(0, 65535, 64 * 96).round().astype(np.uint16).reshape(64, 96)
    photo = read(as_file(grey, kind))
    expected = np.rint(grey / 257).astype(np.uint8)
    assert np.array_equal(photo.pixels, np.repeat(expected[:, :, None], 3, axis=2))
    assert (photo.source.bit_depth, photo.source.converted_from) == (16, "L")


def test_16_bit_grey_that_counts_darkness_is_inverted():
    grey = np.linspace(0, 65535, 64 * 96).round().astype(np.uint16).reshape(64, 96)
    photo = read(as_file(grey, "TIFF", tiffinfo={262: 0}))
    assert photo.pixels[0, 0, 0] == 255 and photo.pixels[-1, -1, 0] == 0


def test_16_bit_grey_is_turned_upright_too():
    grey = np.zeros((64, 96), np.uint16)
    grey[0, 0] = 65535
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    photo = read(as_file(grey, "PNG", exif=exif))
    assert photo.pixels.shape == (96, 64, 3)
    assert photo.pixels[0, -1].tolist() == [255, 255, 255]


def png_16_bit_rgb(pixels):
    height, width, _ = pixels.shape
    rows = b"".join(b"\x00" + row.astype(">u2").tobytes() for row in pixels)
    return png(struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0), zlib.compress(rows))


def test_16_bit_colour_is_scaled():
    pixels = np.random.default_rng(5).integers(0, 65536, (8, 9, 3)).astype(np.uint16)
    photo = read(png_16_bit_rgb(pixels))
    assert np.abs(photo.pixels - pixels / 257).max() <= 1
    assert (photo.source.bit_depth, photo.source.converted_from) == (16, None)


@pytest.mark.parametrize(
    ("mode", "kind", "depth"),
    [
        ("1", "PNG", 1),
        ("1", "TIFF", 1),
        ("L", "JPEG", 8),
        ("P", "PNG", 8),
        ("CMYK", "JPEG", 8),
        ("CMYK", "TIFF", 8),
    ],
)
def test_other_kinds_of_pixels_become_rgb(mode, kind, depth):
    pixels = np.zeros((64, 96, 3), np.uint8)
    pixels[:, 48:] = 255
    photo = read(as_file(Image.fromarray(pixels).convert(mode), kind))
    assert photo.pixels.shape == (64, 96, 3)
    assert photo.pixels[:, :40].max() < 40 and photo.pixels[:, 56:].min() > 215
    assert photo.source == PhotoSource(kind, mode, depth, orientation=1, converted_from=mode)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_transparent_parts_become_white(mode, kind):
    image = Image.fromarray(np.zeros((64, 96, 4), np.uint8), "RGBA")
    image.putpixel((5, 6), (0, 0, 0, 255))
    photo = read(as_file(image.convert(mode), kind))
    assert photo.pixels[6, 5].tolist() == [0, 0, 0]
    assert photo.pixels[0, 0].tolist() == [255, 255, 255]
    assert photo.source.converted_from == mode


def test_a_transparent_colour_in_a_palette_becomes_white():
    image = Image.fromarray(np.zeros((64, 96, 3), np.uint8)).convert("P")
    photo = read(as_file(image, "PNG", transparency=image.getpixel((0, 0))))
    assert photo.pixels.min() == 255
    assert photo.source.converted_from == "P"


@pytest.mark.parametrize(("dtype", "words"), [(np.float32, "floating point"), (np.int32, "32-bit")])
def test_floats_and_32_bit_numbers_are_not_analysed(dtype, words):
    with pytest.raises(UnsupportedImage, match=words):
        read(as_file(np.zeros((64, 96), dtype), "TIFF"))


def test_a_tiff_with_smaller_copies_of_itself_is_one_photo():
    photo = Image.fromarray(noise_photo())
    copy = photo.reduce(2)
    copy.encoderinfo = {"tiffinfo": {254: 1}}
    copies = as_file(photo, "TIFF", save_all=True, append_images=[copy])
    assert np.array_equal(read(copies).pixels, noise_photo())


@pytest.mark.parametrize("kind", ["TIFF", "WEBP", "PNG"])
def test_several_images_in_one_file_are_refused(kind):
    pages = [Image.fromarray(noise_photo()[:, :, ::step]) for step in (1, -1, 1)]
    with pytest.raises(UnsupportedImage, match="contains 3 images"):
        read(as_file(pages[0], kind, save_all=True, append_images=[pages[1], Image.new("RGB", (400, 300))]))


def test_a_jpeg_with_a_preview_behind_it_is_one_photo():
    data = as_file(corner_photo(), "MPO", save_all=True, append_images=[Image.new("RGB", (48, 32))])
    photo = read(data)
    assert photo.pixels.shape == (64, 96, 3)
    assert photo.source.format == "JPEG"

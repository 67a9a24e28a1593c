import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from segmentation.datasets.masks import CrackForestMask, MaskFile, NoCracks
from segmentation.datasets.pairs import InvertedMask, UnusableMask

SIZE = (12, 16)


def truth(size=SIZE):
    mask = np.zeros(size, bool)
    mask[4:6, 2:12] = True
    return mask


def stored(tmp_path, image: Image.Image, name="mask.png"):
    image.save(tmp_path / name)
    return MaskFile(tmp_path / name)


def grey(levels) -> Image.Image:
    return Image.fromarray(np.asarray(levels, np.uint8))


def test_a_jpeg_mask_rings_and_only_its_bright_half_is_crack(tmp_path):
    """The demonstration: a polyline three pixels wide, saved as JPEG, then taken as crack above 0 and above 127."""
    picture = Image.new("L", (448, 448), 0)
    ImageDraw.Draw(picture).line([(10, 30), (150, 210), (230, 190), (330, 380), (440, 410)], fill=255, width=3)
    drawn = np.asarray(picture) > 0
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=95)
    ringing = np.asarray(Image.open(file)) > 0
    assert ringing.sum() > 1.5 * drawn.sum()
    assert (drawn & ringing).sum() / (drawn | ringing).sum() < 0.65
    (tmp_path / "mask.jpg").write_bytes(file.getvalue())
    assert np.array_equal(MaskFile(tmp_path / "mask.jpg").read(drawn.shape), drawn)


@pytest.mark.parametrize(
    "image",
    [
        grey(truth() * 255),
        grey(np.where(truth(), 128, 127)),
        grey(truth() * 255).convert("1"),
        grey(truth() * 255).convert("RGB"),
        grey(truth() * 255).convert("RGBA"),
        grey(truth() * 255).convert("P"),
        Image.fromarray(truth().astype(np.uint16) * 65535),
    ],
    ids=["grey", "just above half", "1 bit", "RGB", "opaque RGBA", "palette", "16 bit"],
)
def test_black_and_white_is_read_in_every_clothing(tmp_path, image):
    assert np.array_equal(stored(tmp_path, image).read(SIZE), truth())


def coloured() -> Image.Image:
    return Image.fromarray(np.stack([truth() * 255, truth() * 0, truth() * 0], axis=2).astype(np.uint8))


def in_alpha() -> Image.Image:
    clear = Image.new("RGBA", SIZE[::-1], "white")
    clear.putalpha(grey(truth() * 255))
    return clear


@pytest.mark.parametrize(
    ("image", "kind", "sentence"),
    [
        (coloured(), "mask_kind", "has colours"),
        (in_alpha(), "mask_kind", "transparent"),
        (grey(truth() * 1), "class_numbers", "brightest value is 1 of 255"),
        (grey(truth() * 127), "class_numbers", "brightest value is 127 of 255"),
        (Image.fromarray(truth().astype(np.uint16) * 255), "class_numbers", "brightest value is 255 of 65535"),
    ],
    ids=["red", "alpha", "class numbers", "half grey", "8 bit in 16"],
)
def test_what_does_not_say_what_is_crack_is_refused(tmp_path, image, kind, sentence):
    with pytest.raises(UnusableMask, match=sentence) as caught:
        stored(tmp_path, image).read(SIZE)
    assert caught.value.kind == kind


def test_class_numbers_are_read_where_that_is_said_but_never_from_a_jpeg(tmp_path):
    stored(tmp_path, grey(truth() * 1))
    assert np.array_equal(MaskFile(tmp_path / "mask.png", class_numbers=True).read(SIZE), truth())
    palette = Image.fromarray(truth().astype(np.uint8)).convert("P")
    palette.putpalette([0, 0, 0, 128, 0, 0])
    palette.putdata(truth().astype(np.uint8).ravel().tolist())
    stored(tmp_path, palette, "voc.png")
    assert np.array_equal(MaskFile(tmp_path / "voc.png", class_numbers=True).read(SIZE), truth())
    stored(tmp_path, grey(truth() * 255), "mask.jpg")
    with pytest.raises(UnusableMask, match="JPEG"):
        MaskFile(tmp_path / "mask.jpg", class_numbers=True).read(SIZE)


def test_an_empty_mask_is_empty_also_as_jpeg(tmp_path):
    assert not stored(tmp_path, grey(truth() * 0)).read(SIZE).any()
    assert not stored(tmp_path, grey(truth() * 3), "mask.jpg").read(SIZE).any()


def test_black_on_white_is_turned_round(tmp_path):
    mask = InvertedMask(stored(tmp_path, grey(~truth() * 255)))
    assert np.array_equal(mask.read(SIZE), truth())
    assert not NoCracks().read(SIZE).any()


@pytest.mark.parametrize(
    ("reader", "content"),
    [
        (MaskFile, b"no picture"),
        (MaskFile, b""),
        (CrackForestMask, b"MATLAB 5.0 MAT-file"),
        (CrackForestMask, b"\x80\x04K\x01."),
    ],
    ids=["text", "nothing", "cut MATLAB", "pickle"],
)
def test_a_damaged_file_is_told_and_nothing_in_it_runs(tmp_path, reader, content):
    (tmp_path / "mask").write_bytes(content)
    with pytest.raises(UnusableMask) as caught:
        reader(tmp_path / "mask").read(SIZE)
    assert caught.value.kind == "unreadable"


def test_a_cut_mask_is_told(tmp_path):
    mask = stored(tmp_path, grey(np.random.default_rng(1).integers(0, 255, (200, 200))))
    mask.path.write_bytes(mask.path.read_bytes()[:5000])
    with pytest.raises(UnusableMask, match=r"ends early|damaged"):
        mask.read(SIZE)

"""Names are shown, never used on disk; what would deceive a reader is taken out."""

import unicodedata

import pytest

from inspections.errors import InspectionError
from inspections.uploads import clean_name


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("IMG_0001.JPG", "IMG_0001.JPG"),
        ("../../etc/passwd", "passwd"),
        ("a\\..\\b.jpg", "b.jpg"),
        ("C:\\Users\\me\\pier 3.jpg", "pier 3.jpg"),
        ("bridge/span 1/a.jpg", "a.jpg"),
        ("a\0.jpg", "a.jpg"),
        ("a.jpg\0.png", "a.jpg.png"),
        ("a\r\nSet-Cookie: x=1.jpg", "aSet-Cookie: x=1.jpg"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("\ufeff\u200ba\u2066b\u2069.jpg", "ab.jpg"),
        ("CON", "CON"),
        (".hidden.jpg", ".hidden.jpg"),
        ("  spaced .jpg ", "spaced .jpg"),
        ("Pfeiler Süd.jpg", "Pfeiler Süd.jpg"),
        ("😀 crack.jpg", "😀 crack.jpg"),
        ("👩‍🔧.jpg", "👩‍🔧.jpg"),
        ("<img onerror=alert(1)>.jpg", "<img onerror=alert(1)>.jpg"),
        ("=cmd|'x'!A0.jpg", "=cmd|'x'!A0.jpg"),
        ("a\udcff.jpg", "a.jpg"),
        ("\x7f\x9bdel.jpg", "del.jpg"),
    ],
)
def test_a_name_is_its_last_part_without_what_is_invisible(sent, shown):
    assert clean_name(sent) == shown
    clean_name(sent).encode()


def test_two_spellings_of_a_letter_are_one_name():
    assert clean_name(unicodedata.normalize("NFD", "Brücke.jpg")) == unicodedata.normalize("NFC", "Brücke.jpg")


@pytest.mark.parametrize("sent", ["", ".", "..", "...", " ", "/", "photos/", "a/..", "\0", "\u202e", "..\\", "\r\n"])
def test_nothing_left_is_no_file(sent):
    with pytest.raises(InspectionError) as refused:
        clean_name(sent)
    assert (refused.value.code, refused.value.status) == ("no_file", 400)


@pytest.mark.parametrize(
    ("sent", "length", "ending"),
    [
        ("x" * 300 + ".jpeg", 255, ".jpeg"),
        ("x" * 300, 255, "x"),
        ("a." + "y" * 300, 255, "y"),
        ("ü" * 251 + ".jpg", 255, "ü.jpg"),
        ("ü" * 252 + ".jpg", 255, "ü.jpg"),
    ],
)
def test_a_long_name_is_cut_and_keeps_its_extension(sent, length, ending):
    shown = clean_name(sent)
    assert len(shown) == length
    assert shown.endswith(ending)

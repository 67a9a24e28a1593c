"""Files that are no packs: refused quickly, with a sentence, and nothing in them is ever run or repeated."""

import time

import pytest

from inspections.tests.condition_packs import PACK, problems

HOSTILE = [
    ("", "The file is empty"),
    ("   \n# only a comment\n", "The file is empty"),
    ("just text", "Fields are expected here"),
    ("- 1\n- 2", "Fields are expected here"),
    ("a: 1\n---\nb: 2", "A second document begins here"),
    ("{a: 1", "This is not YAML"),
    ("a:\n\t- b", "This is not YAML"),
    ("a: 'open", "This is not YAML"),
    ("a: \x00", "The character U+0000 is not allowed"),
    ("a: \x1b[31m", "The character U+001B is not allowed"),
    (b"a: \xff\xfe", "The text is not UTF-8"),
    ("a: \ud800", "The text is not UTF-8"),
    (PACK.encode("utf-16"), "The text is not UTF-8"),
    ('a: "\\UFFFFFFFF"', "out of range"),
    ('a: "\\U00110000"', "out of range"),
    ("%YAML 1." + "9" * 5000 + "\n---\na: 1", "out of range"),
    ("%YAML 3.0\n---\na: 1", "This is not YAML"),
    ("!!python/object/apply:os.system ['true']", "python/object/apply:os.system' is not read"),
    ("a: !!python/name:os.system", "is not read: a pack holds text and numbers only"),
    ("a: !include /etc/passwd", "The tag '!include' is not read"),
    ("a: !!binary aGVsbG8=", "is not read"),
    ("<<: {id: x}", "Unknown field"),
    ("[" * 5000, "More than 8 levels"),
    ("{a: " * 5000, "More than 8 levels"),
    ("- " * 5000, "More than 8 levels"),
    ("? [a, b]\n: 1", "A field's name is a word"),
    ("'': 1", "A field's name is a word"),
    ("x: " + "y" * 65536, "a pack may have 65536"),
    ("é" * 40000, "The file has 80000 bytes"),
]


@pytest.mark.parametrize(("text", "told"), HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_files_are_refused_with_a_sentence(text, told) -> None:
    assert any(told in sentence for sentence in problems(text))


def test_nothing_of_a_file_is_ever_run(tmp_path) -> None:
    bait = tmp_path / "bait"
    problems(f"!!python/object/apply:pathlib.Path.touch [!!python/object/apply:pathlib.Path ['{bait}']]")
    assert not bait.exists()


def test_a_billion_laughs_are_refused_at_every_anchor_and_alias() -> None:
    lines = ["a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]" for old, new in zip("abcdefgh", "bcdefghi", strict=True)]
    started = time.process_time()
    found = problems("\n".join(lines))
    assert time.process_time() - started < 5
    assert len(found) == 81, "9 anchors and 72 aliases"
    assert all("Anchors and aliases" in sentence for sentence in found)


def test_an_alias_to_itself_is_refused() -> None:
    assert all("Anchors and aliases" in sentence for sentence in problems("a: &a [*a]"))


def test_a_long_or_hidden_field_name_is_shown_short_and_visible() -> None:
    (told, *_) = [line for line in problems(f'{"k" * 900}: 1\n"\\u202e\\u0007x": 2') if "Unknown" in line]
    assert len(told) < 250

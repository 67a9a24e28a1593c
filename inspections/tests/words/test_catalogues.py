"""Every marked string has its translation, and what Django reads is what the translators wrote."""

import re
from pathlib import Path

import polib
import pytest

from inspections.env import ROOT
from inspections.errors import ANSWERS, WARNINGS
from inspections.tests.words.marked import of_the_pages, of_the_scripts

CATALOGUES = sorted((ROOT / "inspections" / "locale").glob("*/LC_MESSAGES/*.po"))
MARKED = {"django": of_the_pages, "djangojs": of_the_scripts}
BLANKS = re.compile(r"%\([a-z_A-Z0-9]+\)s|\{[a-z_0-9]*(?::[^}]*)?\}|</?[a-z]+[^>]*>")


def _id(path: Path) -> str:
    return f"{path.parent.parent.name}-{path.stem}"


def _translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_german_is_there():
    assert {_id(path) for path in CATALOGUES} >= {"de-django", "de-djangojs"}


@pytest.mark.parametrize("path", CATALOGUES, ids=_id)
def test_everything_is_translated(path: Path):
    open_ = [e.msgid for e in polib.pofile(path) if e.fuzzy or e.obsolete or not all(_translations(e))]
    assert not open_, "Translate these, then run `make words` (docs/translating.md)."


@pytest.mark.parametrize("path", CATALOGUES, ids=_id)
def test_the_catalogue_holds_what_is_marked(path: Path):
    known = {(e.msgctxt or "", e.msgid, e.msgid_plural) for e in polib.pofile(path) if not e.obsolete}
    marked = MARKED[path.stem]()
    assert marked - known == set(), "Run `make words`, and translate what is new."
    assert known - marked == set(), "Nobody says this any more. Run `make words`."


@pytest.mark.parametrize("path", CATALOGUES, ids=_id)
def test_the_compiled_catalogue_is_the_written_one(path: Path):
    written = {(e.msgctxt, e.msgid, e.msgid_plural): _translations(e) for e in polib.pofile(path)}
    compiled = {(e.msgctxt, e.msgid, e.msgid_plural): _translations(e) for e in polib.mofile(path.with_suffix(".mo"))}
    assert compiled == written, "Run `make words`."


@pytest.mark.parametrize("path", CATALOGUES, ids=_id)
def test_no_blank_is_lost(path: Path):
    for entry in polib.pofile(path):
        wanted = set(BLANKS.findall(entry.msgid_plural or entry.msgid))
        one, *many = _translations(entry)
        # Of one thing the number need not be told.
        assert set(BLANKS.findall(one)) <= wanted, entry.msgid
        assert all(set(BLANKS.findall(told)) == wanted for told in many or [one]), entry.msgid


def test_every_sentence_of_an_error_is_marked():
    marked = {sentence for _, sentence, _ in of_the_pages()}
    counted = [answer.sentence for answer in ANSWERS.values()]
    sentences = [words if isinstance(words, str) else words[0] for words in counted]
    assert {*sentences, *WARNINGS.values()} - marked == {"{reason}"}

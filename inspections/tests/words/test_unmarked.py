"""No page and no script says something that is not marked for translation."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspections.env import ROOT
from inspections.tests.words.marked import scripts

TEMPLATES = ROOT / "templates"
# Django's own pages and the pages of the API's documentation, which is English.
FOREIGN = ("admin/", "api/")
# The same in every language.
NAMES = {
    "Hairline", "API", "OpenStreetMap", "SHA-256", "YAML", "F1", "IoU", "Dice", "P95", "Authorization", "Token",
    "Ctrl", "Enter", "Esc", "JPEG", "PNG", "TIFF", "WebP", "px", "mm", "MP", "nbsp", "laquo", "raquo", "CS4",
}  # fmt: skip
SPOKEN_ATTRIBUTE = re.compile(
    r'\b(?:title|aria-label|placeholder|alt|data-label|data-confirm|aria-valuetext)="([^"]*)"'
)
SPOKEN_ARGUMENT = re.compile(r'\b(?:sentence|words|summary|legend)="([^"]*)"')
# In single quotes it stands within an attribute, for styles and scripts.
SPOKEN_DEFAULT = re.compile(r'\|(?:default|default_if_none|pluralize|yesno):"([^"]*)"')
TRANSLATED = re.compile(r"{% blocktranslate.*?{% endblocktranslate %}|{% translate [^%]*%}", re.DOTALL)
SILENT = re.compile(
    r"{% comment %}.*?{% endcomment %}|{#.*?#}|<!doctype[^>]*>|{% extends [^%]*%}|page--tool", re.DOTALL
)
SCRIPT_STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`')


def _templates() -> list[str]:
    names = [path.relative_to(TEMPLATES).as_posix() for path in sorted(TEMPLATES.rglob("*.html"))]
    return [name for name in names if not name.startswith(FOREIGN)]


def _unmarked(source: str) -> Iterator[str]:
    source = TRANSLATED.sub("", SILENT.sub("", source))
    for tag in re.findall(r"{%.*?%}|{{.*?}}", source, re.DOTALL):
        spoken = SPOKEN_ARGUMENT.findall(tag) if tag.startswith("{% include") else SPOKEN_DEFAULT.findall(tag)
        yield from (words for words in spoken if _says_something(words))
    bare = re.sub(r"{%.*?%}|{{.*?}}", "", source, flags=re.DOTALL)
    yield from (words for words in SPOKEN_ATTRIBUTE.findall(bare) if _says_something(words))
    yield from (words.strip() for words in re.split(r"<[^>]*>", bare) if _says_something(words))


def _says_something(words: str) -> bool:
    return bool(set(re.findall(r"[^\W\d_]{2,}", words.replace("SHA-256", ""))) - NAMES)


@pytest.mark.parametrize("name", _templates())
def test_templates_say_nothing_unmarked(name: str):
    assert list(_unmarked((TEMPLATES / name).read_text())) == []


@pytest.mark.parametrize("path", scripts(), ids=lambda path: path.name)
def test_scripts_say_nothing_unmarked(path: Path):
    code = re.sub(r"^\s*//.*$|new (?:Error|Away|LoggedOut)\(.*$", "", path.read_text(), flags=re.MULTILINE)
    code = re.sub(r"\bn?gettext\([^)]*\)", "", code)
    strings = [plain or pattern for plain, pattern in SCRIPT_STRING.findall(code)]
    # A sentence begins with a capital letter, or is several words of letters alone.
    sentences = [text for text in strings if re.match(r"[A-Z][a-z]+ [a-z]|[A-Za-z]+ [a-z]+ [a-z]+[.,]?$", text)]
    assert sentences == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Nothing here</p>",
        '<a title="Next photo">x</a>',
        '<p>{{ name|default:"not known" }}</p>',
        '{% include "_empty.html" with sentence="No bridge yet." %}',
        "<p>{{ count }} crack{{ count|pluralize }}</p>",
    ],
)
def test_the_check_finds_what_is_unmarked(source: str):
    assert list(_unmarked(source))


@pytest.mark.parametrize(
    "source",
    [
        '<p>{% translate "Nothing here" %}</p>',
        "<a title=\"{% translate 'Next photo' %}\">{{ name }}</a>",
        '<p>{{ name|default:_("not known") }}</p>',
        '{% include "_empty.html" with sentence=_("No bridge yet.") picture="bridge" %}',
        "<p>{% blocktranslate count n=count %}{{ n }} crack{% plural %}{{ n }} cracks{% endblocktranslate %} px</p>",
    ],
)
def test_the_check_lets_marked_words_pass(source: str):
    assert list(_unmarked(source)) == []

"""What the worker writes into the record is known to those who retell it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.translation import override

from inspections.env import ROOT
from inspections.errors import WARNINGS
from inspections.retold import SENTENCES, retell

SCALE = ROOT / "segmentation" / "scale"
# What they return or note is stored; what they raise is a programmer's mistake or has a code.
STORIED = ("finding.py", "floor.py", "focal.py", "view.py", "markers.py", "metadata.py", "values.py", "xmp.py")
FILL = "7"


def _sentences(path: Path) -> Iterator[str]:
    """Strings of several words that are neither raised nor documentation, their blanks filled."""
    tree = ast.parse(path.read_text())
    silent = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Raise, ast.Expr)) and not _is_note(node)
        for part in ast.walk(node)
    }
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if id(node) in silent or id(node) in inside:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.count(" ") > 2:
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            words = "".join(str(part.value) if isinstance(part, ast.Constant) else FILL for part in node.values)
            if words.count(" ") > 2:
                yield words


def _is_note(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)


# Parts of a sentence, which stand whole in the catalogue.
PARTS = {
    f" They fit {FILL} times worse than they were seen: check their sizes and that their surface is one.",
    f"The laser range is not used: the drone {FILL}. Photograph from 3 m or more, or give a distance.",
    "does not say that it succeeded",
    f"No distance to the surface was given for the {FILL}.",
    f"Distance given for the {FILL}",
    "Distance at which the camera says it was focused",
    f"{FILL}: {FILL}; {FILL}; {FILL}.",
    f"{FILL} markers in the photo ({FILL}); good for the surface they lie on.{FILL}",
    f"{FILL} ± {FILL} m",
}


@pytest.mark.parametrize("name", STORIED)
def test_every_sentence_of_the_eye_can_be_retold(name: str):
    told = [words for words in _sentences(SCALE / name) if words not in PARTS]
    with override("de"):
        assert [words for words in told if retell(words) == words] == []


def test_numbers_and_parts_are_retold_too():
    with override("de"):
        assert retell("Marker 3 of 62.5 mm in the photo; good for the surface it lies on.") == (
            "Marker 3 von 62,5 mm im Foto; gilt für die Fläche, auf der er liegt."
        )
        assert retell(
            "Distance given for the photo: 3.5 ± 0.35 m; focal length 8.8 mm and the sensor's resolution; "
            "12° oblique by the gimbal's pitch, corrected."
        ) == (
            "Für das Foto angegebener Abstand: 3,5 ± 0,35 m; Brennweite 8,8 mm und die Auflösung des Sensors; "
            "12° schräg laut Nickwinkel der Kamera, berichtigt."
        )
        assert "laut" in retell("80.5 mm marked over 512 pixels; 4° oblique by the gimbal's pitch, corrected.")


def test_a_remark_on_a_photo_is_retold():
    told = WARNINGS["extension_mismatch"].format(suffix="png", format="JPEG")
    with override("de"):
        assert retell(told) == (
            "Der Name endet auf .png, die Datei ist aber ein JPEG-Bild. Gespeichert wird sie als JPEG."
        )


def test_what_is_not_known_stays_as_it_is():
    with override("de"):
        assert retell("Something else was written here.") == "Something else was written here."
        assert retell("") == ""


@pytest.mark.parametrize("words", SENTENCES)
def test_english_is_told_as_it_stands(words: str):
    with override("en-gb"):
        assert retell(words) == words

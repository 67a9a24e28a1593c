"""Every string that is marked for translation, found without gettext's tools: in Python, templates and scripts."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

from inspections.env import ROOT

Message = tuple[str, str, str]
"""Context, sentence, and its plural; both empty where there is none."""

SINGULAR = {"_", "gettext", "gettext_lazy", "gettext_noop"}
WITH_PLURAL = {"ngettext", "ngettext_lazy"}
WITH_CONTEXT = {"pgettext", "pgettext_lazy"}
WITH_BOTH = {"npgettext"}
_SCRIPT = re.compile(r"""\b(n?gettext)\(\s*("(?:[^"\\]|\\.)*")(?:,\s*("(?:[^"\\]|\\.)*"))?""")


def of_the_pages() -> set[Message]:
    """What Python and the templates say."""
    modules = (path for path in (ROOT / "inspections").rglob("*.py") if "tests" not in path.parts)
    messages = {message for path in modules for message in _calls(path.read_text())}
    for path in (ROOT / "templates").rglob("*.html"):
        # Templates become calls among crosses that stand for everything else.
        for line in re.findall(r"(?:n?p?gettext|_)\(.*?\)(?=\s|$)", templatize(path.read_text()), re.DOTALL):
            messages.update(_calls(line))
    return messages


def of_the_scripts() -> set[Message]:
    """What the scripts say."""
    found = (match for path in scripts() for match in _SCRIPT.finditer(path.read_text()))
    return {
        ("", ast.literal_eval(match[2]), ast.literal_eval(match[3]) if match[1] == "ngettext" else "")
        for match in found
    }


def scripts() -> list[Path]:
    """Our own scripts."""
    return sorted((ROOT / "static" / "js").rglob("*.js"))


def _calls(source: str) -> Iterator[Message]:
    for node in ast.walk(ast.parse(source.strip())):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        words = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        name = node.func.id
        if name in SINGULAR and words:
            yield "", words[0], ""
        elif name in WITH_PLURAL and len(words) > 1:
            yield "", words[0], words[1]
        elif name in WITH_CONTEXT and len(words) > 1:
            yield words[0], words[1], ""
        elif name in WITH_BOTH and len(words) > 2:
            yield words[0], words[1], words[2]

"""YAML from strangers: text, lists and mappings, each with its line; nothing in it can be built or repeated."""

import yaml
from yaml.nodes import Node, ScalarNode

from inspections.conditions.language import gettext as _
from inspections.conditions.language import gettext_noop
from inspections.conditions.problems import PackError, Problem

MAX_BYTES = 64 * 1024
MAX_DEPTH = 8

_ALIAS = gettext_noop(
    "Anchors and aliases (& and *) are not read: few bytes would grow to gigabytes. Write the value out."
)
_TAG = gettext_noop("The tag {tag} is not read: a pack holds text and numbers only. Remove the tag.")
_DEEP = gettext_noop(
    "More than {most} levels stand inside one another. A pack needs 5: rules, a rule, limits, a limit, a width."
)
_SECOND = gettext_noop("A second document begins here. Send each pack as a file of its own and remove the line ---.")
_CURE = gettext_noop(
    "Indent with spaces, put a space after each colon, and put text that holds a colon or a # between quotation marks."
)


def read_nodes(pack: str | bytes) -> Node:
    """The document's nodes, composed but never constructed: every scalar is still text.

    Raises PackError for what is too large, not UTF-8, not one YAML document, too deep, or uses anchors or tags.
    """
    text = _decoded(pack)
    problems: list[Problem] = []
    try:
        root = _composed(text, problems)
    except yaml.YAMLError as error:
        raise PackError([*problems, _syntax(error, text)]) from None
    if problems:
        raise PackError(problems)
    if root is None:
        raise PackError([Problem(1, 1, "", _("The file is empty. Start from the example in docs/conditions.md."))])
    return root


def _composed(text: str, problems: list[Problem]) -> Node | None:
    loader = _PlainLoader(text, problems)
    try:
        root = loader.get_node() if loader.check_node() else None
        if loader.check_node():
            loader.note(loader.peek_event(), _(_SECOND))
        return root
    except PackError:
        raise
    except (ValueError, OverflowError):
        # PyYAML lets these out for escapes and version numbers beyond every range, "\UFFFFFFFF".
        mark = loader.get_mark()
        sentence = _("A number in an escape or in a directive is out of range. Write the character itself.")
        raise PackError([*problems, Problem(mark.line + 1, mark.column + 1, "", sentence)]) from None


def _decoded(pack: str | bytes) -> str:
    data = pack.encode("utf-8", "surrogatepass") if isinstance(pack, str) else pack
    if len(data) > MAX_BYTES:
        sentence = _("The file has {bytes} bytes; a pack may have {most}. Split it into several packs.")
        raise PackError([Problem(1, 1, "", sentence.format(bytes=len(data), most=MAX_BYTES))])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PackError([Problem(line, 1, "", _("The text is not UTF-8. Save the file as UTF-8."))]) from None


def _syntax(error: yaml.YAMLError, text: str) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None:
        reason = getattr(error, "problem", None) or getattr(error, "context", None) or _("the structure is broken")
        words = _("This is not YAML ({reason}).").format(reason=reason)
        return Problem(mark.line + 1, mark.column + 1, "", f"{words} {_(_CURE)}")
    # A ReaderError: a character that YAML does not allow. It carries a position and no mark.
    line = text.count("\n", 0, getattr(error, "position", 0)) + 1
    code = getattr(error, "character", 0)
    number = ord(code) if isinstance(code, str) else int(code)
    return Problem(
        line, 1, "", _("The character U+{code} is not allowed in YAML. Remove it.").format(code=f"{number:04X}")
    )


class _PlainLoader(yaml.SafeLoader):
    """Composes nodes and notes what it refuses; it goes on, so that all of it is told at once."""

    def __init__(self, text: str, problems: list[Problem]) -> None:
        super().__init__(text)
        self.problems = problems
        self.levels = 0

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent):
            self.note(self.get_event(), _(_ALIAS))
            return ScalarNode("tag:yaml.org,2002:str", "")
        if event.anchor is not None:
            self.note(event, _(_ALIAS))
            event.anchor = None
        if event.tag is not None:
            self.note(event, _(_TAG).format(tag=repr(event.tag[:60])))
            event.tag = None
        self.levels += 1
        if self.levels > MAX_DEPTH:
            self.note(event, _(_DEEP).format(most=MAX_DEPTH))
            raise PackError(self.problems)
        node = super().compose_node(parent, index)
        self.levels -= 1
        return node

    def note(self, event: yaml.Event, sentence: str) -> None:
        mark = event.start_mark or self.get_mark()
        self.problems.append(Problem(mark.line + 1, mark.column + 1, "", sentence))

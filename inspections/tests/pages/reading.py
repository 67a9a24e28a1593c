"""Reading pages as a person does: by what an element says, not by its markup."""

from html.parser import HTMLParser
from xml.etree.ElementTree import Element, SubElement

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("page")]

    def handle_starttag(self, tag, attributes):
        element = SubElement(self.open[-1], tag, {name: value or "" for name, value in attributes})
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attributes):
        SubElement(self.open[-1], tag, {name: value or "" for name, value in attributes})

    def handle_endtag(self, tag):
        names = [element.tag for element in self.open]
        if tag in names:
            del self.open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data):
        parent = self.open[-1]
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + data
        else:
            parent.text = (parent.text or "") + data


def read_page(answer) -> Element:
    """The answer's elements, as a tree."""
    tree = _Tree()
    tree.feed(answer.text)
    return tree.open[0]


def by_id(answer, name: str) -> Element:
    """The element with this id."""
    return next(element for element in read_page(answer).iter() if element.get("id") == name)


def words(element: Element) -> str:
    """What an element says, spaces made single (narrow ones, too)."""
    return " ".join("".join(element.itertext()).split())

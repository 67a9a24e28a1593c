"""Every address with the verbs that it answers, discovered from the URL configuration; and tables of who may ask.

A table has a line for each address: its name, the verbs, and the lowest role that is let in; None lets in everybody who
is logged in, to what is theirs. Verbs that need different roles stand in a list:

    "bridge-edit": ("get post", Role.INSPECTOR),
    "api-bridge": [("get", Role.VIEWER), ("patch", Role.INSPECTOR)],
"""

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver
from django.views.generic import RedirectView

from inspections.models import Role

VERBS = ("get", "post", "put", "patch", "delete")
"""HEAD is answered as GET is, and OPTIONS tells nothing."""

Line = tuple[str, Role | None]
Table = Mapping[str, Line | list[Line]]
Asked = tuple[str, str]
"""The name of an address and a verb."""


@dataclass(frozen=True, slots=True)
class Door:
    """An address: its name, how it is written, and the verbs it answers."""

    name: str
    path: str
    verbs: tuple[str, ...]


def doors_of(patterns: Iterable[URLPattern | URLResolver], above: str = "/") -> Iterator[Door]:
    """Every address in the order of the URL configuration. The admin's are one: `admin.site` decides for all."""
    for pattern in patterns:
        path = above + str(pattern.pattern)
        if not isinstance(pattern, URLResolver):
            yield Door(pattern.name or "", re.sub(r"<\w+:(\w+)>", r"<\1>", path), verbs_of(pattern.callback))
        elif pattern.app_name == "admin":
            yield Door("admin", path, ("get", "post"))
        else:
            yield from doors_of(pattern.url_patterns, path)


def verbs_of(view: Any) -> tuple[str, ...]:
    """The verbs that a view answers; all where nothing restricts it. A redirection is the same for all: GET."""
    kind = getattr(view, "cls", None) or getattr(view, "view_class", None)
    if kind is None:
        allowed = _required(view)
        return tuple(verb for verb in VERBS if allowed is None or verb.upper() in allowed)
    if issubclass(kind, RedirectView):
        return ("get",)
    names = {**getattr(view, "initkwargs", {}), **getattr(view, "view_initkwargs", {})}.get(
        "http_method_names", kind.http_method_names
    )
    return tuple(verb for verb in VERBS if verb in names and hasattr(kind, verb))


def _required(view: Any) -> set[str] | None:
    """What `require_http_methods` and its sisters leave of the verbs, however the view is wrapped."""
    while view is not None:
        allowed = inspect.getclosurevars(view).nonlocals.get("request_method_list")
        if allowed is not None:
            return set(allowed)
        view = getattr(view, "__wrapped__", None)
    return None


def needs_of(table: Table) -> dict[Asked, Role | None]:
    """The lowest role by address and verb."""
    return {
        (name, verb): role
        for name, told in table.items()
        for verbs, role in (told if isinstance(told, list) else [told])
        for verb in verbs.split()
    }


def differences(doors: Iterable[Door], needs: Iterable[Asked], open_to_all: Iterable[str]) -> list[str]:
    """In words what is answered without a line in the table, and what stands there without being answered."""
    answered = {(door.name, verb) for door in doors for verb in door.verbs if door.name not in open_to_all}
    told = set(needs)
    missing = [f"{name} answers {verb.upper()}: the table has no line for it" for name, verb in answered - told]
    return sorted(missing + [f"{name} does not answer {verb.upper()}" for name, verb in told - answered])

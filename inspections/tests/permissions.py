"""Who may do what, as a table for people, from the URL configuration and the tables that the tests hold to be true.

python -m inspections.tests.permissions --write docs/permissions.md
"""

import argparse
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

HEAD = """# Who may do what

Made by `python -m inspections.tests.permissions --write docs/permissions.md` from the addresses that there are and the
tables that the tests ask, verb by verb and role by role (`inspections/tests/pages/test_doors.py`,
`inspections/tests/api/test_doors.py`). An address or a verb without a line there fails the tests.

- ✓ is let in. – is refused with 403, which names the role that somebody has. Verbs that are not listed: 405.
- **outsider** is a member of another organisation, whatever their role there, and staff without a membership. 404 says
  the same as for what does not exist; *own* lets them in, to what is theirs.
- **nobody** has not logged in: pages lead to the login, the API answers 401.
- Posts to pages need a CSRF token; the API takes tokens alone, never a session.
"""


def table() -> str:
    """The whole text."""
    from inspections.api.urls import urlpatterns as api
    from inspections.models import Role
    from inspections.pages.urls import urlpatterns as pages
    from inspections.tests.api import test_doors as of_api
    from inspections.tests.doors import Door, doors_of, needs_of
    from inspections.tests.pages import test_doors as of_pages

    def rows(doors: Iterable[Door], needs: Mapping, open_to_all: Iterable[str], objects: Iterable[str], shut: str):
        for door in doors:
            for verb in door.verbs:
                start = f"| `{door.path}` | {verb.upper()} |"
                if door.name in open_to_all:
                    yield f"{start} {' | '.join('✓' for _who in (*Role, 'outsider', 'nobody'))} |"
                    continue
                needed = needs[door.name, verb]
                marks = ["✓" if needed is None or role.allows(needed) else "–" for role in Role]
                outsider = "404" if (door.name, verb) in objects else "own"
                yield f"{start} {' | '.join(marks)} | {outsider} | {shut} |"

    def section(title: str, lines: Iterable[str]) -> str:
        who = " | ".join(role.label.lower() for role in Role)
        return "\n".join(
            [f"\n## {title}\n", f"| address | verb | {who} | outsider | nobody |", f"|---|---|{':-:|' * 7}", *lines]
        )

    return "\n".join(
        [
            HEAD.rstrip(),
            section(
                "Pages",
                rows(doors_of(pages), needs_of(of_pages.NEEDS), of_pages.OPEN, of_pages.OF_OBJECTS, "login"),
            ),
            section(
                "API",
                rows(doors_of(api, "/api/v1/"), needs_of(of_api.NEEDS), of_api.OPEN, of_api.OF_OBJECTS, "401"),
            ),
            "\n## Admin\n",
            "`/admin/` and all below it is for staff, whatever their role; all others are led to its login. Staff see",
            "there what belongs to their organisations; superusers see everything.",
            "",
        ]
    )


def main() -> int:
    """Print the table, or write it."""
    parser = argparse.ArgumentParser(prog="python -m inspections.tests.permissions", description=__doc__)
    parser.add_argument("--write", type=Path, metavar="FILE")
    asked = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "inspections.tests.settings"
    import django

    django.setup()
    if asked.write:
        asked.write.write_text(table(), encoding="utf-8")
    else:
        sys.stdout.write(table())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

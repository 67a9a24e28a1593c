"""`python -m inspections.benchmark`: the pages of a survey of 2,000 photos and 20,000 findings, timed over HTTP.

The record lies in a folder that is thrown away. With DATABASE_URL it lies in that database, which must be empty.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

SMALL_PHOTOS, SMALL_FINDINGS = 20, 200


def main() -> int:
    """Seed, serve, ask and print. Exit status 0 done, 1 impossible, 130 interrupted."""
    parser = argparse.ArgumentParser(prog="python -m inspections.benchmark", description=__doc__)
    parser.add_argument("--photos", type=_count, default=2000, metavar="N")
    parser.add_argument("--findings", type=_count, default=20_000, metavar="N")
    parser.add_argument("--rounds", type=_rounds, default=30, metavar="N", help="requests for each page")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there as well")
    asked = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="hairline-benchmark-") as data:
            facts = _run(Path(data), asked)
    except RuntimeError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        return 130
    from inspections.benchmark.table import table

    if asked.json:
        asked.json.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    print(table(facts))  # noqa: T201
    return 0


def _run(data: Path, asked: argparse.Namespace) -> dict[str, Any]:
    # Before Django reads its settings, here and in the server that inherits them.
    os.environ |= {"HAIRLINE_DATA": str(data), "DJANGO_SETTINGS_MODULE": "inspections.settings"}
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from inspections.benchmark.asking import Reviewer
    from inspections.benchmark.measuring import measure
    from inspections.benchmark.seeding import seed
    from inspections.benchmark.serving import machine, serving
    from inspections.management.static_files import collect_when_changed
    from inspections.models import Organisation

    call_command("migrate", verbosity=0)
    if Organisation.objects.exists():
        raise RuntimeError("The database of DATABASE_URL is not empty. Name an empty one, or none for one of its own.")
    began = perf_counter()
    small = seed("small", photos=SMALL_PHOTOS, findings=SMALL_FINDINGS)
    large = seed("large", photos=asked.photos, findings=asked.findings)
    _say(f"{asked.photos} photos and {asked.findings} findings seeded in {perf_counter() - began:.0f} s.")
    collect_when_changed()
    with serving(data / "web.log") as server:
        there, here = Reviewer(large, server.port), Reviewer(small, server.port)
        facts = measure(server, there, here, rounds=asked.rounds, say=_say)
    return facts | {
        "photos": asked.photos,
        "findings": asked.findings,
        "small_photos": SMALL_PHOTOS,
        "small_findings": SMALL_FINDINGS,
        "rounds": asked.rounds,
        "database": connection.vendor,
        "machine": machine(),
    }


def _count(text: str) -> int:
    return _whole(text, 20, 1_000_000)


def _rounds(text: str) -> int:
    return _whole(text, 2, 1000)


def _whole(text: str, least: int, most: int) -> int:
    if not (text.isdecimal() and least <= int(text) <= most):
        raise argparse.ArgumentTypeError(f"give a whole number from {least} to {most}")
    return int(text)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    raise SystemExit(main())

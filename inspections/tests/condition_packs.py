"""A small pack to be changed, and the problems that a changed one is refused with."""

import re

import pytest

from inspections.conditions import PackError, parse_pack

PACK = """\
format: 1
id: county-roads
name: County roads, crack rules
edition: 2026
version: 3
kind: condition-states
unit: mm
source: Circular 12 of the county
rules:
  - id: deck
    name: Cracks in decks
    materials: [reinforced_concrete]
    limits:
      - {result: CS1, to: 0.20}
      - {result: CS2, above: 0.20, below: 0.5}
      - {result: CS3, from: 0.5}
"""
BANDS = PACK[PACK.index("      - {result: CS1") :]


def problems(text: str | bytes) -> list[str]:
    with pytest.raises(PackError) as refused:
        parse_pack(text)
    told = [str(problem) for problem in refused.value.problems]
    assert str(refused.value) == "\n".join(told)
    for sentence in told:
        assert re.match(r"Line \d+[:,] ", sentence) and sentence.endswith((".", "?")), sentence
        assert sentence.isprintable(), "what a stranger wrote is never printed raw"
    return told

"""Condition states proposed from crack widths, by rule packs: who says so, for which material, between which limits.

The software proposes and people decide. Nothing here knows the database or the pages; docs/conditions.md tells how a
proposal is checked by hand.
"""

from inspections.conditions.parsing import parse_pack
from inspections.conditions.problems import PackError, Problem
from inspections.conditions.proposals import Proposal, propose
from inspections.conditions.rules import Kind, Limit, Pack, Rule
from inspections.conditions.shipped import builtin_packs, builtin_text
from inspections.conditions.summaries import JudgedFinding, Standing, Summary, summarise
from inspections.conditions.widths import Width

__all__ = [
    "JudgedFinding",
    "Kind",
    "Limit",
    "Pack",
    "PackError",
    "Problem",
    "Proposal",
    "Rule",
    "Standing",
    "Summary",
    "Width",
    "builtin_packs",
    "builtin_text",
    "parse_pack",
    "propose",
    "summarise",
]

"""What a reviewer should look at first: how bad it may be, how unsure that is, and whether it is new."""

import math
from collections.abc import Collection, Sequence

from inspections.models import Finding

SEVERITY, UNCERTAINTY, NOVELTY = 0.6, 0.25, 0.15
WIDE_PX = 8.0
"""Without millimetres: a crack this wide counts as 63 % severe."""


def rank_findings(findings: Sequence[Finding], *, known: Collection[int] = ()) -> None:
    """Set `risk`, 0 to 1, of findings that have been judged; nothing is saved.

    `known` are the numbers of those that an earlier analysis of the photo has found already.
    """
    for finding in findings:
        severity, doubt = _severity(finding)
        novelty = 0.0 if finding.number in known else 1.0
        finding.risk = SEVERITY * severity + UNCERTAINTY * doubt + NOVELTY * novelty


def _severity(finding: Finding) -> tuple[float, float]:
    """How bad, and how unsure that is, each 0 to 1: the mean place among the states, and their entropy."""
    chances = [float(share) for share in finding.proposal.get("probabilities", {}).values()]
    if len(chances) < 2:
        width = finding.width_widest_px if finding.width_widest_px is not None else finding.width_max_px
        return 1 - math.exp(-width / WIDE_PX), 1 - abs(2 * finding.confidence - 1)
    last = len(chances) - 1
    mean = sum(place * share for place, share in enumerate(chances)) / last
    entropy = -sum(share * math.log(share) for share in chances if share > 0) / math.log(len(chances))
    return mean, entropy

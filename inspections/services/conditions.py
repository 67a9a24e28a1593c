"""What rule packs propose for the findings of an organisation."""

from inspections.conditions import Pack, Width, builtin_packs, propose
from inspections.models import Bridge, Element, Finding, Organisation


def pack_of(organisation: Organisation) -> Pack:
    """The pack in use."""
    return builtin_packs()[organisation.rule_pack]


def judge_finding(finding: Finding, pack: Pack, element: Element | None, bridge: Bridge) -> None:
    """Set state, worst_state and proposal of a finding from its widest place in millimetres; nothing is saved."""
    width = None
    if finding.widest_mm is not None:
        width = Width(finding.widest_mm, finding.widest_u95_mm or 0.0)
    elif finding.widest_bound_mm:
        width = Width(finding.widest_bound_mm, upper_bound=True)
    material = (element and element.material) or bridge.material
    exposure = (element and element.exposure) or bridge.exposure
    proposal = propose(width, pack, material=material, exposure=exposure)
    finding.state = proposal.state or ""
    finding.worst_state = proposal.states[-1] if proposal.states else ""
    finding.proposal = proposal.as_record()

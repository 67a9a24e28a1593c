"""What rule packs propose for the findings of an organisation, and which packs it has."""

import logging
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, gettext, override

from inspections.conditions import Pack, PackError, Width, builtin_packs, builtin_text, parse_pack, propose
from inspections.conditions.wording import NO_PLACE, NO_SCALE, NOT_SEEN
from inspections.errors import InspectionError
from inspections.models import Bridge, Element, Finding, Organisation, RulePack

logger = logging.getLogger(__name__)

DEFAULT_PACK: str = Organisation._meta.get_field("rule_pack").default


def packs_of(organisation: Organisation) -> Mapping[str, Pack]:
    """The packs that an organisation may use by their id: those that ship with Hairline, and its own.

    Of several versions of an own pack the newest counts. One that cannot be read any more is left out and logged.
    """
    return MappingProxyType({**builtin_packs(), **_own(RulePack.objects.filter(organisation=organisation))})


def pack_of(organisation: Organisation) -> Pack:
    """The pack in use; where it has vanished, the default one, and the log says so."""
    wanted = organisation.rule_pack
    own = _own(RulePack.objects.filter(organisation=organisation, pack_id=wanted))
    found = own.get(wanted) or builtin_packs().get(wanted)
    if found is None:
        logger.warning("The rule pack %r of %s is not there; %s is used instead.", wanted, organisation, DEFAULT_PACK)
        return builtin_packs()[DEFAULT_PACK]
    return found


def text_of(pack: Pack, organisation: Organisation | None) -> str:
    """The YAML of one of the organisation's packs, as it was handed in or as it ships.

    Raises InspectionError `not_found` where it is neither.
    """
    rows = RulePack.objects.filter(organisation=organisation, pack_id=pack.id, digest=pack.digest)
    own = rows.values_list("text", flat=True).first()
    if own is None and pack.id not in builtin_packs():
        raise InspectionError("not_found")
    return builtin_text(pack.id) if own is None else own


def judged(*, pack: Pack, material: str, exposure: str, width: Width | None) -> dict[str, Any]:
    """What the pack says of a crack this wide, by the names of `Finding`: state, worst_state, proposal."""
    # The record is English whoever asks for it; `retold_proposal` tells it to a reader.
    with override(settings.LANGUAGE_CODE):
        return _judged(pack=pack, material=material, exposure=exposure, width=width)


def retold_proposal(finding: Finding) -> dict[str, Any]:
    """A finding's proposal as it is recorded, its sentences and limit in the reader's language.

    They are made anew from the same pack; where that would say something else by now, the record is told as it is.
    """
    recorded: dict[str, Any] = finding.proposal
    if not recorded or (get_language() or settings.LANGUAGE_CODE) == settings.LANGUAGE_CODE:
        return recorded
    bridge, element = finding.image.survey.bridge, finding.image.element
    pack = builtin_packs().get(recorded["pack"]) or packs_of(bridge.organisation).get(recorded["pack"])
    if pack is None or pack.digest != recorded["digest"]:
        return recorded
    told = _judged(pack=pack, width=width_of(finding), **_circumstances(element, bridge))["proposal"]
    if (told["rule"], told["states"]) != (recorded["rule"], recorded["states"]):
        return recorded
    if recorded["reason"] in (NO_PLACE, NOT_SEEN):
        told["reason"] = gettext(recorded["reason"])
    return recorded | {name: told[name] for name in ("sentence", "assumption", "reason", "limit")}


def _circumstances(element: Element | None, bridge: Bridge) -> dict[str, str]:
    """Material and exposure: those of the element, or where it tells none, those of the bridge."""
    return {
        "material": (element and element.material) or bridge.material,
        "exposure": (element and element.exposure) or bridge.exposure,
    }


def _judged(*, pack: Pack, material: str, exposure: str, width: Width | None) -> dict[str, Any]:
    proposal = propose(width, pack, material=material, exposure=exposure)
    return {
        "state": proposal.state or "",
        "worst_state": proposal.states[-1] if proposal.states else "",
        "proposal": proposal.as_record(),
    }


def judge_finding(finding: Finding, pack: Pack, element: Element | None, bridge: Bridge) -> None:
    """Set what the pack proposes for a finding's widest place; nothing is saved.

    Material and exposure are those of the element, or where it tells none, those of the bridge.
    """
    found = judged(pack=pack, width=width_of(finding), **_circumstances(element, bridge))
    # A length in millimetres is only known where the photo has a scale.
    if found["proposal"]["reason"] == NO_SCALE and finding.length_mm is not None:
        found["proposal"]["reason"] = NOT_SEEN if finding.is_unseen else NO_PLACE
    for name, value in found.items():
        setattr(finding, name, value)


def width_of(finding: Finding) -> Width | None:
    """A finding's widest place in millimetres, or only a bound of it; None where neither is known."""
    if finding.widest_mm is not None:
        return Width(finding.widest_mm, finding.widest_u95_mm or 0.0)
    if finding.widest_bound_mm:
        return Width(finding.widest_bound_mm, 0.0, upper_bound=True)
    return None


def _own(rows: Any) -> dict[str, Pack]:
    found: dict[str, Pack] = {}
    # The oldest first, so that the newest stays.
    for digest, text in rows.order_by("created_at", "pk").values_list("digest", "text"):
        pack = _parsed(digest, text)
        if pack is not None:
            found[pack.id] = pack
    return found


@lru_cache(maxsize=256)
def _parsed(digest: str, text: str) -> Pack | None:
    try:
        return parse_pack(text)
    except PackError as error:
        logger.warning("The stored rule pack %s cannot be read and is left out: %s", digest, error)
        return None

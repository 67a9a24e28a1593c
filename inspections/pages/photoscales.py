"""The scale of a photo in words, and the numbers with which the viewer shows what another one would change."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from inspections.models import SurveyImage
from inspections.pages.photofacts import metadata_number
from inspections.retold import retell
from inspections.services.conditions import pack_of

WORDS = {
    "marker": _("marker in the photo"),
    "laser": _("laser range"),
    "photo_distance": _("distance of this photo"),
    "survey_distance": _("distance of the survey"),
    "known_length": _("known length"),
    "subject_distance": _("the camera’s focus distance"),
}
"""Sources, best first: the order in which they are tried."""
FILM_DIAGONAL_MM = 43.267
"""Of 36 × 24 mm, by which EXIF defines the 35 mm equivalent."""
LENS_SHARE, TILT_SHARE, DISTORTION_SHARE = 0.05, 0.035, 0.01
"""95 % uncertainties of docs/scale.md, as shares of the scale."""


@dataclass(frozen=True, slots=True)
class Source:
    """A source of the scale: its name, what it is called, and what is said of it."""

    name: str
    words: str
    says: str = ""
    mm_per_px: float | None = None
    u95: float | None = None

    @property
    def percent(self) -> float:
        """The uncertainty as a share of the scale, in percent."""
        return 100 * (self.u95 or 0.0) / self.mm_per_px if self.mm_per_px else 0.0

    @property
    def digits(self) -> int:
        """Decimals that show three significant digits of the scale."""
        return max(0, min(6, 2 - math.floor(math.log10(self.mm_per_px)))) if self.mm_per_px else 2


@dataclass(frozen=True, slots=True)
class ScaleWords:
    """`taken` is None where only pixels are known; `tried` gave nothing, each says why; `others` were not needed.

    `warnings` are contradictions and remarks. `floor` says in a sentence what cannot be measured or seen.
    """

    taken: Source | None
    warnings: tuple[str, ...]
    tried: tuple[Source, ...]
    others: tuple[Source, ...]
    floor: str


def scale_words(image: SurveyImage) -> ScaleWords:
    """What the record knows of the photo's scale."""
    facts = image.scale
    taken = facts.get("scale")
    return ScaleWords(
        taken=_source(taken) if taken and image.mm_per_px else None,
        warnings=tuple(retell(said) for said in (*facts.get("conflicts", ()), *facts.get("notes", ()))),
        tried=tuple(
            Source(name, str(WORDS.get(name, name)), retell(reason)) for name, reason in facts.get("tried", ())
        ),
        others=tuple(_source(other) for other in facts.get("others", ())),
        floor=retell(image.floor.get("sentence", "")),
    )


def scale_scene(image: SurveyImage) -> dict[str, Any]:
    """Numbers with which the script turns pixels into millimetres, and tries out another scale."""
    return {
        "mmPerPx": image.mm_per_px,
        "u95": image.mm_per_px_u95,
        "source": image.scale_source,
        "words": {name: str(words) for name, words in WORDS.items()},
        "floor": {"px": image.floor.get("measurable_px"), "mm": image.floor_mm} if image.floor else None,
        "focal": _focal(image),
        "limits": _limits(image),
    }


def _source(facts: dict[str, Any]) -> Source:
    name = facts["source"]
    return Source(name, str(WORDS.get(name, name)), retell(facts["note"]), facts["mm_per_px"], facts["u95_mm_per_px"])


def _focal(image: SurveyImage) -> dict[str, Any] | None:
    """Focal length in px and the share of a scale's uncertainty that is not the distance's; None where unknown.

    From a scale that came from a distance: f = Z / s. Before there is one, about, from the 35 mm equivalent.
    """
    for metres, u95_m, source in _distances(image):
        scale, unsure = source.mm_per_px, source.percent / 100
        if scale:
            return {"px": 1000 * metres / scale, "share": math.sqrt(max(0.0, unsure**2 - (u95_m / metres) ** 2))}
    equivalent = metadata_number(image, "exposure", "focal_length_35mm_mm")
    zoom = metadata_number(image, "exposure", "digital_zoom") or 1.0
    if not equivalent or zoom > 1.01:
        return None
    px = equivalent * math.hypot(image.width, image.height) / FILM_DIAGONAL_MM
    return {"px": px, "share": math.hypot(LENS_SHARE, 0.5 / equivalent, TILT_SHARE, DISTORTION_SHARE)}


def _distances(image: SurveyImage) -> Iterator[tuple[float, float, Source]]:
    """Distances that scales were found from, in metres, with their uncertainty."""
    words = scale_words(image)
    found = {source.name: source for source in (*words.others, words.taken) if source}
    survey = image.survey
    given = {
        "photo_distance": (image.distance_m, image.distance_u95_m, 0.10),
        "survey_distance": (survey.distance_m, survey.distance_u95_m, 0.20),
    }
    for name, (metres, u95_m, usual) in given.items():
        if metres and name in found and image.is_measured:
            yield metres, u95_m or usual * metres, found[name]
    laser = metadata_number(image, "drone", "lrf_target_distance_m")
    if laser and "laser" in found:
        yield laser, 0.2 + 0.0015 * laser, found["laser"]


def _limits(image: SurveyImage) -> list[dict[str, Any]]:
    """The widths at which the rule pack in use changes its mind, in millimetres, and what begins there."""
    bridge, element = image.survey.bridge, image.element
    material = (element and element.material) or bridge.material
    exposure = (element and element.exposure) or bridge.exposure
    rule = pack_of(bridge.organisation).rule_for(material, exposure)
    if rule is None:
        return []
    return [{"mm": limit.mm, "state": state} for limit, state in zip(rule.limits, rule.results[1:], strict=True)]

"""Sentences that the worker wrote into the record, told again in the reader's language.

The eye knows no reader: what it says of a photo's scale and of what can be seen in it is kept in English, as it was
said. Each of its sentences stands here with its blanks; what fits one is told in its translation, with the same fills.
"""

import re
from functools import lru_cache

from django.conf import settings
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

from inspections.errors import WARNINGS
from inspections.language import decimal

SENTENCES = (
    # Markers
    _("The photo was not searched for markers: none are set up."),
    _("No marker of the family {family} was found in the photo."),
    _(
        "The markers found ({numbers}) are not of those in use, smaller than {side} pixels, cut off or blurred. "
        "Go nearer or print them larger, with a white margin."
    ),
    _("The markers that were seen make no flat surface. Check that they are flat, whole and well lit."),
    _("Marker {number} of {side} mm in the photo; good for the surface it lies on."),
    _("{count} markers in the photo ({numbers}); good for the surface they lie on."),
    _(
        "{count} markers in the photo ({numbers}); good for the surface they lie on. They fit {times} times worse than "
        "they were seen: check their sizes and that their surface is one."
    ),
    _(
        "Markers cannot be looked for ({reason}). Install it on the worker: pip install opencv-python-headless; "
        "or give a distance or a known length."
    ),
    _("OpenCV is not installed"),
    # Distances
    _("The photo holds no laser range. Only some drones measure one; its height above take-off is no range."),
    _(
        "The laser range is not used: the drone does not say that it succeeded. Photograph from 3 m or more, or give a "
        "distance."
    ),
    _("The laser range is not used: the drone says {status}. Photograph from 3 m or more, or give a distance."),
    _("The laser range of {metres} m is not used: it cannot be. Give a distance for the photo."),
    _("No distance to the surface was given for the photo."),
    _("No distance to the surface was given for the survey."),
    _("The photo does not say how far away it was focused, as is usual."),
    _("The photo says that it was focused at {metres} m, which is no distance to a surface."),
    _("The distance is more than 1 km: no crack is seen from there."),
    _("Laser range: {distance}; {focal}; {tilt}."),
    _("Distance given for the photo: {distance}; {focal}; {tilt}."),
    _("Distance given for the survey: {distance}; {focal}; {tilt}."),
    _("Distance at which the camera says it was focused: {distance}; {focal}; {tilt}."),
    # Known lengths
    _("No known length was marked in the photo. Click the two ends of something whose length you know."),
    _("The known length reaches beyond the horizon of the surface. Check how the surface lies."),
    _("{length} mm marked over {pixels} pixels; {tilt}."),
    # Focal length
    _(
        "The camera zoomed digitally ({times} times), and cameras disagree on what their focal length then means. "
        "Photograph without digital zoom, or click a known length."
    ),
    _(
        "The photo was cropped after it was taken, so its focal length no longer holds. Upload the camera's own file, "
        "or click a known length."
    ),
    _(
        "The photo does not say its focal length in pixels, on the sensor or as 35 mm equivalent. Upload the camera's "
        "own file, or click a known length."
    ),
    _("{focal}, doubtful: {other} gives {pixels} px"),
    _("focal length as the drone calibrated it"),
    _("focal length {length} mm and the sensor's resolution"),
    _("focal length {length} mm as 35 mm equivalent"),
    _("a usual lens"),
    # How the surface lies
    _("taken as square to the surface"),
    _("taken as square to the surface: the camera lay on its side, so its pitch says nothing"),
    _("{degrees}° oblique by the gimbal's pitch, corrected"),
    _(
        "The gimbal pitch of {pitch}° shows a {surface} surface at {degrees}° from square; above {most}° nothing is "
        "measured. Check how the surface lies, or photograph it more squarely."
    ),
    _("vertical"),
    _("horizontal"),
    # What contradicts itself, and what could not be read
    _("What was measured would make a pixel {scale} mm, which cannot be. Check what was given."),
    _(
        "The scale from {source} ({scale} mm per pixel) and that from {other} ({here}) cannot both be right. Check "
        "what was given for this photo."
    ),
    _("the marker"),
    _("the laser"),
    _("the photo distance"),
    _("the survey distance"),
    _("the known length"),
    _("the subject distance"),
    _("{name} in the XMP block is negative and was left out."),
    _("{name} in the XMP block is not a number and was left out."),
    _("The XMP block is larger than {size} kB and was not read."),
    _("The XMP block is damaged and was not read."),
    _("The EXIF block is damaged and was not read."),
    # The floor
    _("The photo is too blurred or its surface too rough to tell cracks from it. Go nearer."),
    _("No width can be measured here; cracks under {seen} cannot be seen."),
    _("The scale is too uncertain to measure any width to {share}; cracks under {seen} cannot be seen here."),
    _("Cracks under {measured} cannot be measured here; under {seen} they cannot be seen."),
    _("{count} pixels"),
)

_BLANK = re.compile(r"\\\{([a-z]+)\\\}")
_NUMBER = re.compile(r"[-−]?[0-9]+(\.[0-9]+)?( ?(mm|m|%)| ± [0-9.]+ m)?")


def retell(told: str) -> str:
    """A sentence of the record in the reader's language; one that is not known stays as it is."""
    language = get_language() or settings.LANGUAGE_CODE
    return _retold(told, language) if told and language != settings.LANGUAGE_CODE else told


@lru_cache(maxsize=4096)
def _retold(told: str, _language: str) -> str:
    for sentence, pattern in _PATTERNS:
        found = pattern.fullmatch(told)
        if found:
            fills = {name: _refilled(fill) for name, fill in found.groupdict().items()}
            return gettext(sentence).format(**fills)
    return told


def _refilled(fill: str) -> str:
    return decimal(fill) if _NUMBER.fullmatch(fill) else _retold(fill, get_language() or "")


def _pattern(sentence: str) -> re.Pattern[str]:
    seen: set[str] = set()

    def blank(found: re.Match[str]) -> str:
        name = found[1]
        again = name in seen
        seen.add(name)
        return f"(?P={name})" if again else f"(?P<{name}>.+?)"

    return re.compile(_BLANK.sub(blank, re.escape(sentence)))


# Sentences without blanks come first: what they say is never a fill of another.
_PATTERNS = tuple(
    (sentence, _pattern(sentence))
    for sentence in sorted((*SENTENCES, *WARNINGS.values()), key=lambda sentence: sentence.count("{"))
)

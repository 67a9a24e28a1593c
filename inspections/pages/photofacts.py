"""What a photo says about itself, in words and units. It comes from strangers: whatever does not fit is left out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from inspections.language import decimal
from inspections.models import SurveyImage

NARROW_SPACE = "\u202f"


@dataclass(frozen=True, slots=True)
class Fact:
    """One line: what it is, what it is worth, and in which unit."""

    label: str
    value: str
    unit: str = ""


def shot(image: SurveyImage) -> list[Fact]:
    """Camera, lens, exposure and, from a drone, where it hung and looked."""
    return [*_camera(image), *_exposure(_group(image, "exposure")), *_drone(_group(image, "drone"))]


def _camera(image: SurveyImage) -> Iterator[Fact]:
    camera = _group(image, "camera")
    make, model = image.camera_make, image.camera_model
    # Many makers write their name into the model, too.
    name = model if model.lower().startswith(make.lower()) else f"{make} {model}"
    yield from _text(_("Camera"), name.strip())
    yield from _text(_("Lens"), _words(camera, "lens_model"))
    yield from _text(_("Serial number"), _words(camera, "serial_number"))
    yield from _text(_("Software"), _words(camera, "software"))


def _exposure(exposure: dict[str, Any]) -> Iterator[Fact]:
    time = _number(exposure, "time_s")
    if time:
        yield Fact(_("Exposure time"), f"1/{1 / time:.0f}" if time < 0.4 else decimal(f"{time:g}"), "s")
    aperture = _number(exposure, "f_number")
    if aperture:
        yield Fact(_("Aperture"), decimal(f"f/{aperture:.1f}"))
    yield from _quantity(_("Sensitivity"), exposure, "iso", "ISO", 0)
    focal, as_35 = _number(exposure, "focal_length_mm"), _number(exposure, "focal_length_35mm_mm")
    if focal:
        on_film = _("{length} mm on 35 mm film").format(length=f"{as_35:.0f}") if as_35 else ""
        yield Fact(_("Focal length"), decimal(f"{focal:.1f}"), f"mm ({on_film})" if on_film else "mm")


def _drone(drone: dict[str, Any]) -> Iterator[Fact]:
    yield from _quantity(_("Height over take-off"), drone, "relative_altitude_m", "m", 1)
    yield from _quantity(_("Distance to target"), drone, "lrf_target_distance_m", "m", 1)
    yield from _quantity(_("Camera pitch"), drone, "gimbal_pitch_deg", "°", 0)
    yield from _quantity(_("Camera yaw"), drone, "gimbal_yaw_deg", "°", 0)


def moment(image: SurveyImage) -> str:
    """When the photo was taken, by the camera's own clock; empty when it does not say."""
    taken = _group(image, "taken_at")
    local, offset = _words(taken, "local"), _words(taken, "utc_offset")
    if not local:
        return f"{image.taken_at:%Y-%m-%d %H:%M:%S} UTC" if image.taken_at else ""
    clock = local.replace("T", " ").split(".")[0]
    return f"{clock} (UTC{offset})" if offset else _("{clock} (camera clock, zone unknown)").format(clock=clock)


def metadata_number(image: SurveyImage, group: str, key: str) -> float | None:
    """One number of the photo's metadata, or None where it does not say."""
    return _number(_group(image, group), key)


def _group(image: SurveyImage, name: str) -> dict[str, Any]:
    group = image.metadata.get(name) if isinstance(image.metadata, dict) else None
    return group if isinstance(group, dict) else {}


def _words(group: dict[str, Any], key: str) -> str:
    value = group.get(key)
    return value if isinstance(value, str) else ""


def _number(group: dict[str, Any], key: str) -> float | None:
    value = group.get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _text(label: str, value: str) -> Iterator[Fact]:
    if value:
        yield Fact(label, value)


def _quantity(label: str, group: dict[str, Any], key: str, unit: str, digits: int) -> Iterator[Fact]:
    value = _number(group, key)
    if value is not None:
        figure = decimal(f"{value:.{digits}f}").replace("-", "\u2212")
        yield Fact(label, f"{figure}°") if unit == "°" else Fact(label, figure, unit)

"""The demo's two surveys: the same places on one bridge, half a year apart, as a drone with a long lens sees them."""

import json
import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from segmentation.drawing.noise import stream
from segmentation.drawing.photo import Visit, draw_photo
from segmentation.drawing.truth import Camera, DrawnPhoto
from segmentation.drawing.writing import PhotoMetadata, distance_at, write_photo, write_truth

SUMMER_TIME = timezone(timedelta(hours=1))
FOCAL_35MM = 120.0
QUALITY = 92
METRES_PER_DEGREE = 111_320.0

BRIDGE = (54.0741, -1.9993, 181.0)
"""Latitude, longitude and altitude (m) of take-off, below the middle of the bridge; its axis runs south to north."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place worth a photo. `north`, `east`, `up` in metres from take-off; `bearing`, `pitch` in degrees."""

    element: str
    scene: str
    seed: int
    north: float
    east: float
    up: float
    bearing: float
    pitch: float = 0.0
    size: tuple[int, int] = (2000, 1500)
    mm_per_pixel: float = 0.45
    cracked: bool = True
    orientation: int = 1


@dataclass(frozen=True, slots=True)
class Season:
    """One survey: when it starts, how old the cracks are (0..1), which light, and the first photo's number."""

    starts: datetime
    age: float
    visit: int
    first_number: int


SEASONS = {
    "spring": Season(datetime(2026, 4, 14, 9, 42, 10, tzinfo=SUMMER_TIME), 0.0, 0, 1),
    "autumn": Season(datetime(2026, 10, 13, 10, 5, 33, tzinfo=SUMMER_TIME), 1.0, 1, 101),
}

PLACES = (
    Place("South abutment", "abutment", 10, -33.0, 1.5, 2.4, 180.0),
    Place("South abutment / Wing wall", "abutment", 11, -34.0, -6.5, 2.0, 120.0),
    Place("Pier 1", "pier", 13, -12.5, 0.8, 3.1, 0.0),
    Place("Pier 1", "pier", 10, -12.5, -1.6, 4.4, 0.0, cracked=False),
    Place("Span 2 / Girder G2", "girder", 13, -1.0, -3.0, 5.8, 90.0, 8.0),
    Place("Span 2 / Deck slab", "deck_soffit", 10, 2.5, 0.4, 5.2, 5.0, 88.0),
    Place("Pier 2", "pier", 11, 11.0, 1.0, 3.6, 0.0, size=(4000, 3000), mm_per_pixel=0.3),
    Place("Pier 2 / Pier cap", "girder", 12, 11.0, 3.2, 5.6, 0.0, 4.0, size=(1500, 2000), orientation=6),
    Place("North abutment", "abutment", 13, 33.0, -2.0, 2.2, 0.0),
    Place("East parapet", "parapet", 10, 6.0, 7.5, 9.1, 270.0, -4.0),
    Place("West parapet", "parapet", 13, -9.0, -7.5, 9.1, 90.0, -3.0),
    Place("West parapet", "parapet", 11, -4.0, -7.5, 9.1, 90.0, -3.0, cracked=False),
)


def draw_survey(
    out_dir: Path,
    *,
    seed: int = 0,
    survey: str = "spring",
    places: tuple[Place, ...] = PLACES,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[dict[str, Any]]:
    """Draw one survey ("spring" or "autumn") into `out_dir`: photos, `photos.json`, and the truth in `truth/`.

    Both surveys of one `seed` show the same places; in autumn some cracks are longer and wider, light, noise and the
    camera's stand differ. Returns what `photos.json` holds: for each photo `file`, `place`, `element` (path in the
    bridge, joined by " / "), `taken_at`, `lat`, `lon`, `bearing`, `mm_per_pixel`, `crack_free`. `progress` is called
    with photos done and photos in all. Raises ValueError for another survey's name.
    """
    if survey not in SEASONS:
        raise ValueError(f"There is no survey {survey!r}. Take one of {', '.join(SEASONS)}.")
    season = SEASONS[survey]
    (out_dir / "truth").mkdir(parents=True, exist_ok=True)
    rows = []
    with ThreadPoolExecutor(workers or min(os.cpu_count() or 1, 2)) as pool:
        drawn = [
            pool.submit(_draw_place, out_dir, place, number, seed, season)
            for number, place in enumerate(places, start=1)
        ]
        for done, row in enumerate(drawn, start=1):
            rows.append(row.result())
            if progress:
                progress(done, len(drawn))
    text = json.dumps({"survey": survey, "seed": seed, "photos": rows}, ensure_ascii=False, indent=1)
    (out_dir / "photos.json").write_text(text + "\n", encoding="utf-8")
    return rows


def _draw_place(out_dir: Path, place: Place, number: int, seed: int, season: Season) -> dict[str, Any]:
    own_seed = place.seed + 1000 * seed
    drawn = draw_photo(
        own_seed,
        *place.size,
        mm_per_pixel=place.mm_per_pixel,
        scene=place.scene,
        cracks=None if place.cracked else (),
        visit=Visit(season.visit, season.age, _stand(own_seed, season)),
    )
    metadata = _metadata(drawn, place, number, season)
    stem = f"DRAWN_{season.first_number + number - 1:04d}"
    write_photo(out_dir / f"{stem}.jpg", drawn, metadata=metadata, quality=QUALITY)
    write_truth(out_dir / "truth" / f"{stem}.json", drawn)
    return {
        "file": f"{stem}.jpg",
        "place": f"p{number:02d}",
        "element": place.element,
        "taken_at": metadata.taken_at.isoformat(),
        "lat": round(metadata.latitude, 7),
        "lon": round(metadata.longitude, 7),
        "bearing": metadata.bearing_deg,
        "mm_per_pixel": round(drawn.mm_per_pixel, 6),
        "crack_free": not drawn.cracks,
    }


def _stand(seed: int, season: Season) -> Camera:
    """The first visit stands straight; a later one is a few centimetres and a fraction of a degree off."""
    if season.visit == 0:
        return Camera()
    numbers = stream(seed, "stand", season.visit)
    shift = (round(float(numbers.uniform(-18, 18)), 1), round(float(numbers.uniform(-18, 18)), 1))
    return Camera(shift, round(float(numbers.normal(0, 0.22)), 2), round(1 + float(numbers.uniform(-0.012, 0.012)), 4))


def _metadata(drawn: DrawnPhoto, place: Place, number: int, season: Season) -> PhotoMetadata:
    """The drone hovers as far from the wall, against its bearing, as its lens and the scale say."""
    numbers = stream(place.seed, "flight", season.visit)
    distance = distance_at(drawn, FOCAL_35MM)
    level = distance * math.cos(math.radians(place.pitch))
    bearing = round((place.bearing + float(numbers.normal(0, 1.2))) % 360, 1)
    north = place.north - level * math.cos(math.radians(bearing))
    east = place.east - level * math.sin(math.radians(bearing))
    height = place.up - distance * math.sin(math.radians(place.pitch))
    latitude, longitude, altitude = BRIDGE
    shaded = place.scene == "deck_soffit"
    return PhotoMetadata(
        taken_at=season.starts + timedelta(seconds=215 * (number - 1) + int(numbers.integers(0, 90))),
        latitude=latitude + north / METRES_PER_DEGREE,
        longitude=longitude + east / (METRES_PER_DEGREE * math.cos(math.radians(latitude))),
        altitude_m=altitude + height,
        height_m=height,
        bearing_deg=bearing,
        pitch_deg=round(place.pitch + float(numbers.normal(0, 0.3)), 1),
        distance_m=distance,
        exposure_s=1 / (125 if shaded else 640),
        iso=400 if shaded else 100,
        orientation=place.orientation,
    )

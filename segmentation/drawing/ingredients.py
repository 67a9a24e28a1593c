"""What a wall may have, in the words of a site: seams, panels, tie holes, rust, lime, moss. Scenes choose."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from segmentation.drawing.formwork import Boards, Seam, lay_seam
from segmentation.drawing.light import Shadow
from segmentation.drawing.noise import Field
from segmentation.drawing.stamps import Stamp, place_stamp
from segmentation.drawing.wall import MARGIN, Wall
from segmentation.drawing.weathering import Colour, Layer, colonies, curtain, layer, leaks, rising_growth, run_down

WET: Colour = (0.60, 0.59, 0.55)
SOOT: Colour = (0.40, 0.395, 0.385)
RUST: Colour = (0.70, 0.48, 0.31)
ALGAE: Colour = (0.60, 0.66, 0.44)
LIME: Colour = (0.66, 0.655, 0.63)
MOSS: Colour = (0.060, 0.078, 0.020)


@dataclass(slots=True)
class Plan:
    """A wall being put together."""

    numbers: np.random.Generator
    relief: float = 1.0
    grain: float = 0.062
    mottle: float = 0.15
    specks: float = 0.2
    cloudiness: float = 0.10
    warmth: float = 0.02
    pores_per_m2: float = 250.0
    pore_radius_mm: float = 1.1
    sun: float = 0.3
    uneven: float = 0.22
    shadow: Shadow = "none"
    darkness: float = 1.0
    seams: list[Seam] = field(default_factory=list)
    boards: Boards | None = None
    stamps: list[Stamp] = field(default_factory=list)
    layers: list[Layer] = field(default_factory=list)

    def chance(self, share: float) -> bool:
        return bool(self.numbers.uniform() < share)

    def between(self, low: float, high: float) -> float:
        return float(self.numbers.uniform(low, high))


def one_of(plan: Plan, kinds: tuple[Shadow, ...]) -> Shadow:
    return kinds[int(plan.numbers.integers(len(kinds)))]


def spot(wall: Wall, x_mm: float, y_mm: float, radius_mm: float) -> Field:
    y, x = wall.coarse_mm()
    away = ((x - x_mm) ** 2 + (y - y_mm) ** 2) / radius_mm**2
    return np.clip(1.3 - away, 0, 1).astype(np.float32)


def panel_seam(wall: Wall, plan: Plan, name: str, *, upright: bool, at: float) -> None:
    size = wall.size_mm[0 if upright else 1]
    plan.seams.append(
        lay_seam(
            wall, name, upright=upright, at_mm=size * at, slope=plan.between(-0.012, 0.012),
            width_mm=plan.between(1.5, 3.5), ridge_mm=plan.between(-0.8, 1.6), dark=plan.between(0.1, 0.32),
            gaps=plan.between(0.1, 0.4), sway_mm=0.5, step=0.0 if upright else plan.between(-0.05, 0.05),
        )
    )  # fmt: skip


def panels(wall: Wall, plan: Plan) -> None:
    """A grid of plywood panels, of which a photo shows one to three."""
    for upright, pitch in ((True, plan.between(900, 1250)), (False, plan.between(600, 1250))):
        size = wall.size_mm[0 if upright else 1]
        at = plan.between(0.1, 0.9) * min(pitch, size)
        number = 0
        while at < size + 60:
            panel_seam(wall, plan, f"panel {upright} {number}", upright=upright, at=at / size)
            at += pitch
            number += 1


def tie_holes(wall: Wall, plan: Plan) -> None:
    pitch_x, pitch_y = plan.between(380, 620), plan.between(380, 620)
    radius, tone = plan.between(10, 17), plan.between(-0.12, 0.14)
    width, height = wall.size_mm
    x0, y0 = plan.between(0.15, 0.85) * min(pitch_x, width), plan.between(0.15, 0.85) * min(pitch_y, height)
    source = np.zeros(wall.coarse_shape, np.float32)
    for x in np.arange(x0, width, pitch_x):
        for y in np.arange(y0, height, pitch_y):
            place = (float(x + plan.numbers.normal(0, 3)), float(y + plan.numbers.normal(0, 3)))
            own = float(tone + plan.numbers.normal(0, 0.04))
            plan.stamps.append(place_stamp(wall, "tie", place, radius, own))
            if plan.chance(0.4):
                source = np.maximum(source, plan.between(0.4, 1.0) * spot(wall, place[0], place[1], 0.8 * radius))
    if source.any():
        plan.layers.append(
            layer(wall, 0.9 * run_down(wall, "tie rust", source, length_mm=130), tint=RUST, strength=0.7)
        )


def drain(wall: Wall, plan: Plan, opening: tuple[float, float, float]) -> None:
    """An open pipe (x, y, radius in mm) and what has run out of it. No crack is seen in the dark of the pipe."""
    x, y, radius = opening
    plan.stamps.append(place_stamp(wall, "drain", (x, y), radius))
    lip = spot(wall, x, y + 0.85 * radius, 0.55 * radius)
    run = run_down(wall, "drain", lip, length_mm=plan.between(250, 700), sway_mm=9)
    spread = 0.55 * run + 0.45 * ndimage.gaussian_filter1d(run, wall.px(0.35 * radius) / wall.cell, axis=1)
    plan.layers.append(layer(wall, 0.8 * spread, tint=(0.50, 0.52, 0.42), strength=0.7, ragged=0.35, crisp=1.0))
    down, right = wall.coarse_mm()
    within = np.float32(0.9 * radius) - np.sqrt((down - y) ** 2 + (right - x) ** 2)
    dark = np.clip(0.5 + within / np.float32(2 * wall.cell * wall.mm_per_pixel), 0, 1)
    plan.layers.append(layer(wall, dark, strength=1.0, ragged=0.0, crisp=4.0, covers=1.0))


def chair_rust(wall: Wall, plan: Plan) -> None:
    """Rust spots where the feet of reinforcement chairs touch the form, in loose rows."""
    if not plan.chance(0.6):
        return
    pitch, width, height = plan.between(160, 320), *wall.size_mm
    spots = np.zeros(wall.coarse_shape, np.float32)
    for x in np.arange(plan.between(0, pitch), width, pitch):
        for y in np.arange(plan.between(0, pitch), height, pitch * 1.4):
            if plan.chance(0.4):
                where = (float(x + plan.numbers.normal(0, 14)), float(y + plan.numbers.normal(0, 14)))
                spots = np.maximum(spots, spot(wall, *where, plan.between(2.5, 9)))
    halo = spots + 0.4 * np.roll(spots, 1, axis=1)
    plan.layers.append(layer(wall, 0.8 * halo, tint=(0.66, 0.36, 0.18), strength=0.8, ragged=0.3))


def pour_joint(wall: Wall, plan: Plan) -> None:
    """Where one day's concrete met the next: a line, another tone, coarse stone showing beside it."""
    at = plan.between(0.2, 0.8)
    seam = lay_seam(
        wall, "pour", upright=False, at_mm=wall.size_mm[1] * at, slope=plan.between(-0.015, 0.015),
        width_mm=plan.between(2.5, 5.0), ridge_mm=plan.between(-1.6, 0.8), dark=plan.between(0.15, 0.35),
        gaps=0.25, sway_mm=plan.between(0.8, 2.2), step=plan.between(-0.1, 0.1),
    )  # fmt: skip
    plan.seams.append(seam)
    row = np.clip((seam.place[:: wall.cell] / wall.cell).astype(int), 0, wall.coarse_shape[0] - 1)
    marks = np.zeros(wall.coarse_shape, np.float32)
    marks[row, np.arange(len(row))] = 1.0
    run = run_down(wall, "pour lime", leaks(wall, "pour", marks, share=0.3), length_mm=70)
    plan.layers.append(layer(wall, 0.8 * run, tint=(1, 1, 1), paint=LIME, strength=0.6, ragged=0.25, covers=0.4))


def streaks(wall: Wall, plan: Plan, share: float) -> None:
    """Dark and dirty water from above, and a paler washed run beside it."""
    length = wall.size_mm[1] * plan.between(0.5, 2.0)
    top = -MARGIN * wall.mm_per_pixel
    dark = curtain(wall, "dirty water", share=share, length_mm=length, top_mm=top)
    tint = SOOT if plan.chance(0.4) else WET
    plan.layers.append(layer(wall, 0.75 * dark, tint=tint, strength=0.75, ragged=0.22, crisp=1.2))
    pale = curtain(wall, "washed", share=0.6 * share, length_mm=length, top_mm=top)
    plan.layers.append(layer(wall, 0.6 * pale, tint=(1.18, 1.17, 1.15), strength=0.8, ragged=0.2, crisp=1.1))


def lime(wall: Wall, plan: Plan, marks: NDArray, share: float) -> None:
    """White crust where water comes out of cracks."""
    source = leaks(wall, "lime", marks.astype(np.float32), share=share)
    lush = plan.between(0.35, 0.75)
    if source.any():
        run = run_down(wall, "lime", source, length_mm=plan.between(25, 110), sway_mm=3.0)
        plan.layers.append(
            layer(
                wall, 0.85 * run, paint=LIME, strength=lush, ragged=0.4, crisp=1.1, covers=0.3, thick=0.5, texture=0.1
            )
        )
        plan.layers.append(
            layer(wall, run_down(wall, "lime damp", source, length_mm=260), tint=WET, strength=0.45, ragged=0.15)
        )


def lime_beside(wall: Wall, plan: Plan, marks: NDArray, share: float) -> None:
    """The same on a soffit, where nothing runs: a band on both sides of the crack, with thicker beads."""
    source = leaks(wall, "lime", marks.astype(np.float32), share=share)
    near, far = (ndimage.gaussian_filter(source, wall.px(mm) / wall.cell) for mm in (3.0, 14.0))
    if near.max() > 0:
        beads = near / near.max() * (1.0 + 0.5 * wall.clouds("beads", 30, scales=4, fade=0.8))
        plan.layers.append(layer(wall, 1.6 * far / far.max() - 0.1, tint=WET, strength=0.4, ragged=0.2, crisp=1.2))
        plan.layers.append(
            layer(
                wall, 1.5 * beads, paint=LIME, strength=0.8, ragged=0.3, crisp=1.8, covers=0.3, thick=0.7, texture=0.08
            )
        )


def dirty_edges(wall: Wall, plan: Plan, dust: NDArray) -> None:
    """Dust and damp that a crack collects beside it, more of it beside a wide one (`dust`, 0..1 along the cracks)."""
    if dust.any() and plan.chance(0.65):
        sigma = wall.px(plan.between(1.2, 3.0)) / wall.cell
        near = ndimage.gaussian_filter(dust.astype(np.float32), sigma)
        strength = (
            np.float32(2.5 * max(sigma, 0.4)) * near * np.clip(0.5 + 0.9 * wall.clouds("dust", 90, scales=4), 0, 2)
        )
        plan.layers.append(layer(wall, 1.3 * strength, tint=(0.70, 0.68, 0.63), strength=0.5, ragged=0.35, crisp=1.0))


def rust(wall: Wall, plan: Plan, marks: NDArray, share: float) -> None:
    source = leaks(wall, "rust", marks.astype(np.float32), share=share)
    if source.any():
        run = run_down(wall, "rust", source, length_mm=plan.between(90, 320))
        plan.layers.append(layer(wall, 0.62 * run, tint=RUST, strength=plan.between(0.6, 0.9), ragged=0.22, crisp=1.0))


def moss(wall: Wall, plan: Plan) -> None:
    foot = wall.size_mm[1] * plan.between(0.92, 1.15)
    height = wall.size_mm[1] * plan.between(0.15, 0.4)
    algae = rising_growth(wall, "algae", height_mm=height * 2.0, foot_mm=foot)
    plan.layers.append(layer(wall, algae - 0.15, tint=ALGAE, strength=0.8, ragged=0.2, crisp=0.9))
    moss = rising_growth(wall, "moss", height_mm=height, foot_mm=foot)
    plan.layers.append(
        layer(
            wall, moss - 0.35, paint=MOSS, strength=0.96, ragged=0.3, crisp=2.2,
            covers=1.0, thick=2.2, texture=0.55,
        )
    )  # fmt: skip


def lichen(wall: Wall, plan: Plan, per_m2: float) -> None:
    for name, paint, share, size in (
        ("grey lichen", (0.46, 0.47, 0.40), 1.0, plan.between(9, 20)),
        ("orange lichen", (0.50, 0.30, 0.055), 0.25, plan.between(5, 11)),
        ("dark lichen", (0.10, 0.10, 0.095), 0.7, plan.between(5, 12)),
    ):
        if plan.chance(0.75):
            density = colonies(wall, name, per_m2=per_m2 * share, radius_mm=size)
            look = {"paint": paint, "strength": 0.7, "ragged": 0.32, "crisp": 1.6, "texture": 0.14, "covers": 0.8}
            plan.layers.append(layer(wall, density, **look))

"""The walls one may meet on a bridge, each with its formwork, its weather and its light, varied by the seed."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from segmentation.drawing.exposure import Optics, srgb_to_linear
from segmentation.drawing.formwork import lay_boards
from segmentation.drawing.ingredients import (
    SOOT,
    WET,
    Plan,
    chair_rust,
    dirty_edges,
    drain,
    lichen,
    lime,
    lime_beside,
    moss,
    one_of,
    panel_seam,
    panels,
    pour_joint,
    rust,
    streaks,
    tie_holes,
)
from segmentation.drawing.light import set_light
from segmentation.drawing.noise import Field
from segmentation.drawing.stamps import Stamps, scatter_pores
from segmentation.drawing.surface import Look, Surface
from segmentation.drawing.truth import CrackShape
from segmentation.drawing.wall import Wall
from segmentation.drawing.weathering import layer

SCENES = ("pier", "deck_soffit", "abutment", "girder", "parapet")

PALETTE = (
    (174, 173, 169), (160, 161, 159), (150, 152, 153), (182, 178, 168), (143, 141, 136), (166, 163, 155),
    (168, 170, 170), (132, 133, 133), (155, 153, 146),
)  # fmt: skip


def openings_of(wall: Wall, scene: str) -> tuple[tuple[float, float, float], ...]:
    """x, y, radius in mm of the drains in the wall."""
    numbers = wall.stream("openings", scene)
    width, height = wall.size_mm
    radius = float(numbers.uniform(30, 55))
    chance = {"abutment": 0.4, "girder": 0.2}.get(scene, 0.0)
    if numbers.uniform() > chance or radius * 6 > min(width, height):
        return ()
    return ((width * float(numbers.uniform(0.2, 0.8)), height * float(numbers.uniform(0.25, 0.7)), radius),)


def build_scene(
    wall: Wall, scene: str, visit: int, cracks: list[CrackShape], openings: tuple[tuple[float, float, float], ...]
) -> tuple[Surface, Optics]:
    """The lit wall of one of SCENES, and a camera that exposes it well."""
    plan = Plan(wall.stream("plan", scene))
    wet = [crack for crack in cracks if crack.kind != "map"]
    marks = wall.mark([crack.path for crack in wet])
    dust = wall.mark(
        [crack.path for crack in wet], [min(crack.widths.mean() * wall.mm_per_pixel, 1.0) for crack in wet]
    )
    _BUILDERS[scene](wall, plan, marks)
    dirty_edges(wall, plan, dust)
    for opening in openings:
        drain(wall, plan, opening)
    return _surface(wall, plan, visit), _optics(wall, plan, visit)


def _pier(wall: Wall, plan: Plan, marks: NDArray) -> None:
    plan.boards, seams = lay_boards(
        wall, upright=True, width_mm=plan.between(85, 140), tone=plan.between(0.03, 0.075),
        grain=plan.between(0.03, 0.08), slope=plan.between(-0.012, 0.012),
    )  # fmt: skip
    plan.seams += seams
    plan.relief, plan.pores_per_m2 = plan.between(0.7, 1.2), plan.between(150, 700)
    plan.sun, plan.shadow = plan.between(0.1, 0.9), one_of(plan, ("none", "none", "none", "edge", "edge", "leaves"))
    if plan.chance(0.5):
        pour_joint(wall, plan)
    streaks(wall, plan, plan.between(0.15, 0.5))
    lime(wall, plan, marks, plan.between(0.0, 0.3))
    if plan.chance(0.4):
        rust(wall, plan, marks, 0.25)


def _deck_soffit(wall: Wall, plan: Plan, marks: NDArray) -> None:
    plan.relief, plan.grain, plan.mottle = plan.between(0.35, 0.6), 0.048, plan.between(0.08, 0.15)
    plan.pores_per_m2, plan.pore_radius_mm = plan.between(100, 500), 0.8
    plan.cloudiness, plan.specks, plan.uneven = 0.14, 0.12, 0.4
    plan.sun, plan.darkness = plan.between(0.0, 0.15), plan.between(0.75, 0.95)
    panels(wall, plan)
    tie_holes(wall, plan)
    chair_rust(wall, plan)
    lime_beside(wall, plan, marks, plan.between(0.25, 0.6))
    stain = wall.clouds("soffit damp", 500, scales=6, fade=0.65)
    plan.layers.append(layer(wall, 0.42 * stain - 0.1, tint=WET, strength=0.55, ragged=0.12, crisp=1.6))


def _abutment(wall: Wall, plan: Plan, marks: NDArray) -> None:
    plan.relief, plan.mottle, plan.specks = plan.between(0.9, 1.5), plan.between(0.14, 0.22), 0.2
    plan.sun, plan.shadow = plan.between(0.1, 0.8), one_of(plan, ("none", "none", "none", "leaves", "edge"))
    plan.pores_per_m2 = plan.between(100, 400)
    if plan.chance(0.6):
        plan.boards, seams = lay_boards(
            wall, upright=False, width_mm=plan.between(110, 180), tone=plan.between(0.03, 0.06),
            grain=plan.between(0.015, 0.04), slope=plan.between(-0.01, 0.01),
        )  # fmt: skip
        plan.seams += seams
    else:
        panels(wall, plan)
        tie_holes(wall, plan)
    streaks(wall, plan, plan.between(0.3, 0.7))
    lime(wall, plan, marks, plan.between(0.1, 0.4))
    rust(wall, plan, marks, plan.between(0.0, 0.3))
    moss(wall, plan)
    if plan.chance(0.6):
        lichen(wall, plan, plan.between(15, 60))


def _girder(wall: Wall, plan: Plan, marks: NDArray) -> None:
    plan.relief, plan.grain, plan.mottle = plan.between(0.3, 0.55), 0.05, plan.between(0.08, 0.15)
    plan.pores_per_m2, plan.pore_radius_mm = plan.between(500, 1600), 1.3
    plan.cloudiness, plan.specks = 0.11, 0.11
    plan.sun, plan.shadow = plan.between(0.1, 0.7), one_of(plan, ("none", "none", "edge", "edge", "leaves"))
    if plan.chance(0.7):
        panel_seam(wall, plan, "form end", upright=True, at=plan.between(0.15, 0.85))
    if plan.chance(0.5):
        panel_seam(wall, plan, "form edge", upright=False, at=plan.between(0.1, 0.3))
    plan.layers.append(
        layer(wall, 0.5 * wall.clouds("oil", 260, scales=5, fade=0.7) - 0.25, tint=WET, strength=0.5, ragged=0.1)
    )
    streaks(wall, plan, plan.between(0.0, 0.3))
    lime(wall, plan, marks, plan.between(0.0, 0.25))
    if plan.chance(0.5):
        rust(wall, plan, marks, plan.between(0.2, 0.5))


def _parapet(wall: Wall, plan: Plan, marks: NDArray) -> None:
    plan.relief, plan.grain = plan.between(1.4, 2.1), plan.between(0.06, 0.085)
    plan.mottle, plan.specks, plan.cloudiness = plan.between(0.18, 0.28), plan.between(0.26, 0.40), 0.12
    plan.sun, plan.shadow = plan.between(0.4, 1.0), one_of(plan, ("none", "none", "rails", "rails", "edge", "leaves"))
    plan.pores_per_m2 = plan.between(150, 500)
    if plan.chance(0.5):
        pour_joint(wall, plan)
    weather = 0.35 * wall.clouds("biofilm", 420, scales=7, fade=0.75) + 0.05
    plan.layers.append(layer(wall, weather, tint=SOOT, strength=0.75, ragged=0.32, crisp=1.4))
    streaks(wall, plan, plan.between(0.3, 0.8))
    lime(wall, plan, marks, plan.between(0.0, 0.3))
    lichen(wall, plan, plan.between(30, 160))


def _surface(wall: Wall, plan: Plan, visit: int) -> Surface:
    numbers = wall.stream("colour")
    base = srgb_to_linear((np.array(PALETTE[int(numbers.integers(len(PALETTE)))]) + numbers.normal(0, 4)) / 255)
    largest = 0.6 * max(wall.size_mm)
    tone = 0.55 * wall.clouds("tone", largest, scales=4) + 0.55 * wall.clouds("tone fine", 150, scales=6, fade=0.7)
    look = Look(
        base=(float(base[0]), float(base[1]), float(base[2])),
        relief=plan.relief,
        grain=plan.grain,
        mottle=plan.mottle,
        specks=plan.specks,
        tone=wall.enlarge(plan.cloudiness * tone),
        warmth=wall.enlarge(plan.warmth * wall.clouds("warmth", 400, scales=6, fade=0.7)),
        patches=wall.enlarge(_folded(wall, "patches", 220)),
    )
    light = set_light(wall, visit, sun=_on_visit(wall, visit, plan.sun), shadow=plan.shadow, uneven=plan.uneven)
    crowd = wall.clouds("pore crowd", 300, scales=3)
    pores = scatter_pores(wall, per_m2=plan.pores_per_m2, radius_mm=plan.pore_radius_mm, clumping=crowd)
    drains = [stamp for stamp in plan.stamps if stamp.kind == "drain"]
    pores = [pore for pore in pores if all(np.hypot(pore.x - d.x, pore.y - d.y) > d.radius for d in drains)]
    return Surface(
        wall, look, light,
        seams=tuple(plan.seams), boards=plan.boards, stamps=Stamps(pores + plan.stamps), layers=tuple(plan.layers),
    )  # fmt: skip


def _optics(wall: Wall, plan: Plan, visit: int) -> Optics:
    numbers = wall.stream("optics", visit)
    iso = float(numbers.choice([1.0, 1.0, 2.0, 4.0]))
    optics = Optics(
        blur_px=float(numbers.uniform(0.45, 0.7)),
        shot=0.00015 * iso,
        read=0.001 * iso**0.5,
        vignette=float(numbers.uniform(0.06, 0.22)),
        brightness=plan.darkness * float(numbers.uniform(0.92, 1.12)),
        curve=float(numbers.uniform(0.3, 0.7)),
    )
    return replace(optics, brightness=optics.brightness * 1.06)


def _on_visit(wall: Wall, visit: int, usual: float) -> float:
    """Another day, another sky: the first visit has the scene's usual one."""
    return usual if visit == 0 else float(np.clip(usual + wall.stream("sky", visit).normal(0, 0.35), 0, 1))


def _folded(wall: Wall, name: str, largest_mm: float) -> Field:
    """Clouds bent by other clouds: patches with necks and islands instead of round blobs."""
    from_y = wall.clouds(name + "/bend y", largest_mm * 0.8, scales=3)
    from_x = wall.clouds(name + "/bend x", largest_mm * 0.8, scales=3)
    reach = np.float32(0.22 * wall.px(largest_mm) / wall.cell)
    field_ = wall.clouds(name, largest_mm, scales=7, fade=0.72)
    y, x = np.mgrid[: field_.shape[0], : field_.shape[1]]
    y = np.clip(np.rint(y + reach * from_y), 0, field_.shape[0] - 1).astype(int)
    x = np.clip(np.rint(x + reach * from_x), 0, field_.shape[1] - 1).astype(int)
    return field_[y, x]


_BUILDERS: dict[str, Callable[[Wall, Plan, NDArray], None]] = {
    "pier": _pier,
    "deck_soffit": _deck_soffit,
    "abutment": _abutment,
    "girder": _girder,
    "parapet": _parapet,
}

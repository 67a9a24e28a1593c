"""Packs, their rules and limits: plain values, exact in the unit in which the source states them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from inspections.conditions.language import decimal
from inspections.conditions.language import gettext as _

MM_PER_UNIT = {"in": Decimal("25.4"), "mm": Decimal(1)}
"""Millimetres in each unit a pack may use; the inch is exact (international yard and pound agreement, 1959)."""

COMPARED_DECIMALS = 6
"""Widths are compared to the nanometre: 0.012 × 25.4 is a hair below 0.3048 in binary, and must still be 0.3048 mm."""

MATERIALS = (
    "reinforced_concrete",
    "prestressed_concrete",
    "steel",
    "composite",
    "masonry",
    "timber",
    "asphalt",
    "other",
)
"""The names of inspections.models.materials.Material, which this room does not import."""


class Kind(StrEnum):
    """What a pack's limits are for."""

    CONDITION_STATES = "condition-states"
    WIDTH_LIMITS = "width-limits"
    RECORD_THRESHOLD = "record-threshold"
    INFORMATION = "information"

    @property
    def results(self) -> tuple[str, ...]:
        """What software may propose by a pack of this kind, from narrow to wide."""
        return RESULTS[self]


RESULTS: dict[Kind, tuple[str, ...]] = {
    # CS4 is missing on purpose: it follows from a structural review (AASHTO MBEI), which no width replaces.
    Kind.CONDITION_STATES: ("CS1", "CS2", "CS3"),
    Kind.WIDTH_LIMITS: ("within", "beyond"),
    Kind.RECORD_THRESHOLD: ("below", "record"),
    Kind.INFORMATION: ("within", "beyond"),
}


@dataclass(frozen=True, slots=True)
class Limit:
    """A width in the pack's own unit. `reached`: a width exactly at the limit already has the wider result."""

    value: Decimal
    unit: str
    reached: bool

    @property
    def exact_mm(self) -> Decimal:
        """The limit in millimetres, not rounded: 0.012 in is 0.3048 mm."""
        return (self.value * MM_PER_UNIT[self.unit]).normalize()

    @property
    def mm(self) -> float:
        """The limit in millimetres."""
        return float(self.exact_mm)

    def passed_by(self, mm: float) -> bool:
        """Whether a width in millimetres has the wider result."""
        compared = round(mm, COMPARED_DECIMALS)
        return compared >= self.mm if self.reached else compared > self.mm

    def __str__(self) -> str:
        return decimal(f"{self.value} mm" if self.unit == "mm" else f"{self.value} {self.unit} ({self.exact_mm:f} mm)")


@dataclass(frozen=True, slots=True)
class Rule:
    """For these materials: n limits, ascending, between n + 1 results. Both are empty where the source names no width.

    `exposures` are names of the pack's exposure classes; empty, the rule holds in all.
    """

    id: str
    name: str
    materials: tuple[str, ...]
    exposures: tuple[str, ...]
    results: tuple[str, ...]
    limits: tuple[Limit, ...]
    source: str
    note: str = ""

    def result(self, mm: float) -> str:
        """The result for a width in millimetres; only for a rule that has limits."""
        return self.results[sum(limit.passed_by(mm) for limit in self.limits)]

    def band(self, result: str) -> str:
        """The widths that have this result, in words: “from 0.012 in (0.3048 mm) up to 0.05 in (1.27 mm)”."""
        place = self.results.index(result)
        low = self.limits[place - 1] if place else None
        high = self.limits[place] if place < len(self.limits) else None
        if high is None:
            words = _("{low} or more") if low and low.reached else _("above {low}")
        elif low is None:
            words = _("below {high}") if high.reached else _("up to {high}")
        elif low.reached:
            words = _("from {low} below {high}") if high.reached else _("from {low} up to {high}")
        else:
            words = _("above {low} and below {high}") if high.reached else _("above {low} and up to {high}")
        return words.format(low=low, high=high)

    def covers(self, material: str, exposure: str) -> bool:
        """Whether the rule speaks of this material in this exposure class."""
        return material in self.materials and (not self.exposures or exposure in self.exposures)


@dataclass(frozen=True, slots=True)
class Pack:
    """One edition of one source. `exposures` are class names and what they mean; `digest` is the file's SHA-256."""

    id: str
    name: str
    edition: str
    version: str
    kind: Kind
    unit: str
    source: str
    note: str
    exposures: Mapping[str, str]
    rules: tuple[Rule, ...]
    digest: str

    @property
    def title(self) -> str:
        """The pack as it is cited: name and edition."""
        return f"{self.name}, {self.edition}"

    @property
    def materials(self) -> tuple[str, ...]:
        """The materials about which the pack says something."""
        covered = {material for rule in self.rules for material in rule.materials}
        return tuple(material for material in MATERIALS if material in covered)

    def exposures_of(self, material: str) -> tuple[str, ...]:
        """The exposure classes among which one must be chosen for this material; empty where none is needed."""
        named = {exposure for rule in self.rules if material in rule.materials for exposure in rule.exposures}
        return tuple(exposure for exposure in self.exposures if exposure in named)

    def rule_for(self, material: str, exposure: str = "") -> Rule | None:
        """The one rule that speaks of this material in this exposure class."""
        return next((rule for rule in self.rules if rule.covers(material, exposure)), None)

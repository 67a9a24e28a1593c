"""The widths of a crack at its samples, with their uncertainty, and what they come to.

Narrow places are measured in the photo's grey values (`grey_lines.py`), wide ones between the edges in the map of
probabilities (`edges.py`), with a smooth passage between the two (`join_widths`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from segmentation.measurement.dips import Flags, Numbers
from segmentation.measurement.edges import Edges, map_edges
from segmentation.measurement.geometry import normals
from segmentation.measurement.grey_lines import HANDOVER_PX, JoinedWidths, WidthsAlong, join_widths, widths_along
from segmentation.measurement.greys import WIDEST_PX
from segmentation.measurement.lines import Line
from segmentation.measurement.photo_edges import MIN_DARKNESS, RANGE_PX, half_depth, photo_edges
from segmentation.measurement.raster import Raster
from segmentation.measurement.slits import Calibration
from segmentation.results import WidthProfile, WidthSummary

MAP_U95 = (0.75, 0.03)
NETWORK_U95 = (2.0, 0.1)
PHOTO_U95 = (0.9, 0.08)
"""95 % uncertainty of a width, √(a² + (b · width)²) px, from each of three pairs of edges.

*Map*, without a photo: how well the edges of what was drawn are found in a map of it; of straight strips in maps of 0
and 255, the worst case, 95 % of single widths err by less than 0.65 px. *Network*, where the photo does not show the
edges: 95 % of the widths between the edges of the shipped network's map err by less than 1.6 px (3 to 5 px wide),
1.9 px (5 to 8 px) and 2.3 px (wider), nearly all of them too wide. *Photo*: 95 % of 32 field widths above 5 px err by
less than 0.93 px, on drawn walls by 0.8 px (3 to 8 px) and 1.2 px (wider)."""
ONE_WIDTH = 3
"""A largest width must hold over so many neighbouring samples, so that one ragged pixel does not count."""
MIN_SURE_SHARE = 0.3
"""Of the samples, from which the photo alone is believed."""
MIN_SHOWN_SHARE = 0.5
"""The same where a person drew the line and no network saw it. Lines drawn at random on drawn walls, led onto the
darkest texture beside them, show a dip at 0.4 of their samples; cracks from 1 px on at 0.8 to 0.9."""

EDGE_PX = 0.75
"""A pixel to either side of an edge tells who drew it."""


@dataclass(frozen=True, slots=True)
class Ruler:
    """What widths are measured in: the map, its level for an edge (0..255), the mask with holes closed, the photo.

    Where the mask's edges were drawn `by_hand`, bool (height, width), a width is what the photo shows, and nothing
    where it shows none.
    """

    probability: NDArray[np.uint8]
    level: float
    raster: Raster
    pixels: NDArray[np.uint8] | None
    calibration: Calibration
    by_hand: NDArray[np.bool_] | None = None

    def profile(self, lines: Sequence[Line]) -> WidthProfile:
        """The widths along all lines of one crack."""
        parts = [self._along(line) for line in lines]
        return WidthProfile(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def _along(self, line: Line) -> tuple[NDArray[np.float32], ...]:
        edges = map_edges(self.probability, self.level, self.raster, line.stations, line.reach)
        if self.pixels is None:
            joined = JoinedWidths(edges.width, _u95(edges.width, MAP_U95), np.zeros_like(edges.width))
            sure = np.isfinite(edges.width)
        else:
            joined, sure = self._in_photo(self.pixels, line, edges)
        keep = line.counts & sure & np.isfinite(joined.width_px)
        across = normals(line.stations)
        angle = np.degrees(np.arctan2(-across[:, 1], across[:, 0])) % 180
        columns = (line.stations, joined.width_px, joined.u95_px, joined.grey_share, angle)
        return tuple(column[keep].astype(np.float32) for column in columns)

    def _in_photo(self, pixels: NDArray[np.uint8], line: Line, edges: Edges) -> tuple[JoinedWidths, Flags]:
        """Widths in the photo near the edges of the map, and which of them say something about the crack."""
        grey = widths_along(pixels, line.stations, calibration=self.calibration)
        hand = self._drawn_by_hand(line, edges)
        near = self._without_brush(pixels, line, edges, hand) if hand.any() else edges
        seen = photo_edges(pixels, line.stations, near, self.calibration).width
        # A faint dip tells more about a hairline than its mask, which is as wide as the network draws a line.
        narrow = np.isfinite(grey.width_px) & (grey.width_px <= WIDEST_PX)
        # Between edges that far apart a pale crack misses little light, or has a dark core.
        narrow &= ~((seen >= HANDOVER_PX[1]) & (grey.width_px < seen / 2))
        # The edges of a brush do not speak against the photo.
        alone = narrow & hand
        given = np.where(alone, grey.width_px, edges.width)
        given_u95 = np.where(alone, grey.u95_px, _u95(edges.width, NETWORK_U95))
        wide = np.where(np.isfinite(seen), seen, given)
        wide_u95 = np.where(np.isfinite(seen), _u95(seen, PHOTO_U95), given_u95)
        joined = join_widths(WidthsAlong(grey.width_px, grey.u95_px, narrow), wide, wide_u95)
        # So wide that the photo is not asked for the edges, a hand sees them as well as anybody.
        shown = hand & (narrow | np.isfinite(seen) | (edges.width > RANGE_PX[1]))
        drawn = hand & line.counts
        shown &= np.count_nonzero(shown & drawn) >= MIN_SHOWN_SHARE * max(1, int(np.count_nonzero(drawn)))
        sure = ~hand & (narrow | (wide >= HANDOVER_PX[1]))
        # Where the photo says next to nothing, burnt out or out of focus, the map is all there is.
        if sure.sum() < MIN_SURE_SHARE * np.count_nonzero(~hand):
            sure = ~hand
        return joined, np.where(hand, shown, sure)

    def _drawn_by_hand(self, line: Line, edges: Edges) -> Flags:
        """At which stations an edge of the mask, or the crack itself, is where a person drew."""
        if self.by_hand is None:
            return np.zeros(len(line.stations), bool)
        if self.by_hand.all():
            return np.ones(len(line.stations), bool)
        height, width = self.by_hand.shape
        across = normals(line.stations)
        hand = np.zeros(len(line.stations), bool)
        for aside in (np.zeros(len(line.stations)), edges.left, edges.right):
            for beyond in (-EDGE_PX, EDGE_PX):
                places = line.stations + across * (np.nan_to_num(aside) + beyond)[:, None]
                columns, rows = np.floor(places).astype(int).T
                hand |= self.by_hand[rows.clip(0, height - 1), columns.clip(0, width - 1)]
        return hand

    def _without_brush(self, pixels: NDArray[np.uint8], line: Line, edges: Edges, hand: Flags) -> Edges:
        """The edges of the dip in the photo where it is wide: a brush may be far wider, or narrower, than the crack."""
        dip, depth = half_depth(pixels, line.stations, self.calibration)
        shown = hand & (depth >= MIN_DARKNESS) & (dip.width >= HANDOVER_PX[1])
        # Here and there a stain looks like that.
        shown &= np.count_nonzero(shown) >= MIN_SHOWN_SHARE * np.count_nonzero(hand)
        return Edges(np.where(shown, dip.left, edges.left), np.where(shown, dip.right, edges.right))


def _u95(width: Numbers, terms: tuple[float, float]) -> Numbers:
    return np.hypot(terms[0], terms[1] * width)


def summarise(profile: WidthProfile, median_share: float = 1.0) -> WidthSummary | None:
    """Median, mean, P95 and the widest place of a profile; None for one without samples.

    The median is as unsure as its samples are in the median, times `median_share`.
    """
    if len(profile) == 0:
        return None
    width = profile.width_px.astype(np.float64)
    steady = median_filter(width, size=min(ONE_WIDTH, len(width)), mode="nearest")
    place = int(steady.argmax())
    return WidthSummary(
        median=float(np.median(width)),
        u95=median_share * float(np.median(profile.u95_px)),
        mean=float(width.mean()),
        p95=float(np.quantile(width, 0.95)),
        widest=float(steady[place]),
        widest_u95=float(profile.u95_px[place]),
        widest_at=(float(profile.places[place, 0]), float(profile.places[place, 1])),
        widest_index=place,
    )

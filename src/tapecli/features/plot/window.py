"""What is shown of curves from bottom to top.

A curve is shown whole, unless its lowest or highest value is beside a gap. There it may go to
infinity, and its samples may have any size. Of such a curve the middle is shown: the heights
between the tenth and the ninetieth percentile along the axis, and as much again above or below.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tapecli.features.plot.model import Curve, PlotAxis

MARGIN = 0.03
"""Share of the height that is left free above and below the curves."""

NEAR = 0.02
"""Share of the axis that counts as beside a gap."""

TAIL = 0.1
"""Share of a curve with gaps, at each end, that is taken to go to a pole."""

EXTENSION = 1.0
"""How far a curve with gaps is shown beyond its middle, in heights of the middle."""

STEEPER = 0.5
"""How far a derivative with gaps is shown beyond its target, in heights of the target."""

FLAT = 1e-12
"""A smaller relative height is only round-off."""

LARGE, SMALL = 1e300, 1e-290
"""The largest number that is shown, and the smallest height."""

POSITIONS = 1024
"""How many positions along the axis the percentiles are taken of."""

Span = tuple[float, float]


def find(axis: PlotAxis, curves: Sequence[Curve]) -> Span:
    """The lowest and the highest value that is shown of all curves together."""
    spans = list(_spans(axis, curves))
    if not spans:
        return -1.0, 1.0
    low = max(min(low for low, _ in spans), -LARGE)
    high = min(max(high for _, high in spans), LARGE)
    if high - low <= max(FLAT * max(abs(low), abs(high)), SMALL):
        return low - max(abs(low) / 2, 1), high + max(abs(high) / 2, 1)
    margin = MARGIN * (high - low)
    return low - margin, high + margin


def _spans(axis: PlotAxis, curves: Iterable[Curve]) -> Iterator[Span]:
    """What is shown of each curve that has a value."""
    import numpy as np

    limits: dict[str, Span] = {}  # for the derivatives of each target
    for curve in curves:
        finite = curve.y[np.isfinite(curve.y)]
        if not len(finite):
            continue
        whole = span = float(finite.min()), float(finite.max())
        cut_low, cut_high = _extremes_beside_gaps(axis, curve)
        if cut_low or cut_high:
            low, high = _middle(axis, curve)
            if curve.derivative.order and curve.target.name in limits:
                low, high = _within((low, high), limits[curve.target.name])
            span = _within(whole, (low if cut_low else whole[0], high if cut_high else whole[1]))
            if not curve.derivative.order and span != whole:
                extension = STEEPER * (span[1] - span[0])
                limits[curve.target.name] = span[0] - extension, span[1] + extension
        yield span


def _extremes_beside_gaps(axis: PlotAxis, curve: Curve) -> tuple[bool, bool]:
    """Whether the lowest value of a curve is beside a gap, and whether the highest is."""
    import numpy as np

    finite = np.isfinite(curve.y)
    is_gap = ~curve.joined & (finite[1:] | finite[:-1])
    gaps = axis.positions(((curve.x[:-1] + curve.x[1:]) / 2)[is_gap].tolist())
    values = np.where(finite, curve.y, np.nan)
    extremes = axis.positions(curve.x[[np.nanargmin(values), np.nanargmax(values)]].tolist())
    lowest, highest = (any(abs(gap - extreme) < NEAR for gap in gaps) for extreme in extremes)
    return lowest, highest


def _middle(axis: PlotAxis, curve: Curve) -> Span:
    """The heights that most of a curve has, and as much again on both sides.

    They are taken at evenly spaced positions where the curve has a value on both sides, across gaps
    as well: a pole is narrow, and where a curve is sampled closely but not certified, it is as much
    a part of the curve as anywhere else.
    """
    import numpy as np

    positions = axis.positions(curve.x.tolist())
    heights = np.interp(np.linspace(0, 1, POSITIONS), positions, curve.y)
    if not np.isfinite(heights).any():
        heights = curve.y
    heights = heights[np.isfinite(heights)]
    low, high = np.quantile(np.clip(heights, -LARGE, LARGE), [TAIL, 1 - TAIL]).tolist()
    extension = EXTENSION * (high - low)
    return low - extension, high + extension


def _within(span: Span, limits: Span) -> Span:
    """The part of a span that is within limits; the limits, if there is none."""
    low, high = max(span[0], limits[0]), min(span[1], limits[1])
    return (low, high) if low <= high else limits

"""What is shown of curves from bottom to top.

A curve is shown whole, unless it is highest or lowest beside a gap. There it may go to infinity,
and its samples are of any size: of such a curve the middle is shown, from the tenth to the
ninetieth of a hundred parts of the axis by height, and as much again above or below.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tapecli.features.plot.model import Axis, Curve, Floats

MARGIN = 0.03
"""What is left free above and below, of the whole."""

NEAR = 0.02
"""What is beside a gap, as a share of the axis."""

TAIL = 0.1
"""The share of a curve with gaps that is taken for the way to its poles, at each end."""

BEYOND = 1.0
"""How far a curve with gaps is shown beyond the rest of it, in heights of that."""

STEEPER = 0.5
"""How far a derivative with gaps is shown beyond its own curve with gaps, in heights of that."""

FLAT = 1e-12
"""The relative height that is no more than rounding."""

LARGE, SMALL = 1e300, 1e-290
"""The largest number that is shown, and the least height."""

PLACES = 1024
"""Places along the axis at which heights are compared."""

Span = tuple[float, float]


def shown(axis: Axis, curves: Sequence[Curve]) -> Span:
    """The lowest and the highest that is shown of all curves together."""
    spans = list(_spans(axis, curves))
    if not spans:
        return -1.0, 1.0
    low = max(min(low for low, _ in spans), -LARGE)
    high = min(max(high for _, high in spans), LARGE)
    if high - low <= max(FLAT * max(abs(low), abs(high)), SMALL):
        return low - max(abs(low) / 2, 1), high + max(abs(high) / 2, 1)
    margin = MARGIN * (high - low)
    return low - margin, high + margin


def _spans(axis: Axis, curves: Iterable[Curve]) -> Iterator[Span]:
    import numpy as np

    of_target: dict[str, Span] = {}
    for curve in curves:
        finite = curve.y[np.isfinite(curve.y)]
        if not len(finite):
            continue
        span = float(finite.min()), float(finite.max())
        down, up = _to_gaps(axis, curve)
        if down or up:
            low, high = _middle(axis, curve)
            if curve.derivative.order and curve.target in of_target:
                low, high = _within((low, high), of_target[curve.target])
            whole = span
            span = _within(span, (low if down else span[0], high if up else span[1]))
            if not curve.derivative.order and span != whole:
                more = STEEPER * (span[1] - span[0])
                of_target[curve.target] = span[0] - more, span[1] + more
        yield span


def _to_gaps(axis: Axis, curve: Curve) -> tuple[bool, bool]:
    """Whether a curve is lowest, and whether it is highest, beside a gap."""
    import numpy as np

    finite = np.isfinite(curve.y)
    open_ = np.flatnonzero(~curve.joined & (finite[1:] | finite[:-1])).tolist()
    gaps = axis.places(((curve.x[open_] + curve.x[[one + 1 for one in open_]]) / 2).tolist())
    seen = np.where(finite, curve.y, np.nan)
    extremes = curve.x[[np.nanargmin(seen), np.nanargmax(seen)]].tolist()
    near = [any(abs(gap - place) < NEAR for gap in gaps) for place in axis.places(extremes)]
    return near[0], near[1]


def _middle(axis: Axis, curve: Curve) -> Span:
    """What most of a curve is within, and as much again on both sides."""
    import numpy as np

    heights = _heights(axis, curve)
    if not len(heights):
        heights = curve.y[np.isfinite(curve.y)]
    low, high = np.quantile(np.clip(heights, -LARGE, LARGE), [TAIL, 1 - TAIL]).tolist()
    more = BEYOND * (high - low)
    return low - more, high + more


def _heights(axis: Axis, curve: Curve) -> Floats:
    """The heights of a curve at evenly spaced places where it has a value on both sides.

    It need not be joined there: a pole takes next to no place, and what is sampled closely but
    cannot be certified is as much of the curve as the rest.
    """
    import numpy as np

    found: Floats = np.interp(np.linspace(0, 1, PLACES), axis.places(curve.x.tolist()), curve.y)
    return found[np.isfinite(found)]


def _within(span: Span, limits: Span) -> Span:
    """The part of a span that is within limits; the limits, if there is none."""
    low, high = max(span[0], limits[0]), min(span[1], limits[1])
    return (low, high) if low <= high else limits

"""The plot as a figure, drawn by Matplotlib; no other module imports it."""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from typing import Any

from tapecli.expressions import tex
from tapecli.features.plot.model import Curve, Curves, Mark
from tapecli.features.plot.pages import mathtext
from tapecli.result import Status

SIZE = (6.4, 4.2)
"""The width and the height in inches."""

LEGEND_ENTRIES, LEGEND_ENTRY = 9, 0.4
"""How many entries of a legend fit, and how many inches each further one needs."""

WIDE, LONG = 28, 90
"""The legend of an expression with more characters goes below, or leaves the expression out."""

DPI = 200

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""The palette of Okabe and Ito, which colour-blind people can tell apart as well."""

DASHES = ("-", "--", "-.", ":")

WIDTH = 1.6
"""The width of a line in points."""

_MARKS = {
    Status.OFF: ("X", "#C00000"),
    Status.LOST: ("P", "#C00000"),
    Status.ROUNDED: ("o", "#B07A00"),
    Status.UNDEFINED: ("s", "#707070"),
}

LEAST_DISTANCE = 1 / 80
"""Share of the axis that is at least between two marks, except those of failures."""

_METADATA: dict[str, dict[str, Any]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}

_STYLE: Any = {
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.edgecolor": "#444444",
    "axes.formatter.limits": (-3, 5),
    "axes.formatter.use_mathtext": True,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.size": 10,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "mathtext.fontset": "cm",
    "svg.hashsalt": "tapecli",
    "xtick.color": "#444444",
    "ytick.color": "#444444",
}


def encode(curves: Curves, name: str) -> bytes:
    """The bytes of the file: they depend on no settings of the user, and not on the time."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # else it logs where its cache is
    import matplotlib
    from matplotlib.figure import Figure

    stream = io.BytesIO()
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        figure = Figure(figsize=_size(curves), dpi=DPI, layout="constrained")
        _draw(figure.add_subplot(), curves)
        figure.savefig(stream, format=name, metadata=_METADATA[name])
    return stream.getvalue()


def _size(curves: Curves) -> tuple[float, float]:
    """The size in inches: higher if the legend has many entries."""
    width, height = SIZE
    return width, height + LEGEND_ENTRY * max(0, len(curves.curves) - LEGEND_ENTRIES)


def _draw(axes: Any, curves: Curves) -> None:
    axis = curves.axis
    if axis.log:
        axes.set_xscale("log")
    axes.set_xlim(axis.start, axis.stop)
    axes.set_ylim(curves.low, curves.high)
    axes.set_xlabel(f"${tex.name(axis.name)}$")
    if curves.at:
        values = ",\\;".join(f"{tex.name(name)} = {value:.6g}" for name, value in curves.at.items())
        axes.set_title(f"${values}$", loc="left", fontsize="medium")
    zero = {"color": "#999999", "linewidth": 0.8, "zorder": 1}
    if axis.start < 0 < axis.stop:
        axes.axvline(0, **zero)
    if curves.low < 0 < curves.high:
        axes.axhline(0, **zero)
    for number, curve in enumerate(curves.curves):
        _draw_curve(axes, curves, number, curve)
    if curves.marked:
        _draw_marks(axes, curves)
    if not axis.log:
        axes.locator_params(axis="x", nbins=8)
    orders = len(curves.curves) // len({curve.target.name for curve in curves.curves})
    is_wide = any(WIDE < len(curve.target.text) <= LONG for curve in curves.curves)
    location = "outside lower left" if is_wide else "outside right center"
    axes.figure.legend(loc=location, handlelength=2.4, ncols=orders if is_wide else 1)


def _draw_curve(axes: Any, curves: Curves, number: int, curve: Curve) -> None:
    """Draw a line for each piece, and a dot for a piece of one sample."""
    style = {
        "color": COLORS[number % len(COLORS)],
        "linewidth": WIDTH,
        "linestyle": DASHES[number % len(DASHES)],
        "zorder": 3 + 1 / (number + 1),
        "solid_capstyle": "butt",
    }
    target = curve.target
    name = mathtext.derivative(target.name, curve.derivative.variables, bool(curves.at))
    if not curve.derivative.order and len(target.text) <= LONG:
        name += f" = {mathtext.expression(target.tree)}"
    label = f"${name}$"
    for x, y in curve.within(curves.low, curves.high):
        if len(x) == 1:
            axes.plot(x, y, ".", color=style["color"], markersize=2 * WIDTH, zorder=3)
        else:
            axes.plot(x, y, label=label, **style)
            label = "_"  # Matplotlib leaves this out, so a curve has one entry in the legend
    if label != "_":
        axes.plot([], [], label=label, **style)


def _draw_marks(axes: Any, curves: Curves) -> None:
    """Draw a sign at each sample that is not ok; without a height, at the lower edge."""
    for status, (sign, color) in _MARKS.items():
        marks_by_curve = [[m for m in curve.marks if m.status is status] for curve in curves.curves]
        drawn_marks = [mark for marks in marks_by_curve for mark in _thinned(curves, marks)]
        if drawn_marks:
            axes.plot(
                [mark.x for mark in drawn_marks],
                [curves.height(mark) for mark in drawn_marks],
                sign,
                label=f"{sum(map(len, marks_by_curve)):,} {status}",
                color=color,
                fillstyle="none" if sign in "os" else "full",
                markersize=5,
                clip_on=False,
                zorder=5,
            )


def _thinned(curves: Curves, marks: Sequence[Mark]) -> list[Mark]:
    """The marks without those that are too close to the one before, but all marks of failures."""
    thinned: list[Mark] = []
    last = -1.0
    for mark in marks:
        position = curves.axis.position(mark.x)
        if mark.status.failed or position - last >= LEAST_DISTANCE:
            thinned.append(mark)
            last = position
    return thinned

"""The plot as a figure, by Matplotlib: the one door to it.

Nothing of a figure depends on the time, the settings of the user or an earlier figure.
"""

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
"""Inches."""

ENTRIES, ENTRY = 9, 0.4
"""Entries of a legend that there is room for, and inches for each further one."""

WIDE, LONG = 28, 90
"""Characters of an expression for which the legend goes below, or that are not in it."""

DPI = 200

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito's, which people who see few colours tell apart as well."""

DASHES = ("-", "--", "-.", ":")

WIDTH = 1.6
"""Points that a line is wide."""

_MARKS = {
    Status.OFF: ("X", "#C00000"),
    Status.LOST: ("P", "#C00000"),
    Status.ROUNDED: ("o", "#B07A00"),
    Status.UNDEFINED: ("s", "#707070"),
}

APART = 1 / 80
"""Of the axis: how close two marks of what is no failure stand at least."""

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


def drawn(curves: Curves, format_: str) -> bytes:
    """The file's bytes in this format of Matplotlib's."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it says where its cache is
    import matplotlib
    from matplotlib.figure import Figure

    stream = io.BytesIO()
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        figure = Figure(figsize=_size(curves), dpi=DPI, layout="constrained")
        _draw(figure.add_subplot(), curves)
        figure.savefig(stream, format=format_, metadata=_METADATA[format_])
    return stream.getvalue()


def _size(curves: Curves) -> tuple[float, float]:
    """Inches: higher where the legend has many entries."""
    width, height = SIZE
    return width, height + ENTRY * max(0, len(curves.curves) - ENTRIES)


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
    for low, high, line in (
        (axis.start, axis.stop, axes.axvline),
        (curves.low, curves.high, axes.axhline),
    ):
        if low < 0 < high:
            line(0, color="#999999", linewidth=0.8, zorder=1)
    for number, curve in enumerate(curves.curves):
        _draw_curve(axes, curves, number, curve)
    if curves.marked:
        _draw_marks(axes, curves)
    if not axis.log:
        axes.locator_params(axis="x", nbins=8)
    wide = sum(WIDE < len(curve.expression) <= LONG for curve in curves.curves[:: _orders(curves)])
    place = "outside lower left" if wide else "outside right center"
    axes.figure.legend(loc=place, handlelength=2.4, ncols=_orders(curves) if wide else 1)


def _orders(curves: Curves) -> int:
    """How many curves each target has."""
    return len(curves.curves) // len({curve.target for curve in curves.curves})


def _draw_curve(axes: Any, curves: Curves, number: int, curve: Curve) -> None:
    """One line for each piece that is shown; a sample alone is a dot."""
    style = {
        "color": COLORS[number % len(COLORS)],
        "linewidth": WIDTH,
        "linestyle": DASHES[number % len(DASHES)],
        "zorder": 3 + 1 / (number + 1),
        "solid_capstyle": "butt",
    }
    name = f"${label(curves, curve)}$"
    for x, y in curve.within(curves.low, curves.high):
        if len(x) == 1:
            axes.plot(x, y, ".", color=style["color"], markersize=2 * WIDTH, zorder=3)
        else:
            axes.plot(x, y, label=name, **style)
            name = "_"  # one entry in the legend is enough
    if name != "_":
        axes.plot([], [], label=name, **style)


def label(curves: Curves, curve: Curve) -> str:
    """What the legend says of a curve: y = tan(x), or a derivative in Leibniz's notation."""
    name = mathtext.derivative(curve.target, curve.derivative.variables, bool(curves.at))
    if curve.derivative.order or len(curve.expression) > LONG:
        return name
    return f"{name} = {mathtext.expression(curve.tree)}"


def _draw_marks(axes: Any, curves: Curves) -> None:
    """A sign at each sample that is not ok; at the lower edge, if it has no height."""
    for status, (sign, color) in _MARKS.items():
        several = [[m for m in curve.marks if m.status is status] for curve in curves.curves]
        shown = [mark for marks in several for mark in _spread(curves, marks)]
        if shown:
            axes.plot(
                [mark.x for mark in shown],
                [curves.height(mark) for mark in shown],
                sign,
                label=f"{sum(map(len, several)):,} {status}",
                color=color,
                fillstyle="none" if sign in "os" else "full",
                markersize=5,
                clip_on=False,
                zorder=5,
            )


def _spread(curves: Curves, marks: Sequence[Mark]) -> list[Mark]:
    """The marks, but for those of what is no failure that stand too close to be told apart."""
    if not marks or marks[0].status.failed:
        return list(marks)
    places = curves.axis.places(mark.x for mark in marks)
    shown, last = [], -1.0
    for place, mark in zip(places, marks, strict=True):
        if place - last >= APART:
            shown.append(mark)
            last = place
    return shown

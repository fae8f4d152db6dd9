"""The peers' program for the picture: the report's curves of growth, by matplotlib.

    python draw.py REPORT PICTURE...

Both axes are logarithmic: a power of the order is a straight line, and what grows by a factor
with each order bends upwards.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

COLORS = {"Taylor series": "#0072B2", "nested tapes": "#D55E00"}
"""Blue and vermilion, which every eye tells apart."""
STYLES = ("-", "--", ":")
INK, PALE = "#333333", "#dddddd"

SETTINGS = {
    "font.size": 9,
    "svg.hashsalt": "growth",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}

ORDERS = (1, 2, 4, 8, 16, 32, 64, 100)
TIMES = {1e-4: "0.1 ms", 1e-3: "1 ms", 1e-2: "10 ms", 1e-1: "100 ms", 1.0: "1 s", 10.0: "10 s"}
APART = 1.6
"""The factor between labels, at the least: what a line of text takes."""


def main() -> None:
    """Draw, and save under every name, each with the ending of its format."""
    report, *files = sys.argv[1:]
    with open(report, encoding="utf-8") as stream:
        curves = json.load(stream)["curves"]
    matplotlib: Any = importlib.import_module("matplotlib")
    matplotlib.use("Agg")
    pyplot: Any = importlib.import_module("matplotlib.pyplot")
    with pyplot.rc_context(SETTINGS):
        figure, axes = pyplot.subplots(figsize=(7.2, 4.2), layout="constrained")
        draw(axes, curves)
        for file in files:
            metadata = {"Date": None} if file.endswith(".svg") else {}
            figure.savefig(file, dpi=150, facecolor="white", metadata=metadata)


def draw(axes: Any, curves: list[dict[str, Any]]) -> None:
    """Each curve in the colour of its method and the line of its expression, with its spread."""
    expressions = list(dict.fromkeys(curve["expression"] for curve in curves))
    ends: dict[str, list[tuple[float, float, str]]] = {}
    for curve in curves:
        orders = [int(order) for order in curve["points"]]
        median, least, most = zip(*curve["points"].values(), strict=True)
        color = COLORS[curve["method"]]
        style = STYLES[expressions.index(curve["expression"]) % len(STYLES)]
        axes.fill_between(orders, least, most, color=color, alpha=0.15, linewidth=0)
        axes.plot(orders, median, style, color=color, linewidth=1.8)
        end = (orders[-1], median[-1], curve["expression"])
        ends.setdefault(curve["method"], []).append(end)
    for method, own in ends.items():
        label(axes, own, COLORS[method])
    name(axes, curves)
    frame(axes)


def label(axes: Any, ends: list[tuple[float, float, str]], color: str) -> None:
    """Each expression beside the end of its curve, moved up where it would lie upon another.

    Those that end further left are higher, so that no line to a label crosses another.
    """
    last, below = max(end[0] for end in ends), 0.0
    for order, seconds, expression in sorted(ends, key=lambda end: (-end[0], end[1])):
        below = max(seconds, below * APART)
        axes.plot((order, last * 1.08), (seconds, below), color=color, linewidth=0.5)
        axes.annotate(expression, (last * 1.11, below), color=color, va="center", fontsize=8)


def name(axes: Any, curves: list[dict[str, Any]]) -> None:
    """The name of each method, beside its curves."""
    for method, color in COLORS.items():
        own = [curve["points"] for curve in curves if curve["method"] == method]
        if own:
            order = sorted(map(int, own[0]))[len(own[0]) // 2]
            heights = [points[str(order)][0] for points in own if str(order) in points]
            nested = method == "nested tapes"
            axes.annotate(
                method,
                (order, max(heights) if nested else min(heights)),
                (-8, 6) if nested else (8, -8),
                textcoords="offset points",
                color=color,
                weight="bold",
                ha="right" if nested else "left",
                va="bottom" if nested else "top",
            )


def frame(axes: Any) -> None:
    """Axes, their titles and units, and as few lines as will do."""
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("order up to which all derivatives are computed")
    axes.set_ylabel("time of a call for 5 points (ms, s)")
    low, high = axes.get_ylim()
    shown = {place: words for place, words in TIMES.items() if low <= place <= high}
    axes.set_yticks(list(shown), list(shown.values()))
    axes.set_xticks(ORDERS, [str(order) for order in ORDERS])
    axes.set_xlim(0.95, 300)
    axes.minorticks_off()
    axes.grid(color=PALE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


if __name__ == "__main__":
    main()

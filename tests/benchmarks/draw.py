"""The peers' program for the picture: the report's curves of costs by size, by matplotlib.

    python draw.py REPORT PICTURE...

There is a panel for each thing that grows. All axes are logarithmic: a power of the size is a
straight line, and what grows by a factor with each order bends upwards.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#000000", "#E69F00")
"""Okabe and Ito's, which every eye tells apart."""
STYLES = ("-", "--")
INK, PALE = "#333333", "#dddddd"

SETTINGS = {
    "font.size": 8,
    "svg.hashsalt": "growth",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


def main() -> None:
    """Draw, and save under every name, each with the ending of its format."""
    report, *files = sys.argv[1:]
    with open(report, encoding="utf-8") as stream:
        curves = json.load(stream)["curves"]
    matplotlib: Any = importlib.import_module("matplotlib")
    matplotlib.use("Agg")
    pyplot: Any = importlib.import_module("matplotlib.pyplot")
    with pyplot.rc_context(SETTINGS):
        by = list(dict.fromkeys(curve["by"] for curve in curves))
        size = 7.2, 2.9 * ((len(by) + 1) // 2)
        figure, axes = pyplot.subplots(
            (len(by) + 1) // 2, 2, figsize=size, layout="constrained", squeeze=False
        )
        for panel, words in zip(axes.flat, by, strict=False):
            draw(panel, words, [curve for curve in curves if curve["by"] == words])
        for panel in axes.flat[len(by) :]:
            panel.set_axis_off()
        for file in files:
            metadata = {"Date": None} if file.endswith(".svg") else {}
            figure.savefig(file, dpi=150, facecolor="white", metadata=metadata)


def draw(panel: Any, by: str, curves: list[dict[str, Any]]) -> None:
    """The curves of one thing that grows, each with its spread."""
    for index, curve in enumerate(curves):
        sizes = [int(size) for size in curve["points"]]
        median, least, most = zip(*curve["points"].values(), strict=True)
        color, style = COLORS[index % len(COLORS)], STYLES[index // len(COLORS)]
        panel.fill_between(sizes, least, most, color=color, alpha=0.15, linewidth=0)
        panel.plot(sizes, median, style, color=color, linewidth=1.4, label=curve["name"])
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_xlabel(by)
    panel.set_ylabel("CPU seconds")
    low, high = panel.get_ylim()
    panel.set_ylim(low, high * (high / low) ** (0.07 * len(curves)))  # room for the legend
    panel.legend(loc="upper left", fontsize=6, labelspacing=0.2, frameon=False)
    panel.minorticks_off()
    panel.grid(color=PALE, linewidth=0.6)
    panel.set_axisbelow(True)
    panel.spines[["top", "right"]].set_visible(False)


if __name__ == "__main__":
    main()

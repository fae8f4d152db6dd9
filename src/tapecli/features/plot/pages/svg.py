"""The plot as SVG."""

from functools import partial

from tapecli.features.plot.pages.figure import draw

encode = partial(draw, format_="svg")

"""The plot as PNG."""

from functools import partial

from tapecli.features.plot.pages.figure import draw

encode = partial(draw, format_="png")

"""The words of a plot: its title, the names of its curves, and what is to be said below it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tapecli.features.plot.model import DISAGREEING, Curve, Curves
from tapecli.formats import words
from tapecli.result import Status

SIGNS = {Status.OFF: "X", Status.LOST: "!", Status.ROUNDED: "~", Status.UNDEFINED: "?"}
"""What marks a sample of this status in a plot of text."""


def title(curves: Curves) -> str:
    """The targets as they were understood, and the values of the other variables."""
    targets = {curve.target: curve.expression for curve in curves.curves}
    shown = ", ".join(f"{name} = {text}" for name, text in targets.items())
    return shown + (f"   at {at(curves)}" if curves.at else "")


def at(curves: Curves) -> str:
    """The values of the variables that the curves do not go along: y = 2, z = 0.5."""
    return ", ".join(
        f"{name} = {repr(value).removesuffix('.0')}" for name, value in curves.at.items()
    )


def labels(curves: Curves) -> list[str]:
    """The name of each curve."""
    return [label(curves, curve) for curve in curves.curves]


def label(curves: Curves, curve: Curve) -> str:
    """In Leibniz's notation: y, dy/dx, d²y/dx²."""
    return words.leibniz(curve.target, curve.derivative.variables, bool(curves.at))


def notes(curves: Curves, signs: bool = True) -> Iterator[tuple[str, str]]:
    """Lines below the plot, with their styles: how it was computed, and what is not right.

    `signs` says whether it is text, in which those stand for samples.
    """
    for curve in curves.curves:
        if all(math.isnan(value) for value in curve.y.tolist()):
            what = "could not be certified in time" if curve.given_up else "has no value"
            yield f"{label(curves, curve)} {what} at any of the {len(curve.x):,} samples", ""
    if curves.hurried is not None:
        what = "drawn in wider steps" if curves.coarser else "left open in places"
        yield f"{what}, to end within {curves.hurried:g} seconds; --max-seconds allows more", ""
    counts = {status: curves.counts[status] for status in DISAGREEING if curves.counts[status]}
    bad = {status: count for status, count in counts.items() if status.failed}
    if curves.marked:
        shown = ", ".join(
            f"{count:,} {status}" + f" {SIGNS[status]}" * signs for status, count in counts.items()
        )
        total = sum(curves.counts.values())
        yield f"{curves.about}; {total:,} values: {shown or 'all ok'}", _style(curves)
    elif bad:
        found = ", ".join(f"{count:,} {status}" for status, count in bad.items())
        yield f"{found}: the curve is wrong there; --points marks where", _style(curves)


def _style(curves: Curves) -> str:
    return "dim" if curves.ok else "bold red"

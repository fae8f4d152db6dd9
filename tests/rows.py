"""Rows of the function table as expressions that can be differentiated."""

from __future__ import annotations

from fractions import Fraction

from tapecli.expressions.expression import parse
from tapecli.expressions.functions import FAMILIES, row
from tapecli.expressions.tree import Node, Variable, number, substituted

ELEMENTARY = [
    function.name
    for family in ("roots, powers, signs", "exponentials and logarithms", "circular", "hyperbolic")
    for function in FAMILIES[family]
    if function.tape
    and not function.definition
    and function.name not in ("clip", "sinc", "logaddexp")
] + ["sigmoid", "softplus", "erf", "erfc"]
"""Functions of which everything is looked at; of the others it would take long."""


def sloping_samples(name: str) -> dict[str, str]:
    """The samples of the arguments by which a function has a derivative; of all if it has none."""
    function = row(name)
    samples = dict(zip(function.parameters, function.sample, strict=False))
    pairs = [*zip(function.parameters, function.derivatives, strict=True)]
    return {x: samples[x] for x, slope in pairs if slope not in ("", "0")} or samples


def applied(name: str, letters: str = "x") -> Node:
    """A function as it is written, of these variables, each in the place of an argument by which it
    has a derivative; further arguments are the numbers of the sample.
    """
    function = row(name)
    (target,) = parse(function.signature, function.parameters)
    sloping = sloping_samples(name)
    values: dict[str, Node] = {
        x: number(Fraction(value), decimal=True)
        for x, value in zip(function.parameters, function.sample, strict=False)
    }
    values |= {x: Variable(letter) for x, letter in zip(sloping, letters, strict=False)}
    return substituted(target.tree, values)

"""The table: one frozen row for each function, operator and constant, in families.

Parser, tapes, reference, formula, `tapecli functions`, completion and tests all loop over these
rows; to add a function is to add a row to its family. The rules for the heavy libraries are dotted
names, which are looked up in the library when they are first used, or small functions that get the
library as their first argument, so that this package imports none of them:

* `tape`: in TensorFlow, on tensors of the dtype;
* `symbol`: in SymPy (or `certified.symbols`, for what SymPy lacks), on real symbols;
* `series`: on truncated power series, of which there are two kinds with rules of the same names:
  in balls with error bounds (`certified.balls.Balls`) and in plain numbers
  (`taylor.rules.Taylor`).

A row may have a `definition` in terms of other rows instead of one of these rules or of all of
them: `expansion.expanded` then puts it in the place of the function.

The other fields of a row are for people: nothing is computed from `derivatives`, except the
formulas of `chain_rule`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any, Literal, NamedTuple, TypeVar

from tapecli.expressions.functions import (
    activations,
    algebraic,
    bessel,
    cases,
    circular,
    constants,
    exponential,
    gamma,
    hyperbolic,
    integrals,
    operators,
    steps,
)
from tapecli.expressions.functions.schema import Constant, Function, Limit, Rule

__all__ = ["Constant", "Function", "Limit"]

_Value = TypeVar("_Value")

Row = Function | Constant

MEASURED_ON = "2.21"
"""The version of TensorFlow whose limits these are, measured at orders up to 4."""


class Listing(NamedTuple):
    """Rows to be shown: by families, with nothing but how they are written; in a line each; or in
    detail.
    """

    rows: tuple[Row, ...]
    layout: Literal["families", "table", "details"] = "families"


FAMILIES: dict[str, tuple[Function, ...]] = {
    "roots, powers, signs": algebraic.ROWS,
    "cases": cases.ROWS,
    "steps": steps.ROWS,
    "exponentials and logarithms": exponential.ROWS,
    "circular": circular.ROWS,
    "hyperbolic": hyperbolic.ROWS,
    "activations": activations.ROWS,
    "gamma": gamma.ROWS,
    "integrals, Bessel and Airy": (*integrals.ROWS, *bessel.ROWS),
}
"""The functions by the title of their family."""

_FUNCTIONS = tuple(row for rows in FAMILIES.values() for row in rows)

FUNCTIONS = {row.name: row for row in _FUNCTIONS}
OPERATORS = {row.name: row for row in operators.ROWS}
CONDITIONS = {row.name: row for row in cases.CONDITIONS}
SIGNED = {**OPERATORS, **CONDITIONS}
"""What is written with signs or words between or before its arguments."""

CONSTANTS = {row.name: row for row in constants.ROWS}

GROUPS: dict[str, tuple[Row, ...]] = {
    **FAMILIES,
    "operators": operators.ROWS,
    "conditions": cases.CONDITIONS,
    "constants": constants.ROWS,
}
"""All rows by the title of their family."""

POWER_SIGN = "**"
POWER_BINDING = 4
ATOM_BINDING = 9

INVERSES = {
    name: inverse
    for name, inverse in {
        **{name: f"a{name}" for name in ("sin", "cos", "tan", "cot", "sec", "csc")},
        **{name: f"a{name}" for name in ("sinh", "cosh", "tanh", "coth", "sech", "csch")},
        "erf": "erfinv",
        "erfc": "erfcinv",
        "ndtr": "ndtri",
    }.items()
    if inverse in FUNCTIONS
}
"""What sin^-1 may mean."""

FUNCTION_NAMES = {name: row.name for row in _FUNCTIONS for name in (row.name, *row.aliases)}
CONSTANT_NAMES = {name: row.name for row in constants.ROWS for name in (row.name, *row.aliases)}

ROWS: dict[str, Row] = {**FUNCTIONS, **SIGNED, **CONSTANTS}
"""Everything that an expression may contain besides numbers and variables."""

NAMES: dict[str, tuple[Row, ...]] = {
    **{name: (row,) for row in ROWS.values() for name in (row.name, *row.aliases)},
    "+": (OPERATORS["add"],),
    "-": (OPERATORS["sub"], OPERATORS["neg"]),
    "*": (OPERATORS["mul"],),
    "/": (OPERATORS["div"],),
    "^": (FUNCTIONS["pow"],),
    POWER_SIGN: (FUNCTIONS["pow"],),
    "|x|": (FUNCTIONS["abs"],),
    **{row.sign.strip(): (row,) for row in CONDITIONS.values()},
}
"""The rows that a name or sign can mean."""


@functools.cache
def parts(name: str) -> frozenset[str]:
    """The functions that tapes compute for a function: itself, or those of its definition."""
    function = row(name)
    if function.tape or not function.definition:
        return frozenset({name})
    words = set(re.findall(r"\w+", function.definition))
    return frozenset().union(*(parts(word) for word in words & FUNCTIONS.keys()))


def is_taped(name: str) -> bool:
    """Whether tapes can compute a function or operator, or all that it is defined by."""
    return all(row(part).tape for part in parts(name))


@functools.cache
def family(name: str) -> str:
    """The title of the family of a row."""
    return next(title for title, rows in GROUPS.items() if ROWS[name] in rows)


def limits(name: str) -> tuple[Limit, ...]:
    """What TensorFlow cannot do of a function or operator, or of what it is defined by."""
    return tuple(dict.fromkeys(limit for part in sorted(parts(name)) for limit in row(part).limits))


def whole_power(
    base: _Value, exponent: int, times: Callable[[_Value, _Value], _Value], one: _Value
) -> _Value:
    """A power with a whole exponent that is not negative, by repeated squaring."""
    power = None
    while exponent:
        if exponent % 2:
            power = base if power is None else times(power, base)
        exponent //= 2
        base = times(base, base) if exponent else base
    return one if power is None else power


def rule_of(rule: Rule | None, library: Any) -> Callable[..., Any]:
    """The rule of a row in a library, as a function of its arguments."""
    if isinstance(rule, str):
        function: Callable[..., Any] = functools.reduce(getattr, rule.split("."), library)
        return function
    assert rule is not None, "the definition is computed instead"
    return functools.partial(rule, library)


def row(name: str) -> Function:
    """The row of a function or operator of a tree."""
    return FUNCTIONS.get(name) or OPERATORS.get(name) or CONDITIONS[name]

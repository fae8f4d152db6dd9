"""Operators, which are written with signs."""

from __future__ import annotations

from tapecli.expressions.functions.schema import Function

# fmt: off
_XY = ("x", "y")

ROWS = (
    Function("add", "sum", "add", "Add", "add", ("1", "1"), parameters=_XY, sign=" + ", binding=1),
    Function("sub", "difference", "subtract", lambda sp, a, b: a - b, "sub",
             ("1", "-1"), parameters=_XY, sign=" - ", binding=1),
    Function("mul", "product", "multiply", "Mul", "mul",
             ("y", "x"), parameters=_XY, sign="*", binding=2),
    Function("div", "quotient", "divide", lambda sp, a, b: a / b, "div",
             ("1/y", "-x/y**2"), "y not 0", parameters=_XY, sign="/", binding=2),
    Function("neg", "opposite", "negative", lambda sp, a: -a, "neg", ("-1",), sign="-", binding=3),
)
# fmt: on

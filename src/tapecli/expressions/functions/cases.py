"""Comparisons, what joins them, and the choice between two expressions."""

from __future__ import annotations

from tapecli.expressions.functions.schema import Function

_XY = ("x", "y")
_NONE = ("0", "0")

# fmt: off
ROWS = (
    # name, meaning, TensorFlow, SymPy, series, derivatives, domain, aliases, parameters
    Function("where", "x under any such condition, else y", "where", "tapecli.where", "where",
             ("0", "where(c > 0, 1, 0)", "where(c > 0, 0, 1)"), "",
             ("if", "ifelse", "iif"), ("c", "x", "y"), rough="c = 0, by c",
             sample=("0.5", "2", "3"), conditions=1),
)

CONDITIONS = (
    Function("or", "one of two is true", "math.logical_or", "Or", "any_of", _NONE,
             parameters=_XY, sign=" or ", binding=-3, conditions=2, is_condition=True),
    Function("and", "both are true", "math.logical_and", "And", "all_of", _NONE,
             parameters=_XY, sign=" and ", binding=-2, conditions=2, is_condition=True),
    Function("not", "the contrary", "math.logical_not", "Not", "negated", ("0",),
             sign="not ", binding=-1, conditions=1, is_condition=True),
    Function("lt", "less than", "math.less", "Lt", "less", _NONE,
             parameters=_XY, sign=" < ", is_condition=True),
    Function("le", "less than or equal to", "math.less_equal", "Le",
             lambda s, x, y: s.negated(s.less(y, x)), _NONE,
             parameters=_XY, sign=" <= ", is_condition=True),
    Function("gt", "greater than", "math.greater", "Gt", lambda s, x, y: s.less(y, x), _NONE,
             parameters=_XY, sign=" > ", is_condition=True),
    Function("ge", "greater than or equal to", "math.greater_equal", "Ge",
             lambda s, x, y: s.negated(s.less(x, y)), _NONE,
             parameters=_XY, sign=" >= ", is_condition=True),
    Function("eq", "equal to", "math.equal", "Eq", "equal", _NONE,
             parameters=_XY, sign=" == ", is_condition=True),
    Function("ne", "not equal to", "math.not_equal", "Ne",
             lambda s, x, y: s.negated(s.equal(x, y)), _NONE,
             parameters=_XY, sign=" != ", is_condition=True),
)
# fmt: on

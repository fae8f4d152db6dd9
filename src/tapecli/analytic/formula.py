"""The formula of a derivative, for people: from SymPy, built from the tree, never from text."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import sympy

from tapecli.analytic.reference import constant_value
from tapecli.functions import CONSTANTS, row
from tapecli.tree import Alias, Call, Named, Node, Number, Variable, size, steps, variables

MAX_SIZE = 120
"""Nodes of a tree, shared parts counted as often as they occur, beyond which no formula is made."""

MAX_OPERATIONS = 400
"""Operations in a derivative beyond which no formula of it or of a higher order is made."""

MAX_SHORTENED = 80
"""Operations beyond which no shorter form is looked for, for the search takes too long."""

MAX_EXPANDED = 20
"""Exponents beyond which no shorter form is looked for, for the search may multiply out.

Exponents that are not whole count in parts of their common denominator."""

MAX_ROOTS = 12
"""The same for the common denominator of exponents: the search works with that root."""

MAX_TERMS = 1000
"""The same for the terms that powers of sums have when they are multiplied out."""

MAX_FACTORIAL = 500
"""Arguments of gamma beyond which SymPy's exact value is not worth its digits."""

_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


class cbrt(sympy.Function):  # type: ignore[misc]
    """The real cube root, of negative numbers as well, which SymPy has as a tree of pieces."""

    def fdiff(self, argindex: int = 1) -> Any:
        return 1 / (3 * cbrt(self.args[0]) ** 2)


class lgamma(sympy.Function):  # type: ignore[misc]
    """log(|gamma(x)|), real where SymPy's loggamma is complex."""

    def fdiff(self, argindex: int = 1) -> Any:
        return sympy.digamma(self.args[0])


_OWN = {"cbrt": cbrt, "lgamma": lgamma, "tau": 2 * sympy.pi}


def formulas(
    tree: Node, derivatives: Sequence[Sequence[str]], divisors: Sequence[int] = ()
) -> list[str | None]:
    """The formulas of derivatives of a function.

    Args:
        tree: the function.
        derivatives: the variables of each derivative, in sequence; () is the function itself.
        divisors: what each of them is divided by; nothing, if they are left out.

    Returns:
        Texts in the notation of `written`; None for one that is too long to make.
    """
    if size(tree) > MAX_SIZE or has_large_factorial(tree):
        return [None] * len(derivatives)
    try:
        forms = symbolic(tree, derivatives)
        pairs = zip(forms, divisors or [1] * len(forms), strict=True)
        return [None if form is None else written(form / divisor) for form, divisor in pairs]
    except (ArithmeticError, AttributeError, RecursionError, TypeError, ValueError):
        return [None] * len(derivatives)  # SymPy has no real form of it, as of min(x, asin(2))


def symbolic(tree: Node, derivatives: Sequence[Sequence[str]]) -> list[Any]:
    """The same as SymPy expressions of real symbols."""
    known: dict[tuple[str, ...], Any] = {(): _short(expression(tree))}

    def form(index: tuple[str, ...]) -> Any:
        if index not in known:
            lower = form(index[:-1])
            by = sympy.Symbol(index[-1], real=True)
            known[index] = None if lower is None else _short(_smooth(lower.diff(by)))
        return known[index]

    return [form(tuple(sorted(sequence))) for sequence in derivatives]


def _short(form: Any) -> Any:
    """The shortest form of it, or None if it is too long for any."""
    return None if form.count_ops() > MAX_OPERATIONS else _shortest(form)


def expression(tree: Node) -> Any:
    """The tree in SymPy, with real symbols."""
    values: dict[Node, Any] = {}
    for node in steps(tree):
        values[node] = _expression(node, [values[child] for child in node.children])
    return values[tree]


def _expression(node: Node, children: list[Any]) -> Any:
    if isinstance(node, Number):
        return sympy.Rational(node.value.numerator, node.value.denominator)
    if isinstance(node, Variable):
        return sympy.Symbol(node.name, real=True)
    if isinstance(node, Named):
        return _rule(CONSTANTS[node.name].symbol)
    if isinstance(node, Alias):
        return children[0]
    assert isinstance(node, Call)
    rule = row(node.name).symbol
    return _rule(rule)(*children) if isinstance(rule, str) else rule(sympy, *children)


def has_large_factorial(tree: Node) -> bool:
    """Whether it has the gamma function of a constant whose exact value has too many digits."""
    return any(
        isinstance(node, Call)
        and node.name in ("gamma", "lgamma")
        and not variables(node)
        and not -MAX_FACTORIAL < (constant_value(node.arguments[0]) or 0) < MAX_FACTORIAL
        for node in steps(tree)
    )


def _rule(name: str) -> Any:
    own = name.removeprefix("tapecli.")
    return getattr(sympy, name) if own == name else _OWN[own]


def _smooth(form: Any) -> Any:
    """Away from kinks, where there is a formula at all: no impulses."""
    return form.replace(sympy.DiracDelta, lambda *_: sympy.Integer(0))


def _shortest(form: Any) -> Any:
    """The shortest of the forms that are cheap to make."""
    if not _searchable(form):
        return form
    forms = [form]
    for shorten in (sympy.factor_terms, sympy.cancel, _factored):
        try:
            forms.append(shorten(form))
        except (sympy.PolynomialError, NotImplementedError, RecursionError):
            continue
    return min(forms, key=lambda shortened: (shortened.count_ops(), len(str(shortened))))


def _searchable(form: Any) -> bool:
    """Whether a shorter form can be looked for without multiplying out too much."""
    powers = [power for power in form.atoms(sympy.Pow) if power.exp.is_Rational]
    roots = math.lcm(*(int(power.exp.q) for power in powers))
    terms = math.prod(
        math.comb(len(power.base.args) + abs(int(power.exp.p)) - 1, abs(int(power.exp.p)))
        for power in powers
        if power.base.is_Add and abs(power.exp) <= MAX_EXPANDED
    )
    return (
        form.count_ops() <= MAX_SHORTENED
        and roots <= MAX_ROOTS
        and terms <= MAX_TERMS
        and all(abs(power.exp) * roots <= MAX_EXPANDED for power in powers)
    )


def _factored(form: Any) -> Any:
    return sympy.factor(form, deep=False)


# --- notation ---------------------------------------------------------------------------------


def written(form: Any) -> str:
    """A formula on one line: 2/x, -2/x², 3·x²·exp(-x), |x|."""
    text = _Printer().doprint(form)
    text = re.sub(r"\*\*(\d+)(?![.\d])", lambda power: power[1].translate(_SUPERSCRIPTS), text)
    text = re.sub(r"\*\*\(-(\d+)\)", lambda power: f"⁻{power[1]}".translate(_SUPERSCRIPTS), text)
    return text.replace("**", "^").replace("*", "·")


class _Printer(sympy.printing.str.StrPrinter):  # type: ignore[misc]
    """SymPy's one-line printer with our names for functions."""

    def _print_Abs(self, form: Any) -> str:
        return f"|{self._print(form.args[0])}|"

    def _print_polygamma(self, form: Any) -> str:
        order, at = form.args
        inside = self._print(at)
        return f"digamma({inside})" if order == 0 else f"polygamma({self._print(order)}, {inside})"

    def _print_Max(self, form: Any) -> str:
        return f"max({', '.join(map(self._print, form.args))})"

    def _print_Min(self, form: Any) -> str:
        return f"min({', '.join(map(self._print, form.args))})"

    def _print_Heaviside(self, form: Any) -> str:
        return f"step({self._print(form.args[0])})"

    def _print_Exp1(self, form: Any) -> str:
        return "e"

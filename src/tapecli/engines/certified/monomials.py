"""Formulas of derivatives of c·x^n and log(c·x^n), to the letter as SymPy makes them, but at once.

All these derivatives are monomials, for which there is no shorter form to look for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

from tapecli.expressions import tex
from tapecli.expressions.tree import Alias, Call, Node, Number, Variable, fold, size, variables
from tapecli.result import Formula

MAX_SIZE = 100
"""Nodes of a tree beyond which it is left to SymPy."""

MAX_ORDER = 20
"""Orders beyond which derivatives are left to SymPy."""

MAX_NUMBER = 100
"""Numbers from here on are left to SymPy, for they stay as they were typed; exponents as well."""

MAX_COEFFICIENT = 10**9
"""Numerators and denominators beyond this are left to SymPy."""

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Monomial(NamedTuple):
    """coefficient·x^exponent."""

    coefficient: Fraction
    exponent: int

    @property
    def slope(self) -> Monomial:
        """The derivative."""
        return Monomial(self.coefficient * self.exponent, self.exponent - 1)


def formula(tree: Node, index: Sequence[str], divisor: int) -> Formula | None:
    """The formula of a derivative over a number; None if that is left to SymPy."""
    names = variables(tree)
    if len(names) != 1 or {*index} != {*names}:
        return None
    if size(tree) > MAX_SIZE or len(index) > MAX_ORDER:
        return None
    while isinstance(tree, Alias):
        tree = tree.target
    is_log = isinstance(tree, Call) and tree.name == "log"
    monomial = fold(tree.children[0] if is_log else tree, _monomial)
    if monomial is None or (is_log and 0 in monomial):
        return None
    slope = Monomial(Fraction(monomial.exponent), -1) if is_log else monomial.slope
    for _ in index[1:]:
        slope = slope.slope
    return _written(slope._replace(coefficient=slope.coefficient / divisor), names[0])


def _monomial(node: Node, children: Sequence[Monomial | None]) -> Monomial | None:
    """The monomial that a node is, from those of its children; None if it is another function."""
    monomial = None
    if isinstance(node, Number) and not node.decimal and node.value < MAX_NUMBER:
        monomial = Monomial(node.value, 0)
    elif isinstance(node, Variable):
        monomial = Monomial(Fraction(1), 1)
    elif isinstance(node, Alias):
        monomial = children[0]
    elif isinstance(node, Call) and node.name in _RULES and None not in children:
        monomial = _RULES[node.name](*children)
    if monomial is None or abs(monomial.exponent) >= MAX_NUMBER:
        return None
    numerator, denominator = monomial.coefficient.as_integer_ratio()
    return monomial if max(abs(numerator), denominator) <= MAX_COEFFICIENT else None


def _power(base: Monomial, exponent: Monomial) -> Monomial | None:
    power = exponent.coefficient
    whole = exponent.exponent == 0 and power.denominator == 1 and abs(power) < MAX_NUMBER
    if not whole or base.coefficient == 0:
        return None
    return Monomial(base.coefficient ** int(power), base.exponent * int(power))


def _quotient(a: Monomial, b: Monomial) -> Monomial | None:
    if b.coefficient == 0:
        return None
    return Monomial(a.coefficient / b.coefficient, a.exponent - b.exponent)


_RULES: dict[str, Callable[..., Monomial | None]] = {
    "neg": lambda a: Monomial(-a.coefficient, a.exponent),
    "mul": lambda a, b: Monomial(a.coefficient * b.coefficient, a.exponent + b.exponent),
    "div": _quotient,
    "pow": _power,
}


def _written(monomial: Monomial, name: str) -> Formula:
    """The monomial as text and in LaTeX: 3·x²/2 or -2/(3·x)."""
    coefficient, exponent = monomial
    above, below = (abs(part) for part in coefficient.as_integer_ratio())
    if coefficient == 0 or (exponent == 0 and below == 1):
        return Formula(str(coefficient), str(coefficient))
    digits = str(abs(exponent)) if abs(exponent) > 1 else ""
    power = name + digits.translate(_SUPERSCRIPTS)
    top = _product(above, power if exponent > 0 else "", "·")
    bottom = _product(below, power if exponent < 0 else "", "·")
    bottom = f"({bottom})" if "·" in bottom else bottom
    text = top if bottom == "1" else f"{top}/{bottom}"
    power = tex.name(name) + (f"^{{{digits}}}" if digits else "")
    top = _product(above, power if exponent > 0 else "", " ")
    bottom = _product(below, power if exponent < 0 else "", " ")
    latex = top if bottom == "1" else rf"\frac{{{top}}}{{{bottom}}}"
    return Formula(text, latex) if coefficient > 0 else Formula(f"-{text}", f"- {latex}")


def _product(number: int, power: str, times: str) -> str:
    """A whole number times a power, if there is one; the factor 1 is left out."""
    if power and number != 1:
        return f"{number}{times}{power}"
    return power or str(number)

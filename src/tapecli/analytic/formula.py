"""The formula of a derivative, for people: from SymPy, built from the tree, never from text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import sympy
from sympy.printing.latex import LatexPrinter
from sympy.printing.precedence import PRECEDENCE

from tapecli import notation
from tapecli.analytic.reference import constant_value, is_extreme
from tapecli.functions import ATOM_BINDING, CONSTANTS, FUNCTIONS, OPERATORS, POWER_BINDING, row
from tapecli.result import Formula
from tapecli.tree import Alias, Call, Named, Node, Number, Variable, size, steps, text, variables

MAX_SIZE = 120
"""Nodes of a tree, shared parts counted as often as they occur, beyond which no formula is made."""

MAX_OPERATIONS = 400
"""Operations in a derivative beyond which no formula of it or of a higher order is made."""

MAX_MADE = 2_500
"""Operations in all derivatives of a function beyond which no formulas of further ones are made."""

MAX_SHORTENED = 80
"""Operations beyond which no shorter form is looked for, for the search takes too long."""

MAX_SEARCHED = 1_000
"""The same for the operations of all derivatives of a function together."""

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
) -> list[Formula | None]:
    """The formulas of derivatives of a function.

    Args:
        tree: the function.
        derivatives: the variables of each derivative, in sequence; () is the function itself.
        divisors: what each of them is divided by; nothing, if they are left out.

    Returns:
        The formulas; None for one that is too long to make, or that SymPy has not.
    """
    if size(tree) > MAX_SIZE or is_endless(tree):
        return [None] * len(derivatives)
    try:
        forms = symbolic(tree, derivatives)
        pairs = zip(forms, divisors or [1] * len(forms), strict=True)
        return [_formula(form / divisor) if _is_real(form) else None for form, divisor in pairs]
    except (ArithmeticError, AttributeError, RecursionError, TypeError, ValueError):
        return [None] * len(derivatives)  # SymPy has no real form of it, as of min(x, asin(2))


def _is_real(form: Any) -> bool:
    """Whether there is a form, without what SymPy leaves open where it may not be real."""
    return form is not None and not form.has(sympy.Derivative, sympy.re, sympy.im)


def _formula(form: Any) -> Formula:
    return Formula(written(form), latex(form))


def symbolic(tree: Node, derivatives: Sequence[Sequence[str]]) -> list[Any]:
    """The same as SymPy expressions of real symbols."""
    made = 0

    def short(long: Any) -> Any:
        """The shortest form of it, or None if it, or all so far, is too long for any."""
        nonlocal made
        operations = long.count_ops()
        made += operations
        if operations > MAX_OPERATIONS:
            return None
        return _shortest(long) if made <= MAX_SEARCHED else long

    known: dict[tuple[str, ...], Any] = {(): short(expression(tree))}

    def form(index: tuple[str, ...]) -> Any:
        if index not in known:
            lower = form(index[:-1])
            by = sympy.Symbol(index[-1], real=True)
            enough = lower is None or made > MAX_MADE
            known[index] = None if enough else short(_smooth(_signed(lower).diff(by)))
        return known[index]

    return [form(tuple(sorted(sequence))) for sequence in derivatives]


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


def is_endless(tree: Node) -> bool:
    """Whether it has a constant of which SymPy would look for digits long, or without end.

    Those are extreme numbers, such as exp(10^300), what is no real number, such as atanh(2), and
    the gamma function of all but small ones.
    """
    constants = [node for node in steps(tree) if isinstance(node, Call) and not variables(node)]
    return any(is_extreme(node) or constant_value(node) is None for node in constants) or any(
        node.name in ("gamma", "lgamma")
        and not -MAX_FACTORIAL < (constant_value(node.arguments[0]) or 0) < MAX_FACTORIAL
        for node in constants
    )


def _rule(name: str) -> Any:
    own = name.removeprefix("tapecli.")
    return getattr(sympy, name) if own == name else _OWN[own]


def _signed(form: Any) -> Any:
    """With u*sign(u) for |u|, where SymPy does not see that u is real, as log(x) is here."""
    return form.replace(
        lambda part: isinstance(part, sympy.Abs) and not part.args[0].is_real,
        lambda part: part.args[0] * sympy.sign(part.args[0]),
    )


def _smooth(form: Any) -> Any:
    """Away from kinks, where there is a formula at all: no impulses, and no slopes of signs."""
    calm = form.replace(sympy.DiracDelta, lambda *_: sympy.Integer(0))
    return calm.replace(
        lambda part: isinstance(part, sympy.Derivative) and isinstance(part.expr, sympy.sign),
        lambda part: sympy.Integer(0),
    )


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
    sums = [power for power in powers if power.base.is_Add and abs(power.exp) <= MAX_EXPANDED]
    terms = math.prod(chosen(len(power.base.args), power.exp.p) for power in sums)
    nested = max((chosen(_terms(power.base), power.exp.p) for power in sums), default=1)
    return (
        form.count_ops() <= MAX_SHORTENED
        and roots <= MAX_ROOTS
        and max(terms, nested) <= MAX_TERMS
        and all(abs(power.exp) * roots <= MAX_EXPANDED for power in powers)
        and all(degree <= MAX_EXPANDED for degree in _degrees(form))
    )


def _terms(form: Any) -> int:
    """How many terms it has when it is multiplied out; some more than `MAX_TERMS` if they are."""
    found = 1
    if form.is_Add:
        found = sum(map(_terms, form.args))
    elif form.is_Mul:
        found = math.prod(map(_terms, form.args))
    elif form.is_Pow and form.exp.is_Integer and abs(form.exp) <= MAX_EXPANDED:
        found = chosen(_terms(form.base), form.exp)
    return min(found, MAX_TERMS + 1)


def chosen(terms: int, exponent: Any) -> int:
    """How many terms a whole power of a sum of so many has when it is multiplied out."""
    times = abs(int(exponent))
    return math.comb(terms + times - 1, times)


def _degrees(form: Any) -> Iterator[Any]:
    """How high the powers are that exponentials are of one another: 5 of exp(x/2) - exp(5*x/2)."""
    factors: dict[Any, list[Any]] = {}
    for power in form.atoms(sympy.exp, sympy.Pow):
        base, exponent = power.as_base_exp()
        for term in sympy.Add.make_args(exponent):
            factor, rest = term.as_coeff_Mul(rational=True)
            if rest.free_symbols:
                factors.setdefault((base, rest), []).append(abs(factor))
    for found in factors.values():
        common = math.lcm(*(int(factor.q) for factor in found))
        yield max(found) * common


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


# --- LaTeX ------------------------------------------------------------------------------------


def latex(form: Any) -> str:
    """A formula for LaTeX's mathematics: \\frac{2}{x}."""
    names = {symbol: notation.name(symbol.name) for symbol in form.free_symbols}
    printed: str = _LatexPrinter(names).doprint(form)
    return printed


class _Part(sympy.Dummy):  # type: ignore[misc]
    """A part of a formula that is already written, and how tightly it binds."""

    precedence = PRECEDENCE["Atom"]


class _LatexPrinter(LatexPrinter):  # type: ignore[misc]
    """SymPy's printer for LaTeX with our names for functions."""

    def __init__(self, names: Mapping[Any, str], order: str | None = None) -> None:
        super().__init__({"order": order})
        self._names = names

    def _signed(self, form: Any) -> bool:
        return isinstance(form, _Part) and self._names[form].startswith("-")

    def _needs_add_brackets(self, form: Any) -> bool:
        needed: bool = self._signed(form) or super()._needs_add_brackets(form)
        return needed

    def _print_Mul(self, form: Any) -> str:
        if form.args[0] == -1 and self._signed(form.args[-1]):
            return rf"- \left({self._print(form.args[-1])}\right)"
        printed: str = super()._print_Mul(form)
        return printed

    def _print_Symbol(self, form: Any, style: str = "plain") -> str:
        return self._names[form]

    def _print_Dummy(self, form: Any) -> str:
        return self._print_Symbol(form)

    def _print_cbrt(self, form: Any, exp: str | None = None) -> str:
        root = rf"\sqrt[3]{{{self._print(form.args[0])}}}"
        return root if exp is None else rf"\left({root}\right)^{{{exp}}}"

    def _print_lgamma(self, form: Any, exp: str | None = None) -> str:
        with sympy.evaluate(False):
            inside = sympy.log(sympy.Abs(sympy.gamma(form.args[0])))
        printed: str = self._print_log(inside, exp=exp)
        return printed

    def _print_polygamma(self, form: Any, exp: str | None = None) -> str:
        order, at = form.args
        name = r"\psi" if order == 0 else rf"\psi^{{\left({self._print(order)}\right)}}"
        printed = rf"{name}\left({self._print(at)}\right)"
        return printed if exp is None else rf"\left({printed}\right)^{{{exp}}}"

    def _print_Heaviside(self, form: Any, exp: str | None = None) -> str:
        step = r"\operatorname{step}" + (f"^{{{exp}}}" if exp else "")
        return rf"{step}{{\left({self._print(form.args[0])} \right)}}"


class _Typed(NamedTuple):
    """A part of an expression in LaTeX, and how tightly its outermost sign binds."""

    text: str
    binding: int

    def within(self, binding: int) -> str:
        """It inside of a sign that binds so tightly, in brackets if it must be."""
        return self.text if self.binding >= binding else rf"\left({self.text}\right)"

    def after(self, binding: int) -> str:
        """The same behind a sign, where it must not begin with another."""
        inside = self.within(binding)
        return rf"\left({inside}\right)" if inside.startswith("-") else inside


_PRECEDENCES = {1: "Add", 2: "Mul", 3: "Add", POWER_BINDING: "Pow", ATOM_BINDING: "Atom"}
"""What SymPy calls our bindings; it puts what has a minus in brackets as it does a sum."""


def typed(tree: Node) -> str:
    """An expression for LaTeX as it was understood: nothing is worked out or changes places."""
    forms: dict[Node, _Typed] = {}
    for node in steps(tree):
        forms[node] = _typed(node, forms)
    return forms[tree].text


def _typed(node: Node, forms: Mapping[Node, _Typed]) -> _Typed:
    if isinstance(node, Number):
        written = notation.number(text(node))
        return _Typed(written, OPERATORS["mul"].binding if "times" in written else ATOM_BINDING)
    if isinstance(node, Named):
        return _Typed({"pi": r"\pi", "tau": r"\tau"}.get(node.name, node.name), ATOM_BINDING)
    if isinstance(node, Variable | Alias):
        return _Typed(notation.name(node.name), ATOM_BINDING)
    assert isinstance(node, Call)
    parts = [forms[argument] for argument in node.arguments]
    if node.name == "pow":
        base, exponent = node.arguments
        if isinstance(base, Call) and base.name in FUNCTIONS and base.name != "pow":
            if isinstance(exponent, Number) and not exponent.decimal:
                return _applied(base.name, [forms[each] for each in base.arguments], exponent)
        return _Typed(f"{parts[0].within(ATOM_BINDING)}^{{{parts[1].text}}}", POWER_BINDING)
    return _SIGNS[node.name](*parts) if node.name in _SIGNS else _applied(node.name, parts)


def _applied(name: str, parts: Sequence[_Typed], power: Number | None = None) -> _Typed:
    """A function of parts that are written, or a power of it, from SymPy's printer."""
    places = [_Part(f"a{number}", real=True) for number in range(len(parts))]
    for place, part in zip(places, parts, strict=True):
        place.precedence = PRECEDENCE[_PRECEDENCES[part.binding]]
    rule = row(name).symbol
    with sympy.evaluate(False):
        form = _rule(rule)(*places) if isinstance(rule, str) else rule(sympy, *places)
        if power is not None:
            form = sympy.Pow(form, sympy.Integer(power.value.numerator))
        names = {place: part.text for place, part in zip(places, parts, strict=True)}
        written = _LatexPrinter(names, "none").doprint(form)
    if form.is_Add:
        return _Typed(written, OPERATORS["add"].binding)
    return _Typed(written, POWER_BINDING)


def _sum(sign: str) -> Any:
    binding = OPERATORS["add"].binding
    return lambda a, b: _Typed(f"{a.within(binding)} {sign} {b.after(binding + 1)}", binding)


def _product(a: _Typed, b: _Typed) -> _Typed:
    binding = OPERATORS["mul"].binding
    left, right = a.within(binding), b.after(binding + 1)
    mixed = left[-1].isdigit() and right.startswith(r"\frac")
    signed = right[0].isdigit() or left == right or mixed
    return _Typed(rf"{left} \cdot {right}" if signed else f"{left} {right}", binding)


def _negative(a: _Typed) -> _Typed:
    binding = OPERATORS["neg"].binding
    return _Typed(f"-{a.after(binding)}", binding)


_SIGNS = {
    "add": _sum("+"),
    "sub": _sum("-"),
    "mul": _product,
    "div": lambda a, b: _Typed(rf"\frac{{{a.text}}}{{{b.text}}}", POWER_BINDING),
    "neg": _negative,
}

"""Formulas and expressions as text and in LaTeX, for people."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import sympy
from sympy.printing.latex import LatexPrinter
from sympy.printing.precedence import PRECEDENCE

from tapecli.engines.certified.literals import Literal
from tapecli.engines.certified.symbols import symbol_of
from tapecli.expressions import tex
from tapecli.expressions.functions import ATOM_BINDING, FUNCTIONS, OPERATORS, POWER_BINDING
from tapecli.expressions.tree import Alias, Call, Named, Node, Number, Variable, steps, text

_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def written(form: Any) -> str:
    """A formula on one line: 2/x, -2/x², 3·x²·exp(-x), |x|."""
    text = _Printer().doprint(form)
    text = re.sub(r"\*\*(\d+)(?![.\de])", lambda power: power[1].translate(_SUPERSCRIPTS), text)
    text = re.sub(r"\*\*\(-(\d+)\)", lambda power: f"⁻{power[1]}".translate(_SUPERSCRIPTS), text)
    return text.replace("**", "^").replace("*", "·")


class _InOrder:
    """A printer of SymPy's that brings terms in order without working out their constants.

    SymPy does that to two digits, which for some constants does not end.
    """

    def _as_ordered_terms(self, form: Any, order: str | None = None) -> list[Any]:
        if (order or self.order) == "none":  # type: ignore[attr-defined]
            return list(form.args)
        light: dict[Any, list[Any]] = {}
        for term in form.args:
            light.setdefault(_without_constants(term), []).append(term)
        if len(light) == 1:
            return list(form.args)
        if len(form.args) == 2 and any(not term.free_symbols for term in form.args):
            first, last = sorted(form.args, key=lambda term: term.could_extract_minus_sign())
            if last.could_extract_minus_sign() and not first.could_extract_minus_sign():
                return [first, last]  # 1.5 - x, not -x + 1.5
        ordered = sympy.Add(*light, evaluate=False).as_ordered_terms(order=order)
        return [term for one in ordered for term in light[one]]


def _without_constants(term: Any) -> Any:
    """A term without the factors that are constants, but for plain numbers."""
    factors = sympy.Mul.make_args(term)
    kept = [one for one in factors if one.is_Atom or one.free_symbols]
    return term if len(kept) == len(factors) else sympy.Mul(*kept, evaluate=False)


class _Printer(_InOrder, sympy.printing.str.StrPrinter):  # type: ignore[misc]
    """SymPy's one-line printer with our names for functions."""

    def _print_Abs(self, form: Any) -> str:
        return f"|{self._print(form.args[0])}|"

    def _print_Pow(self, form: Any, rational: bool = False) -> str:
        base, exponent = form.args
        if exponent.is_number and exponent != -1 and exponent.could_extract_minus_sign():
            power = sympy.Pow(base, -exponent, evaluate=False)
            return f"1/{self.parenthesize(power, PRECEDENCE['Mul'], strict=False)}"
        printed: str = super()._print_Pow(form, rational=rational)
        return printed

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
    names = {symbol: tex.name(symbol.name) for symbol in form.free_symbols}
    printed: str = _LatexPrinter(names).doprint(form)
    return printed


class _Part(sympy.Dummy):  # type: ignore[misc]
    """A part of a formula that is already written, and how tightly it binds."""

    precedence = PRECEDENCE["Atom"]


class _LatexPrinter(_InOrder, LatexPrinter):  # type: ignore[misc]
    """SymPy's printer for LaTeX with our names for functions."""

    def __init__(self, names: Mapping[Any, str], order: str | None = None) -> None:
        super().__init__({"order": order})
        self._names = names

    def _signed(self, form: Any) -> bool:
        return isinstance(form, _Part) and self._names[form].startswith("-")

    def _needs_add_brackets(self, form: Any) -> bool:
        needed: bool = self._signed(form) or super()._needs_add_brackets(form)
        return needed

    def parenthesize(self, item: Any, level: int, *more: Any, **named: Any) -> str:
        if isinstance(item, Literal) and item.is_product and level >= PRECEDENCE["Pow"]:
            return rf"\left({self._print(item)}\right)"
        written: str = super().parenthesize(item, level, *more, **named)
        return written

    def _print_Mul(self, form: Any) -> str:
        if (
            form.args[0] == -1
            and len(form.args) == 2
            and (self._signed(form.args[1]) or form.args[1].is_Add)
        ):
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
        written = tex.number(text(node))
        return _Typed(written, OPERATORS["mul"].binding if "times" in written else ATOM_BINDING)
    if isinstance(node, Named):
        return _Typed({"pi": r"\pi", "tau": r"\tau"}.get(node.name, node.name), ATOM_BINDING)
    if isinstance(node, Variable | Alias):
        return _Typed(tex.name(node.name), ATOM_BINDING)
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
    with sympy.evaluate(False):
        form = symbol_of(name)(*places)
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

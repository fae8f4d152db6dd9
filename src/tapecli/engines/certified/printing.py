"""Formulas from SymPy as text and in LaTeX, for people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import sympy
from sympy.printing.latex import LatexPrinter
from sympy.printing.precedence import PRECEDENCE

from tapecli.engines.certified.literals import Literal
from tapecli.expressions import tex

_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def plain_text(form: Any) -> str:
    """A formula on one line: 2/x, -2/x², 3·x²·exp(-x), |x|."""
    text = _TextPrinter().doprint(form)
    text = re.sub(r"\*\*(\d+)(?![.\de])", lambda power: power[1].translate(_SUPERSCRIPTS), text)
    text = re.sub(r"\*\*\(-(\d+)\)", lambda power: f"⁻{power[1]}".translate(_SUPERSCRIPTS), text)
    return text.replace("**", "^").replace("*", "·")


def latex(form: Any) -> str:
    r"""A formula for LaTeX's mathematics: \frac{2}{x}."""
    names = {symbol: tex.name(symbol.name) for symbol in form.free_symbols}
    return str(_LatexPrinter({"symbol_names": names}).doprint(form))


class _Ordered:
    """A printer of SymPy's that puts terms in order without evaluating their constants.

    SymPy evaluates them to two digits for that, which for some constants does not end.
    """

    def _as_ordered_terms(self, form: Any, order: str | None = None) -> list[Any]:
        terms: dict[Any, list[Any]] = {}
        for term in form.args:
            factors = sympy.Mul.make_args(term)
            rest = [factor for factor in factors if factor.is_Atom or factor.free_symbols]
            is_whole = len(rest) == len(factors)
            key = term if is_whole else sympy.Mul(*rest, evaluate=False)
            terms.setdefault(key, []).append(term)
        if len(terms) == 1:
            return list(form.args)
        if len(form.args) == 2 and any(not term.free_symbols for term in form.args):
            first, last = sorted(form.args, key=lambda term: term.could_extract_minus_sign())
            if last.could_extract_minus_sign() and not first.could_extract_minus_sign():
                return [first, last]  # 1.5 - x, not -x + 1.5
        ordered = sympy.Add(*terms, evaluate=False).as_ordered_terms(order=order)
        return [term for key in ordered for term in terms[key]]


class _TextPrinter(_Ordered, sympy.printing.str.StrPrinter):  # type: ignore[misc]
    """SymPy's one-line printer with our names for functions."""

    def _print_Abs(self, form: Any) -> str:
        return f"|{self._print(form.args[0])}|"

    def _print_Pow(self, form: Any, rational: bool = False) -> Any:
        base, exponent = form.args
        if exponent.is_number and exponent != -1 and exponent.could_extract_minus_sign():
            power = sympy.Pow(base, -exponent, evaluate=False)
            return f"1/{self.parenthesize(power, PRECEDENCE['Mul'], strict=False)}"
        return super()._print_Pow(form, rational=rational)

    def _print_polygamma(self, form: Any) -> str:
        if form.args[0] == 0:
            return self._call("digamma", form.args[1:])
        return self._call("polygamma", form.args)

    def _print_elliptic_k(self, form: Any) -> str:
        return self._call("ellipk", form.args)

    def _print_elliptic_e(self, form: Any) -> str:
        return self._call("ellipe", form.args)

    def _print_fresnels(self, form: Any) -> str:
        return self._call("fresnel_s", form.args)

    def _print_fresnelc(self, form: Any) -> str:
        return self._call("fresnel_c", form.args)

    def _print_LambertW(self, form: Any) -> str:
        return self._call("lambertw", form.args)

    def _print_Exp1(self, form: Any) -> str:
        return "e"

    def _print_Max(self, form: Any) -> str:
        return self._call("max", form.args)

    def _print_Min(self, form: Any) -> str:
        return self._call("min", form.args)

    def _print_Heaviside(self, form: Any) -> str:
        return self._call("step", form.args[:1])

    def _print_Piecewise(self, form: Any) -> str:
        *pieces, (last, _) = form.args
        text = str(self._print(last))
        for value, condition in reversed(pieces):
            text = f"where({self._print(condition)}, {self._print(value)}, {text})"
        return text

    def _print_Relational(self, form: Any) -> str:
        return f"{self._print(form.lhs)} {form.rel_op} {self._print(form.rhs)}"

    def _print_And(self, form: Any) -> str:
        return self._joined(" and ", form)

    def _print_Or(self, form: Any) -> str:
        return self._joined(" or ", form)

    def _print_Not(self, form: Any) -> str:
        return f"not ({self._print(form.args[0])})"

    def _joined(self, word: str, form: Any) -> str:
        parts = sorted(form.args, key=sympy.default_sort_key)
        texts = (
            f"({self._print(part)})" if isinstance(part, sympy.Or) else str(self._print(part))
            for part in parts
        )
        return word.join(texts)

    def _call(self, name: str, arguments: Sequence[Any]) -> str:
        return f"{name}({', '.join(map(self._print, arguments))})"


class _LatexPrinter(_Ordered, LatexPrinter):  # type: ignore[misc]
    """SymPy's printer for LaTeX with our names for functions."""

    def parenthesize(self, item: Any, level: int, *rest: Any, **named: Any) -> Any:
        is_product = isinstance(item, Literal) and "e" in item.name  # 1.5 times a power of ten
        if is_product and level >= PRECEDENCE["Pow"]:
            return rf"\left({self._print(item)}\right)"
        return super().parenthesize(item, level, *rest, **named)

    def _print_Mul(self, form: Any) -> Any:
        if len(form.args) == 2 and form.args[0] == -1 and form.args[1].is_Add:
            return rf"- \left({self._print(form.args[1])}\right)"
        return super()._print_Mul(form)

    def _airy(self, name: str, form: Any, exp: str | None = None) -> str:
        text = rf"\operatorname{{{name[:2]}}}{name[2:]}\left({self._print(form.args[0])}\right)"
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"

    def _print_airyai(self, form: Any, exp: str | None = None) -> str:
        return self._airy("Ai", form, exp)

    def _print_airybi(self, form: Any, exp: str | None = None) -> str:
        return self._airy("Bi", form, exp)

    def _print_airyaiprime(self, form: Any, exp: str | None = None) -> str:
        return self._airy("Ai'", form, exp)

    def _print_airybiprime(self, form: Any, exp: str | None = None) -> str:
        return self._airy("Bi'", form, exp)

    def _print_cbrt(self, form: Any, exp: str | None = None) -> str:
        root = rf"\sqrt[3]{{{self._print(form.args[0])}}}"
        return root if exp is None else rf"\left({root}\right)^{{{exp}}}"

    def _print_lgamma(self, form: Any, exp: str | None = None) -> Any:
        with sympy.evaluate(False):
            logarithm = sympy.log(sympy.Abs(sympy.gamma(form.args[0])))
        return self._print_log(logarithm, exp=exp)

    def _print_polygamma(self, form: Any, exp: str | None = None) -> str:
        order, argument = form.args
        name = r"\psi" if order == 0 else rf"\psi^{{\left({self._print(order)}\right)}}"
        text = rf"{name}\left({self._print(argument)}\right)"
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"

    def _print_ceil(self, form: Any, exp: str | None = None) -> Any:
        return self._print_ceiling(form, exp=exp)

    def _print_Heaviside(self, form: Any, exp: str | None = None) -> str:
        step = r"\operatorname{step}" + (f"^{{{exp}}}" if exp else "")
        return rf"{step}{{\left({self._print(form.args[0])} \right)}}"

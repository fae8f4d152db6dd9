"""Names, numbers, sentences, derivatives and expressions as TeX writes them.

LaTeX sets all of it, and Matplotlib all but sentences. An expression needs no SymPy: the rules
that the function table has for SymPy are applied to pieces of TeX in place of its symbols.
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tapecli.expressions.derivative import leibniz
from tapecli.expressions.functions import ATOM_BINDING, CONDITIONS, OPERATORS, POWER_BINDING, row
from tapecli.expressions.tree import (
    DERIVATIVE,
    PRODUCT,
    SUM,
    Alias,
    Call,
    Named,
    Node,
    Number,
    Shorthand,
    Variable,
    fold_parts,
)
from tapecli.expressions.tree import text as text_of

_GREEK = """
α alpha  β beta  γ gamma  δ delta  ε varepsilon  ζ zeta  η eta  θ theta  ι iota  κ kappa  λ lambda
μ mu  ν nu  ξ xi  π pi  ρ rho  ς varsigma  σ sigma  τ tau  υ upsilon  φ varphi  χ chi  ψ psi
ω omega  Γ Gamma  Δ Delta  Θ Theta  Λ Lambda  Ξ Xi  Π Pi  Σ Sigma  Υ Upsilon  Φ Phi  Ψ Psi  Ω Omega
"""
_GREEK_COMMANDS = dict(zip(_GREEK.split()[::2], _GREEK.split()[1::2], strict=True))
_AS_LATIN = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧ", "ABEZHIKMNOPTX", strict=True))
_LETTERS = {
    "ο": "o",
    **{letter: f"\\{command}" for letter, command in _GREEK_COMMANDS.items()},
    **{greek: rf"\mathrm{{{latin}}}" for greek, latin in _AS_LATIN.items()},
}
_WORDS = {*_GREEK_COMMANDS.values(), "epsilon", "phi"}

_PRINTED = {
    **{letter: f"${command}$" for letter, command in _LETTERS.items()},
    **{character: f"\\{character}" for character in "{}$&#%_"},
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": "$<$",
    ">": "$>$",
    "|": "$|$",
    '"': "''",
    "…": r"\dots{}",
}


def name(text: str) -> str:
    r"""The name of a variable or target: x_1 is x_{1}, θ is \theta, rate is \mathrm{rate}."""
    stem, index = re.fullmatch(r"([^\W\d_]*)_?(.*)", text).groups()  # type: ignore[union-attr]
    if not stem or text.endswith("_"):
        return _upright(text)
    if not index:
        return _stem(stem)
    lower = index if index.isdecimal() or len(index) == 1 else _upright(index)
    return f"{_stem(stem)}_{{{lower}}}"


def _stem(stem: str) -> str:
    if len(stem) == 1:
        return _LETTERS.get(stem, stem)
    return f"\\{stem}" if stem in _WORDS else _upright(stem)


def _upright(text: str) -> str:
    return rf"\mathrm{{{text}}}".replace("_", r"\_")


def number(text: str) -> str:
    r"""A decimal, digit for digit: 1.2e-300 is 1.2 \times 10^{-300}."""
    if text in ("nan", ""):
        return r"\text{nan}" if text else ""
    if text.lstrip("-") == "inf":
        return text.replace("inf", r"\infty")
    digits, _, exponent = text.partition("e")
    return rf"{digits} \times 10^{{{int(exponent)}}}" if exponent else digits


def sentence(text: str) -> str:
    """Plain text for LaTeX: every character is printed, and none of it is a command."""
    known = (c if c in _PRINTED else c.encode("ascii", "backslashreplace").decode() for c in text)
    return "".join(_PRINTED.get(character, character) for character in "".join(known))


def derivative(target: str, variables: Sequence[str], partial: bool, inline: bool = False) -> str:
    r"""A derivative in Leibniz's notation: \frac{d^{2} y}{d x^{2}}; the target for no variables.

    It has a slash if it is `inline`, for a line of text: d^{2} y / d x^{2}.
    """
    if not variables:
        return name(target)
    letter, runs = leibniz(variables, partial)
    sign = letter.replace("∂", r"\partial")
    below = r" \, ".join(f"{sign} {_raised(name(variable), times)}" for variable, times in runs)
    above = f"{_raised(sign, len(variables))} {name(target)}"
    return f"{above} / {below}" if inline else rf"\frac{{{above}}}{{{below}}}"


def _raised(base: str, exponent: int) -> str:
    return base if exponent == 1 else f"{base}^{{{exponent}}}"


# --- expressions ------------------------------------------------------------------------------


def expression(tree: Node, slashed: bool = False) -> str:
    """An expression as it was understood: nothing is worked out or changes places.

    For small print a quotient in an exponent is `slashed`.
    """
    return fold_parts(tree, lambda node, forms: _form(node, forms, slashed)).text


@dataclass(frozen=True)
class _Tex:
    """A piece of an expression, on which Python's operators write those of mathematics.

    Attributes:
        text: the TeX.
        binding: how tightly its outermost operator binds, as in the function table.
        name_end: for an applied function, where in the text its exponent stands; 0 if it has to
            be in brackets for that.
        slashed: the TeX with a slash for its outermost quotient.
    """

    text: str
    binding: int = POWER_BINDING
    name_end: int = 0
    slashed: str = ""

    def within(self, binding: int) -> str:
        """The TeX as an operand of a sign that binds so tightly, in brackets if need be."""
        return self.text if self.binding >= binding else rf"\left({self.text}\right)"

    def after(self, binding: int) -> str:
        """The TeX as a later operand, which must not begin with a sign."""
        operand = self.within(binding)
        return rf"\left({operand}\right)" if operand.startswith("-") else operand

    def __add__(self, other: Any) -> _Tex:
        return self._sum("+", other)

    def __sub__(self, other: Any) -> _Tex:
        return self._sum("-", other)

    def __radd__(self, other: int) -> _Tex:
        return _tex(other) + self

    def _sum(self, sign: str, other: Any) -> _Tex:
        return _Tex(f"{self.within(_SUM)} {sign} {_tex(other).after(_SUM + 1)}", _SUM)

    def __mul__(self, other: _Tex) -> _Tex:
        left, right = self.within(_PRODUCT), other.after(_PRODUCT + 1)
        mixed = left[-1].isdigit() and right.startswith(r"\frac")
        signed = right[0].isdigit() or left == right or mixed
        return _Tex(rf"{left} \cdot {right}" if signed else f"{left} {right}", _PRODUCT)

    def __truediv__(self, other: Any) -> _Tex:
        slashed = f"{self.within(_PRODUCT)}/{_tex(other).within(_PRODUCT + 1)}"
        return _Tex(rf"\frac{{{self.text}}}{{{_tex(other).text}}}", slashed=slashed)

    def __rtruediv__(self, other: int) -> _Tex:
        return _tex(other) / self

    def __neg__(self) -> _Tex:
        return self.negated(_PRODUCT)

    def negated(self, binding: int = OPERATORS["neg"].binding) -> _Tex:
        return _Tex(f"-{self.after(binding)}", binding, slashed=self.slashed and f"-{self.slashed}")

    def __pow__(self, exponent: int | str) -> _Tex:
        return _Tex(f"{self.within(ATOM_BINDING)}^{{{exponent}}}")


_SUM, _PRODUCT = OPERATORS["add"].binding, OPERATORS["mul"].binding


def _tex(value: Any) -> _Tex:
    return value if isinstance(value, _Tex) else _Tex(str(value), ATOM_BINDING)


def _form(node: Node, children: Sequence[_Tex], slashed: bool) -> _Tex:
    if isinstance(node, Number):
        digits = number(text_of(node))
        return _Tex(digits, _PRODUCT if "times" in digits else ATOM_BINDING)
    if isinstance(node, Named):
        return _Tex({"pi": r"\pi", "tau": r"\tau"}.get(node.name, node.name), ATOM_BINDING)
    if isinstance(node, Shorthand):
        return _shorthand(node, children)
    if isinstance(node, Variable | Alias):
        return _Tex(name(node.name), ATOM_BINDING)
    assert isinstance(node, Call)
    if node.name == "pow":
        base, exponent = children
        power = node.arguments[1]
        if base.name_end and isinstance(power, Number) and not power.decimal:
            function, arguments = base.text[: base.name_end], base.text[base.name_end :]
            return _Tex(f"{function}^{{{exponent.text}}}{arguments}")
        return base ** ((slashed and exponent.slashed) or exponent.text)
    if node.name == "where" and not slashed:
        return _cases(*children)
    if node.name in _SIGNS:
        return _SIGNS[node.name](*children)
    symbol = row(node.name).symbol
    if symbol is None or isinstance(symbol, str) or node.name in _TEMPLATES:
        return _applied(node.name, *children)
    return _tex(symbol(_Functions(), *children))


def _shorthand(node: Shorthand, operands: Sequence[_Tex]) -> _Tex:
    """A sum or product, a derivative, or the call of a definition."""
    first, *others = operands
    if node.name in (SUM, PRODUCT):
        index, lower, upper = (operand.text for operand in others)
        sign = rf"\{node.name}_{{{index}={lower}}}^{{{upper}}}"
        return _Tex(f"{sign} {first.within(_PRODUCT)}", _SUM)
    if node.name == DERIVATIVE:
        by: list[str] = []
        for part in node.operands[1:]:
            if isinstance(part, Number):
                by += [by[-1]] * (int(part.value) - 1)
            elif isinstance(part, Variable):
                by.append(part.name)
        _, runs = leibniz(by, partial=False)
        below = r" \, ".join(f"d {_raised(name(variable), times)}" for variable, times in runs)
        return _Tex(rf"\frac{{{_raised('d', len(by))}}}{{{below}}} {first.within(_PRODUCT)}", _SUM)
    stem = node.name.rstrip("'")
    arguments = ", ".join(operand.text for operand in operands)
    function = f"\\{stem}" if stem in _COMMANDS else name(stem)
    return _Tex(rf"{function}{node.name[len(stem) :]}\left({arguments}\right)")


class _Functions:
    """Functions that write TeX, for the rules that take SymPy as their first argument."""

    def __getattr__(self, function: str) -> Any:
        return functools.partial(_applied, function)


def _applied(function: str, *arguments: Any) -> _Tex:
    word = function.replace("_", r"\_")
    command = f"\\{word}" if function in _COMMANDS else rf"\operatorname{{{word}}}"
    operands = ", ".join(f"#{number}" for number in range(1, len(arguments) + 1))
    template = _TEMPLATES.get(function, rf"{command}@{{\left({operands} \right)}}")
    head, exponent, tail = template.partition("@")
    for index, argument in enumerate(arguments, 1):
        head, tail = (side.replace(f"#{index}", _tex(argument).text) for side in (head, tail))
    binding = ATOM_BINDING if function == "abs" else POWER_BINDING
    return _Tex(head + tail, binding, len(head) if exponent else 0)


def _cases(condition: _Tex, first: _Tex, second: _Tex) -> _Tex:
    """A choice as LaTeX writes it, which Matplotlib cannot set; further cases are further rows."""
    rest = second.text.removeprefix(_BEGIN).removesuffix(_END)
    is_simple = second.text == f"{_BEGIN}{rest}{_END}" and _BEGIN not in rest
    last = rest if is_simple else rf"{second.text} & \text{{otherwise}}"
    text = rf"{first.text} & \text{{if}}\: {condition.text} \\ {last}"
    return _Tex(f"{_BEGIN}{text}{_END}", ATOM_BINDING)


_BEGIN, _END = r"\begin{cases} ", r" \end{cases}"


def _joined(name: str, *arguments: _Tex) -> _Tex:
    """A comparison, or what joins conditions."""
    binding, sign = CONDITIONS[name].binding, _CONDITION_SIGNS[name]
    texts = [argument.within(binding) for argument in arguments]
    return _Tex(f" {sign} ".join(texts) if len(texts) == 2 else f"{sign} {texts[0]}", binding)


_CONDITION_SIGNS = {
    "lt": "<", "le": r"\leq", "gt": ">", "ge": r"\geq", "eq": "=", "ne": r"\neq",
    "and": r"\wedge", "or": r"\vee", "not": r"\neg",
}  # fmt: skip

_SIGNS: dict[str, Callable[..., _Tex]] = {
    "add": operator.add,
    "mul": operator.mul,
    "neg": _Tex.negated,
    "factorial": lambda x: _Tex(f"{x.within(ATOM_BINDING)}!"),
    **{name: functools.partial(_joined, name) for name in CONDITIONS},
}

_COMMANDS = frozenset(["sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh", "coth"])
"""The functions that have a command in TeX."""

_TEMPLATES = {
    "abs": r"\left|{#1}\right|@",
    "sqrt": r"\sqrt{#1}",
    "cbrt": r"\sqrt[3]{#1}",
    "exp": "e^{#1}",
    "log": r"\log{\left(#1 \right)}@",
    "log2": r"\log_{2}@{\left(#1 \right)}",
    "log10": r"\log_{10}@{\left(#1 \right)}",
    "log_base": r"\log_{#2}@{\left(#1 \right)}",
    "root": r"\sqrt[#2]{#1}",
    "exp2": "2^{#1}",
    "exp10": "10^{#1}",
    "reciprocal": r"\frac{1}{#1}",
    "rsqrt": r"\frac{1}{\sqrt{#1}}",
    "gamma": r"\Gamma@\left(#1\right)",
    "digamma": r"\psi@\left(#1\right)",
    "lgamma": r"\log{\left(\left|{\Gamma\left(#1\right)}\right| \right)}@",
    "erfinv": r"\operatorname{erf}^{-1}\left(#1\right)@",
    "erfcinv": r"\operatorname{erfc}^{-1}\left(#1\right)@",
    "Ei": r"\operatorname{Ei}@\left(#1\right)",
    "expint": r"\operatorname{E}_{#1}\left(#2\right)@",
    "fresnel_s": r"S@\left(#1\right)",
    "fresnel_c": r"C@\left(#1\right)",
    "lambertw": r"W@\left(#1\right)",
    "ellipk": r"K@\left(#1\right)",
    "ellipe": r"E@\left(#1\right)",
    "agm": r"\operatorname{agm}@\left(#1, #2\right)",
    **{f"bessel{kind.lower()}": rf"{kind}_{{#1}}@\left(#2\right)" for kind in "JYIK"},
    **{
        f"bessel_{kind.lower()}{order}": rf"{kind}_{{{order}}}@\left(#1\right)"
        for kind in "JYIK"
        for order in (0, 1)
    },
    **{
        f"bessel_{kind}{order}e": rf"e^{{{sign}}} {kind.upper()}_{{{order}}}\left(#1\right)@"
        for kind, sign in (("i", r"-\left|{#1}\right|"), ("k", "#1"))
        for order in (0, 1)
    },
    "airyai": r"\operatorname{Ai}@\left(#1\right)",
    "airybi": r"\operatorname{Bi}@\left(#1\right)",
    "airyaiprime": r"\operatorname{Ai}'@\left(#1\right)",
    "airybiprime": r"\operatorname{Bi}'@\left(#1\right)",
    "ndtr": r"\Phi@\left(#1\right)",
    "norm_pdf": r"\varphi@\left(#1\right)",
    "ndtri": r"\Phi^{-1}\left(#1\right)@",
    "log_ndtr": r"\log{\left(\Phi\left(#1\right) \right)}@",
    "atan2": r"\operatorname{atan}_{2}@{\left(#1,#2 \right)}",
    "min": r"\min\left(#1, #2\right)@",
    "max": r"\max\left(#1, #2\right)@",
    "floor": r"\left\lfloor{#1}\right\rfloor@",
    "ceil": r"\left\lceil{#1}\right\rceil@",
    "where": r"\operatorname{where}\left(#1, #2, #3\right)",
}
"""How other functions are written: @ is where the exponent of a power stands."""

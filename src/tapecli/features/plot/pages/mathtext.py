"""Expressions in the part of TeX that Matplotlib sets by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tapecli.expressions.derivative import leibniz
from tapecli.expressions.functions import ATOM_BINDING, OPERATORS, POWER_BINDING
from tapecli.expressions.tree import Alias, Call, Named, Node, Number, Variable, steps, text

_QUOTIENT = OPERATORS["mul"].binding
_CONSTANTS = {"pi": r"\pi", "tau": r"\tau", "e": r"\mathrm{e}"}
_UPRIGHT = ("sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh", "exp", "log")
_GREEK = frozenset(
    [
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "zeta",
        "eta",
        "theta",
        "iota",
        "kappa",
        "lambda",
        "mu",
        "nu",
        "xi",
        "rho",
        "sigma",
        "phi",
        "chi",
        "psi",
        "omega",
        "Gamma",
        "Delta",
        "Theta",
        "Lambda",
        "Xi",
        "Pi",
        "Sigma",
        "Phi",
        "Psi",
        "Omega",
    ]
)
_ROOTS = {"sqrt": r"\sqrt", "cbrt": r"\sqrt[3]"}

Form = tuple[str, int]
"""What is set, and how tightly its outermost sign binds."""


def expression(tree: Node) -> str:
    """An expression, to stand between dollars."""
    forms: dict[Node, Form] = {}
    for node in steps(tree):
        forms[node] = _form(node, forms)
    return forms[tree][0]


def derivative(target: str, variables: Sequence[str], partial: bool) -> str:
    """A derivative of a target in Leibniz's notation; the target itself by no variables."""
    if not variables:
        return name(target)
    sign, runs = leibniz(variables, partial)
    sign = {"∂": r"\partial ", "d": r"\mathrm{d}"}[sign]
    below = r"\,".join(f"{sign}{name(variable)}{_power(times)}" for variable, times in runs)
    return rf"\dfrac{{{sign}{_power(len(variables))}{name(target)}}}{{{below}}}"


def name(text: str) -> str:
    """The name of a variable or target: x_1 for x1, Greek letters as such."""
    letters = text.rstrip("0123456789")
    digits = text[len(letters) :]
    if digits and len(letters) > 1:
        letters = letters.removesuffix("_")
    if letters in _GREEK:
        shown = f"\\{letters}"
    else:
        plain = letters.replace("_", r"\_")
        shown = plain if len(letters) == 1 else rf"\mathrm{{{plain}}}"
    return f"{shown}_{{{digits}}}" if digits else shown


def _power(exponent: int) -> str:
    return "" if exponent == 1 else f"^{{{exponent}}}"


def _form(node: Node, forms: dict[Node, Form]) -> Form:
    if isinstance(node, Variable | Alias):
        return name(node.name), ATOM_BINDING
    if isinstance(node, Named):
        return _CONSTANTS[node.name], ATOM_BINDING
    if isinstance(node, Number):
        return _literal(node)
    assert isinstance(node, Call)
    inside = [forms[child] for child in node.arguments]
    if node.name in _ROOTS:
        return f"{_ROOTS[node.name]}{{{inside[0][0]}}}", ATOM_BINDING
    if node.name == "abs":
        return _between("|", inside[0][0], "|"), ATOM_BINDING
    if node.name == "pow":
        return _raised(node, forms), POWER_BINDING
    if node.name == "div":
        return rf"\dfrac{{{inside[0][0]}}}{{{inside[1][0]}}}", _QUOTIENT
    if node.name in OPERATORS:
        return _operation(node, inside)
    known = node.name in _UPRIGHT
    function = f"\\{node.name}" if known else rf"\mathrm{{{node.name}}}"
    arguments = r",\,".join(form for form, _ in inside)
    return function + _between("(", arguments, ")"), ATOM_BINDING


def _operation(node: Call, inside: Sequence[Form]) -> Form:
    row = OPERATORS[node.name]
    if row.arity == 1:
        return f"-{_fenced(inside[0], row.binding)}", row.binding
    left, right = _fenced(inside[0], row.binding), _fenced(inside[1], row.binding + 1)
    sign = row.sign.strip()
    if node.name == "mul":
        sign = r"\cdot " if re.match(r"[\d-]", right) else r"\,"
    return f"{left}{sign}{right}", row.binding


def _raised(node: Call, forms: dict[Node, Form]) -> str:
    """A power."""
    base, exponent = node.arguments
    return f"{_fenced(forms[base], ATOM_BINDING)}^{{{_on_one_line(exponent, forms)}}}"


def _on_one_line(node: Node, forms: dict[Node, Form]) -> str:
    """A quotient with a slash, as exponents have it; anything else as it is."""
    if isinstance(node, Call) and node.name == "neg":
        (inside,) = node.arguments
        if isinstance(inside, Call) and inside.name == "div":
            return f"-{_on_one_line(inside, forms)}"
    if isinstance(node, Call) and node.name == "div":
        top, bottom = (forms[child] for child in node.arguments)
        return f"{_fenced(top, _QUOTIENT)}/{_fenced(bottom, _QUOTIENT + 1)}"
    return forms[node][0]


def _literal(node: Number) -> Form:
    shown = text(node)
    mantissa, e, exponent = shown.partition("e")
    if not e:
        return shown, ATOM_BINDING
    return rf"{mantissa}\cdot 10^{{{int(exponent)}}}", OPERATORS["mul"].binding


def _fenced(form: Form, binding: int) -> str:
    return form[0] if form[1] >= binding else _between("(", form[0], ")")


def _between(before: str, inside: str, after: str) -> str:
    """In brackets, which are as high as what is inside of them."""
    if "frac" in inside:
        return rf"\left{before}{inside}\right{after}"
    return f"{before}{inside}{after}"

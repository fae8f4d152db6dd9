"""The names of other systems: their libraries, LaTeX's commands, and letters that look alike.

`function` and `constant` say what a typed name means. A name is looked up as it is typed, and then
without regard to capitals, if only one row of the table has it. Behind the name of a library, such
as `np.`, it means what it means in the table, unless `DIFFERENT` has another meaning.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Mapping

from tapecli.expressions import libraries
from tapecli.expressions.functions import CONSTANT_NAMES, FUNCTION_NAMES
from tapecli.expressions.libraries import (
    CONSTANTS_OF_LIBRARIES,
    LIBRARIES,
    MATHEMATICA,
    Meaning,
    Refused,
    Template,
)
from tapecli.expressions.tree import PRODUCT, SUM

_VX = ("v", "x")
SPECIAL: dict[str, Meaning] = {
    "E1": Template(("x",), "expint(1, x)"),
    "Ai": "airyai",
    "Bi": "airybi",
    **{f"{kind}v": f"bessel{kind}" for kind in "jyik"},
    **dict.fromkeys(("J0", "J_0"), "bessel_j0"),
    **dict.fromkeys(("J1", "J_1"), "bessel_j1"),
    "spherical_jn": Template(_VX, "sqrt(pi/(2*x))*besselj(v + 1/2, x)"),
    "spherical_yn": Template(_VX, "sqrt(pi/(2*x))*bessely(v + 1/2, x)"),
    "spherical_in": Template(_VX, "sqrt(pi/(2*x))*besseli(v + 1/2, x)"),
    "spherical_kn": Template(_VX, "sqrt(pi/(2*x))*besselk(v + 1/2, x)"),
    "dilog": Refused("write spence(x) for Maple's dilog, or spence(1 - x) for Li2(x)"),
    "Li2": Template(("x",), "spence(1 - x)"),
    "polylog": Refused("write spence(1 - x) for polylog(2, x)"),
    "W": Refused("write lambertw(x), or W*(...) for a product"),
}
"""Special functions by other names than those of the table."""

BESSEL = {
    f"{kind}{order}{scaled}": f"bessel_{kind}{order}{scaled}"
    for kind in "jyik"
    for order in (0, 1)
    for scaled in ("", "e" if kind in "ik" else "")
}
"""SciPy's Bessel functions, whose names are those of variables as well."""


def _or_product(row: str) -> Refused:
    name = row.removeprefix("bessel_")
    return Refused(f"write {row}(x) for the Bessel function, or {name}*(...) for a product")


DIFFERENT: dict[str, dict[str, Meaning]] = {
    **libraries.DIFFERENT,
    "SciPy": {
        **libraries.DIFFERENT["SciPy"],
        **BESSEL,
        "exp1": SPECIAL["E1"],
        "wright_omega": Refused("write lambertw(exp(x))"),
    },
    "": {
        **libraries.DIFFERENT[""],
        "ψ": "digamma",
        "ζ": "zeta",
        "fallingfactorial": Template(("x", "n"), "pochhammer(x - n + 1, n)"),
        "ff": Template(("x", "n"), "pochhammer(x - n + 1, n)"),
        "trigamma": Template(("x",), "polygamma(1, x)"),
        "tetragamma": Template(("x",), "polygamma(2, x)"),
        **dict.fromkeys(("Phi", "Φ"), "ndtr"),
        **SPECIAL,
        **{name: _or_product(meaning) for name, meaning in BESSEL.items()},
        **dict.fromkeys(("phi", "φ"), Refused("write norm_pdf(x), or phi*(...) for a product")),
        "∜": Template(("x",), "x**(1/4)"),
    },
}
"""For each library the names whose meaning is another one than in the table; "" is for none."""

LOGARITHMS = {"2": "log2", "10": "log10", "e": "log"}
"""Logarithms by what stands below."""

REVERSED = {("log", 2): "log", ("atan", 2): "atan2"}
"""By a row and the number of arguments: the row that has them in reverse in Mathematica."""

ITERATED = {
    **dict.fromkeys(("sum", "Sum", "∑", "Σ"), SUM),
    **dict.fromkeys(("prod", "Prod", "product", "Product", "∏", "Π"), PRODUCT),
}
"""What sums and products may be called, with their own names."""

EXAMPLES = {SUM: "sum(x^k, k = 0..20)", PRODUCT: "prod(x - k, k = 1..5)"}
"""How sums and products are written."""

DERIVATIVES = ("diff", "Diff", "derivative", "Derivative", "deriv", "der", "D")
"""What derivatives inside of expressions may be called."""

GREEK = {
    **{
        unicodedata.name(letter).split()[-1].lower(): letter for letter in "αβγδεζηθικμνξοπρστυφχψω"
    },
    "lambda": "λ",
    **{unicodedata.name(letter).split()[-1].capitalize(): letter for letter in "ΓΔΘΞΠΣΥΦΨΩ"},
    "Lambda": "Λ",
    "varepsilon": "ε",
    "vartheta": "θ",
    "varphi": "φ",
    "varrho": "ρ",
}
"""Greek letters by the names of LaTeX's commands."""

_INFINITY = "infinity is no number; write a large one, such as 1e300"
_INTEGRAL = "integrals are not computed; write a function of 'tapecli functions', such as erf(x)"
_LIMIT = "limits are not computed; write the expression, and points near the limit: --x 1e-6"
_SEVERAL = "write an expression for each sign: 'x + 1' 'x - 1'"

KNOWN_ELSEWHERE = {
    **dict.fromkeys(("∞", "infty"), _INFINITY),
    **dict.fromkeys(("∫", "int", "∮", "oint"), _INTEGRAL),
    **dict.fromkeys(("lim", "to"), _LIMIT),
    **dict.fromkeys(("∂", "partial"), "write ∂/∂x in front of a whole expression"),
    **dict.fromkeys(("…", "cdots", "ldots", "dots"), "write all terms, or sum(x^k, k = 1..5)"),
    **dict.fromkeys(("±", "∓", "pm", "mp"), _SEVERAL),
}
"""Signs and commands of LaTeX that no expression can have, and what to do instead."""

_INDEXED = re.compile(
    r"(?P<head>\\(?:operatorname\*?|math[a-z]+|text[a-z]*)\s*\{[^{}]*\}|\\?[^_{}\\]+)"
    r"(?:_(?:\{\s*(?P<in_braces>\w+)\s*\}|(?P<index>[A-Za-z0-9])))?"
)
_WRAPPED = re.compile(r"\\(?:operatorname\*?|math[a-z]+|text[a-z]*)\s*\{\s*((?:\w|\\_)+)\s*\}")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


@functools.lru_cache(maxsize=1024)
def plain(word: str) -> str:
    r"""A name without what LaTeX writes around it: \operatorname{arsinh}, \sin, \alpha, x_{1}."""
    if "₀" <= max(word) <= "₉":
        word = re.sub("[₀-₉]+", lambda index: f"_{{{index[0].translate(_SUBSCRIPTS)}}}", word)
    match = _INDEXED.fullmatch(word)
    if match is None:
        return word
    head, in_braces, index = match["head"], match["in_braces"], match["in_braces"] or match["index"]
    if head.startswith("\\"):
        wrapped = _WRAPPED.fullmatch(head)
        head = wrapped[1].replace("\\_", "_") if wrapped else GREEK.get(head[1:], head[1:])
    is_joined = in_braces and in_braces.isdecimal() and head != "log"
    return f"{head}{index}" if is_joined else "_".join(filter(None, (head, index)))


@functools.lru_cache(maxsize=1024)
def function(word: str, in_square_brackets: bool = False) -> Meaning | None:
    """What a typed name means as a function; None if no function has it."""
    library, name = _parts(word, MATHEMATICA if in_square_brackets else "")
    if library is None:
        return None
    if not library and (match := re.fullmatch(r"log_([0-9]+|[A-Za-z])", name)):
        return LOGARITHMS.get(match[1]) or Template(("x",), f"log(x, {match[1]})")
    if library in DIFFERENT and name in DIFFERENT[library]:
        meaning = DIFFERENT[library][name]
        return meaning if _takes_arguments(meaning) else None
    return _matched(name, FUNCTION_NAMES)


LETTERS = ("beta", "zeta", "psi")
"""Letters of Greek that are functions only before brackets, and else may be variables."""


@functools.lru_cache(maxsize=1024)
def constant(word: str) -> Meaning | None:
    """What a typed name means as a constant; None if no constant has it."""
    library, name = _parts(word, "")
    if library is None:
        return None
    if library and name in CONSTANTS_OF_LIBRARIES:
        return CONSTANTS_OF_LIBRARIES[name]
    if library in DIFFERENT and name in DIFFERENT[library]:
        meaning = DIFFERENT[library][name]
        return None if _takes_arguments(meaning) else meaning
    return _matched(name, CONSTANT_NAMES)


def shorthand(word: str) -> str:
    """The token of a sum or derivative that a typed name opens, or ""."""
    library, name = _parts(word, "")
    if library not in ("", "SymPy"):
        return ""
    return "SUM_CALL" if name in ITERATED else "DERIVATIVE_CALL" if name in DERIVATIVES else ""


def _takes_arguments(meaning: Meaning) -> bool:
    if isinstance(meaning, Template):
        return bool(meaning.parameters)
    return isinstance(meaning, Refused) or meaning not in CONSTANT_NAMES


def _parts(word: str, default: str) -> tuple[str | None, str]:
    """The library of a name, None if it is unknown, and the name in it."""
    prefix, dot, name = plain(word).replace("::", ".").rpartition(".")
    return LIBRARIES.get(prefix) if dot else default, name


def _matched(name: str, names: Mapping[str, str]) -> str | None:
    if name in names:
        return names[name]
    rows = _by_lower_case(tuple(names.items())).get(name.lower(), set())
    return next(iter(rows)) if len(rows) == 1 and is_long(name) else None


@functools.cache
def _by_lower_case(names: tuple[tuple[str, str], ...]) -> dict[str, set[str]]:
    """The rows that have a name without regard to capitals."""
    rows: dict[str, set[str]] = {}
    for name, row in names:
        rows.setdefault(name.lower(), set()).add(row)
    return rows


def is_long(name: str) -> bool:
    """Whether a name has two letters or more, so that it is no variable by itself."""
    return name.isascii() and len(re.sub(r"_?[0-9]+$", "", name)) > 1


# --- letters that look alike --------------------------------------------------------------------

_SIGNS = {
    **dict.fromkeys("‐‑‒–—―﹣－", "-"),
    **dict.fromkeys("∗∙•・＊", "*"),
    **dict.fromkeys("’‘′ʹ´＇", "'"),
    **dict.fromkeys("\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a", " "),
    **dict.fromkeys("\u202f\u205f\u3000", " "),
    **dict.fromkeys("∣｜❘", "|"),
    **dict(zip("µϑϕϵϱϰℎℓℯ", "μθφερκhle", strict=True)),
}

_BLOCKS = ((0x1D400, 0x1D800), (0xFF01, 0xFF5F))
"""Mathematical letters, and letters and signs of full width."""


@functools.cache
def _look_alikes() -> dict[int, str]:
    """An ordinary character for each character that looks like it."""
    table = {ord(character): ordinary for character, ordinary in _SIGNS.items()}
    for first, end in _BLOCKS:
        for code in range(first, end):
            ordinary = unicodedata.normalize("NFKC", chr(code))
            is_other_pi = ordinary == "π" and unicodedata.name(chr(code)).endswith("SYMBOL")
            if len(ordinary) == 1 and ordinary != chr(code) and not is_other_pi:
                table.setdefault(code, ordinary)
    return table


def with_ordinary_characters(source: str) -> str:
    """The text of the same length in which look-alikes are ordinary letters, digits and signs."""
    return source if source.isascii() else source.translate(_look_alikes())

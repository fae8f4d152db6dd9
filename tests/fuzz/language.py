"""Inputs out of nothing and out of others: the words of the languages, and what is done to them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import NamedTuple

from tapecli import defaults
from tapecli.expressions.functions import CONSTANT_NAMES, FUNCTION_NAMES, FUNCTIONS

LARGEST = 3_000
"""Bytes of an input that a mutation may make."""

HOSTILE = (
    *("\x00", "\x1b[31m", "\x1b]0;t\x07", "\x9b", "\x7f", "\u202e", "\u2066", "\u200b", "\u00ad"),
    *("\ufeff", "\r", "\r\n", "\n", "\n\n", "\t", "\u00a0", "\u2028", "\x85", "\x0c", "\x1f"),
    *("х", "е", "ⅹ", "ｘ", "𝑥", "𝟏", "１", "٣", "⁄", "∕", "−", "–", "∗", "·", "×", "÷", "´", "ﬁ"),
    *("́", "x́", "ͤ", "🙂", "\ud800", "\udcff", "\U000e0001", "\U0010ffff", "İ", "ß", "ſ"),
    *("%s", "{}", "[bold]", "$x", "`", "\\", "\\n", "'", '"', "#", ";", "~", "@", "&", "!"),
)
"""What is no part of any language here: controls, look-alikes, escapes, half characters."""

NUMBERS = (
    *(
        "0",
        "1",
        "2",
        "3",
        "0.1",
        "1/3",
        ".5",
        "5.",
        "1e",
        "1e5",
        "1e-5",
        "1e308",
        "1e309",
        "1e-324",
    ),
    *("1e400", "1e401", "1e-400", "1e999", "0x10", "1_000", "00", "9" * 20, "9" * 400, "9" * 401),
    *("0." + "0" * 390 + "1", "1e0000000001", "nan", "inf", "-inf", "-0", "1000000", "1000001"),
    *("10^400", "2^1024", "2^-1074", "0^0", "0^-1", "4503599627370497/2", "1.7976931348623157e308"),
)

SIGNS = (
    "+",
    "-",
    "*",
    "/",
    "^",
    "**",
    "(",
    ")",
    "|",
    ",",
    "=",
    "√",
    " ",
    "²",
    "³",
    "⁻¹",
    "⁺",
    "⁰¹",
)

NOTATION_WORDS = (
    *(
        " if ",
        " else ",
        " and ",
        " or ",
        "not ",
        "<",
        ">=",
        "==",
        "!=",
        "≤",
        "?",
        ":",
        "piecewise(",
    ),
    *("Piecewise[{{", "}}", "\\begin{cases}", "\\\\", "&", "\\end{cases}", "True", "where(x > 0, "),
    *("\\frac", "\\sqrt", "\\left(", "\\right)", "\\left|", "\\right|", "\\cdot", "\\,", "\\pi"),
    *(
        "\\log_{2}",
        "\\sin^{2}",
        "\\operatorname{arsinh}",
        "\\theta",
        "\\foo",
        "_{1}",
        "^{",
        "{",
        "}",
    ),
    *(
        "[",
        "]",
        "Sin[",
        "Log[2,",
        "np.",
        "tf.math.",
        "Math.LN2",
        "os.system(",
        "std::",
        "M_PI",
        "%pi",
    ),
    *(
        "½",
        "2½",
        "1⁄3",
        "∛",
        "∜",
        "x₁",
        "𝑥",
        "ｘ",
        "⌊",
        "⌋",
        "%",
        "$",
        "d/dx ",
        "∂/∂x ",
        ")/dx",
        "'",
    ),
    *(
        "1.0f",
        "0x10",
        "3j",
        "1.5d0",
        "0,5",
        "lambda x:",
        "x ->",
        "x => ",
        ":=",
        ".^",
        "∞",
        "log_",
        "SIN",
    ),
    *("sin-1(", "sinx", "xy", "tg ", "∗", "–", " = 0", "\\lfloor", "\\infty", "\\[", "\\]", "\\("),
)
"""What other systems write."""

EXPRESSION_WORDS = (
    *FUNCTION_NAMES,
    *CONSTANT_NAMES,
    *SIGNS,
    *NUMBERS,
    *NOTATION_WORDS,
    *(
        "x",
        "y",
        "t_0",
        "x1",
        "θ",
        "xx",
        "a = ",
        "y = ",
        "e = ",
        "x(",
        "2x",
        "sin²",
        "sin^2 ",
        "log x",
    ),
    *("sum(", "prod(", "diff(", "D(", ", k = 0..3)", "..", "k", ", x, 2)", "!", "f(x) = ", "; "),
    *("f(", "f'(", "g(x, y) = ", "sin'(", "\\sum_{k=1}^{3} ", " for k in range(3)", ":= x -> "),
)

DECIMALS = (
    *("0.1", "0.25", "1.5", "2.303", "451.5", "4.0888", "273.15", "8.314462618", "0.0234"),
    *("1.380649e-23", "6.02e23", "6.62607015e-34", "299792458.0", "1e-9", "3.4e5", "96485.33212"),
)
"""Decimals as science has them."""

EXPONENTS = (
    *("2", "3", "-1", "-2", "12", "-12", "0.5", "1.85", "-0.25", "0.7143", "2.73", "(1/3)"),
    *("(2/7)", "-1.6364", "17", "64", "300", "-2.5", "x", "(x/1.7)", "(-0.5*x)"),
)
"""Exponents, of which some are high."""

DECIMAL_WORDS = (
    *DECIMALS,
    *SIGNS,
    *(f"^{exponent}" for exponent in EXPONENTS),
    *("x", "y", "exp(", "log(", "sqrt(", "10^(", "tanh(", "erf(", "erfc(", "gamma(", "1/(", "x/"),
    *("sin(", "cos(", "lgamma(", "atan(", "cosh(", "log10(", "cbrt(", "-(", " + ", " - ", "|"),
    *("log(sqrt(2.5))", "exp(1.5^0.3)", "(3.2^1.7 - 0.4)", "e^-0.3", "2.5^1.5", "pi", "gamma(2.5)"),
)

GRID_WORDS = (
    *NUMBERS,
    *("..", ":", "@", ",", "log", "@9", "@7log", ":0.1", ":-1", "@1", "@0", "@100000", "@100001"),
    *("1..3", "0..1:0.1", "-pi/2..pi/2@5", "1e-3..1e3@7log", "nan..inf", "1..2..0", "0..1e300"),
    *("sqrt(2)", "pi", "e", "exp(700)", "gamma(1e300)", "(", ")", "-", "+", " ", "x", "max(1,2)"),
)

TABLE_WORDS = (
    *NUMBERS,
    *(
        ",",
        "\t",
        "\n",
        "\r\n",
        "\r",
        "\n\n",
        "#",
        "# \n",
        '"',
        '""',
        '","',
        "x",
        "y",
        "x,y\n",
        "x\ty\n",
    ),
    *(
        '{"x": 1}',
        '{"x": 1, "y": 2}\n',
        '{"x": "1"}',
        '{"x": true}',
        '{"x": null}',
        "{",
        "}",
        "[",
        "]",
    ),
    *("1,2\n", "1\n", "1 2", "1..2", "1e5", "NaN", "Infinity", "=1+1", "pi", "sqrt(2)", "\u2028"),
)

FIELDS = (
    *(
        "id",
        "kind",
        "expr",
        *defaults.SHORT,
        "at",
        "zip",
        "wrt",
        "order",
        "claim",
        "method",
        "dtype",
    ),
    *("execution", "device", "max_seconds", "tolerance", "verify", "scaled", "formula"),
)

BATCH_WORDS = (
    *(json.dumps(field) for field in FIELDS),
    *(f"{json.dumps(field)}: " for field in FIELDS),
    *(
        '"x^2"',
        '"sin(x)"',
        '"1..3"',
        '"x"',
        '"x,y"',
        '"none"',
        '"taylor"',
        '"float16"',
        '"@f"',
        '"-"',
    ),
    *("{", "}", "[", "]", ":", ",", '"', "true", "false", "null", "NaN", "Infinity", "-0", "1e999"),
    *(
        "\\ud800",
        "\\u0000",
        "\\u202e",
        "\\u001b",
        "[" * 60,
        '{"a":' * 60,
        "9" * 5000,
        "\n",
        "1",
        "0.5",
    ),
    *('{"expr": "x", "method": "none"}\n', '"method": "none"', '"hessian"', '"jacobian"', '"grad"'),
)

CALL_WORDS = (
    *("diff", "grad", "jacobian", "hessian", "functions", "help", "completion", "code", "trace"),
    *("batch", "check", "compare", "pitfalls", "plot", "bash", "zsh", "environment", "exit-codes"),
    *(
        "--help",
        "-h",
        "--version",
        "--",
        "-",
        "--method",
        "none",
        "taylor",
        "auto",
        "nested",
        "--x",
    ),
    *("--y", "--at", "t=1..3", "x=1", "@points.csv", "@points.txt", "@bad.csv", "@none", "--zip"),
    *("-n", "--order", "2", "1000", "1001", "-1", "--wrt", "x,y", "--claim", "2/x", "--scaled"),
    *("--dtype", "float16", "bfloat16", "--execution", "xla", "--device", "gpu:1", "--max-seconds"),
    *("--verify", "sample", "--tolerance", "--strict", "--format", "-f", "json", "csv", "latex"),
    *("value", "npy", "npz", "parquet", "markdown", "--output", "out.csv", "--color", "always"),
    *(
        "--resume",
        "-v",
        "1..3",
        "1..1e9",
        "\n",
        "\n",
        "\n",
        "\n<<<\n",
        "complete\n",
        "1\n2\n",
        "x,y\n1,2\n",
    ),
    *("x^2", "log(x^2)", "x*y", "u = x^2", "-x", "sin x", "x(x+1)", "sni(x)"),
)

_WORD = re.compile(r"[A-Za-z_]+|\d+|\s+|.", re.DOTALL)


def text(data: bytes) -> str:
    """As arguments of a command are: what is no UTF-8 becomes half characters."""
    return data.decode("utf-8", "surrogateescape")


def encoded(text_: str) -> bytes:
    """Back again; half characters that no byte stands for become three bytes of their own."""
    try:
        return text_.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text_.encode("utf-8", "surrogatepass")


class Style(NamedTuple):
    """How a system writes a function {0} of the arguments {1}, and operators of {0} and {1}."""

    call: str = "{0}({1})"
    signs: Mapping[str, str] = {}


STYLES = {
    "plain": Style(),
    "Python": Style("sympy.{0}({1})", {"^": "({0})**({1})"}),
    "Mathematica": Style("{0}[{1}]", {"*": "({0}) ({1})"}),
    "LaTeX": Style(
        "\\operatorname{{{0}}}{{\\left({1} \\right)}}",
        {
            "*": "\\left({0}\\right) \\cdot \\left({1}\\right)",
            "/": "\\frac{{{0}}}{{{1}}}",
            "^": "\\left({0}\\right)^{{{1}}}",
        },
    ),
}
"""Other notations of the same expressions."""


def expression(
    random: Random, depth: int = 4, names: str = "xxxy", style: Style = STYLES["plain"]
) -> str:
    """An expression that can be read, if nothing is wrong with a number.

    Equal states of `random` give the same expression in every style.
    """
    if depth == 0 or random.random() < 0.15:
        atoms: list[str] = [*names, *names, *"123", "0.5", "1/3", "pi", "e", "10", "1e-3"]
        return random.choice(atoms)
    inside = [expression(random, depth - 1, names, style) for _ in range(2)]
    if random.random() < 0.5:
        row = random.choice(list(FUNCTIONS.values()))
        inside += row.sample[2:]
        if row.conditions:
            compared = random.choice(("{} < {}", "{} >= {}", "not {} == {}", "0 < {} <= {}"))
            inside[0] = compared.format(f"({inside[0]})", f"({inside[1]})")
        return style.call.format(row.name, ", ".join(inside[: row.arity]))
    sign = random.choice("++-**/^^")
    if sign == "^" and random.random() < 0.7:
        inside[1] = random.choice(["2", "3", "-1", "(1/3)", "0.5", "2.5"])
    return style.signs.get(sign, f"({{0}}){sign}({{1}})").format(*inside)


def statements(random: Random) -> str:
    """Expressions with sums, products, derivatives and definitions that they call."""
    forms = ("sum({}, k = {}..{})", "prod({}, k = {}..{})", "sum({}, j, {}, {})", "diff({}, x)")
    calls = ("f({})", "f'({})", "g({}, {})", "D({}, x, 2)", "({})!", "sin'({})", "f(f({}))")
    names = "xxyk"
    definitions = [f"f(x) = {expression(random, 2, 'xxa')}", "g(x, y) = f(x)*y + x"]
    parts: list[str] = []
    for _ in range(random.randint(1, 3)):
        inside = expression(random, random.randint(1, 2), names)
        form = random.choice((*forms, *calls))
        bounds = [str(random.randint(-2, 1)), random.choice(["1", "3", "2*2", "k", "12"])]
        filled = form.format(inside, *bounds)
        if random.random() < 0.3:
            filled = random.choice(forms).format(filled, *bounds)
        parts.append(filled)
    return random.choice(["; ", "\n"]).join([*definitions, " + ".join(parts)])


def spelling(random: Random) -> str:
    """An input of the target `notations`: a style, and the seed and depth of an expression."""
    style = random.choice([name for name in STYLES if name != "plain"])
    return f"{style} {random.randrange(10**9)} {random.randint(1, 5)}"


def value(random: Random) -> str:
    """What derivative, where, and of which expression: an input of the target `values`."""
    wrt = ",".join(random.choice("xxxy") for _ in range(random.choice([0, 1, 1, 1, 2, 2, 3, 5])))
    points = ("0.5", "2", "-1.5", "0", "1", "1e-8", "30", "-0.25", "3.141592653589793", "1e5")
    at = " ".join(f"{name}={random.choice(points)}" for name in "xy")
    return f"{wrt}\n{at}\n{expression(random, random.randint(1, 4))}"


def decimals(random: Random) -> str:
    """An input of the target `times`: as in `value`, of an expression with many decimals."""
    wrt = ",".join(random.choice("xxxxxy") for _ in range(random.choice([1, 1, 2, 2, 3])))
    x = random.choice(["0.5", "1.25", "2.75", "17.5", "1e-3", "310.5"])
    parts = [_part(random) for _ in range(random.choice([1, 1, 2, 2, 3, 4, 8, 16]))]
    signs = [random.choice(["+", "+", "-", "*", "/"]) for _ in parts]
    typed = "".join(f" {sign} {part}" for sign, part in zip(signs, parts, strict=True))
    return f"{wrt}\nx={x} y=0.8\n1.0{typed}"


def _decimal(random: Random) -> str:
    """A decimal of any number of digits."""
    digits = random.choice([1, 2, 3, 4, 6, 10, 16])
    made = (f"{random.uniform(0, 500):.{digits}f}", f"{random.uniform(0, 3):.{digits}f}")
    return random.choice([*made, *made, f"{random.uniform(1, 10):.{digits}e}", *DECIMALS[:9]])


def _constant(random: Random, depth: int = 3) -> str:
    """A constant of decimals and functions inside one another."""
    if depth == 0 or random.random() < 0.5:
        return _decimal(random)
    form = random.choice([
        "exp({}/500)", "log({} + 1)", "sqrt({})", "({}/100)^{}", "({} + {})", "{}*{}", "{}/{}",
        "log10({} + 1.1)", "tanh({})", "cbrt({})",
    ])  # fmt: skip
    return form.format(*[_constant(random, depth - 1) for _ in range(2)])


PARTS = (
    "{c}*exp(-((x - {d})/{d})^2)",
    "{d}*exp(-(x - {c})^2/(2*{d}^2))",
    "{d}*x^{n}",
    "({d} + {d}*x)^{n}",
    "({d} + {d}*x + {d}*x^2 + {d}*x^3)/(1 + {d}*x + {d}*x^2 + {d}*x^3)",
    "({d}*x - {d}*x^4 + {d}*x^7 - {d}*x^9)",
    "exp(-{d}/({d}*x))",
    "10^({d}/100 - {d}/(x + {d}))",
    "log(1 + {c}*exp({d}*x/500))",
    "sqrt({d} + sqrt({c} + x^{n}))",
    "({d}/(1 + (x/{d})^{d}))^{d}",
    "{c}^x",
    "(1 - exp(-{d}*x))^{n}",
    "erfc(({c} - x)/sqrt(2*{d}))",
    "x^({c}*y)",
    "log10({c}*sqrt(1 + (x/{d})^2)/sqrt(1 + (x/{d})^{n}))",
    "gamma({d}/100 + x/{d})",
    "tanh({c}*(x + {d}*x^3))^{n}",
    "sin({c}*x + {d}*cos({d}*x*y))",
    "|x - {c}|^{d}",
)
"""Terms and factors: {d} is a decimal, {c} a constant of decimals and {n} an exponent."""


def _part(random: Random) -> str:
    """One of `PARTS`, or one of them inside another."""
    form = random.choice(PARTS)
    part = re.sub(r"\{(\w)\}", lambda slot: _slot(slot[1], random), form)
    if random.random() < 0.15:
        part = re.sub(r"\bx\b", lambda _: f"({_part(random)})", part, count=1)
    return f"({part})"


def _slot(kind: str, random: Random) -> str:
    if kind == "n":
        return random.choice(EXPONENTS)
    return _constant(random) if kind == "c" else _decimal(random)


def points(random: Random) -> str:
    """Points as they are typed."""
    ends = [random.choice(NUMBERS) for _ in range(2)]
    tail = random.choice(["", ":0.1", "@5", "@9log", f":{random.choice(NUMBERS)}"])
    return ",".join(
        [random.choice([ends[0], f"{ends[0]}..{ends[1]}{tail}"])] * random.randint(1, 3)
    )


def table(random: Random) -> str:
    """A table of points, or a file of numbers."""
    between = random.choice([",", "\t"])
    end = random.choice(["\n", "\n", "\r\n", "\r"])
    names = random.choice([["x"], ["x", "y"], ["x", "note", "y"], []])
    rows = [names] if names else []
    width = len(names) or 1
    rows += [[random.choice(NUMBERS) for _ in range(width)] for _ in range(random.randint(1, 5))]
    return end.join(between.join(row) for row in rows) + random.choice(["", end])


_VALUES: tuple[object, ...] = (1, "1..3", [1, "2"], [], "nan", 1e308, {}, None, [[1]])


def request(random: Random) -> str:
    """A request of a batch, in a line."""
    fields: dict[str, object] = {"expr": expression(random, 3), "method": "none"}
    more: list[tuple[str, object]] = [
        *[("order", n) for n in (0, 1, 2, 7, -1, 1001, True, 10**400)],
        *[("kind", kind) for kind in ("diff", "grad", "jacobian", "hessian", "x")],
        *[("x", x) for x in _VALUES],
        *[
            ("y", 2),
            ("at", {"x": 1, "y": 2}),
            ("at", {}),
            ("zip", True),
            ("wrt", "x"),
            ("wrt", "x,y"),
        ],
        *[("method", "taylor"), ("method", "auto"), ("dtype", "float16"), ("formula", True)],
        *[("claim", "2*x"), ("scaled", True), ("verify", "sample"), ("tolerance", -1), ("id", [1])],
    ]
    fields.update(random.sample(more, random.randint(0, 4)))
    return json.dumps(fields) + "\n"


def arguments(random: Random) -> str:
    """A call of the command line, an argument a line; standard input follows a line of its own."""
    words = [
        random.choice(["diff", "diff", "grad", "hessian", "jacobian", "code", *CALL_WORDS[:16]])
    ]
    words += [expression(random, 2)] * random.randint(0, 2)
    words += ["--method", random.choice(["none", "none", "none", "taylor", "auto"])]
    words += [
        word for word in random.choices(CALL_WORDS, k=random.randint(0, 5)) if "\n" not in word
    ]
    return "\n".join(words) + random.choice(["", "", "\n<<<\n1\n2\n", "\n<<<\nx,y\n1,2\n"])


def mutated(
    data: bytes,
    random: Random,
    words: Sequence[str],
    fresh: Callable[[Random], str],
    pool: Sequence[bytes],
) -> bytes:
    """Another input: a new one, or this one with words put in, taken out, doubled or exchanged."""
    if not data or random.random() < 0.08:
        return encoded(fresh(random))[:LARGEST]
    pieces: list[str] = _WORD.findall(text(data))
    for _ in range(random.choice([1, 1, 1, 2, 3, 5])):
        random.choice(_CHANGES)(pieces, random, words, pool)
    made = encoded("".join(pieces))
    if random.random() < 0.03 and made:
        place = random.randrange(len(made))
        made = made[:place] + bytes([random.randrange(256)]) + made[place + 1 :]
    return made[:LARGEST]


_Change = Callable[[list[str], Random, Sequence[str], Sequence[bytes]], None]


def _place(pieces: Sequence[str], random: Random) -> int:
    return random.randint(0, len(pieces))


def _slice(pieces: Sequence[str], random: Random) -> slice:
    first = _place(pieces, random)
    return slice(first, first + random.choice([1, 1, 2, 5, 20]))


def _put(pieces: list[str], random: Random, words: Sequence[str], pool: Sequence[bytes]) -> None:
    pieces.insert(_place(pieces, random), random.choice(words))


def _put_hostile(
    pieces: list[str], random: Random, words: Sequence[str], pool: Sequence[bytes]
) -> None:
    pieces.insert(_place(pieces, random), random.choice(HOSTILE))


def _exchange(
    pieces: list[str], random: Random, words: Sequence[str], pool: Sequence[bytes]
) -> None:
    pieces[_slice(pieces, random)] = [random.choice(words)]


def _drop(pieces: list[str], random: Random, words: Sequence[str], pool: Sequence[bytes]) -> None:
    del pieces[_slice(pieces, random)]


def _repeat(pieces: list[str], random: Random, words: Sequence[str], pool: Sequence[bytes]) -> None:
    part = pieces[place := _slice(pieces, random)]
    pieces[place] = part * random.choice([2, 2, 3, 10, 100])
    del pieces[LARGEST:]


def _wrap(pieces: list[str], random: Random, words: Sequence[str], pool: Sequence[bytes]) -> None:
    part = pieces[place := _slice(pieces, random)]
    pieces[place] = [
        random.choice(["(", "sin(", "|", "-(", "{", "["]),
        *part,
        random.choice(")|}]"),
    ]


def _splice(pieces: list[str], random: Random, words: Sequence[str], pool: Sequence[bytes]) -> None:
    if pool:
        other: list[str] = _WORD.findall(text(random.choice(pool)))
        pieces[_slice(pieces, random)] = other[_slice(other, random)]


_CHANGES: tuple[_Change, ...] = (
    *(_put, _put, _put_hostile, _exchange, _exchange, _exchange),
    *(_drop, _drop, _repeat, _wrap, _splice, _splice),
)

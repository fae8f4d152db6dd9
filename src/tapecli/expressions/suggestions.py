"""What a name was probably meant for, where no row of the table has it.

A suggestion is never a guess: a name that means something else elsewhere is told as that, and
another name is offered only if a slip or two of the fingers lead from one to the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tapecli.errors import MAX_QUOTED
from tapecli.expressions.functions import FUNCTION_NAMES, FUNCTIONS

_COMPLEX = "complex numbers have no place here: every number is real"
_MATRIX = "every value is a number, not a matrix; write its entries as several expressions"
_PROGRAM = "an expression is a formula; nothing of a program is run"
_RANDOM = "a formula has the same value at every call; give the numbers as points, with --x"
_DIFFERENTIATES = "tapecli does not {}; 'tapecli --help' lists what it does"

_ELSEWHERE = {
    **{
        word: f"did you mean '{name}'?"
        for word, name in {
            "sine": "sin",
            "cosine": "cos",
            "tangent": "tan",
            "cotangent": "cot",
            "secant": "sec",
            "cosecant": "csc",
            "exponential": "exp",
            "logarithm": "log",
            "squareroot": "sqrt",
            "cuberoot": "cbrt",
            "absolute": "abs",
            "power": "pow",
        }.items()
    },
    **dict.fromkeys(("integrate", "integral", "int", "quad"), _DIFFERENTIATES.format("integrate")),
    **dict.fromkeys(("limit", "lim"), _DIFFERENTIATES.format("take limits")),
    **dict.fromkeys(("solve", "fsolve", "roots"), _DIFFERENTIATES.format("solve equations")),
    **dict.fromkeys(("simplify", "expand", "factor", "collect"), _DIFFERENTIATES.format("rewrite")),
    **dict.fromkeys(("re", "im", "real", "imag", "arg", "angle", "conj", "conjugate"), _COMPLEX),
    **dict.fromkeys(("det", "inv", "inverse", "transpose", "matmul", "cross"), _MATRIX),
    **dict.fromkeys(("eval", "exec", "print", "import", "__import__", "open", "input"), _PROGRAM),
    **dict.fromkeys(("range", "len", "list", "map", "lambda", "def", "return"), _PROGRAM),
    **dict.fromkeys(("rand", "random", "randn", "uniform", "normal"), _RANDOM),
    **dict.fromkeys(("gcd", "lcm", "prime", "isprime"), "functions of whole numbers have no slope"),
    **dict.fromkeys(("taylor", "series"), "for Taylor coefficients give the option --scaled"),
    **dict.fromkeys(("grad", "gradient", "nabla"), "it is a command: tapecli grad 'x*y'"),
    **dict.fromkeys(("hessian", "hess"), "it is a command: tapecli hessian 'x*y'"),
    **dict.fromkeys(("jacobian", "jac"), "it is a command: tapecli jacobian 'x*y' 'x + y'"),
    **dict.fromkeys(("rect", "boxcar", "rectangle"), "write where(abs(x) < 1/2, 1, 0)"),
    "unitstep": "write where(x >= 0, 1, 0), or step(x), which is 1/2 at 0",
    "remainder": "write mod(x, y), of the sign of y, or x - y*round(x/y), as IEEE 754 has it",
    "nint": "write round(x), which rounds halves to even, or floor(x + 1/2)",
    **dict.fromkeys(("select", "switch", "case"), "write piecewise((x, x > 0), -x)"),
    **dict.fromkeys(("cond", "ifthenelse", "choose"), "write where(x > 0, x, -x)"),
    "plot": "it is a command: tapecli plot 'sin(x)'",
}
"""What names mean in other programs that mean nothing here."""

_QUOTES = "leave out the quotation marks: the shell's own are enough"
_RANGE = "a range is for points, as in --x 1..3; a condition is where(c, a, b)"
_DEGREES = "write sind(x) for the sine of degrees, or x*pi/180"
_SIGNS = {
    **dict.fromkeys("\"'`“”„«»‘’", _QUOTES),
    **dict.fromkeys(("°", "º", "˚"), _DEGREES),
    "~": "write 'not' for the opposite of a condition, or - for that of a number",
    "!": "a factorial is written behind: x!; the opposite of a condition is 'not'",
    "@": "write * for a product",
    "#": "write a comment in a file of expressions, which is read with @FILE",
    "$": "leave it out, or write one on each side: $x^2$",
    "?": "write where(x > 0, x, -x), or x > 0 ? x : -x",
    ":": _RANGE,
    ";": "write ';' between expressions",
    "%": "write 10% for 10/100, or x % 5 for the remainder of x/5",
    "\\": "write a command of LaTeX, as in \\\\sin x, or a division: /",
    "&": "write 'and' between conditions",
    "|": "write |x|, or abs(x)",
    "∂": "write diff(f, x), or ∂/∂x in front of the whole expression",
    "≈": "an expression has no '≈'; write its left side alone",
    "²": "a power stands behind what it raises: x²",
    "³": "a power stands behind what it raises: x³",
}
"""What to write instead of signs that have no meaning where they stand."""

MOST_WORDS = 2_000
"""Words among which the one that was meant is looked for; among more it would take too long."""

_LETTERS_PER_SLIP = 4
"""How long a name must be for each slip that is allowed in it, and for the first one less 1."""


def for_call(name: str, arguments: int | None) -> str:
    """What to do about an unknown function with so many arguments, None if that is not known."""
    if told := _ELSEWHERE.get(name.lower()):
        return told
    return question(_functions(name, arguments)) or "see 'tapecli functions'"


def for_sign(sign: str, before: str) -> str:
    """What to write instead of a sign that no expression can have behind this text; or ""."""
    if sign == "/" and before.endswith("/"):
        return "write floor(x/2) for a whole quotient, or x/2"
    return _SIGNS.get(sign, "")


def question(names: Sequence[str]) -> str:
    """The question whether one of these names was meant; "" if there is none."""
    return f"did you mean {' or '.join(map(repr, names[:2]))}?" if names else ""


def _functions(name: str, arguments: int | None) -> list[str]:
    """The names of functions from which few slips lead to this one, one for each function."""
    fitting = [
        known
        for known, row in FUNCTION_NAMES.items()
        if known.isascii() and (arguments is None or _takes(row, arguments))
    ]
    closest = similar(name, fitting)
    rows = dict.fromkeys(FUNCTION_NAMES[known] for known in closest)
    return [next(known for known in closest if FUNCTION_NAMES[known] == row) for row in rows]


def _takes(name: str, arguments: int) -> bool:
    row = FUNCTIONS[name]
    most = row.arity + bool(row.longer)
    return row.arity <= arguments and (row.repeats or arguments <= most)


def similar(name: str, words: Iterable[str]) -> list[str]:
    """The words at the least distance from a name, if that is small for its length."""
    words = list(words)
    if len(name) > MAX_QUOTED or len(words) > MOST_WORDS:
        return []
    lower = name.lower()
    most = (len(name) + 1) // _LETTERS_PER_SLIP
    distances = {
        word: slips(lower, word.lower())
        for word in words
        if len(word) > 1 and abs(len(word) - len(name)) <= most
    }
    least = min(distances.values(), default=most + 1)
    closest = [word for word, distance in distances.items() if distance == least <= most]
    alike = [word for word in closest if word.islower() == name.islower()]
    return alike or closest


def slips(first: str, second: str) -> int:
    """How many letters are missing, too many, wrong, or have changed places with the next one.

    That is the optimal string alignment distance (Boytsov, Indexing methods for approximate
    dictionary searching, 2011).
    """
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, letter in enumerate(first, 1):
        older, before, row = before, row, [i]
        for j, other in enumerate(second, 1):
            distance = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == second[j - 2] and other == first[i - 2]:
                distance = min(distance, older[j - 2] + 1)
            row.append(distance)
    return row[-1]

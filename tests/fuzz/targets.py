"""What is fuzzed: one row for each of the languages that tapecli is given."""

from __future__ import annotations

import contextlib
import io
import json
import math
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

from tests.fuzz import language, numerical
from tests.fuzz.judge import ENDLESS, Endless, Finding, apart

import tapecli
from tapecli import cli, formats
from tapecli.cli import serve
from tapecli.errors import ExpressionError, TapecliError, TensorFlowError
from tapecli.evaluation import answering, batch
from tapecli.evaluation.question import Options, PointsInput, Question
from tapecli.expressions import expression
from tapecli.expressions.statements import statements
from tapecli.expressions.tree import variables
from tapecli.floats import FORMATS, FloatFormat
from tapecli.formats import FORMATS as PAGE_FORMATS
from tapecli.formats import Screen, problem
from tapecli.formats.json import document
from tapecli.points import exact, points

MOST_SECONDS = "0.2"
"""What a request may be expected to take: a tenth of what it may take."""
FEW = 3_000
"""Points that are compared one by one."""
LARGEST_ORDER = 5
"""The highest order that the oracle is asked for."""
EXIT_CODES = {0, 1, 2, 3, 130}


@dataclass(frozen=True)
class Target:
    """A language.

    Attributes:
        about: what it is, for people.
        run: runs one input, and raises what must never be seen.
        words: what inputs are made of.
        fresh: a new input.
        sample: an ordinary one, which loads what any may need.
        most: seconds of a processor that an input may take; the judge's own, if left out.
        endless: seconds after which an input is stopped.
    """

    about: str
    run: Callable[[bytes], None]
    words: Sequence[str]
    fresh: Callable[[Random], str]
    sample: bytes
    most: float | None = None
    endless: float = ENDLESS


def see(right: bool, kind: str, place: str, message: object = "") -> None:
    """Raise a finding unless all is right."""
    if not right:
        raise Finding(kind, place, str(message)[:2_000])


def _shown(error: TapecliError) -> None:
    """See that the message of an error is fit to be shown."""
    shown = "\n".join(problem.lines(error))
    _clean(shown, "message")
    if isinstance(error, ExpressionError):
        inside = 0 <= error.start <= error.end <= len(error.expression) + 1
        see(inside, "place", "ExpressionError", (error.start, error.end, shown))


def _clean(shown: str, place: str) -> None:
    """See that a text has nothing that a terminal would act upon."""
    raw = [character for character in shown if not (character.isprintable() or character == "\n")]
    see(not raw, "control", f"{place} {raw[:1]!r}", repr(shown))


# --- expressions ------------------------------------------------------------------------------

BETWEEN = "\n---\n"
"""What stands between several expressions."""
BEYOND = re.compile("more than 200 brackets|characters")
"""Bounds that the explicit form may be beyond, for it has more brackets."""


def expressions(data: bytes) -> None:
    """Text to trees, to text, to trees: the last are the first."""
    texts = language.text(data).split(BETWEEN)
    try:
        found = expression.parse(texts, variable_names=("rate",))
    except TapecliError as error:
        _shown(error)
        return
    pieces = [piece for text_ in texts for piece in statements(text_)]
    if len(found) != sum(piece.parameters is None for piece in pieces):
        return  # the definitions themselves, or constants are left out
    known = variables(*(one.tree for one in found))
    if len(pieces) > len(found) and not all(variables(one.tree) for one in found):
        return  # a constant with a name beside definitions would be no target
    targets = iter(found)
    explicit = [
        str(next(targets)) if piece.parameters is None else piece.typed[piece.head[0] : piece.end]
        for piece in pieces
    ]
    try:
        again = expression.parse(explicit, variable_names=(*known, "rate"))
    except ExpressionError as error:
        see(bool(BEYOND.search(str(error))), "unreadable", "text", (explicit, error))
        return
    same = all(one.tree is other.tree for one, other in zip(found, again, strict=True))
    see(same, "another", "tree", (explicit, [str(one) for one in again]))


def notations(data: bytes) -> None:
    """The same expression in two notations: one tree, or the same refusal."""
    match = re.fullmatch(r"(\w+) (\d{1,9}) ([1-5])", language.text(data))
    if match is None or match[1] not in language.STYLES:
        expressions(data)
        return
    styles = (language.STYLES["plain"], language.STYLES[match[1]])
    typed = [language.expression(Random(match[2]), int(match[3]), style=style) for style in styles]
    answers: list[object] = []
    for text_ in typed:
        try:
            answers.append(expression.parse(text_)[0].tree)
        except ExpressionError as error:
            _shown(error)
            answers.append(error.problem)
    same = answers[0] is answers[1] or answers[0] == answers[1]
    beyond = any(isinstance(answer, str) and BEYOND.search(answer) for answer in answers)
    see(same or beyond, "another", "notation", (typed, answers))


# --- points -----------------------------------------------------------------------------------


def _format_of(data: bytes) -> FloatFormat:
    return list(FORMATS.values())[len(data) % len(FORMATS)]


def _tried(make: Callable[[], list[float]]) -> list[float] | TapecliError:
    try:
        return make()
    except TapecliError as error:
        _shown(error)
        return error


def _alike(make: Callable[[], list[float]], where: str) -> list[float] | TapecliError:
    """See that points are the same exactly as by NumPy, or refused in both."""
    with mock.patch.object(exact, "MAX_EXACT", 10**9):
        one = _tried(make)
    with mock.patch.object(exact, "MAX_EXACT", 0):
        other = _tried(make)
    message = f"{one!s:.500}\n{other!s:.500}"
    refused = [isinstance(each, TapecliError) for each in (one, other)]
    see(refused[0] == refused[1], "refused-once", where, message)
    see(any(refused) or repr(one) == repr(other), "another", where, message)
    return one


def _in_parts(
    given: Mapping[str, str],
    rows: str | None,
    names: Sequence[str],
    format_: FloatFormat,
    data: bytes = b"",
) -> list[float]:
    stdin = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig")
    table = points.table(rows, stdin) if rows else None
    source = points.Reader(format_, stdin=stdin).read(given, table, names)
    found: list[float] = []
    for chunk in source.chunks(1 << 12):
        for name in names:
            found += chunk.columns[name].tolist()
        if len(found) > 200 * FEW:
            break
    return found


def grids(data: bytes) -> None:
    """Points as they are typed: exactly, and by NumPy."""
    typed, format_ = language.text(data), _format_of(data)
    if typed == "-" or typed.startswith("@"):
        return
    try:
        count = sum(each.count for each in exact.ranges(typed, exact.MAX_COUNT))
        exact.is_single(typed)
    except TapecliError as error:
        _shown(error)
        return
    if count <= FEW:
        whole = _alike(
            lambda: _in_parts({"x": typed}, None, ("x",), format_), f"range {format_.name}"
        )
        see(isinstance(whole, TapecliError) or len(whole) == count, "count", "grid", count)


def files(data: bytes) -> None:
    """Files of numbers, and tables: exactly, and by libraries."""
    format_ = _format_of(data)
    _alike(lambda: _in_parts({"x": "-"}, None, ("x",), format_, data), f"numbers {format_.name}")
    names: tuple[str, ...] = ("x",)
    try:
        stdin = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig")
        columns = points.table("-", stdin).names
        names = tuple(name for name in columns if name.isidentifier())[:2] or names
    except TapecliError as error:
        _shown(error)
    _alike(lambda: _in_parts({}, "-", names, format_, data), f"table {format_.name}")


# --- requests and calls -----------------------------------------------------------------------


def _no_tensorflow() -> Any:
    raise TensorFlowError("there is no TensorFlow here")


def _brief(line: str) -> str | None:
    """A request that may not be expected to take long; None for one that says that it may."""
    if "@" in line and re.search(r"[/\\]", line):
        return None
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return line
    if not isinstance(fields, dict) or not fields:
        return line
    if "max_seconds" in fields:
        given = fields["max_seconds"]
        long = isinstance(given, int | float) and given > float(MOST_SECONDS)
        return None if long else line
    return f'{line.rstrip()[:-1]}, "max_seconds": {MOST_SECONDS}}}\n'


def _no_number(name: str) -> None:
    see(False, "no-json", name)


def requests(data: bytes) -> None:
    """Requests of a batch: each has an answer of its own."""
    stream = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", errors="replace")
    lines = [brief for line in serve._lines(stream) if (brief := _brief(line)) is not None][:4]
    found = list(batch.Batch(_no_tensorflow, document=document).answers(lines))
    see(len(found) == sum(bool(line.strip()) for line in lines), "count", "answers", found)
    for answer in found:
        see(answer.endswith("\n") and answer.count("\n") == 1, "lines", "answer", answer)
        fields = json.loads(answer, parse_constant=_no_number)
        see(fields["schema"] == 1, "schema", "answer", answer)
        if error := fields.get("error"):
            see(error["exit_code"] in EXIT_CODES, "exit-code", "answer", answer)
            see(error["type"] != "InternalError", "internal", error["message"][:60], answer)
            _clean(error["message"].replace("\n", " "), "answer")


INPUT = "\n<<<\n"
"""What stands between the arguments of a call, a line each, and its standard input."""
COMPLETE = "complete"
"""What stands in place of the first argument if the rest is a line that the shell completes."""
OWN_NAMES = {"points.txt": "1\n2\n", "points.csv": "x,y\n1,2\n3,4\n", "bad.csv": "x\n\x00\n\xff\n"}
"""Files that calls may name, in a folder of their own."""
LIMITED = ("diff", "grad", "jacobian", "hessian")
BINARY = re.compile("npy|npz|parquet")


def calls(data: bytes) -> None:
    """Calls of the command line, in this process, without TensorFlow."""
    typed, _, given = data.replace(b"\0", b"").partition(INPUT.encode())
    arguments = language.text(typed).split("\n")
    if _reaches_out(arguments) or (arguments[0] == "plot" and {"taylor", "none"} & {*arguments}):
        return  # or draws, which takes as long as the curves are long
    if arguments[0] in LIMITED:
        arguments[1:1] = ["--max-seconds", MOST_SECONDS]
    completed = arguments[0] == COMPLETE
    code, out, err = _called(arguments, given, completed)
    about = (arguments, code, err[-1_000:])
    see(code in EXIT_CODES, "exit-code", str(code), about)
    see("Traceback (most" not in out + err, "traceback", err.strip().rpartition("\n")[2], about)
    _clean(err, "stderr")
    if not (completed or "always" in arguments or any(map(BINARY.search, arguments))):
        _clean(out.replace("\t", " "), "stdout")
    errors = [line for line in err.split("\n") if line.startswith("Error")]
    see(len(errors) <= 1, "errors", str(len(errors)), about)
    see(bool(err) or code in (0, 1), "silent", str(code), about)


def _reaches_out(arguments: Sequence[str]) -> bool:
    """Whether a call may read or write beyond its folder, or is allowed to take long."""
    marks = ("-o", "--output", "@")
    files_ = any(mark in argument for argument in arguments for mark in marks)
    beyond = any(part in argument for argument in arguments for part in ("/", ".."))
    return (files_ and beyond) or any("--max-s" in argument for argument in arguments)


def _called(arguments: Sequence[str], given: bytes, completed: bool) -> tuple[int, str, str]:
    """The exit code of a call, and what it wrote."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    kept, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(given), errors="surrogateescape")
    if completed:
        line = " ".join(["tapecli", *arguments[1:]])
        os.environ |= {cli.COMPLETING: "bash_complete", "COMP_WORDS": line, "COMP_TAIL": line[-3:]}
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.execute(arguments)
    finally:
        sys.stdin = kept
        os.environ.pop(cli.COMPLETING, None)
    return code, _written(out), _written(err)


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode(errors="replace")


# --- values -----------------------------------------------------------------------------------

_POINT = re.compile(r"([a-z])=(-?[0-9.e+-]+)")
ULP = 2.0**-52
LEAST = 5e-324
STEPS = 40
"""Units of roundoff for each order that a value that is `ok` may be wrong by, here and beside."""


def _of_value(data: bytes) -> tuple[str, dict[str, str], str]:
    """The variables of a derivative, the point and the expression: a line each."""
    wrt, _, rest = language.text(data).partition("\n")
    at, _, typed = rest.partition("\n")
    return wrt, dict(_POINT.findall(at)), typed


def values(data: bytes) -> None:
    """Certified values, and those of Taylor series that are ok, beside those of mpmath."""
    wrt, point, typed = _of_value(data)
    sequence = [name for name in wrt.split(",") if name]
    if len(sequence) > LARGEST_ORDER or len(typed) > 500:
        return
    try:
        (one,) = expression.parse(typed)
        used = variables(one.tree)
        where = {name: float(point[name]) for name in used}
        if not where or not set(sequence) <= set(used):
            return
        found = {method: _value(typed, where, sequence, method) for method in ("none", "taylor")}
    except (TapecliError, KeyError, ValueError):
        return
    certified, taylor = found["none"], found["taylor"]
    if certified.analytic is None:
        return
    about = (typed, where, wrt, certified.analytic, taylor.tape, taylor.status)
    with contextlib.suppress(numerical.Unsure, Endless), apart():
        right = numerical.derivative(one.tree, where, sequence)
        _near(certified.analytic, right, ULP * abs(right), "certified", about)
        if taylor.status == "ok" and taylor.tape is not None and math.isfinite(taylor.tape):
            beside = [
                abs(x * numerical.derivative(one.tree, where, [*sequence, name]))
                for name, x in where.items()
            ]
            bound = STEPS * max(1, len(sequence)) * ULP * (abs(right) + sum(beside))
            _near(taylor.tape, right, bound, "ok", about)


def _near(value: float, right: Any, bound: Any, what: str, about: object) -> None:
    if math.isinf(value):
        see(abs(right) > sys.float_info.max * (1 - ULP), "wrong", what, (*_pair(about), right))
        return
    see(abs(value - right) <= bound + LEAST, "wrong", what, (*_pair(about), right))


def _pair(about: object) -> tuple[object, ...]:
    return about if isinstance(about, tuple) else (about,)


def _value(
    typed: str, where: Mapping[str, float], sequence: Sequence[str], method: str
) -> tapecli.Row:
    how: dict[str, Any] = {"method": method, "formulas": False, "max_seconds": 0.2}
    if sequence:
        found = tapecli.diff(typed, at=where, wrt=",".join(sequence), **how)
    else:
        found = tapecli.diff(typed, at=where, order=0, **how)
    (row,) = found.rows
    return row


# --- times ------------------------------------------------------------------------------------

MOST_OF_ANSWER = 5.0
"""Seconds of a processor that a whole answer with its formulas may take."""
STOPPED = 8.0
"""Seconds after which it is stopped; it is told by the line that it was at, so not much later."""
EXPECTED = 0.5
"""Seconds that a request may be expected to take: a tenth of what its answer may."""
HIGHEST_TIMED = 3
"""The highest order that is timed."""
PAGES = ("table", "json", "markdown", "latex")
"""The formats that show formulas."""


def times(data: bytes) -> None:
    """Answers without TensorFlow, with their formulas on every page that shows them."""
    wrt, point, typed = _of_value(data)
    if len(wrt.split(",")) > HIGHEST_TIMED:
        return
    how = Options(method="none", max_seconds=EXPECTED)
    try:
        (one,) = expression.parse(typed)
        given = {name: point[name] for name in variables(one.tree) if name in point}
        request = Question.parse("diff", typed, PointsInput(given), wrt=wrt, options=how)
        result = answering.answer(request, load=_no_tensorflow)
    except TapecliError as error:
        _shown(error)
        return
    for name in PAGES:
        page = "".join(formats.render(result, PAGE_FORMATS[name], Screen()))
        _clean(page, name)
        if name == "json":
            json.loads(page, parse_constant=_no_number)


TARGETS = {
    "expressions": Target(
        "text to trees and back", expressions, language.EXPRESSION_WORDS, language.statements,
        b"u = x^2\n---\nlog(u) + sin x",
    ),
    "notations": Target(
        "notations of other systems", notations, language.EXPRESSION_WORDS, language.spelling,
        b"LaTeX 1 3",
    ),
    "grids": Target(
        "points as they are typed", grids, language.GRID_WORDS, language.points,
        b"0..sqrt(2)@5,1..3:0.5",
    ),
    "files": Target(
        "files of numbers, and tables", files, language.TABLE_WORDS, language.table,
        b"x,y\n1,2\n0.1,sqrt(2)\n",
    ),
    "requests": Target(
        "requests of a batch", requests, language.BATCH_WORDS, language.request,
        b'{"expr": "sin(x)*y", "x": 1, "y": [1, 2], "kind": "hessian", "method": "none", '
        b'"formula": true}\n{"expr": "x^2", "method": "none", "claim": "2*x"}\n',
    ),
    "calls": Target(
        "calls of the command line", calls, language.CALL_WORDS, language.arguments,
        b"diff\nsin(x)\n--method\nnone\n--x\n-\n<<<\n1\n2\n",
    ),
    "values": Target(
        "values beside those of mpmath", values, language.EXPRESSION_WORDS, language.value,
        b"x,x\nx=0.5\nsin(x)^2\n",
    ),
    "times": Target(
        "answers with formulas of many decimals", times, language.DECIMAL_WORDS, language.decimals,
        b"x,x\nx=0.5\n1.5*exp(-x^2/2.25) + lgamma(2.5x)", MOST_OF_ANSWER, STOPPED,
    ),
}  # fmt: skip


@contextlib.contextmanager
def place(folder: Path) -> Iterator[None]:
    """A folder in which calls may read and write, without TensorFlow."""
    for name, content in OWN_NAMES.items():
        (folder / name).write_text(content, "latin-1")
    before = Path.cwd()
    kept = sys.modules.get("tensorflow")
    sys.modules["tensorflow"] = None  # type: ignore[assignment]
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
        del sys.modules["tensorflow"]
        if kept is not None:
            sys.modules["tensorflow"] = kept

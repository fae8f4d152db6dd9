"""Requests as lines of JSON, each answered by a line of JSON: one process for all of them.

A request that is asked again is traced, and from then on takes a third of the time. What is kept
of requests is bounded, so that there may be any number of them.
"""

from __future__ import annotations

import itertools
import json
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NoReturn, TypeAlias

from tapecli import defaults
from tapecli.engines.tapes import arrangements, loading
from tapecli.errors import (
    UNEXPECTED,
    ExpressionError,
    RequestError,
    TapecliError,
    TensorFlowError,
    clipped,
    nearest,
    twice,
)
from tapecli.evaluation import answering
from tapecli.evaluation.planner import Choice, Workload
from tapecli.evaluation.question import KINDS, Options, PointsInput, Question
from tapecli.expressions.parser import MAX_LENGTH
from tapecli.floats import FORMATS
from tapecli.points import tables
from tapecli.result import SCHEMA, Result

TRACED_AFTER = 3
"""Times that the same is asked before it is traced, which takes as long as ten answers."""

REMEMBERED = 1_024
"""Different requests of which it is kept what they ask."""

REMEMBERED_TEXT = 10_000
"""Characters of what a request asks beyond which it is not kept."""

REMEMBERED_COUNTS = 16
"""Numbers of points for which it is kept how each of them is computed."""

MAX_LINE = 10_000_000
"""Characters of a request."""

MAX_REFUSED = 100
"""Lines that are no requests, of as many characters, to which the answer is kept."""

MAX_VALUES = 500_000
"""Numbers in an answer, which is in memory as a whole."""


_LARGEST = sys.float_info.max


@dataclass(frozen=True)
class Field:
    """A field of a request.

    Attributes:
        meaning: what it must be.
        kinds: the types that it may have.
        items: those that the items of a list may have.
    """

    meaning: str
    kinds: tuple[type, ...]
    items: tuple[type, ...] = ()

    def can_be(self, value: Any) -> bool:
        """Whether it is of such a type; the numbers are those that a float has a place for."""
        if isinstance(value, list) and list in self.kinds:
            return all(_is(item, self.items) for item in value)
        return _is(value, self.kinds) and (self.kinds != _NUMBER or abs(value) <= _LARGEST)


_TEXT, _NUMBER, _FLAG = (str,), (int, float), (bool,)
_TEXTS = (str, list), _TEXT
_POINTS = Field(
    "points: text, a number or a list of them", (str, int, float, list), (str, *_NUMBER)
)


def _is(value: object, kinds: tuple[type, ...]) -> bool:
    """Whether it is of one of the types; true is no number."""
    return isinstance(value, kinds) and (not isinstance(value, bool) or bool in kinds)


def _one_of(words: Iterable[str]) -> str:
    return f"one of {', '.join(words)}"


FIELDS = {
    "id": Field("anything; it stands in the answer", (object, bool)),
    "kind": Field(_one_of(KINDS), _TEXT),
    "expr": Field("an expression, or a list of them", *_TEXTS),
    **dict.fromkeys(defaults.SHORT, _POINTS),
    "at": Field("an object of points by name, or '@file' with a table of them", (dict, str)),
    "zip": Field("true if points go side by side, or false", _FLAG),
    "wrt": Field("a variable to differentiate by, or a list of them", *_TEXTS),
    "order": Field("a whole number", (int,)),
    "claim": Field("a claim, or a list of them", *_TEXTS),
    "method": Field(_one_of(defaults.METHODS), _TEXT),
    "dtype": Field(_one_of(FORMATS), _TEXT),
    "execution": Field(_one_of(defaults.EXECUTIONS), _TEXT),
    "device": Field("the name of a device, such as cpu", _TEXT),
    "max_seconds": Field("a number of seconds", _NUMBER),
    "tolerance": Field("a number that the verdicts are scaled by", _NUMBER),
    "verify": Field(_one_of(defaults.VERIFY), _TEXT),
    "scaled": Field("true for Taylor coefficients, or false", _FLAG),
    "formula": Field("true for formulas, which take longer, or false", _FLAG),
}
"""What a request may have, by name: what the options of `tapecli diff` of these names say."""

_HOW = ("method", "dtype", "execution", "device", "max_seconds", "tolerance", "verify", "scaled")


Key: TypeAlias = tuple[str | None, ...]


@dataclass
class _Remembered:
    """What is kept of requests that differ in nothing but their points.

    Attributes:
        question: what they ask; the points are those of each request.
        choices: the methods by the number of points.
        times: how often it was asked.
    """

    question: Question
    choices: dict[int, Choice]
    times: int = 0


class Batch:
    """Answers requests, one after the other.

    Args:
        load: loads TensorFlow; it is called for each request that needs it, until it fails.
        tell: is given an exception that nobody expected; the request is answered all the same.
        document: the fields of the answer with a Result.

    Attributes:
        failed: whether any value was off or lost, or a claim wrong.
        broken: why requests that need TensorFlow cannot be met; None if they can.
    """

    def __init__(
        self,
        load: Callable[[], Any] = loading.load,
        tell: Callable[[Exception], None] = lambda error: None,
        *,
        document: Callable[[Result], dict[str, Any]],
    ) -> None:
        self.failed = False
        self.broken: TensorFlowError | None = None
        self._load = load
        self._tell = tell
        self._as_document = document
        self._remembered: OrderedDict[Key, _Remembered] = OrderedDict()
        self._traced: set[Key] = set()
        self._refused: dict[str, str] = {}

    def answers(
        self, lines: Iterable[str], before: Callable[[], None] = lambda: None
    ) -> Iterator[str]:
        """A line for each line that is not blank: the answer, or what is wrong with it.

        `before` is called before anything is done that takes time: earlier answers can be sent.
        """
        for line in map(str.rstrip, lines):
            if line:
                if line not in self._refused:
                    before()
                yield self.answer(line) + "\n"

    def answer(self, line: str) -> str:
        """The answer to one request: a JSON object."""
        if line in self._refused:
            return self._refused[line]
        fields: dict[str, Any] | None = None
        named: dict[str, Any] = {}
        try:
            fields = _read(line)
            named = _named(fields)
            return _text({**named, **self._document(fields)})
        except TapecliError as error:
            wrong = _wrong(error)
        except MemoryError:
            wrong = _wrong(RequestError("there is not enough memory for this"))
        except Exception as error:
            self._tell(error)
            problem = f"a mistake in tapecli: {type(error).__name__}: {error}"
            wrong = {"type": "InternalError", "message": problem, "exit_code": UNEXPECTED}
        answer = _text({**named, "schema": SCHEMA, "ok": False, "error": wrong})
        if fields is None and len(line) <= MAX_REFUSED and len(self._refused) < MAX_REFUSED:
            self._refused[line] = answer  # such lines come by the thousand
        return answer

    def _document(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        for name, value in fields.items():
            _check(name, value)
        question = self._question(fields)
        formulas = bool(fields.get("formula", False))
        result = answering.answer(question, formulas=formulas, load=self._tensorflow)
        self.failed |= not result.ok
        return self._as_document(result)

    def _tensorflow(self) -> Any:
        """TensorFlow; what does not start is not tried again, which takes as long each time."""
        if self.broken:
            raise TensorFlowError(str(self.broken), self.broken.log)
        try:
            return self._load()
        except TensorFlowError as error:
            self.broken = error
            raise

    def _question(self, fields: Mapping[str, Any]) -> Question:
        """The question of a request; its texts are parsed only once."""
        source = _source(fields)
        key = _key(fields, source)
        known = self._remembered.pop(key, None) or _Remembered(_parsed(fields, source), {})
        if len(str(key)) <= REMEMBERED_TEXT:
            self._remembered[key] = known
        if len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)
        question = known.question
        if source.values or source.table:
            question = replace(question, source=source)
        count = len(question.points)
        values = count * len(question.targets) * len(question.derivatives)
        if values > MAX_VALUES:
            raise RequestError(f"{values:,} values: no more than {MAX_VALUES:,} in an answer")
        if count not in known.choices and len(known.choices) < REMEMBERED_COUNTS:
            known.choices[count] = question.choice
        known.times += 1
        choice = known.choices.get(count) or question.choice
        return question.at(question.points, self._traced_if_usual(key, known, choice, count))

    def _traced_if_usual(self, key: Key, known: _Remembered, choice: Choice, count: int) -> Choice:
        """The same choice, but run as a graph if this was asked often enough."""
        is_open = known.question.options.execution is None and choice.method != "batch"
        if choice.execution != defaults.EAGER or not is_open:
            return choice
        if key not in self._traced:
            if known.times < TRACED_AFTER or len(self._traced) >= arrangements.MAX_TRACES:
                return choice
            if not _may_be_traced(known.question, count):
                return choice
            self._traced.add(key)
        return replace(choice, execution=defaults.GRAPH)


def _may_be_traced(question: Question, count: int) -> bool:
    """Whether tracing it is expected to take no longer than a request may."""
    seconds = Workload.of(question, count).tape_seconds(defaults.GRAPH)
    return seconds <= question.options.max_seconds


def _text(values: Mapping[str, Any]) -> str:
    return json.dumps(values, allow_nan=False)


def _read(line: str) -> dict[str, Any]:
    """The fields of a request.

    Raises:
        RequestError: it is no JSON object.
    """
    if len(line) > MAX_LINE:
        raise RequestError(f"the request has more than {MAX_LINE:,} characters")
    try:
        fields = json.loads(
            line, parse_float=_Written, object_pairs_hook=_object, parse_constant=_no_number
        )
    except json.JSONDecodeError as error:
        raise RequestError(f"the request is no JSON: {error}") from None
    except ValueError:  # Python's limit on the digits of a whole number
        raise RequestError("the request has a number of too many digits") from None
    except RecursionError:
        raise RequestError("the request is too deep") from None
    if not isinstance(fields, dict):
        raise RequestError("the request is no JSON object")
    return fields


class _Written(float):
    """A number that knows how it was written, for points are rounded once, to their dtype."""

    text: str

    def __new__(cls, text: str) -> _Written:
        number = super().__new__(cls, text)
        number.text = text
        return number


def _exact(values: Any) -> Any:
    """Points with all of their digits."""
    if isinstance(values, list):
        return [_exact(value) for value in values]
    return tables.decimal(values.text) if isinstance(values, _Written) else values


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        name = twice(name for name, _ in pairs) or ""
        raise RequestError(f"the field '{clipped(name)}' is there twice")
    return found


def _no_number(text: str) -> NoReturn:
    raise RequestError(f"the request is no JSON, which has no {text}")


def _named(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The id as it stands in the answer.

    Raises:
        RequestError: it cannot be written again.
    """
    named = {"id": fields["id"]} if "id" in fields else {}
    try:
        _text(named)
    except ValueError:
        raise RequestError("the id has a number that is too large") from None
    except RecursionError:
        raise RequestError("the id is too deep") from None
    return named


def _source(fields: Mapping[str, Any]) -> PointsInput:
    """The points as they were given.

    Raises:
        RequestError: those of a variable are there twice, or come from standard input.
    """
    at = fields.get("at", {})
    table = at if isinstance(at, str) else None
    pairs = [] if table else list(at.items())
    pairs += [(name, fields[name]) for name in defaults.SHORT if name in fields]
    listed = (values if isinstance(values, list) else [values]
              for values in (table, *(values for _, values in pairs)))  # fmt: skip
    items = itertools.chain(*listed)
    if any(isinstance(item, str) and item.strip() == "-" for item in items):
        raise RequestError("'-' is standard input, which has the requests")
    exact = [(name, _exact(values)) for name, values in pairs]
    return PointsInput.of_pairs(exact, table=table, paired=fields.get("zip", False))


def _key(fields: Mapping[str, Any], source: PointsInput) -> Key:
    """What a request asks, but for its points and its name."""
    rest = {
        name: value for name, value in fields.items() if name not in ("id", "at", *defaults.SHORT)
    }
    return json.dumps(rest, sort_keys=True), *sorted(source.values), None, *source.columns


def _parsed(fields: Mapping[str, Any], source: PointsInput) -> Question:
    """What a request asks, checked.

    Raises:
        UsageError: it cannot be done.
    """
    if "expr" not in fields:
        raise RequestError("the request has no 'expr'")
    question = Question.parse(
        fields.get("kind", "diff"),
        fields["expr"],
        source,
        wrt=fields.get("wrt", ()),
        order=fields.get("order"),
        claims=fields.get("claim", ()),
        options=Options(**{name: fields[name] for name in _HOW if name in fields}),
    )
    return replace(question, source=PointsInput()) if source.values or source.table else question


def _check(name: str, value: Any) -> None:
    """See that a field is known, and of its type."""
    if name not in FIELDS:
        close = nearest(name, FIELDS)
        meant = f"; did you mean '{close}'?" if close else f"; there are {', '.join(FIELDS)}"
        raise RequestError(f"unknown field '{clipped(name)}'{meant}")
    if not FIELDS[name].can_be(value):
        raise RequestError(f"'{name}' must be {FIELDS[name].meaning}")
    if name == "at" and isinstance(value, dict) and not all(map(_POINTS.can_be, value.values())):
        raise RequestError(f"'at' must have {_POINTS.meaning}")
    if name == "at" and isinstance(value, str) and not value.startswith(("@", "-")):
        raise RequestError(f"'at' must be {FIELDS['at'].meaning}")


def _wrong(error: TapecliError) -> dict[str, Any]:
    """What is wrong with a request."""
    about: dict[str, Any] = {
        "type": type(error).__name__,
        "message": str(error),
        "exit_code": error.exit_code,
    }
    if isinstance(error, ExpressionError):
        about |= {
            "expression": error.expression[:MAX_LENGTH],
            "start": error.start,
            "end": error.end,
        }
    return about

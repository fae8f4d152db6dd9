"""Requests as lines of JSON, each answered by a line of JSON, in their order.

Tapes run in a process of their own, if one can be forked: while it computes, this one certifies,
and goes on to the requests that have come meanwhile. A question that is asked again is traced, and
from then on takes a third of the time. There may be any number of requests, for what is kept of
them is bounded.
"""

from __future__ import annotations

import functools
import json
import pickle
import sys
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from tapecli import defaults, errors
from tapecli.engines.tapes import arrangements, loading
from tapecli.errors import ExpressionError, RequestError, TapecliError, TensorFlowError
from tapecli.evaluation import answering
from tapecli.evaluation.planner import Choice, Workload
from tapecli.evaluation.question import KINDS, Options, PointsInput, Question
from tapecli.evaluation.tape_process import TapeProcess, Task, outcome
from tapecli.expressions.parser import MAX_LENGTH
from tapecli.floats import FORMATS
from tapecli.points import tables
from tapecli.result import SCHEMA, Result

if TYPE_CHECKING:
    from tapecli.points.points import Points

TRACED_AFTER = 3
"""How often a question is asked before it is traced, which takes as long as ten answers."""

REMEMBERED, REMEMBERED_TEXT = 1_024, 10_000
"""How many questions are kept, and the most characters of each."""

MAX_LINE = 10_000_000
"""The most characters of a request."""

MAX_REFUSED = 100
"""How many answers to lines that are no requests are kept, and of how many characters."""

MAX_VALUES = 500_000
"""The most numbers in an answer, which is in memory as a whole."""

MAX_PENDING, MAX_PENDING_SIZE = 512, 1_000_000
"""How many requests may wait for their values, and how large they may be, in characters."""

VALUE_SIZE = 10
"""How many characters of a request take as much memory as one of its values."""


@dataclass(frozen=True)
class Field:
    """A field of a request: what it must be, its types, and whether it may be a list of such."""

    meaning: str
    types: tuple[type, ...]
    may_be_list: bool = False

    def accepts(self, value: Any) -> bool:
        """Whether a value has such a type; a number must be one that a float can hold."""
        for item in value if self.may_be_list and isinstance(value, list) else [value]:
            is_wrong_flag = isinstance(item, bool) and bool not in self.types
            if is_wrong_flag or not isinstance(item, self.types):
                return False
        return self.types != _NUMBER or abs(value) <= sys.float_info.max


_TEXT, _NUMBER, _FLAG = (str,), (int, float), (bool,)
_POINTS = Field("points: text, a number or a list of them", (str, *_NUMBER), may_be_list=True)


_to_json = functools.partial(json.dumps, allow_nan=False)


def _one_of(words: Iterable[str]) -> str:
    return f"one of {', '.join(words)}"


FIELDS = {
    "id": Field("anything; it stands in the answer", (object, bool)),
    "kind": Field(_one_of(KINDS), _TEXT),
    "expr": Field("an expression, or a list of them", _TEXT, may_be_list=True),
    **dict.fromkeys(defaults.SHORT, _POINTS),
    "at": Field("an object of points by name, or '@file' with a table of them", (dict, str)),
    "zip": Field("true if points go side by side, or false", _FLAG),
    "wrt": Field("a variable to differentiate by, or a list of them", _TEXT, may_be_list=True),
    "order": Field("a whole number", (int,)),
    "claim": Field("a claim, or a list of them", _TEXT, may_be_list=True),
    "method": Field(_one_of(defaults.METHODS), _TEXT),
    "dtype": Field(_one_of(FORMATS), _TEXT),
    "execution": Field(_one_of(defaults.EXECUTIONS), _TEXT),
    "device": Field("the name of a device, such as cpu", _TEXT),
    "max_seconds": Field("a number of seconds", _NUMBER),
    "tolerance": Field("a number that the verdicts are scaled by", _NUMBER),
    "verify": Field(_one_of(defaults.VERIFY), _TEXT),
    "stable": Field("true to guard both branches of where, or false", _FLAG),
    "scaled": Field("true for Taylor coefficients, or false", _FLAG),
    "formula": Field("true for formulas, which take longer, or false", _FLAG),
}
"""What a request may have, by name: what the options of `tapecli diff` of these names say."""

_Part: TypeAlias = tuple[bytes, "Points", Choice]
"""What the other process gets: a pickled question, its points, and its method."""

Key: TypeAlias = tuple[str | None, ...]
"""What a request asks, but for its name and the values of its points."""

_NOT_IN_KEY = {"id", "at", *defaults.SHORT}


@dataclass
class _Remembered:
    """What is kept of requests that differ in nothing but their points."""

    question: Question
    times: int = 0

    @functools.cached_property
    def pickled(self) -> bytes:
        """The question as the other process gets it, with points of its own each time."""
        return pickle.dumps(self.question, pickle.HIGHEST_PROTOCOL)


@dataclass
class _Pending:
    """A request that was begun.

    Attributes:
        line: its text.
        request: its fields; None until they are read.
        id_field: the id as it stands in the answer.
        size: its characters, with those that its values count for.
        task: the task of the other process that computes its values; None if there is none.
        result: completes its result.
        answer: its answer, "" until there is one.
    """

    line: str
    answer: str = ""
    request: dict[str, Any] | None = None
    id_field: dict[str, Any] = field(default_factory=dict)
    size: int = 0
    task: Task[_Part, answering.Values] | None = None
    result: Callable[[], Result] | None = None


class Batch:
    """Answers requests, in their order.

    Args:
        load: loads TensorFlow; it is called for each request that needs it, until it fails.
        report: receives an exception that nobody expected; the request is answered all the same.
        document: the fields of the answer with a Result.
        is_alone: whether tapes run in this process.

    Attributes:
        failed: whether any value was off or lost, or a claim wrong.
        broken: why requests that need TensorFlow cannot be met; None if they can.
    """

    def __init__(
        self,
        load: Callable[[], Any] = loading.load,
        report: Callable[[Exception], None] = lambda error: None,
        *,
        document: Callable[[Result], dict[str, Any]],
        is_alone: bool = True,
    ) -> None:
        self.failed = False
        self.broken: TensorFlowError | None = None
        self._load = load
        self._report = report
        self._as_document = document
        self._remembered: OrderedDict[Key, _Remembered] = OrderedDict()
        self._traced: set[Key] = set()
        self._refused: dict[str, str] = {}
        self._is_alone = is_alone
        self._pending: deque[_Pending] = deque()
        self._pending_size = 0

    def answers(
        self, lines: Iterable[str], before: Callable[[], None] = lambda: None
    ) -> Iterator[str]:
        """A line for each line that is not blank: the answer, or what is wrong with it.

        `before` is called before anything is done that takes time: earlier answers can be sent.
        """
        for line in filter(None, map(str.rstrip, lines)):
            if line in self._refused and not self._pending:
                yield self._refused[line] + "\n"
                continue
            before()
            self._begin(line)
            while self._pending and (self._is_next_at_hand() or self._is_full()):
                yield self._next(before)
        yield from self.rest(before)

    def rest(self, before: Callable[[], None] = lambda: None) -> Iterator[str]:
        """The answers to all requests that were begun; `before` is called as above."""
        while self._pending:
            yield self._next(before)

    def _is_next_at_hand(self) -> bool:
        """Whether the next answer need not wait for the other process."""
        task = self._pending[0].task
        return task is None or self._tape_process.has_done(task)

    def _is_full(self) -> bool:
        return len(self._pending) > MAX_PENDING or self._pending_size > MAX_PENDING_SIZE

    def _next(self, before: Callable[[], None]) -> str:
        """Complete the answer to the request that was begun first."""
        pending = self._pending.popleft()
        self._pending_size -= pending.size
        if not pending.answer:
            before()
            self._guard(pending, self._complete)
        return pending.answer + "\n"

    def _begin(self, line: str) -> None:
        """Begin to answer a request."""
        pending = _Pending(line, self._refused.get(line, ""), size=len(line))
        self._pending.append(pending)
        if not pending.answer:
            self._guard(pending, self._start)
        self._pending_size += pending.size

    def _guard(self, pending: _Pending, stage: Callable[[_Pending], None]) -> None:
        """Do a stage of an answer. If it raises something, the answer is what is wrong."""
        try:
            stage(pending)
            return
        except TapecliError as error:
            if isinstance(error, TensorFlowError) and not self.broken:
                self.broken = error
            problem = _error_fields(error)
        except MemoryError:
            problem = _error_fields(RequestError("there is not enough memory for this"))
        except Exception as error:
            self._report(error)
            message = f"a mistake in tapecli: {type(error).__name__}: {error}"
            problem = {"type": "InternalError", "message": message, "exit_code": errors.UNEXPECTED}
        fields = {**pending.id_field, "schema": SCHEMA, "ok": False, "error": problem}
        pending.answer, line = _to_json(fields), pending.line
        if pending.request is None and len(line) <= MAX_REFUSED:
            if len(self._refused) < MAX_REFUSED:
                self._refused[line] = pending.answer  # such lines come by the thousand

    def _start(self, pending: _Pending) -> None:
        """Read and check a request, and have the other process compute its values."""
        request = pending.request = _read(pending.line)
        pending.id_field = _id_field(request)
        for name, value in request.items():
            _check(name, value)
        memory, question = self._question(request)
        pending.size += VALUE_SIZE * _count(question)
        formulas = bool(request.get("formula", False))
        pending.result = functools.partial(
            answering.answer, question, formulas=formulas, load=self._tensorflow
        )
        if question.choice.needs_tensorflow and not self.broken and self._tape_process.is_alive:
            part = memory.pickled, question.points, question.choice
            is_traced = question.choice.execution != defaults.EAGER
            task = pending.task = self._tape_process.submit(part, is_for_first=is_traced)
            values = functools.partial(self._tape_process.wait, task)
            pending.result = functools.partial(pending.result, start=outcome, values=values)

    def _complete(self, pending: _Pending) -> None:
        """Certify the values of a request, wait until they are computed, and write the answer."""
        assert pending.result
        result = pending.result()
        self.failed |= not result.ok
        pending.answer = _to_json({**pending.id_field, **self._as_document(result)})

    @functools.cached_property
    def _tape_process(self) -> TapeProcess[_Part, answering.Values]:
        """The other process, forked when it is first needed."""
        return TapeProcess(self._compute, self._is_alone)

    def _compute(self, part: _Part) -> answering.Values:
        """Compute a question by tapes; the other process does this."""
        pickled, points, choice = part
        return answering.tape_values(_unpickled(pickled).at(points, choice), self._tensorflow)

    def _tensorflow(self) -> Any:
        """TensorFlow; what does not start is not tried again, which takes as long each time."""
        if self.broken:
            raise TensorFlowError(str(self.broken), self.broken.log)
        try:
            return self._load()
        except TensorFlowError as error:
            self.broken = error
            raise

    def _question(self, request: Mapping[str, Any]) -> tuple[_Remembered, Question]:
        """What is kept of a request, whose texts are parsed only once; and its question."""
        source = _source(request)
        texts = {name: value for name, value in request.items() if name not in _NOT_IN_KEY}
        key: Key = json.dumps(texts, sort_keys=True), *sorted(source.values), None, *source.columns
        memory = self._remembered.pop(key, None) or _Remembered(_parsed(request, source))
        if len(str(key)) <= REMEMBERED_TEXT:
            self._remembered[key] = memory
        if len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)
        question = memory.question
        if source.values or source.table:
            question = replace(question, source=source)
        values = _count(question)
        if values > MAX_VALUES:
            raise RequestError(f"{values:,} values: no more than {MAX_VALUES:,} in an answer")
        memory.times += 1
        if self._is_traced(key, memory.times, question):
            traced = replace(question.choice, execution=defaults.GRAPH)
            question = question.at(question.points, traced)
        return memory, question

    def _is_traced(self, key: Key, times: int, question: Question) -> bool:
        """Whether tapes are run as a graph, for this was asked often enough."""
        choice, options = question.choice, question.options
        if choice.execution != defaults.EAGER or choice.method == "batch" or options.execution:
            return False
        if key not in self._traced and times >= TRACED_AFTER:
            seconds = Workload.of(question, len(question.points)).tape_seconds(defaults.GRAPH)
            if seconds <= options.max_seconds and len(self._traced) < arrangements.MAX_TRACES:
                self._traced.add(key)
        return key in self._traced


_unpickled: Callable[[bytes], Question] = functools.lru_cache(REMEMBERED)(pickle.loads)


def _read(line: str) -> dict[str, Any]:
    """The fields of a request."""
    if len(line) > MAX_LINE:
        raise RequestError(f"the request has more than {MAX_LINE:,} characters")
    try:
        fields = json.loads(
            line, parse_float=_ExactFloat, object_pairs_hook=_object, parse_constant=_no_number
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


class _ExactFloat(float):
    """A number with its text, for points are rounded once, to their dtype."""

    text: str

    def __new__(cls, text: str) -> _ExactFloat:
        number = super().__new__(cls, text)
        number.text = text
        return number


def _exact(values: Any) -> Any:
    """Points with all of their digits."""
    if isinstance(values, list):
        return [_exact(value) for value in values]
    return tables.decimal(values.text) if isinstance(values, _ExactFloat) else values


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if (name := errors.twice(name for name, _ in pairs)) is not None:
        raise RequestError(f"the field '{errors.clipped(name)}' is there twice")
    return dict(pairs)


def _no_number(text: str) -> NoReturn:
    raise RequestError(f"the request is no JSON, which has no {text}")


def _id_field(request: Mapping[str, Any]) -> dict[str, Any]:
    """The id as it stands in the answer, if it can be written again."""
    id_field = {"id": request["id"]} if "id" in request else {}
    try:
        _to_json(id_field)
    except ValueError:
        raise RequestError("the id has a number that is too large") from None
    except RecursionError:
        raise RequestError("the id is too deep") from None
    return id_field


def _source(request: Mapping[str, Any]) -> PointsInput:
    """The points as they were given."""
    at = request.get("at", {})
    table = at if isinstance(at, str) else None
    pairs = [] if table else list(at.items())
    pairs += [(name, request[name]) for name in defaults.SHORT if name in request]
    for values in (table, *(values for _, values in pairs)):
        items = values if isinstance(values, list) else [values]
        if any(isinstance(item, str) and item.strip() == "-" for item in items):
            raise RequestError("'-' is standard input, which has the requests")
    exact = [(name, _exact(values)) for name, values in pairs]
    return PointsInput.of_pairs(exact, table=table, paired=request.get("zip", False))


def _count(question: Question) -> int:
    """How many values the answer has."""
    return len(question.points) * len(question.targets) * len(question.derivatives)


def _parsed(request: Mapping[str, Any], source: PointsInput) -> Question:
    if "expr" not in request:
        raise RequestError("the request has no 'expr'")
    names = [field.name for field in fields(Options)]
    question = Question.parse(
        request.get("kind", "diff"),
        request["expr"],
        source,
        wrt=request.get("wrt", ()),
        order=request.get("order"),
        claims=request.get("claim", ()),
        options=Options(**{name: request[name] for name in names if name in request}),
    )
    return replace(question, source=PointsInput()) if source.values or source.table else question


def _check(name: str, value: Any) -> None:
    """See that a field is known, and of its type."""
    if name not in FIELDS:
        close = errors.nearest(name, FIELDS)
        hint = f"did you mean '{close}'?" if close else f"there are {', '.join(FIELDS)}"
        raise RequestError(f"unknown field '{errors.clipped(name)}'; {hint}")
    if not FIELDS[name].accepts(value):
        raise RequestError(f"'{name}' must be {FIELDS[name].meaning}")
    if name == "at" and isinstance(value, dict) and not all(map(_POINTS.accepts, value.values())):
        raise RequestError(f"'at' must have {_POINTS.meaning}")
    if name == "at" and isinstance(value, str) and not value.startswith(("@", "-")):
        raise RequestError(f"'at' must be {FIELDS['at'].meaning}")


def _error_fields(error: TapecliError) -> dict[str, Any]:
    """The fields of the answer that say what is wrong with a request."""
    fields = {"type": type(error).__name__, "message": str(error), "exit_code": error.exit_code}
    if isinstance(error, ExpressionError):
        expression = error.expression[:MAX_LENGTH]
        fields |= {"expression": expression, "start": error.start, "end": error.end}
    return fields

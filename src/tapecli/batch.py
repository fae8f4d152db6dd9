"""Requests as lines of JSON, each answered by a line of JSON: one process for all of them.

A request that is asked again is traced, and from then on takes a tenth of the time. What is kept
of requests is bounded, so that there may be any number of them.
"""

from __future__ import annotations

import difflib
import json
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from tapecli import choices, compute, points, render, tapes, tensorflow_
from tapecli.errors import ExpressionError, RequestError, TapecliError
from tapecli.methods import Choice
from tapecli.mistakes import clipped
from tapecli.request import KINDS, Asked, How, Request, Where, ask
from tapecli.result import SCHEMA

TRACED_AFTER = 3
"""Times that the same is asked before it is traced, which takes as long as ten answers."""

REMEMBERED = 1_024
"""Different requests of which it is kept what they ask."""

MAX_LINE = 10_000_000
"""Characters of a request."""


@dataclass(frozen=True)
class Field:
    """A field of a request.

    Attributes:
        meaning: what it says.
        kinds: the types of JSON that it may have.
    """

    meaning: str
    kinds: tuple[type, ...]


_TEXT, _NUMBER, _FLAG = (str,), (int, float), (bool,)
_POINTS = (str, int, float, list)

FIELDS = {
    "id": Field("anything; it stands in the answer", (object,)),
    "kind": Field(f"one of {', '.join(KINDS)}; diff if left out", _TEXT),
    "expr": Field("an expression, or a list of them", (str, list)),
    **dict.fromkeys(choices.SHORT, Field("points: text, a number or a list of them", _POINTS)),
    "at": Field("points of variables by name", (dict,)),
    "zip": Field("whether points go side by side", _FLAG),
    "wrt": Field("what to differentiate by, or a list", (str, list)),
    "order": Field("the order", (int,)),
    "claim": Field("a claim, or a list", (str, list)),
    "method": Field("the method", _TEXT),
    "dtype": Field("the dtype", _TEXT),
    "execution": Field("how TensorFlow runs it", _TEXT),
    "device": Field("where", _TEXT),
    "max_seconds": Field("what may take no longer", _NUMBER),
    "tolerance": Field("a factor for the verdicts", _NUMBER),
    "verify": Field("which points are verified", _TEXT),
    "scaled": Field("whether to give Taylor coefficients", _FLAG),
    "formula": Field("whether to give formulas, which take longer", _FLAG),
}
"""What a request may have, by name: what the options of `tapecli diff` of these names say."""

_HOW = ("method", "dtype", "execution", "device", "max_seconds", "tolerance", "verify", "scaled")


Key: TypeAlias = tuple[object, ...]


@dataclass
class _Known:
    """What is kept of requests that differ in nothing but their points.

    Attributes:
        asked: what they ask.
        choices: the methods by the number of points.
        times: how often it was asked.
    """

    asked: Asked
    choices: dict[int, Choice]
    times: int = 0


class Batch:
    """Answers requests, one after the other.

    Args:
        load: loads TensorFlow; it is called for each request that needs it.

    Attributes:
        failed: whether any value was off or lost, or a claim wrong.
    """

    def __init__(self, load: Callable[[], Any] = tensorflow_.load) -> None:
        self.failed = False
        self._load = load
        self._known: OrderedDict[Key, _Known] = OrderedDict()
        self._traced: set[Key] = set()

    def answers(self, lines: Iterable[str]) -> Iterator[str]:
        """A line for each line that is not blank: the answer, or what is wrong with it."""
        for line in lines:
            if line.strip():
                yield json.dumps(self.answer(line), allow_nan=False) + "\n"

    def answer(self, line: str) -> dict[str, Any]:
        """The answer to one request: a JSON object."""
        fields: Mapping[str, Any] = {}
        try:
            fields = _read(line)
            return {**_named(fields), **self._document(fields)}
        except TapecliError as error:
            wrong = _wrong(error)
        except MemoryError:
            wrong = _wrong(RequestError("there is not enough memory for this"))
        return {**_named(fields), "schema": SCHEMA, "ok": False, "error": wrong}

    def _document(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        for name, value in fields.items():
            _check(name, value)
        request = self._request(fields)
        result = compute.run(request, bool(fields.get("formula", False)), load=self._load)
        self.failed |= not result.ok
        found: dict[str, Any] = render.module(render.FORMATS["json"]).document(result)
        return found

    def _request(self, fields: Mapping[str, Any]) -> Request:
        """The request; what it asks is read only once."""
        given = _given(fields)
        key = _key(fields, given)
        known = self._known.pop(key, None) or _Known(_asked(fields, given), {})
        self._known[key] = known
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        asked = replace(known.asked, given=given) if given else known.asked
        at = points.read(asked.given, None, asked.names, asked.format_, fields.get("zip", False))
        count = len(at)
        if count not in known.choices and len(known.choices) < REMEMBERED:
            known.choices[count] = asked.choice(count)
        choice = known.choices.get(count) or asked.choice(count)
        known.times += 1
        return asked.at(at, self._traced_if_usual(key, known, choice))

    def _traced_if_usual(self, key: Key, known: _Known, choice: Choice) -> Choice:
        """The same choice, but run as a graph if this was asked often enough."""
        alone = known.asked.how.execution is None and choice.method != "batch"
        if choice.execution != choices.EAGER or not alone:
            return choice
        if key not in self._traced:
            if known.times < TRACED_AFTER or len(self._traced) >= tapes.MAX_TRACES:
                return choice
            self._traced.add(key)
        return replace(choice, execution=choices.GRAPH)


def _read(line: str) -> dict[str, Any]:
    """The fields of a request.

    Raises:
        RequestError: it is no JSON object, or has a field that is not known, or of another type.
    """
    if len(line) > MAX_LINE:
        raise RequestError(f"the request has more than {MAX_LINE:,} characters")
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, json.JSONDecodeError) else "it is too deep"
        raise RequestError(f"the request is no JSON: {reason}") from None
    if not isinstance(fields, dict):
        raise RequestError("the request is no JSON object")
    return fields


def _named(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": fields["id"]} if "id" in fields else {}


def _given(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The points of each variable.

    Raises:
        RequestError: those of a variable are there twice, or come from standard input.
    """
    given = dict(fields.get("at", {}))
    for name in choices.SHORT:
        if name in fields:
            if name in given:
                raise RequestError(f"the points of '{name}' are given twice")
            given[name] = fields[name]
    if any(isinstance(values, str) and values.strip() == "-" for values in given.values()):
        raise RequestError("'-' is standard input, which has the requests")
    return given


def _key(fields: Mapping[str, Any], given: Collection[str]) -> Key:
    """What a request asks, as text, but for its points and its name."""
    rest = {
        name: value for name, value in fields.items() if name not in ("id", "at", *choices.SHORT)
    }
    return json.dumps(rest, sort_keys=True), *sorted(given)


def _asked(fields: Mapping[str, Any], given: Mapping[str, Any]) -> Asked:
    """What a request asks.

    Raises:
        UsageError: it cannot be done.
    """
    kind = fields.get("kind", "diff")
    if kind not in KINDS:
        raise RequestError(f"unknown kind '{clipped(kind)}'; there are {', '.join(KINDS)}")
    if "expr" not in fields:
        raise RequestError("the request has no 'expr'")
    if kind != "diff" and (only := {"order", "claim", "scaled"} & fields.keys()):
        raise RequestError(f"'{min(only)}' is for the kind 'diff'")
    how = How(**{name: fields[name] for name in _HOW if name in fields})
    claims, wrt = fields.get("claim", ()), fields.get("wrt", ())
    return ask(kind, fields["expr"], Where(given), wrt, fields.get("order"), claims, how)


def _check(name: str, value: object) -> None:
    """See that a field is known, and of its type."""
    if name not in FIELDS:
        close = difflib.get_close_matches(name, FIELDS, n=1)
        meant = f"; did you mean '{close[0]}'?" if close else f"; there are {', '.join(FIELDS)}"
        raise RequestError(f"unknown field '{clipped(name)}'{meant}")
    kinds = FIELDS[name].kinds
    wrong = not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds)
    if wrong and object not in kinds:
        raise RequestError(f"'{name}' is {FIELDS[name].meaning}")
    if name in ("expr", "wrt", "claim") and isinstance(value, list):
        if not all(isinstance(text, str) for text in value):
            raise RequestError(f"'{name}' is {FIELDS[name].meaning}")


def _wrong(error: TapecliError) -> dict[str, Any]:
    """What is wrong with a request."""
    about: dict[str, Any] = {
        "type": type(error).__name__,
        "message": str(error),
        "exit_code": error.exit_code,
    }
    if isinstance(error, ExpressionError):
        about |= {"expression": error.expression, "start": error.start, "end": error.end}
    return about

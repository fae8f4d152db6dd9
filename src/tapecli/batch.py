"""Requests as lines of JSON, each answered by a line of JSON: one process for all of them.

A request that is asked again is traced, and from then on takes a tenth of the time. What is kept
of requests is bounded, so that there may be any number of them.
"""

from __future__ import annotations

import difflib
import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tapecli import choices, compute, render, tapes, tensorflow_
from tapecli.errors import ExpressionError, RequestError, TapecliError
from tapecli.mistakes import clipped
from tapecli.request import KINDS, How, Request, Where, prepare
from tapecli.result import SCHEMA

TRACED_AFTER = 3
"""Times that the same is asked before it is traced, which takes as long as ten answers."""

REMEMBERED = 1_024
"""Different requests whose times are counted."""

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


class Batch:
    """Answers requests, one after the other.

    Args:
        load: loads TensorFlow, when the first request needs it.
    """

    def __init__(self, load: Callable[[], Any] = tensorflow_.load) -> None:
        self._load = load
        self._asked: OrderedDict[object, int] = OrderedDict()
        self._traced: set[object] = set()
        self.failed = False

    def answers(self, lines: Iterable[str]) -> Iterator[str]:
        """A line for each line that is not blank: the answer, or an object that says what is
        wrong with the request. `failed` says whether any value or claim was wrong.
        """
        for line in lines:
            if line.strip():
                yield json.dumps(self.answer(line), allow_nan=False) + "\n"

    def answer(self, line: str) -> dict[str, Any]:
        """The answer to one request."""
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
        request = self._as_traced(_request(fields))
        result = compute.run(request, bool(fields.get("formula", False)), load=self._load)
        self.failed |= not result.ok
        found: dict[str, Any] = render.module(render.FORMATS["json"]).document(result)
        return found

    def _as_traced(self, request: Request) -> Request:
        """The request, to be run as a graph if it was asked often enough."""
        choice = request.choice
        if choice.execution != choices.EAGER or request.how.execution or choice.method == "batch":
            return request
        key = (
            tuple(one.tree for one in request.expressions),
            request.derivatives,
            request.how.dtype,
            request.how.device,
            choice.method,
        )
        times = self._asked[key] = self._asked.pop(key, 0) + 1
        if len(self._asked) > REMEMBERED:
            self._asked.popitem(last=False)
        if key not in self._traced:
            if times < TRACED_AFTER or len(self._traced) >= tapes.MAX_TRACES:
                return request
            self._traced.add(key)
        return replace(request, choice=replace(choice, execution=choices.GRAPH))


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


def _request(fields: Mapping[str, Any]) -> Request:
    for name, value in fields.items():
        _check(name, value)
    given = dict(fields.get("at", {}))
    for name in choices.SHORT:
        if name in fields:
            if name in given:
                raise RequestError(f"the points of '{name}' are given twice")
            given[name] = fields[name]
    if "-" in given.values():
        raise RequestError("'-' is standard input, which has the requests")
    kind = fields.get("kind", "diff")
    if kind not in KINDS:
        raise RequestError(f"unknown kind '{clipped(kind)}'; there are {', '.join(KINDS)}")
    if "expr" not in fields:
        raise RequestError("the request has no 'expr'")
    if kind != "diff" and (only := {"order", "claim", "scaled"} & fields.keys()):
        raise RequestError(f"'{min(only)}' is for the kind 'diff'")
    how = How(**{name: fields[name] for name in _HOW if name in fields})
    return prepare(
        kind,
        fields["expr"],
        Where(given, paired=fields.get("zip", False)),
        fields.get("wrt", ()),
        fields.get("order"),
        fields.get("claim", ()),
        how,
    )


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

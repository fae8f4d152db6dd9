"""Pitfalls as one strict JSON document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tapecli.features.pitfalls.model import Contents, Lesson, Lessons, Outcome, Pitfall
from tapecli.features.pitfalls.pages import words
from tapecli.formats import Screen, json
from tapecli.result import SCHEMA


def render(shown: Contents | Lessons, screen: Screen) -> Iterator[str]:
    """The document, indented."""
    document = _contents(shown) if isinstance(shown, Contents) else _lessons(shown)
    yield from json.indented(document, screen)


def _contents(contents: Contents) -> dict[str, Any]:
    rows = [
        {"group": group.title, **_pitfall(row)}
        for group in contents.groups
        for row in group.pitfalls
    ]
    return {"schema": SCHEMA, "pitfalls": rows}


def _lessons(lessons: Lessons) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "ok": lessons.ok,
        "tensorflow": lessons.tensorflow,
        "pitfalls": [_lesson(lesson) for lesson in lessons.lessons],
    }


def _lesson(lesson: Lesson) -> dict[str, Any]:
    document = _pitfall(lesson.pitfall)
    document["mistake"] |= _outcome(lesson.mistake)
    document["mend"] |= _outcome(lesson.mend)
    found = {"happens": lesson.happens, "cured": lesson.cured, "mended": lesson.mended}
    return {**document, **found}


def _pitfall(pitfall: Pitfall) -> dict[str, Any]:
    return {
        "name": pitfall.name,
        "title": pitfall.title,
        "mistake": {"program": pitfall.mistake},
        "why": pitfall.why,
        "mend": {"program": pitfall.mend},
        "threads": [words.thread(name) for name in pitfall.threads],
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    error = {"type": outcome.error, "message": outcome.message} if outcome.error else None
    return {"printed": outcome.printed, "warnings": list(outcome.warnings), "error": error}

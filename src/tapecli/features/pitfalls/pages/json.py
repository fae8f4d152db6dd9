"""Pitfalls as one strict JSON document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tapecli.features.pitfalls.model import Contents, Lesson, Lessons, Outcome, Pitfall
from tapecli.features.pitfalls.pages import words
from tapecli.formats import Screen, json
from tapecli.result import SCHEMA


def render(page: Contents | Lessons, screen: Screen) -> Iterator[str]:
    """The document, indented."""
    document: dict[str, Any] = {"schema": SCHEMA}
    if isinstance(page, Contents):
        document["pitfalls"] = [
            {"group": group.title, **_pitfall(pitfall)}
            for group in page.groups
            for pitfall in group.pitfalls
        ]
    else:
        document |= {"ok": page.ok, "tensorflow": page.tensorflow}
        document["pitfalls"] = [_lesson(lesson) for lesson in page.lessons]
    yield from json.indented(document, screen)


def _lesson(lesson: Lesson) -> dict[str, Any]:
    document = _pitfall(lesson.pitfall)
    document["mistake"] |= _outcome(lesson.mistake)
    document["mend"] |= _outcome(lesson.mend)
    for name in ("happens", "cured", "mended"):
        document[name] = getattr(lesson, name)
    return document


def _pitfall(pitfall: Pitfall) -> dict[str, Any]:
    return {
        "name": pitfall.name,
        "title": pitfall.title,
        "mistake": {"program": pitfall.mistake},
        "why": pitfall.reason,
        "mend": {"program": pitfall.mend},
        "threads": [words.address(thread) for thread in pitfall.threads],
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    error = {"type": outcome.error, "message": outcome.message} if outcome.error else None
    return {"printed": outcome.printed, "warnings": list(outcome.warnings), "error": error}

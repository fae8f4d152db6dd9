"""The report as one strict JSON document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from tapecli.features.check.model import Failure, Report
from tapecli.floats import FORMATS
from tapecli.formats import Screen, json
from tapecli.result import SCHEMA


def render(report: Report, screen: Screen) -> Iterator[str]:
    """The document, indented."""
    yield from json.indented(_document(report), screen)


def _document(report: Report) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "ok": report.ok,
        "level": report.level,
        "seed": report.seed,
        "versions": dict(report.versions),
        "values": report.values,
        "seconds": round(report.seconds, 3),
        "cells": [
            {"function": function, **asdict(setting), **asdict(cell)}
            for (function, setting), cell in report.cells.items()
        ],
        "failures": [_failure(failure) for failure in report.failures],
        "core": report.core and {"ok": report.core.ok, **asdict(report.core)},
        "defects": [asdict(defect) for defect in report.defects],
    }


def _failure(failure: Failure) -> dict[str, Any]:
    shortest = FORMATS[failure.setting.dtype].shortest
    numbers = {"x": failure.x, "tape": failure.tape, "analytic": failure.analytic}
    return {
        "function": failure.function,
        "expressions": failure.expressions,
        "target": failure.target,
        "order": failure.order,
        "method": failure.method,
        **asdict(failure.setting),
        "status": None if failure.status is None else str(failure.status),
        **{
            name: None if value is None else json.strict(shortest(value))
            for name, value in numbers.items()
        },
        "points": failure.points,
        "note": failure.note,
        "known": failure.known,
        "command": failure.command,
    }

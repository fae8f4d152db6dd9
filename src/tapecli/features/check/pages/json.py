"""The report as one strict JSON document."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from tapecli.features.check.model import Failure, Report
from tapecli.floats import FORMATS
from tapecli.formats import json


def document(report: Report) -> dict[str, Any]:
    """The fields of the document."""
    return {
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
    """The fields of a failure, those of its setting among them, and its command."""
    fields: dict[str, Any] = {}
    for name, value in json.strict(asdict(failure), FORMATS[failure.setting.dtype]).items():
        fields |= value if name == "setting" else {name: value}
    return {**fields, "command": failure.command}

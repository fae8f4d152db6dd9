"""The survey as one strict JSON document, with every interval."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from tapecli.features.check.exhaustive.model import Derivative, Survey
from tapecli.floats import FORMATS
from tapecli.formats import json


def document(survey: Survey) -> dict[str, Any]:
    """The fields of the document."""
    return {
        "ok": survey.ok,
        "versions": dict(survey.versions),
        "seconds": round(survey.seconds, 3),
        "counts": dict(survey.counts),
        "derivatives": [_derivative(row) for row in survey.derivatives],
        "defects": [asdict(defect) for defect in survey.defects],
    }


def _derivative(row: Derivative) -> dict[str, Any]:
    format_, worst = FORMATS[row.setting.dtype], row.tally.worst
    fields = {
        "function": row.function,
        "expression": row.expression,
        "order": row.order,
        **asdict(row.setting),
        "failed": row.failed,
        "numbers": format_.count,
        "counts": dict(row.tally.counts),
        "worst": worst and asdict(worst),
        "missing": row.tally.missing,
        "known": row.known,
        "intervals": [
            {
                "status": str(interval.status),
                "low": interval.low,
                "high": interval.high,
                "numbers": interval.stop - interval.start,
                "count": interval.count,
                **asdict(interval.example),
                "known": interval.known,
                "command": row.command(interval.example.x),
            }
            for interval in row.tally.intervals
        ],
    }
    strict: dict[str, Any] = json.strict(fields, format_)
    return strict

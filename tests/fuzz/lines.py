"""Which lines of tapecli have run: for growing the corpus, and where there is no atheris."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import tapecli

ROOT = str(Path(tapecli.__file__).parent) + os.sep


class Lines:
    """Collects the lines of tapecli that run in this process: a file and a number each.

    Python 3.12 and later tell each line once, at next to no cost; before, every line is told.
    """

    def __init__(self) -> None:
        self.seen: set[tuple[str, int]] = set()

    def start(self) -> None:
        """Begin; there is no end."""
        monitoring: Any = getattr(sys, "monitoring", None)
        if monitoring is None:
            sys.settrace(self._frame)
            return
        tool = monitoring.COVERAGE_ID
        monitoring.use_tool_id(tool, "tests.fuzz")

        def line(code: CodeType, number: int) -> Any:
            if code.co_filename.startswith(ROOT):
                self.seen.add((code.co_filename, number))
            return monitoring.DISABLE

        monitoring.register_callback(tool, monitoring.events.LINE, line)
        monitoring.set_events(tool, monitoring.events.LINE)

    def _frame(self, frame: FrameType, event: str, argument: object) -> Any:
        return self._line if frame.f_code.co_filename.startswith(ROOT) else None

    def _line(self, frame: FrameType, event: str, argument: object) -> Any:
        self.seen.add((frame.f_code.co_filename, frame.f_lineno))
        return self._line

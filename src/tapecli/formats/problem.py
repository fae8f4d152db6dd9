"""The message of an error: what was wrong, where, and what to write instead."""

from __future__ import annotations

from rich.cells import cell_len

from tapecli.errors import ExpressionError, TapecliError, visible

_AROUND = 60
"""How many characters of a long expression are shown on each side of what is wrong."""


def lines(error: TapecliError) -> list[str]:
    """The lines of the message, the first to go behind `Error: `."""
    if not isinstance(error, ExpressionError):
        return [visible(str(error))]
    message = [visible(error.problem)]
    if error.expression.strip():
        first, last = max(0, error.start - _AROUND), error.end + _AROUND
        before = ("…" if first else "") + visible(error.expression[first : error.start])
        culprit = visible(error.expression[error.start : error.end][:_AROUND])
        after = visible(error.expression[error.end : last])
        after += "…" if last < len(error.expression) else ""
        carets = " " * cell_len(before) + "^" * max(1, cell_len(culprit))
        message += [f"  {before}{culprit}{after}", f"  {carets}"]
    return [*message, f"  {error.hint}"] if error.hint else message

"""The words that formats for people share: headings, notes, and the verdict's last line."""

from __future__ import annotations

from collections.abc import Iterator

from tapecli.result import Block, Result
from tapecli.verdict import STABLE_ULPS, Status

SHOWN_POINTS = 3
"""How many of the points that share a note are named."""

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_FROM_SUPERSCRIPTS = {
    ord(high): digit for high, digit in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True)
}
_PLAIN = str.maketrans({"·": "*", "─": "-", "│": "|", "√": "sqrt", "∂": "d", "…": "..."})


def derivative(block: Block) -> str:
    """Leibniz's notation: dy/dx, d²y/dx²; the target's name for order 0."""
    if block.order == 0:
        return block.target
    power = "" if block.order == 1 else str(block.order).translate(_SUPERSCRIPTS)
    return f"d{power}{block.target}/d{block.wrt}{power}"


def heading(block: Block, width: int | None = None) -> str:
    """The derivative with its formula; a note instead of one that is longer than a line."""
    name = derivative(block)
    if block.order == 0:
        return name
    if block.formula is None:
        return f"{name}   (the formula is left out: too long to work out)"
    full = f"{name} = {block.formula}"
    if len(full) <= (width or 120):
        return full
    return f"{name}   (the formula is left out: {len(block.formula)} characters)"


def about(result: Result) -> str:
    """How it was computed: float64, nested tapes."""
    tapes = {
        "forward": "no tape",
        "single": "a single tape",
        "persistent": "a persistent tape",
    }.get(result.method, f"{result.method} tapes")
    return f"{result.dtype}, {tapes}"


def notes(result: Result, block: Block) -> Iterator[tuple[Status, str]]:
    """Why rows are not ok, those with the same reason together."""
    groups: dict[tuple[Status, str], list[str]] = {}
    for row in block.rows:
        if row.note and row.digits is None:
            groups.setdefault((row.status, row.note), []).append(result.format_.text(row.point))
    for (status, note), points in groups.items():
        shown = ", ".join(points[:SHOWN_POINTS])
        more = len(points) - SHOWN_POINTS
        shown += f" and {more} more" if more > 0 else ""
        yield status, f"{status} at {block.wrt} = {shown}: {note}"


def hints(result: Result) -> Iterator[str]:
    """What the reader may do about values that are not ok."""
    if any(row.digits is not None for row in result.rows):
        wider = "" if result.dtype == "float64" else " a wider dtype or"
        yield (
            f"rounded (n): the rule is right, rounding leaves n digits;{wider} a better form more"
        )
    if Status.OFF in result.counts:
        yield "off: rounding cannot explain the difference; a rule for a derivative is wrong"


def verdict(result: Result) -> str:
    """The last line: how many values, and how they are."""
    counts = result.counts
    total = sum(counts.values())
    values = f"{total} value{'s' * (total != 1)}"
    if not result.all_ok:
        return f"{values}: " + ", ".join(f"{count} {status}" for status, count in counts.items())
    worst = max((row.ulps or 0 for row in result.rows), default=0)
    exact = "analytic derivative" if result.blocks[-1].order else "exact value"
    every = "all within" if total != 1 else "within"
    if worst <= STABLE_ULPS:
        return f"{values}, {every} {max(worst, 1)} ulp{'s' * (worst > 1)} of the {exact}"
    return f"{values}, all ok: as near to the {exact} as {result.dtype} points allow"


def ascii_only(text: str) -> str:
    """The text without characters beyond ASCII: x² is x^2, · is *."""
    plain = []
    for character, before in zip(text, " " + text, strict=False):
        if ord(character) in _FROM_SUPERSCRIPTS:
            high = ord(before) in _FROM_SUPERSCRIPTS
            plain.append(("" if high else "^") + _FROM_SUPERSCRIPTS[ord(character)])
        else:
            plain.append(character.translate(_PLAIN))
    return "".join(plain).encode("ascii", "backslashreplace").decode("ascii")

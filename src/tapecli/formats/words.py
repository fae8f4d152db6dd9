"""The words that formats for people share: headings, notes, and the verdict's last line."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence

from tapecli.evaluation.verdict import STABLE_ULPS
from tapecli.expressions import derivative as notation
from tapecli.formats import Screen, pitfall_hints
from tapecli.result import Block, Claim, Finding, Result, Status

SHOWN_POINTS = 3
"""How many of the points that share a note are named."""

MOST_LINES = 12
"""Lines of a formula that is shown; a longer one hides the values."""

INDENT = 4
"""Spaces in front of the further lines of a formula."""

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_FROM_SUPERSCRIPTS = {
    ord(high): digit for high, digit in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True)
}
_PLAIN = str.maketrans(
    {
        "·": "*",
        "→": "->",
        "─": "-",
        "│": "|",
        "√": "sqrt",
        "∂": "d",
        "…": "...",
        "µ": "u",
        "±": "+-",
        "–": "-",
        "⎡": "[",
        "⎣": "[",
        "⎢": "[",
        "⎤": "]",
        "⎦": "]",
        "⎥": "]",
    }
)


def derivative(block: Block) -> str:
    """Leibniz's notation: dy/dx, d²y/dx², ∂²f/∂x∂y; the target's name for order 0.

    A Taylor coefficient has its factorials: (d²y/dx²)/2!.
    """
    name = leibniz(block.target, block.derivative.variables, len(block.points.names) > 1)
    factorials = "·".join(f"{order}!" for order in block.derivative.factorials)
    if not factorials:
        return name
    return f"({name})/({factorials})" if "·" in factorials else f"({name})/{factorials}"


def leibniz(target: str, variables: Sequence[str], partial: bool) -> str:
    """The derivative of a target by these variables, the first one first."""
    if not variables:
        return target
    sign, runs = notation.leibniz(variables, partial)
    below = "".join(f"{sign}{name}{_power(times)}" for name, times in runs)
    return f"{sign}{_power(len(variables))}{target}/{below}"


def columns(result: Result) -> list[str]:
    """The columns behind those of the point: what was computed, beside what it should be."""
    if not result.computed:
        return ["analytic"]
    return ["taylor" if result.method == "taylor" else "tape", "analytic", "ulps"]


def _power(exponent: int) -> str:
    return "" if exponent == 1 else str(exponent).translate(_SUPERSCRIPTS)


def heading(block: Block, width: int) -> str:
    """The derivative with its formula, in lines of this width.

    They end before an operator; instead of a formula of more than `MOST_LINES` there is a note.
    """
    name = derivative(block)
    if block.order == 0:
        return name
    if block.formula is None:
        return f"{name}   (the formula is left out: too long to work out)"
    lines = _broken(f"{name} = {block.formula}", width, len(name))
    if len(lines) <= MOST_LINES:
        return "\n".join(lines)
    length = f"{len(block.formula):,} characters"
    return f"{name}   (the formula is left out: {length}; --format json has it)"


def _broken(formula: str, width: int, start: int) -> list[str]:
    """A formula in lines that begin with an operator, but for the first.

    Of the operators in the second half of a line it is one in the fewest brackets, and the sign
    of a sum before that of a product. What is in front of `start` is not broken.
    """
    depths = list(itertools.accumulate((c == "(") - (c == ")") for c in formula))
    breaks = [match.start() for match in re.finditer(r"(?<= )(?=[+-] )|(?=[·/])", formula)]
    breaks = [at for at in breaks if at > start]
    lines, start, indent = [], 0, 0
    while len(formula) - start > width - indent:
        end = start + width - indent
        ahead = [at for at in breaks if at > start]
        half = [at for at in ahead if (start + end) // 2 < at <= end]
        fitting = [at for at in ahead if at <= end][-1:]
        at = min(
            half or fitting or ahead[:1],
            key=lambda at: (depths[at], formula[at] in "·/", -at),
            default=len(formula),
        )
        lines.append(" " * indent + formula[start:at].rstrip())
        start, indent = at, INDENT
    return [*lines, " " * indent + formula[start:]] if start < len(formula) else lines


def place(result: Result, number: int) -> str:
    """A point: x = 1, y = 2."""
    point = result.points.at(number)
    return ", ".join(f"{name} = {result.format_.text(value)}" for name, value in point.items())


def about(result: Result) -> str:
    """How it was computed: float64, nested tapes, xla."""
    name = {
        "forward": "no tape",
        "single": "a single tape",
        "persistent": "a persistent tape",
        "batch": "batch Jacobian",
        "taylor": "Taylor series",
        "none": "analytic",
    }.get(result.method, f"{result.method} tapes")
    parts = [result.dtype, name]
    parts += [result.execution] if result.execution in ("graph", "xla") else []
    return ", ".join(parts) + (f" on {result.device}" if result.device else "")


def notes(result: Result, block: Block) -> Iterator[tuple[Status, str]]:
    """Why values are not ok, those with the same reason together."""
    groups: dict[tuple[Status, str], list[int]] = {}
    for number, check in block.checks.items():
        if check.note and check.digits is None:
            groups.setdefault((check.status, check.note), []).append(number)
    for (status, note), numbers in groups.items():
        points = [result.points.at(number).values() for number in numbers[:SHOWN_POINTS]]
        texts = [", ".join(map(result.format_.text, point)) for point in points]
        names = ", ".join(result.variables)
        if len(result.variables) > 1:
            names, texts = f"({names})", [f"({text})" for text in texts]
        more = len(numbers) - SHOWN_POINTS
        shown = ", ".join(texts) + (f" and {more:,} more" if more > 0 else "")
        yield status, f"{status} at {names} = {shown}: {note}"


def hints(result: Result) -> Iterator[str]:
    """Why the method is what it is, and what may be done about values that are not ok."""
    if result.reason:
        yield f"Taylor series, because {result.reason}"
    if any(c.digits is not None for block in result.blocks for c in block.checks.values()):
        wider = "" if result.dtype == "float64" else " a wider dtype or"
        yield (
            f"rounded (n): the rule is right, rounding leaves n digits;{wider} a better form more"
        )
    if Status.OFF in result.counts:
        yield "off: rounding cannot explain the difference; a rule for a derivative is wrong"
    names = pitfall_hints.pitfalls(result)
    if names:
        yield f"read: tapecli pitfalls {' '.join(names)}"


def claims(result: Result) -> Iterator[tuple[Claim, str, str]]:
    """Each claim, what it says, and what became of it."""
    names = {(block.target, block.wrt, block.order): derivative(block) for block in result.blocks}
    for claim in result.claims:
        name = names[claim.target, claim.wrt, claim.order]
        yield claim, f"{name} = {claim.text}", _found(claim, result)


def _found(claim: Claim, result: Result) -> str:
    points = f"{claim.tested} point{'s' * (claim.tested != 1)}"
    if not claim.failed:
        proved = claim.finding is Finding.PROVED
        found = f"right, proved, and tested at {points}" if proved else f"right at {points}"
        found += "" if proved else ", not proved"
        return found + (f"; {claim.reason}" if claim.reason else "")
    if claim.at is None:
        return f"not tested: {claim.reason}"
    text = result.format_.text
    at = ", ".join(f"{name} = {text(value)}" for name, value in claim.at.items())
    values = [(claim.claimed, "claimed"), (claim.analytic, "analytic")]
    shown = ", ".join(f"{name} {text(value)}" for value, name in values if value is not None)
    if claim.claimed is not None and claim.claimed == claim.analytic:
        shown = f"both round to {text(claim.claimed)} in {result.dtype}"
    return f"wrong at {at}: {shown}" + (f"; {claim.reason}" if claim.reason else "")


def verdict(result: Result) -> str:
    """The last line: how many values, and how they are."""
    counts = result.counts
    total = sum(counts.values())
    verified = total - counts.get(Status.UNVERIFIED, 0)
    values = f"{total:,} value{'s' * (total != 1)}"
    if not verified:
        return f"{values}, none of them verified"
    if set(counts) == {Status.CERTIFIED}:
        return f"{values}, certified"
    if not result.all_ok:
        found = (f"{count:,} {status}" for status, count in counts.items())
        return f"{values}: {', '.join(found)}"
    if verified < total:
        values += f"; {verified:,} of them verified"
    worst = max(check.ulps or 0 for block in result.blocks for check in block.checks.values())
    exact = "analytic derivative" if result.blocks[-1].order else "exact value"
    every = "all within" if verified != 1 else "within"
    if worst <= STABLE_ULPS:
        return f"{values}, {every} {max(worst, 1)} ulp{'s' * (worst > 1)} of the {exact}"
    return f"{values}, all ok: as near to the {exact} as {result.dtype} points allow"


def given_up(count: int, total: int, seconds: float, what: str = "points") -> str:
    """How many points, or other things, could not be certified, and what is to be done."""
    return (
        f"{count:,} of {total:,} {what} could not be certified within {seconds:.3g} seconds of "
        "work; --max-seconds allows more"
    )


def of_run(points: int, counts: Mapping[Status, int], seconds: float, earlier: int = 0) -> str:
    """What became of a long run, on a line: how many points, how fast, and how the values are.

    Args:
        points: all that are done.
        counts: how many values have each status.
        seconds: what this call took.
        earlier: how many of the points an earlier call had done.
    """
    verified = {status: n for status, n in counts.items() if status != Status.UNVERIFIED}
    found = ", ".join(f"{n:,} {status}" for status, n in verified.items())
    values = sum(counts.values())
    shown = f"{sum(verified.values()):,} of {values:,} values verified: {found}"
    here = points - earlier
    own = f", {here:,} of them" if earlier else ""
    return (
        f"{points:,} points{own} in {duration(seconds)}, "
        f"{rounded(here / max(seconds, 1e-3))} a second; "
        f"{shown if verified else f'{values:,} values, none of them verified'}"
    )


def rounded(number: float) -> str:
    """A large number in three digits: 18.8 million, 245,000."""
    number = float(f"{number:.3g}")
    return f"{number / 1e6:,.4g} million" if number >= 1e6 else f"{number:,.0f}"


def duration(seconds: float) -> str:
    """A time in three digits, or from a minute on in whole seconds: 0.532 s, 2 min 5 s."""
    if seconds < 60:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def line(text: str, screen: Screen) -> str:
    """A line of a page, without characters that the screen cannot show."""
    return (text if screen.unicode else ascii_only(text)) + "\n"


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

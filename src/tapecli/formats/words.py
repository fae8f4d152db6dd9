"""The words that pages for people share: headings, columns, notes, and the verdict at the end."""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from tapecli.defaults import NONE
from tapecli.evaluation.verdict import STABLE_ULPS
from tapecli.expressions import derivative as notation
from tapecli.floats import counted, large, measured
from tapecli.formats import Screen
from tapecli.result import Block, Check, Claim, Finding, Result, Status

SHOWN_POINTS = 3
"""How many points a note names; the others are counted."""

MOST_LINES = 12
"""Most lines of a formula that is shown; a longer one would hide the values."""

INDENT = 4
"""Spaces in front of the further lines of a formula."""

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_ASCII = str.maketrans(
    dict(zip("·─│∂µ–⎡⎣⎢⎤⎦⎥", "*-|du-[[[]]]", strict=True))
    | dict(zip("┤└┬┈┊●▲■◆○△□◇", "+++.:*+ox#@%&", strict=True))  # of plots
    | {"→": "->", "√": "sqrt", "…": "...", "±": "+-"}
)


def derivative(block: Block) -> str:
    """Leibniz's notation: dy/dx, d²y/dx², ∂²f/∂x∂y; the target's name for order 0.

    A Taylor coefficient has its factorials: (d²y/dx²)/2!.
    """
    name = leibniz(block.target, block.derivative.variables, len(block.points.names) > 1)
    factorials = "·".join(f"{order}!" for order in block.derivative.factorials)
    if "·" in factorials:
        factorials = f"({factorials})"
    return f"({name})/{factorials}" if factorials else name


def leibniz(target: str, variables: Sequence[str], partial: bool) -> str:
    """The derivative of a target by these variables, the first one first."""
    if not variables:
        return target
    sign, runs = notation.leibniz(variables, partial)
    below = "".join(f"{sign}{name}{_power(times)}" for name, times in runs)
    return f"{sign}{_power(len(variables))}{target}/{below}"


def _power(exponent: int) -> str:
    return "" if exponent == 1 else str(exponent).translate(_SUPERSCRIPTS)


def definition(block: Block) -> str:
    """A target and its expression: y = log(x**2)."""
    return f"{block.target} = {block.expression}"


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
        later = [at for at in breaks if at > start]
        half = [at for at in later if (start + end) // 2 < at <= end]
        fitting = [at for at in later if at <= end][-1:]
        at = min(
            half or fitting or later[:1],
            key=lambda at: (depths[at], formula[at] in "·/", -at),
            default=len(formula),
        )
        lines.append(" " * indent + formula[start:at].rstrip())
        start, indent = at, INDENT
    return [*lines, " " * indent + formula[start:]] if start < len(formula) else lines


def by_target(result: Result) -> list[list[Block]]:
    """The blocks of each target."""
    groups = itertools.groupby(result.blocks, key=lambda block: block.target)
    return [list(blocks) for _, blocks in groups]


def points(result: Result) -> dict[str, list[str]]:
    """The columns of the points by the names of the variables."""
    return {name: result.format_.texts(x) for name, x in result.points.numbers.items()}


def columns(
    result: Result,
    blocks: Sequence[Block],
    ulps: Callable[[int], str] = str,
    align: Callable[[list[str]], list[str]] = list,
) -> dict[str, list[str]]:
    """The columns behind those of the points by their names, with rows by block and point.

    They are what was computed, the analytic value, the text of the ulps between the two, and the
    status if not all values are ok; where nothing was computed, there is nothing to compare.
    `align` is for the columns of values.
    """
    text = result.format_.text
    checks = [block.check(index) for block in blocks for index in range(len(block.points))]
    texts = {"analytic": align(["" if c.analytic is None else text(c.analytic) for c in checks])}
    if result.computed:
        name = "taylor" if result.method == "taylor" else "tape"
        values = [text(value) for block in blocks for value in block.values]
        texts = {name: align(values), **texts}
        texts["ulps"] = ["" if c.ulps is None else ulps(c.ulps) for c in checks]
    return texts if result.all_ok else {**texts, "status": list(map(status, checks))}


def status(check: Check) -> str:
    """A status, with the number of digits that are right: rounded (11)."""
    return str(check.status) if check.digits is None else f"{check.status} ({check.digits})"


def point(result: Result, index: int) -> str:
    """A point: x = 1, y = 2."""
    values = result.points.at(index)
    return ", ".join(f"{name} = {result.format_.text(value)}" for name, value in values.items())


def method(result: Result) -> str:
    """How it was computed: float64, nested tapes, xla."""
    execution = [result.execution] if result.execution in ("graph", "xla") else []
    device = f" on {result.device}" if result.device else ""
    return ", ".join([result.dtype, method_name(result.method), *execution]) + device


def method_name(method: str) -> str:
    """A method in words: nested tapes, a single tape."""
    return {
        "forward": "no tape",
        "single": "a single tape",
        "persistent": "a persistent tape",
        "batch": "batch Jacobian",
        "taylor": "Taylor series",
        "none": "analytic",
    }.get(method, f"{method} tapes")


def notes(result: Result, block: Block) -> Iterator[tuple[Status, str]]:
    """Why values are not ok; those with the same reason share a note."""
    groups: defaultdict[tuple[Status, str], list[int]] = defaultdict(list)
    for index, check in block.verdicts.special.items():
        if check.note and check.digits is None:
            groups[check.status, check.note].append(index)
    for (status, note), indices in groups.items():
        points = [result.points.at(index).values() for index in indices[:SHOWN_POINTS]]
        texts = [", ".join(map(result.format_.text, point)) for point in points]
        names = ", ".join(result.variables)
        if len(result.variables) > 1:
            names, texts = f"({names})", [f"({text})" for text in texts]
        unnamed = len(indices) - SHOWN_POINTS
        named = ", ".join(texts) + (f" and {unnamed:,} more" if unnamed > 0 else "")
        yield status, f"{status} at {names} = {named}: {note}"


def hints(result: Result) -> Iterator[str]:
    """Why the method is what it is, and what may be done about values that are not ok."""
    if result.reason:
        name = "certified values alone" if result.method == NONE else "Taylor series"
        yield f"{name}, because {result.reason}"
    special = [check for block in result.blocks for check in block.verdicts.special.values()]
    if any(check.digits is not None for check in special):
        wider = "" if result.dtype == "float64" else "a wider dtype or "
        cure = f"{wider}a better form more"
        yield f"rounded (n): the rule is right, rounding leaves n digits; {cure}"
    if Status.OFF in result.counts:
        reason = "a rule for a derivative is wrong"
        if any(re.search("[!=]=", block.expression) for block in result.blocks):
            reason = f"at x == c tapes differentiate the branch of that point alone, or {reason}"
        yield f"off: rounding cannot explain the difference; {reason}"
    if not result.all_ok:
        from tapecli.formats import pitfall_hints

        names = pitfall_hints.pitfalls(result)
        if "where-nan" in names:
            yield "nan comes from the branch of where that is not taken; '--stable' guards both"
        if names:
            yield f"read: tapecli pitfalls {' '.join(names)}"


def claims(result: Result) -> Iterator[tuple[Claim, str, str]]:
    """Each claim, with its equation and the judgement on it."""
    names = {(block.target, block.wrt, block.order): derivative(block) for block in result.blocks}
    for claim in result.claims:
        name = names[claim.target, claim.wrt, claim.order]
        yield claim, f"{name} = {claim.text}", _judgement(claim, result)


def _judgement(claim: Claim, result: Result) -> str:
    points = counted(claim.tested, "point")
    reason = f"; {claim.reason}" if claim.reason else ""
    if claim.finding is Finding.PROVED:
        return f"right, proved, and tested at {points}{reason}"
    if not claim.failed:
        return f"right at {points}, not proved{reason}"
    if claim.at is None:
        return f"not tested: {claim.reason}"
    text = result.format_.text
    at = ", ".join(f"{name} = {text(value)}" for name, value in claim.at.items())
    values = {"claimed": claim.claimed, "analytic": claim.analytic}.items()
    difference = ", ".join(f"{name} {text(value)}" for name, value in values if value is not None)
    if claim.claimed is not None and claim.claimed == claim.analytic:
        difference = f"both round to {text(claim.claimed)} in {result.dtype}"
    return f"wrong at {at}: {difference}{reason}"


def verdict(result: Result) -> str:
    """The last line: how many values, and how they are."""
    counts = result.counts
    total = sum(counts.values())
    verified = total - counts.get(Status.UNVERIFIED, 0)
    values = counted(total, "value")
    if not verified:
        return f"{values}, none of them verified"
    if set(counts) == {Status.CERTIFIED}:
        return f"{values}, certified"
    if not result.all_ok:
        return f"{values}: {_by_status(counts)}"
    if verified < total:
        values += f"; {verified:,} of them verified"
    worst = max(check.ulps or 0 for block in result.blocks for check in block.checks.values())
    exact = "analytic derivative" if result.blocks[-1].order else "exact value"
    if worst <= STABLE_ULPS:
        within = "all within" if verified != 1 else "within"
        return f"{values}, {within} {counted(max(worst, 1), 'ulp')} of the {exact}"
    return f"{values}, all ok: as near to the {exact} as {result.dtype} points allow"


def _by_status(counts: Mapping[Status, int]) -> str:
    return ", ".join(f"{count:,} {status}" for status, count in counts.items())


def given_up(count: int, total: int, seconds: float, noun: str = "points") -> str:
    """How many things could not be certified, and how to allow more time."""
    time = f"within {seconds:.3g} seconds of work; --max-seconds allows more"
    return f"{count:,} of {total:,} {noun} could not be certified {time}"


def run_summary(points: int, counts: Mapping[Status, int], seconds: float, earlier: int = 0) -> str:
    """A long run in a sentence: how many points are done, how fast, and how the values are.

    The call took so many seconds, after an earlier one had done some of the points.
    """
    verified = Counter(counts)
    del verified[Status.UNVERIFIED]
    values, number = sum(counts.values()), sum(verified.values())
    verdict = f"{values:,} values, none of them verified"
    if verified:
        verdict = f"{number:,} of {values:,} values verified: {_by_status(verified)}"
    done = points - earlier
    of_them = f", {done:,} of them" if earlier else ""
    rate = large(done / max(seconds, 1e-3))
    return f"{points:,} points{of_them} in {measured(seconds)}, {rate} a second; {verdict}"


def line(text: str, screen: Screen) -> str:
    """A line of a page, without characters that the screen cannot show."""
    return (text if screen.unicode else ascii_only(text)) + "\n"


def ascii_only(text: str) -> str:
    """The text without characters beyond ASCII: x² is x^2, · is *."""
    text = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda high: f"^{high[0].translate(_DIGITS)}", text)
    return text.translate(_ASCII).encode("ascii", "backslashreplace").decode("ascii")

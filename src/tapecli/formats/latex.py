r"""LaTeX to be pasted into a document: equations, and tables of values; it takes amsmath alone.

Long tables go on in another one, so that each fits a page.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from tapecli.expressions import tex
from tapecli.formats import Screen, columns, words
from tapecli.result import Block, Check, Result

ROWS = 40
"""Rows of a table, which LaTeX does not break."""

MOST_CHARACTERS = 120
"""Characters of a formula in plain text beyond which it is no longer set on a line."""

MOST_BEHIND = 4
"""Variables of a point that is named behind a matrix, and not above it."""

MOST_COLUMNS = 10
"""Columns of a matrix that amsmath has without being asked."""


def render(result: Result, screen: Screen) -> Iterator[str]:
    """The fragment, line by line; it is ASCII, whatever is in it."""
    yield from (line + "\n" for line in _lines(result))


def _lines(result: Result) -> Iterator[str]:
    yield r"% needs \usepackage{amsmath}"
    if result.kind != "diff" and len(result.points) == 1:
        yield from _matrices(result)
    else:
        for blocks in _by_target(result):
            yield from _target(result, blocks)
    notes = [note for block in result.blocks for _, note in words.notes(result, block)]
    yield from map(_paragraph, dict.fromkeys(notes))
    yield from map(_paragraph, words.hints(result))
    yield from _claims(result)
    yield _paragraph(f"{words.verdict(result)} ({words.about(result)})")


def _by_target(result: Result) -> list[list[Block]]:
    by_target = itertools.groupby(result.blocks, key=lambda block: block.target)
    return [list(blocks) for _, blocks in by_target]


def _paragraph(text: str) -> str:
    return f"\n\\medskip\\noindent {tex.sentence(text)}"


def _target(result: Result, blocks: Sequence[Block]) -> Iterator[str]:
    """The equations of a target, then a table for each derivative."""
    derivatives = [block for block in blocks if block.order]
    yield from _aligned([_definition(blocks[0]), *_equations(derivatives)])
    for block in blocks:
        yield f"\n\\medskip\\noindent ${derivative(block, inline=True)}$\n"
        about = [_numbers(column) for column in columns.point_texts(result)]
        checks = [block.check(place) for place in range(len(block.points))]
        names = [f"${tex.name(name)}$" for name in result.variables]
        yield from _tables(result, names, about, block.values, checks)


def _aligned(equations: Sequence[str]) -> Iterator[str]:
    yield "\n\\begin{align*}"
    yield " \\\\\n".join(f"  {equation}" for equation in equations)
    yield r"\end{align*}"


def _definition(block: Block) -> str:
    """A target and its expression; a long one is there as a comment."""
    name, expression = tex.name(block.target), _expression(block)
    if len(block.expression) > MOST_CHARACTERS:
        return _left_out(name, expression, "expression", len(block.expression))
    return f"{name} &= {expression}"


def _left_out(name: str, written: str, what: str, length: int) -> str:
    """A comment, and an equation that says what is missing from it."""
    said = rf"\text{{(the {what} is left out: {length} characters)}}"
    return f"% {name} = {written}\n  {name} & \\quad {said}"


def _expression(block: Block) -> str:
    if block.latex:
        return block.latex.expression
    return rf"\texttt{{{tex.sentence(block.expression)}}}"


def _equations(blocks: Sequence[Block]) -> list[str]:
    """Derivatives and their formulas; nothing, if formulas were not wanted at all."""
    return [_equation(block) for block in blocks if block.latex]


def _equation(block: Block) -> str:
    """A derivative and its formula, or why there is none; a long one is there as a comment."""
    name, formula = derivative(block), _formula(block)
    if not formula:
        return rf"{name} & \quad \text{{(the formula is left out: too long to work out)}}"
    if _length(block) > MOST_CHARACTERS:
        return _left_out(name, formula, "formula", _length(block))
    return f"{name} &= {formula}"


def _formula(block: Block) -> str:
    return (block.latex and block.latex.formula) or ""


def _length(block: Block) -> int:
    return len(block.formula or "")


def derivative(block: Block, inline: bool = False) -> str:
    """A derivative in Leibniz's notation, as in `tex.derivative`, over its factorials if any."""
    partial = len(block.points.names) > 1
    name = tex.derivative(block.target, block.derivative.variables, partial, inline)
    factorials = r" \, ".join(f"{order}!" for order in block.derivative.factorials)
    return rf"\frac{{1}}{{{factorials}}} \, {name}" if factorials else name


# --- tables -----------------------------------------------------------------------------------


def _tables(
    result: Result,
    names: Sequence[str],
    about: Sequence[Sequence[str]],
    values: Sequence[float],
    checks: Sequence[Check],
) -> Iterator[str]:
    """Values with their verdicts, behind columns that say of what or where they are."""
    text = result.format_.text
    found = [_numbers(["" if c.analytic is None else text(c.analytic) for c in checks])]
    if result.computed:
        ulps = ["" if check.ulps is None else f"{check.ulps:,}" for check in checks]
        found = [_numbers(list(map(text, values))), *found, ulps]
    titles = [*names, *words.columns(result)]
    if not result.all_ok:
        found.append([_status(check) for check in checks])
        titles.append("status")
    rows = list(zip(*about, *found, strict=True))
    form = "".join("r" if title == "ulps" else "l" for title in titles)
    for start in range(0, len(rows), ROWS):
        yield rf"\begin{{tabular}}{{{form}}}"
        yield rf"  {' & '.join(titles)} \\ \hline"
        yield from (rf"  {' & '.join(row)} \\" for row in rows[start : start + ROWS])
        yield r"\end{tabular}" + "\n" * (start + ROWS < len(rows))


def _numbers(texts: Sequence[str]) -> list[str]:
    """A column of numbers, their decimal points below one another."""
    before = [re.match(r"(-?)(\d*)", text).groups() for text in texts]  # type: ignore[union-attr]
    digits = max(len(number) for _, number in before)
    signed = any(sign for sign, _ in before)
    cells = []
    for text, (sign, number) in zip(texts, before, strict=True):
        missing = "-" * (signed and not sign) + "0" * (digits - len(number))
        margin = rf"\phantom{{{missing}}}" if missing and number else ""
        cells.append(f"${margin}{tex.number(text)}$" if text else "")
    return cells


def _status(check: Check) -> str:
    return str(check.status) if check.digits is None else f"{check.status} ({check.digits})"


# --- vectors and matrices at one point --------------------------------------------------------


def _matrices(result: Result) -> Iterator[str]:
    """Each vector or matrix as formulas and as numbers, then its entries one by one."""
    targets = _by_target(result)
    parts = [[b for of in targets for b in of]] if result.kind == "jacobian" else targets
    at = _place(result)
    if len(at) > MOST_BEHIND:
        yield r"\noindent At " + ", ".join(f"${each}$" for each in at)
    for blocks in parts:
        heads = dict.fromkeys(block.derivative.variables[0] for block in blocks)
        width = 1 if result.kind == "grad" else len(heads)
        if width > MOST_COLUMNS:
            yield rf"\setcounter{{MaxMatrixCols}}{{{width}}}"
        first = {block.target: block for block in blocks}.values()
        text = result.format_.text
        numbers = [tex.number(text(block.values[0])) for block in blocks]
        formulas = [_formula(block) for block in blocks]
        short = all(formulas) and _widest(blocks, width) <= MOST_CHARACTERS
        single = [] if short else _equations(blocks)
        equal = [f"&= {_matrix(formulas, width)}"] * short
        behind = r"\quad \text{at } " + r",\; ".join(at) if len(at) <= MOST_BEHIND else ""
        equal.append(f"&= {_matrix(numbers, width)} {behind}".rstrip())
        equal[0] = f"{_name(result, blocks)} {equal[0]}"
        yield from _aligned([*map(_definition, first), *single, *equal])
        yield ""
        entries = [[f"${derivative(block, inline=True)}$" for block in blocks]]
        values = [block.values[0] for block in blocks]
        yield from _tables(result, [""], entries, values, [block.check(0) for block in blocks])


def _matrix(entries: Sequence[str], width: int) -> str:
    rows = [" & ".join(entries[i : i + width]) for i in range(0, len(entries), width)]
    inside = r" \\ ".join(rows)
    return rf"\begin{{pmatrix}} {inside} \end{{pmatrix}}"


def _widest(blocks: Sequence[Block], width: int) -> int:
    """Characters of the formulas of a matrix, the longest of each of its columns together."""
    columns_ = [blocks[place::width] for place in range(width)]
    return sum(max(map(_length, column)) for column in columns_)


def _place(result: Result) -> list[str]:
    text = result.format_.text
    return [
        f"{tex.name(name)} = {tex.number(text(value))}"
        for name, value in result.points.at(0).items()
    ]


def _name(result: Result, blocks: Sequence[Block]) -> str:
    r"""What it is: \nabla f, \nabla^{2} f, or the Jacobian as a fraction."""
    names = list(dict.fromkeys(block.derivative.variables[0] for block in blocks))
    targets = list(dict.fromkeys(tex.name(block.target) for block in blocks))
    by = ", ".join(map(tex.name, names))
    if result.kind == "jacobian":
        return rf"\frac{{\partial ({', '.join(targets)})}}{{\partial ({by})}}"
    power = "^{2}" if result.kind == "hessian" else ""
    below = "" if tuple(names) == tuple(result.variables) else f"_{{{by}}}"
    return rf"\nabla{power}{below} {targets[0]}"


# --- claims -----------------------------------------------------------------------------------


def _claims(result: Result) -> Iterator[str]:
    blocks = {(block.target, block.wrt, block.order): block for block in result.blocks}
    for claim, _, found in words.claims(result):
        name = derivative(blocks[claim.target, claim.wrt, claim.order], inline=True)
        judged = tex.sentence(found)
        judged = rf"\textbf{{{judged}}}" if claim.failed else judged
        claimed = rf"\texttt{{{tex.sentence(claim.text)}}}"
        yield f"\n\\medskip\\noindent claim ${name}$ = {claimed}: {judged}"

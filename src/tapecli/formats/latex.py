"""LaTeX to be pasted into a document: equations, and tables of values. It needs only amsmath.

A long table goes on in another one, so that each fits a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tapecli.expressions import tex
from tapecli.formats import words
from tapecli.result import Block, Result

ROWS = 40
"""Most rows of a table, which LaTeX does not break at the end of a page."""

MOST_CHARACTERS = 120
"""Most characters, in plain text, of a formula that is set on a line."""

MOST_BEHIND = 4
"""Most variables of a point that is named behind a matrix, and not above it."""

MOST_COLUMNS = 10
"""Most columns of a matrix that amsmath allows by default."""


def lines(result: Result) -> Iterator[str]:
    """The fragment, line by line; it is ASCII, whatever is in it."""
    yield r"% needs \usepackage{amsmath}"
    if result.kind != "diff" and len(result.points) == 1:
        yield from _matrices(result)
    else:
        for blocks in words.by_target(result):
            yield from _target(result, blocks)
    notes = [note for block in result.blocks for _, note in words.notes(result, block)]
    yield from map(_paragraph, [*dict.fromkeys(notes), *words.hints(result)])
    names = {(b.target, b.wrt, b.order): derivative(b, inline=True) for b in result.blocks}
    for claim, _, judgement in words.claims(result):
        sentence = tex.sentence(judgement)
        sentence = rf"\textbf{{{sentence}}}" if claim.failed else sentence
        claimed = rf"\texttt{{{tex.sentence(claim.text)}}}"
        name = names[claim.target, claim.wrt, claim.order]
        yield f"\n\\medskip\\noindent claim ${name}$ = {claimed}: {sentence}"
    yield _paragraph(f"{words.verdict(result)} ({words.method(result)})")


def _paragraph(text: str) -> str:
    return f"\n\\medskip\\noindent {tex.sentence(text)}"


def _target(result: Result, blocks: Sequence[Block]) -> Iterator[str]:
    """The equations of a target, then a table for each derivative."""
    derivatives = [block for block in blocks if block.order]
    yield from _aligned([_definition(blocks[0]), *_equations(derivatives)])
    for block in blocks:
        yield f"\n\\medskip\\noindent ${derivative(block, inline=True)}$\n"
        points = words.points(result).items()
        before = [(f"${tex.name(name)}$", _numbers(column)) for name, column in points]
        yield from _tables(result, before, [block])


def _aligned(equations: Sequence[str]) -> Iterator[str]:
    yield "\n\\begin{align*}"
    yield " \\\\\n".join(f"  {equation}" for equation in equations)
    yield r"\end{align*}"


def _definition(block: Block) -> str:
    as_code = rf"\texttt{{{tex.sentence(block.expression)}}}"
    expression = block.latex.expression if block.latex else as_code
    return _equation(tex.name(block.target), expression, "expression", len(block.expression))


def _equations(blocks: Sequence[Block]) -> Iterator[str]:
    """Derivatives and their formulas; nothing, if formulas were not wanted at all."""
    note = r"\text{(the formula is left out: too long to work out)}"
    for block in blocks:
        if block.latex and block.latex.formula:
            yield _equation(derivative(block), block.latex.formula, "formula", _length(block))
        elif block.latex:
            yield rf"{derivative(block)} & \quad {note}"


def _equation(name: str, formula: str, noun: str, length: int) -> str:
    """A name and its formula; one whose length in plain text is too long is a comment."""
    if length <= MOST_CHARACTERS:
        return f"{name} &= {formula}"
    note = rf"\text{{(the {noun} is left out: {length} characters)}}"
    return f"% {name} = {formula}\n  {name} & \\quad {note}"


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
    result: Result, before: Sequence[tuple[str, Sequence[str]]], blocks: Sequence[Block]
) -> Iterator[str]:
    """Values with their verdicts, behind columns, whose titles may be alike, of what they are."""
    behind = words.columns(result, blocks, "{:,}".format, _numbers).items()
    titles, cells = zip(*before, *behind, strict=True)
    rows = list(zip(*cells, strict=True))
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


# --- vectors and matrices at one point --------------------------------------------------------


def _matrices(result: Result) -> Iterator[str]:
    """Each vector or matrix as formulas and as numbers, then its entries one by one."""
    texts = words.points(result).items()
    at = [f"{tex.name(name)} = {tex.number(text)}" for name, (text,) in texts]
    if len(at) > MOST_BEHIND:
        yield r"\noindent At " + ", ".join(f"${equation}$" for equation in at)
    for blocks in [result.blocks] if result.kind == "jacobian" else words.by_target(result):
        heads = dict.fromkeys(block.derivative.variables[0] for block in blocks)
        width = 1 if result.kind == "grad" else len(heads)
        if width > MOST_COLUMNS:
            yield rf"\setcounter{{MaxMatrixCols}}{{{width}}}"
        first = {block.target: block for block in blocks}.values()
        text = result.format_.text
        numbers = [tex.number(text(block.values[0])) for block in blocks]
        formulas = [(block.latex and block.latex.formula) or "" for block in blocks]
        widest = [max(map(_length, blocks[column::width])) for column in range(width)]
        short = all(formulas) and sum(widest) <= MOST_CHARACTERS
        single = [] if short else list(_equations(blocks))
        equal = [f"&= {_matrix(formulas, width)}"] * short
        behind = r"\quad \text{at } " + r",\; ".join(at) if len(at) <= MOST_BEHIND else ""
        equal.append(f"&= {_matrix(numbers, width)} {behind}".rstrip())
        equal[0] = f"{_name(result, blocks)} {equal[0]}"
        yield from _aligned([*map(_definition, first), *single, *equal])
        yield ""
        entries = [f"${derivative(block, inline=True)}$" for block in blocks]
        yield from _tables(result, [("", entries)], blocks)


def _matrix(entries: Sequence[str], width: int) -> str:
    rows = [" & ".join(entries[i : i + width]) for i in range(0, len(entries), width)]
    inside = r" \\ ".join(rows)
    return rf"\begin{{pmatrix}} {inside} \end{{pmatrix}}"


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

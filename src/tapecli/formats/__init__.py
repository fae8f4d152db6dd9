"""Output formats: one file each, all fed by a Result. `FORMATS` is the table of them.

A format is a module with a function `render(result, screen)` that yields pieces of text, or, if
it is binary, with `packed(result)`, which returns bytes. It is loaded when it is
asked for, and knows nothing of files, streams or options.

A format in pieces can be written of one part of the points after another, from a Result for each
part. If it is text, its module has `head(result, screen)` and `body(result, block, screen)`; npy
has `head(result, dimensions)` and `body(result)`, and parquet has a `Writer`.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from tapecli.errors import OutputError


@dataclass(frozen=True)
class Screen:
    """What the text is made for.

    Attributes:
        width: columns of a terminal; None where lines may be of any length.
        color: whether to use colours and other styles.
        unicode: whether characters beyond ASCII can be shown.
    """

    width: int | None = None
    color: bool = False
    unicode: bool = True


@dataclass(frozen=True)
class Format:
    """One output format.

    Attributes:
        name: what --format calls it, and the name of its module.
        meaning: what it is for.
        endings: the endings of file names that mean it.
        formulas: whether it shows formulas, which take SymPy.
        claims: whether it shows what became of claims.
        binary: whether it is made of bytes, and not for a terminal.
        package: where its module is.
        pieces: whether it can be written piece by piece.
        needs: the library that it takes and that is not always there, or "".
        extra: the extra of this package that brings that library, or "".
    """

    name: str
    meaning: str
    endings: tuple[str, ...]
    formulas: bool = False
    claims: bool = False
    binary: bool = False
    package: str = "tapecli.formats"
    pieces: bool = False
    needs: str = ""
    extra: str = ""


FORMATS = {
    format_.name: format_
    for format_ in (
        Format("table", "a table for people", (".txt",), formulas=True, claims=True),
        Format("json", "one JSON document", (".json",), formulas=True, claims=True),
        Format("jsonl", "one JSON object a line", (".jsonl", ".ndjson"), pieces=True),
        Format("csv", "comma-separated values with a header", (".csv",), pieces=True),
        Format("tsv", "tab-separated values with a header", (".tsv",), pieces=True),
        Format(
            "markdown",
            "tables for a Markdown page",
            (".md", ".markdown"),
            formulas=True,
            claims=True,
        ),
        Format("latex", "equations and tables for LaTeX", (".tex",), formulas=True, claims=True),
        Format("value", "bare numbers of the highest order, one a line", (), pieces=True),
        Format("npy", "a NumPy array of the values", (".npy",), binary=True, pieces=True),
        Format("npz", "NumPy arrays with named axes", (".npz",), binary=True),
        Format(
            "parquet",
            "the columns of csv in a Parquet file",
            (".parquet",),
            binary=True,
            pieces=True,
            needs="pyarrow",
            extra="arrow",
        ),
    )
}


_PAGE = {
    format_.name: format_
    for format_ in (
        Format("table", "a page for people", (".txt",)),
        Format("json", "one JSON document", (".json",)),
        Format("markdown", "a Markdown page", (".md", ".markdown")),
        Format("junit", "JUnit's XML, for CI", (".xml",)),
        Format("github", "annotations of a GitHub workflow", ()),
    )
}

PAGES = {
    kind: {name: replace(_PAGE[name], package=f"tapecli.features.{kind}.pages") for name in names}
    for kind, names in {
        "check": ("table", "json", "junit", "github", "markdown"),
        "pitfalls": ("table", "json", "markdown"),
        "trace": ("table", "json", "markdown"),
        "compare": ("table", "json", "markdown"),
        "functions": ("table", "json", "markdown"),
    }.items()
}
"""The formats of what is no Result, by the command that shows it; a package for each command."""


PLOTS = {
    format_.name: format_
    for format_ in (
        Format(
            "text", "as large as the terminal", (".txt",), package="tapecli.features.plot.pages"
        ),
        *(
            Format(
                name,
                meaning,
                (f".{name}",),
                binary=True,
                package="tapecli.features.plot.pages",
                needs="matplotlib",
                extra="plot",
            )
            for name, meaning in (
                ("png", "a picture"),
                ("svg", "a drawing, for the web"),
                ("pdf", "a drawing, for print"),
            )
        ),
    )
}
"""The formats of plots."""


def of_ending(ending: str, formats: Mapping[str, Format] = FORMATS) -> Format:
    """The format that a file with this ending is written in.

    Raises:
        OutputError: no format has this ending.
    """
    for format_ in formats.values():
        if ending.lower() in format_.endings:
            return format_
    endings = ", ".join(ending for format_ in formats.values() for ending in format_.endings)
    problem = f"the ending '{ending}' says no format" if ending else "the file has no ending"
    raise OutputError(f"{problem}; use --format, or one of {endings}")


def needed(format_: Format) -> None:
    """Make sure that what the format takes is installed, before anything is computed.

    Raises:
        OutputError: it is not.
    """
    if format_.needs and importlib.util.find_spec(format_.needs) is None:
        raise OutputError(
            f"'--format {format_.name}' needs {format_.needs}; "
            f"pip install 'tapecli[{format_.extra}]'"
        )


def module(format_: Format) -> ModuleType:
    """The module of a format.

    Raises:
        OutputError: what it takes is not installed.
    """
    needed(format_)
    return importlib.import_module(f"{format_.package}.{format_.name}")


def render(shown: Any, format_: Format, screen: Screen) -> Iterator[str]:
    """A Result, or what a page shows, in this format of text, piece by piece."""
    pieces: Iterator[str] = module(format_).render(shown, screen)
    return pieces


def packed(shown: Any, format_: Format) -> bytes:
    """The same in this format of bytes.

    Raises:
        OutputError: what the format takes is not installed.
    """
    whole: bytes = module(format_).packed(shown)
    return whole

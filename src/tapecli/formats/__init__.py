"""Output formats: one file each, all fed by a Result. `FORMATS` is the table of them.

A format is a module that is loaded when it is asked for, and knows nothing of files, streams or
options. Its functions depend on its kind:

* text: `lines(result)` yields lines, which are written with what the screen can show;
  `document(result)` returns the fields of a JSON document behind `schema`; or else
  `render(result, screen)` yields pieces of text;
* text that can be written in chunks: `head(result, screen)` is what stands above the rows, and
  `body(result, block, screen)` yields the rows of one derivative, in a whole result or in the
  result of one chunk of its points; `blocks(result)` says which derivatives have rows, if not all;
* bytes: `encode(result)` returns them. To write them in chunks, npy has `head(result, dimensions)`
  and `body(result)`, and parquet a `ParquetWriter`.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import ModuleType
from typing import TYPE_CHECKING, Any

from tapecli.errors import OutputError

if TYPE_CHECKING:
    from tapecli.result import Block, Result


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
        name: what --format calls it, and the name of its module if `module` names no other.
        meaning: what it is, for help and completion.
        endings: the endings of the names of files that are written in it.
        formulas: whether it shows formulas, for which SymPy is loaded, and judgements on claims.
        binary: whether it is made of bytes, and not for a terminal.
        chunked: whether it can be written in chunks, a Result for each.
        extra: the extra of tapecli that installs the library that it needs, or "".
        module: a module that writes several formats; its `encode` gets the name of one as well.
        package: the package of its module.
    """

    name: str
    meaning: str
    endings: tuple[str, ...]
    formulas: bool = False
    binary: bool = False
    chunked: bool = False
    extra: str = ""
    module: str = ""
    package: str = "tapecli.formats"


def _by_name(package: str, formats: Iterable[Format]) -> dict[str, Format]:
    return {format_.name: replace(format_, package=package) for format_ in formats}


FORMATS = _by_name(
    "tapecli.formats",
    [
        Format("table", "a table for people", (".txt",), formulas=True),
        Format("json", "one JSON document", (".json",), formulas=True),
        Format("jsonl", "one JSON object a line", (".jsonl", ".ndjson"), chunked=True),
        Format("csv", "comma-separated values with a header", (".csv",), chunked=True),
        Format("tsv", "tab-separated values with a header", (".tsv",), chunked=True),
        Format("markdown", "tables for a Markdown page", (".md", ".markdown"), formulas=True),
        Format("latex", "equations and tables for LaTeX", (".tex",), formulas=True),
        Format("value", "bare numbers of the highest order, one a line", (), chunked=True),
        Format("npy", "a NumPy array of the values", (".npy",), binary=True, chunked=True),
        Format("npz", "NumPy arrays with named axes", (".npz",), binary=True),
        Format(
            "parquet",
            "the columns of csv in a Parquet file",
            (".parquet",),
            binary=True,
            chunked=True,
            extra="arrow",
        ),
    ],
)
"""The formats of a Result."""

_TABLE = Format("table", "a page for people", (".txt",))
_JSON = Format("json", "one JSON document", (".json",))
_MARKDOWN = Format("markdown", "a Markdown page", (".md", ".markdown"))
_JUNIT = Format("junit", "JUnit's XML, for CI", (".xml",))
_GITHUB = Format("github", "annotations of a GitHub workflow", ())

PAGES = {
    command: _by_name(f"tapecli.features.{command}.pages", formats)
    for command, formats in {
        **dict.fromkeys(("check", "check.exhaustive"), (_TABLE, _JSON, _JUNIT, _GITHUB, _MARKDOWN)),
        **dict.fromkeys(("pitfalls", "trace", "compare", "functions"), (_TABLE, _JSON, _MARKDOWN)),
    }.items()
}
"""The formats of commands that show something else than a Result, by the command's name."""

_DRAWINGS = {"png": "a picture", "svg": "a drawing, for the web", "pdf": "a drawing, for print"}

PLOTS = _by_name(
    "tapecli.features.plot.pages",
    [
        Format("text", "as large as the terminal", (".txt",)),
        *(
            Format(name, meaning, (f".{name}",), binary=True, extra="plot", module="figure")
            for name, meaning in _DRAWINGS.items()
        ),
    ],
)
"""The formats of plots."""

OTHER_NAMES = {"md": "markdown", "tex": "latex", "ndjson": "jsonl", "values": "value"}
"""Other names of formats."""

LIBRARIES = {"arrow": "pyarrow", "plot": "matplotlib"}
"""The library that each extra installs."""


def of_ending(ending: str, formats: Mapping[str, Format] = FORMATS) -> Format:
    """The format that a file with this ending is written in, or an OutputError."""
    by_ending = {ending: format_ for format_ in formats.values() for ending in format_.endings}
    if format_ := by_ending.get(ending.lower()):
        return format_
    endings = ", ".join(by_ending)
    problem = f"the ending '{ending}' says no format" if ending else "the file has no ending"
    raise OutputError(f"{problem}; use --format, or one of {endings}")


def canonical(name: str) -> str:
    """The name of the format that a name stands for, which may be one of `OTHER_NAMES`."""
    lower = name.lower()
    return OTHER_NAMES.get(lower, lower)


def require_library(format_: Format) -> None:
    """Raise an OutputError, before anything is computed, if a library is not installed."""
    library = LIBRARIES.get(format_.extra)
    if library and importlib.util.find_spec(library) is None:
        install = f"pip install 'tapecli[{format_.extra}]'"
        raise OutputError(f"'--format {format_.name}' needs {library}; {install}")


def module(format_: Format) -> ModuleType:
    """The module of a format, or an OutputError if its library is not installed."""
    require_library(format_)
    return importlib.import_module(f"{format_.package}.{format_.module or format_.name}")


def render(content: Any, format_: Format, screen: Screen) -> Iterator[str]:
    """Pieces of text for a Result, or for what a command shows instead of one."""
    page = module(format_)
    if format_.chunked:
        yield head(page, content, screen)
        for block in blocks(page, content):
            yield from page.body(content, block, screen)
    elif format_.name == "json":
        from tapecli.formats import json

        yield from json.indented(page.document(content), screen)
    elif hasattr(page, "lines"):
        from tapecli.formats import words

        yield from (words.line(line, screen) for line in page.lines(content))
    else:
        yield from page.render(content, screen)


def head(page: ModuleType, result: Result, screen: Screen) -> str:
    """What stands above the rows in a format that is written in chunks."""
    return page.head(result, screen) if hasattr(page, "head") else ""


def blocks(page: ModuleType, result: Result) -> Sequence[Block]:
    """The derivatives that have rows in a format that is written in chunks."""
    choose: Callable[[Result], Sequence[Block]] | None = getattr(page, "blocks", None)
    return choose(result) if choose else result.blocks


def encode(content: Any, format_: Format) -> bytes:
    """The bytes of a Result, or of what a command shows instead of one."""
    names = [format_.name] if format_.module else []
    encoded: bytes = module(format_).encode(content, *names)
    return encoded

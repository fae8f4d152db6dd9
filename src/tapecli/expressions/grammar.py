"""Makes the parser of grammar.lark, and stores it beside the package's bytecode.

To make it takes longer than everything else that a mistyped expression needs; to load it does not.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import os
import pkgutil
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from tapecli.expressions.functions import FUNCTION_NAMES

if TYPE_CHECKING:
    from lark import Lark, Token


class UnknownCall(Exception):
    """A name that is followed by a bracket and is not the name of a function."""

    def __init__(self, token: Token) -> None:
        super().__init__(str(token))
        self.token = token


def _refuse(token: Token) -> Token:
    raise UnknownCall(token)


@functools.cache
def parser() -> Lark:
    """The parser of grammar.lark, with the function names of the table."""
    grammar = _grammar()
    path = cache_path(grammar)
    return _load(path) or _make(grammar, None if sys.dont_write_bytecode else path)


def cache_path(grammar: str) -> Path:
    """The file for the parser of this grammar, by this lark and this Python."""
    import lark

    key = zlib.crc32(f"{lark.__version__} {grammar}".encode())
    return Path(importlib.util.cache_from_source(__file__)).with_suffix(f".{key:08x}.lark")


def _load(path: Path) -> Lark | None:
    """The stored parser, if there is one."""
    from lark import Lark

    try:
        with path.open("rb") as file:
            return Lark.load(file)
    except Exception:  # a damaged file can raise anything: the parser is made again
        return None


def _make(grammar: str, path: Path | None) -> Lark:
    """Make the parser, and store it if it can be stored."""
    from lark import Lark

    parser = Lark(
        grammar,
        parser="lalr",
        lexer="basic",
        maybe_placeholders=False,
        propagate_positions=True,
        lexer_callbacks={"UNKNOWN": _refuse},
    )
    if path is not None:
        with contextlib.suppress(OSError):
            _store(parser, path)
    return parser


def _store(parser: Lark, path: Path) -> None:
    """Write the whole file or nothing, for other processes may read or write it at the time."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            parser.save(file)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _grammar() -> str:
    """The text of grammar.lark, with the function names of the table."""
    words = sorted((name for name in FUNCTION_NAMES if name.isascii()), key=len, reverse=True)
    signs = [name for name in FUNCTION_NAMES if not name.isascii()]
    names = rf"(?:(?:{'|'.join(words)})(?![A-Za-z_0-9])|{'|'.join(signs)})"
    text = pkgutil.get_data(__package__, "grammar.lark")
    assert text is not None
    return text.decode().replace("FUNCTION_NAMES", names)

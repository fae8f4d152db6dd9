"""The parser of grammar.lark, which is kept beside the package's bytecode once it is made.

Making it takes longer than all else that a mistyped expression needs; reading it again does not.
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
    """A name with a bracket behind it that is no function's."""

    def __init__(self, token: Token) -> None:
        super().__init__(str(token))
        self.token = token


def _refuse(token: Token) -> Token:
    raise UnknownCall(token)


@functools.cache
def parser() -> Lark:
    """Return the parser of grammar.lark with the function names of the table in it."""
    grammar = _grammar()
    path = kept(grammar)
    return _read(path) or _made(grammar, None if sys.dont_write_bytecode else path)


def kept(grammar: str) -> Path:
    """The file that has the parser of this grammar, of this lark and of this Python."""
    import lark

    key = zlib.crc32(f"{lark.__version__} {grammar}".encode())
    return Path(importlib.util.cache_from_source(__file__)).with_suffix(f".{key:08x}.lark")


def _read(path: Path) -> Lark | None:
    """The parser as it was kept, if it was."""
    from lark import Lark

    try:
        with path.open("rb") as file:
            return Lark.load(file)
    except Exception:  # whatever a damaged file raises: the parser is made again
        return None


def _made(grammar: str, path: Path | None) -> Lark:
    """The parser, made; it is kept for the next time if it can be."""
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
            _keep(parser, path)
    return parser


def _keep(parser: Lark, path: Path) -> None:
    """Write the file whole or not at all, for others may be reading it or writing it as well."""
    own = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with own.open("wb") as file:
            parser.save(file)
        own.replace(path)
    except OSError:
        own.unlink(missing_ok=True)
        raise


def _grammar() -> str:
    """The text of grammar.lark with the function names in it."""
    words = sorted((name for name in FUNCTION_NAMES if name.isascii()), key=len, reverse=True)
    signs = [name for name in FUNCTION_NAMES if not name.isascii()]
    names = rf"(?:(?:{'|'.join(words)})(?![A-Za-z_0-9])|{'|'.join(signs)})"
    text = pkgutil.get_data(__package__, "grammar.lark")
    assert text is not None
    return text.decode().replace("FUNCTION_NAMES", names)

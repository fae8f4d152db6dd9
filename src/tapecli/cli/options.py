"""What the commands that are given expressions share: their options, and how they answer."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Mapping
from typing import Any

import click

from tapecli import defaults, formats
from tapecli.cli.completion import candidates
from tapecli.cli.parameters import (
    ExpressionCommand,
    FromEnvironment,
    OneOf,
    Order,
    PointsOf,
    WholeNumber,
)
from tapecli.floats import FORMATS, UNCLEAR_DTYPES, dtype_name


def _in_words(meanings: Mapping[str, str]) -> str:
    """Words and what they mean, in a sentence of a help text."""
    return "; ".join(f"{word}: {meaning}" for word, meaning in meanings.items())


several = functools.partial(click.option, multiple=True)
"""An option that may be there more than once."""

by = functools.partial(several, "--wrt", metavar="NAMES", shell_complete=candidates.by)
"""The option of the variables that are differentiated by."""

max_seconds = functools.partial(
    click.option, "--max-seconds", type=float, default=defaults.MAX_SECONDS, metavar="SECONDS"
)
"""The option that says how long a call may take."""

verbose = functools.partial(click.option, "-v", "--verbose", is_flag=True)

EXPRESSIONS = click.argument(
    "expressions", nargs=-1, metavar="[EXPRESSION]...", shell_complete=candidates.expressions
)


def variables(
    metavar: str,
    of_x: str,
    meanings: Mapping[str, str],
    of_any: str = "The same for a variable of any name.",
    tables: Mapping[str, str] | None = None,
) -> tuple[Any, ...]:
    """The options --x, --y, --z and --t, and --at for a variable of any name.

    `of_x` and `of_any` are the help of --x and --at. Words are completed with their meanings:
    those of a variable, and those for which --at takes no name.
    """
    helps = {name: f"The same for {name}." for name in defaults.SHORT} | {"x": of_x}
    complete = candidates.completer(meanings)
    short = [
        several(f"--{name}", metavar=metavar, shell_complete=complete, help=text)
        for name, text in helps.items()
    ]
    named, complete = f"NAME={metavar}", candidates.named_completer(meanings, tables or {})
    any_ = several(
        "--at",
        type=PointsOf(),
        metavar=named,
        shell_complete=complete,
        help=of_any,
        callback=lambda ctx, param, values: tuple(itertools.chain.from_iterable(values)),
    )
    return *short, any_


def order(text: str, meanings: Mapping[str, str] = candidates.ORDERS) -> Any:
    """The option of the order, with this help."""
    complete = candidates.completer(meanings)
    return click.option("-n", "--order", type=Order(), shell_complete=complete, help=text)


def by_in_turn(otherwise: str) -> Any:
    """The option --wrt where each text is a derivative, with the words for its default."""
    return by(
        help="The variable to differentiate by, or several with commas for a mixed derivative: "
        f"x,x,y. Each --wrt is a derivative.  [default: {otherwise}]"
    )


POINTS = (
    *variables(
        "POINTS",
        "Values of x: 1..3, 0..1:0.1, 0..2pi@9, 1e-3..1e3@7log, lists of these with commas, "
        "- for one a line of standard input, or @FILE.  "
        f"[default: {defaults.POINTS}, if it is the only variable]",
        candidates.GRIDS | candidates.FILES,
        "The same for a variable of any name; or @FILE or - alone, for rows of points under a "
        "header of names, as CSV, TSV or JSON lines.",
        {"-": "rows of points from standard input"} | candidates.FILES,
    ),
    click.option(
        "--zip",
        "paired",
        is_flag=True,
        help="Pair the values of several variables, first with first, and do not combine all.",
    ),
)
"""Where: points of every variable."""

ONE_POINT = variables(
    "VALUE",
    f"The value of x.  [default: {defaults.POINT}, if it is the only variable]",
    candidates.VALUES,
)
"""Where: one value of every variable."""

ORDER = order(
    "The highest order by one variable; all from 1 are shown. 0 is the value alone.  [default: 1]"
)
ORDER_OF_TAPES = order(
    "The highest order by one variable, from 1 on.  [default: 1]", candidates.TAPE_ORDERS
)
BY = by(help="The variables to differentiate by, with commas.  [default: all]")
BY_IN_TURN = by_in_turn("the only variable")
METHOD = click.option(
    "--method",
    type=OneOf(defaults.METHODS),
    default="auto",
    help=f"The arrangement of tapes, or what is done without them. {_in_words(defaults.METHODS)}.",
)
DTYPES = OneOf(
    {name: f"{row.precision} bits" for name, row in FORMATS.items()}, dtype_name, UNCLEAR_DTYPES
)
"""A precision, by any of its names."""

DTYPE = click.option(
    "--dtype",
    type=DTYPES,
    default="float64",
    cls=FromEnvironment,
    envvar="TAPECLI_DTYPE",
    show_envvar=True,
    help="The precision.",
)
EXECUTION = click.option(
    "--execution",
    type=OneOf(defaults.EXECUTIONS),
    cls=FromEnvironment,
    envvar="TAPECLI_EXECUTION",
    show_envvar=True,
    help=f"How TensorFlow runs the tapes. {_in_words(defaults.EXECUTIONS)}.  "
    "[default: eager for few points, xla for many]",
)
DEVICE = click.option(
    "--device",
    metavar="NAME",
    shell_complete=candidates.completer(candidates.DEVICES),
    help="Where TensorFlow runs them: cpu, gpu, gpu:1.  [default: its own choice]",
)


MAX_SECONDS = max_seconds(help="Refuse what is expected to take longer.")


def resume(help_: str) -> Any:
    """The option that goes on where an earlier call was interrupted."""
    return click.option("--resume", is_flag=True, help=help_)


VERBOSE = verbose(help="Show what TensorFlow logs.")
OUTPUT = (
    click.option(
        "-o",
        "--output",
        "file",
        metavar="FILE",
        shell_complete=candidates.files,
        help="Write to a file, whole or not at all.",
    ),
    click.option(
        "--color",
        cls=FromEnvironment,
        type=OneOf(("auto", "always", "never")),
        default="auto",
        envvar="TAPECLI_COLOR",
        help="Colours in a table.",
    ),
)
"""The options of every command that writes something: those of `output.Output`."""


def page(kind: str) -> tuple[Any, ...]:
    """The options of a command that writes a page of this kind: its format, and where it goes."""
    return _format(formats.PAGES[kind]), *OUTPUT


def _format(table: Mapping[str, formats.Format], **rest: Any) -> Any:
    """The option that chooses one of the formats."""
    meanings = {name: row.meaning for name, row in table.items()}
    return click.option(
        "-f",
        "--format",
        "format_name",
        type=OneOf(meanings, formats.canonical),
        help=f"The form of what is shown. {_in_words(meanings)}.  "
        "[default: by the ending of --output, else table]",
        **rest,
    )


WORKING = (
    click.option(
        "-j",
        "--jobs",
        type=WholeNumber(1, defaults.MAX_JOBS),
        help="How many processes share the work.  "
        "[default: one for each core, where the work takes long enough]",
    ),
    click.option(
        "--workers",
        type=WholeNumber(1, defaults.MAX_JOBS),
        help="Start a Dask cluster of so many workers on this machine, which compute instead.",
    ),
    click.option(
        "--scheduler",
        metavar="ADDRESS",
        cls=FromEnvironment,
        envvar="TAPECLI_SCHEDULER",
        show_envvar=True,
        help="Let the workers of this Dask scheduler compute instead: tcp://host:8786.",
    ),
)
"""Who computes what takes long."""

STABLE = click.option(
    "--stable",
    is_flag=True,
    help="Guard both branches of where, so that tapes return no NaN of the one not taken.",
)
"""Whether tapes compute each branch from inputs that are safe for it."""

_COMPUTING = (
    METHOD,
    STABLE,
    DTYPE,
    EXECUTION,
    DEVICE,
    MAX_SECONDS,
    click.option(
        "--verify",
        type=OneOf(defaults.VERIFY),
        default="auto",
        help=f"At which points to compare with certified values. {_in_words(defaults.VERIFY)}.",
    ),
    click.option(
        "--tolerance",
        type=float,
        default=1.0,
        metavar="FACTOR",
        help="Widen or narrow what the verdict allows by this factor.",
    ),
    click.option("--strict", is_flag=True, help="Exit 1 for rounded and undefined values as well."),
    _format(formats.FORMATS, cls=FromEnvironment, envvar="TAPECLI_FORMAT", show_envvar=True),
    *OUTPUT,
    resume("Go on with a --output file that was interrupted while many points were computed."),
    *WORKING,
    verbose(help="Show what TensorFlow logs, and how long each part took."),
)


def added(*options: Any) -> Callable[[Any], Any]:
    """A function with these options, in this order, or with other decorators."""

    def decorate(function: Any) -> Any:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def command(*options: Any, **attributes: Any) -> Callable[[Any], click.Command]:
    """A command that is given expressions, and these options; `attributes` are those of click."""
    return added(click.command(cls=ExpressionCommand, **attributes), EXPRESSIONS, *options)


def differentiating(kind: str, help_: str, *derivatives: Any) -> click.Command:
    """A command that differentiates, with the options that say which derivatives; else --wrt."""

    def answer(**settings: Any) -> int:
        from tapecli.cli import call

        return call.answer(kind, **settings)

    return command(*POINTS, *(derivatives or (BY,)), *_COMPUTING, help=help_)(answer)

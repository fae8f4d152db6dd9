"""What the commands that are given expressions share: their options, and how they answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click
from click.core import ParameterSource

from tapecli import choices, render
from tapecli.cli import offers, output
from tapecli.cli.types import ExpressionCommand, ExpressionText, OneOf, PointsOf, WholeNumber
from tapecli.floats import FORMATS

POINTS_HELP = (
    "Values of x: 1..3, 0..1:0.1, 0..2pi@9, 1e-3..1e3@7log, lists of these with commas, "
    "- for one a line of standard input, or @FILE."
)
METHODS = {
    "auto": "tapes where they take no longer than a moment, else taylor",
    "single": "one tape",
    "parallel": "tapes side by side",
    "nested": "tapes inside one another",
    "persistent": "one tape, asked often",
    "batch": "TensorFlow's batch Jacobian",
    "taylor": "series, for high orders, without TensorFlow",
    "none": "the analytic values alone",
}
VERIFY = {
    "auto": "all, or a sample of many",
    "all": "every point",
    "sample": "some of the points",
    "none": "none of them",
}


def _listed(meanings: Mapping[str, str]) -> str:
    """Words and what they mean, in a sentence of a help text."""
    return "; ".join(f"{word}: {meaning}" for word, meaning in meanings.items())


class FromEnvironment(click.Option):
    """An option whose default may be in the environment, which is named where it is wrong."""

    def get_error_hint(self, ctx: click.Context | None) -> str:
        hint = click.Parameter.get_error_hint(self, ctx)  # the option's own always names it
        return f"{hint}, from {self.envvar}" if _from_environment(ctx, self.name) else hint


def _from_environment(ctx: click.Context | None, name: str | None) -> bool:
    """Whether the value of an option was taken from the environment."""
    if ctx is None or name is None:
        return False
    return ctx.get_parameter_source(name) is ParameterSource.ENVIRONMENT


EXPRESSIONS = click.argument(
    "expressions", nargs=-1, type=ExpressionText(), metavar="[EXPRESSION]..."
)

_X = click.option(
    "--x",
    multiple=True,
    metavar="POINTS",
    shell_complete=offers.points,
    help=f"{POINTS_HELP}  [default: {choices.POINTS}, if it is the only variable]",
)
_OTHERS = tuple(
    click.option(
        f"--{name}",
        multiple=True,
        metavar="POINTS",
        shell_complete=offers.points,
        help=f"The same for {name}.",
    )
    for name in choices.SHORT[1:]
)
_AT = click.option(
    "--at",
    type=PointsOf(),
    multiple=True,
    shell_complete=offers.named_points,
    help="The same for a variable of any name; or @FILE or - alone, for rows of points "
    "under a header of names, as CSV, TSV or JSON lines.",
)
_ZIP = click.option(
    "--zip",
    "paired",
    is_flag=True,
    help="Pair the values of several variables, first with first, and do not combine all.",
)

POINTS = (_X, *_OTHERS, _AT, _ZIP)
"""Where: points of every variable."""

ONE_POINT = (
    click.option(
        "--x",
        multiple=True,
        metavar="VALUE",
        shell_complete=offers.values,
        help=f"The value of x.  [default: {choices.POINT}, if it is the only variable]",
    ),
    *(
        click.option(
            f"--{name}",
            multiple=True,
            metavar="VALUE",
            shell_complete=offers.values,
            help=f"The same for {name}.",
        )
        for name in choices.SHORT[1:]
    ),
    click.option(
        "--at",
        type=PointsOf(),
        multiple=True,
        metavar="NAME=VALUE",
        shell_complete=offers.named_values,
        help="The same for a variable of any name.",
    ),
)
"""Where: one value of every variable."""

ORDER = click.option(
    "-n",
    "--order",
    type=WholeNumber(),
    shell_complete=offers.orders,
    help="The highest order by one variable; all from 1 are shown. 0 is the value alone.  "
    "[default: 1]",
)
ORDER_OF_TAPES = click.option(
    "-n",
    "--order",
    type=WholeNumber(),
    shell_complete=offers.orders_of_tapes,
    help="The highest order by one variable, from 1 on.  [default: 1]",
)
BY = click.option(
    "--wrt",
    multiple=True,
    metavar="NAMES",
    shell_complete=offers.by,
    help="The variables to differentiate by, with commas.  [default: all]",
)
BY_IN_TURN = click.option(
    "--wrt",
    multiple=True,
    metavar="NAMES",
    shell_complete=offers.by,
    help="The variable to differentiate by, or several with commas for a mixed derivative: "
    "x,x,y. Each --wrt is a derivative.  [default: the only variable]",
)
METHOD = click.option(
    "--method",
    type=OneOf(choices.METHODS, METHODS),
    default="auto",
    show_default=True,
    help=f"The arrangement of tapes, or what is done without them. {_listed(METHODS)}.",
)
DTYPE = click.option(
    "--dtype",
    type=OneOf(FORMATS, {name: f"{row.precision} bits" for name, row in FORMATS.items()}),
    default="float64",
    show_default=True,
    cls=FromEnvironment,
    envvar="TAPECLI_DTYPE",
    show_envvar=True,
    help="The precision.",
)
EXECUTION = click.option(
    "--execution",
    type=OneOf(choices.EXECUTIONS, choices.EXECUTIONS),
    cls=FromEnvironment,
    envvar="TAPECLI_EXECUTION",
    show_envvar=True,
    help=f"How TensorFlow runs the tapes. {_listed(choices.EXECUTIONS)}.  "
    "[default: eager for few points, xla for many]",
)
DEVICE = click.option(
    "--device",
    metavar="NAME",
    shell_complete=offers.devices,
    help="Where TensorFlow runs them: cpu, gpu, gpu:1.  [default: its own choice]",
)
MAX_SECONDS = click.option(
    "--max-seconds",
    type=float,
    default=choices.MAX_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="Refuse what is expected to take longer.",
)
VERBOSE = click.option("-v", "--verbose", is_flag=True, help="Show what TensorFlow logs.")


def page(kind: str) -> tuple[Any, ...]:
    """The options of a command that writes a page of this kind: its format, and where it goes."""
    return _format(render.PAGES[kind]), *output.OPTIONS


def _format(formats: Mapping[str, render.Format], **rest: Any) -> Any:
    """The option that chooses one of the formats."""
    meanings = {name: row.meaning for name, row in formats.items()}
    return click.option(
        "-f",
        "--format",
        "format_name",
        type=OneOf(formats, meanings),
        help=f"The form of what is shown. {_listed(meanings)}.  "
        "[default: by the ending of --output, else table]",
        **rest,
    )


_HOW = (
    METHOD,
    DTYPE,
    EXECUTION,
    DEVICE,
    MAX_SECONDS,
    click.option(
        "--verify",
        type=OneOf(choices.VERIFY, VERIFY),
        default="auto",
        show_default=True,
        help=f"At which points to compare with certified values. {_listed(VERIFY)}.",
    ),
    click.option(
        "--tolerance",
        type=float,
        default=1.0,
        show_default=True,
        metavar="FACTOR",
        help="Widen or narrow what the verdict allows by this factor.",
    ),
    click.option("--strict", is_flag=True, help="Exit 1 for rounded and undefined values as well."),
    _format(render.FORMATS, cls=FromEnvironment, envvar="TAPECLI_FORMAT", show_envvar=True),
    *output.OPTIONS,
    click.option(
        "--resume",
        is_flag=True,
        help="Go on with a --output file that was interrupted while many points were computed.",
    ),
    click.option(
        "-v",
        "--verbose",
        is_flag=True,
        help="Show what TensorFlow logs, and how long each part took.",
    ),
)


def added(*options: Any) -> Callable[[Any], Any]:
    """A function with these options, in this sequence."""

    def decorate(function: Any) -> Any:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def command(*options: Any) -> Callable[[Any], click.Command]:
    """A command that is given expressions, and these options."""

    def decorate(function: Any) -> click.Command:
        function = added(EXPRESSIONS, *options)(function)
        return click.command(cls=ExpressionCommand, no_args_is_help=False)(function)

    return decorate


def differentiating(*own: Any) -> Callable[[Any], click.Command]:
    """A command that differentiates: the options of all of them, and its own among them."""
    return command(*POINTS, *(own or (BY,)), *_HOW)


def answer(kind: str, **given: Any) -> int:
    """Answer a call, and return its exit code; what that takes is loaded here, not for --help.

    An execution from the environment is the usual one: not a demand, as the option is, which
    Taylor series cannot meet.
    """
    from tapecli.cli import answering

    if _from_environment(click.get_current_context(), "execution"):
        given["usual"] = given.pop("execution")
    return answering.answer(kind, **given)

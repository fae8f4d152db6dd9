"""The types of options, whose errors name the option; and commands that take expressions."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from tapecli.cli.completion import candidates
from tapecli.errors import nearest

if TYPE_CHECKING:
    from tapecli.evaluation.workers import Sharing

MOST_DIGITS = 9  # the bounds of options are far below


class WholeNumber(click.ParamType[int]):
    """A whole number from the least to the most that make sense."""

    name = "N"

    def __init__(self, least: int = 0, most: int | None = None) -> None:
        self.least = least
        self.most = most

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        digits = re.fullmatch(r"\+?0*([0-9]+)", str(value))
        if digits and len(digits[1]) > MOST_DIGITS:
            self.fail(f"a whole number of more than {MOST_DIGITS} digits", param, ctx)
        end = "on" if self.most is None else f"to {self.most}"
        if not digits or not self.least <= int(digits[1]) <= (self.most or math.inf):
            self.fail(f"{value!r} is not a whole number from {self.least} {end}", param, ctx)
        return int(digits[1])


class PointsOf(click.ParamType[tuple[str, str]]):
    """NAME=POINTS, the points of a variable; or - or @FILE, a table, whose name is empty."""

    name = "NAME=POINTS"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        text = str(value)
        if text == "-" or (text.startswith("@") and len(text) > 1):
            return "", text
        name, equals, points = text.partition("=")
        if not equals or not name.strip().isidentifier():
            self.fail(f"{value!r} is not NAME=POINTS, such as t=1..3, nor @FILE", param, ctx)
        return name.strip(), points.strip()


class OneOf(click.Choice[str]):
    """One of a few words; a near miss gets a suggestion, and completion shows their meanings."""

    def __init__(self, words: Mapping[str, str] | Iterable[str]) -> None:
        super().__init__(list(words))
        self.meanings = words if isinstance(words, Mapping) else dict.fromkeys(words, "")

    def get_invalid_choice_message(self, value: object, ctx: click.Context | None) -> str:
        close = nearest(str(value), self.choices)
        suggestion = f" Did you mean '{close}'?" if close else ""
        return f"{value!r} is not one of {', '.join(self.choices)}.{suggestion}"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return candidates.starting_with(incomplete, self.meanings)


def pop_sharing(ctx: click.Context) -> Sharing:
    """Take who shares the work out of the parameters of a command.

    Raises:
        click.UsageError: there is more than one option that says it.
    """
    from tapecli.evaluation.workers import Sharing

    values = {name: ctx.params.pop(name) for name in ("jobs", "workers", "scheduler")}
    named = [name for name, value in values.items() if value is not None]
    if named[1:] and from_environment(ctx, "scheduler"):  # which is for where nothing is said
        values["scheduler"] = None
        named.remove("scheduler")
    if named[1:]:
        raise click.UsageError(f"'--{named[0]}' and '--{named[1]}' exclude each other", ctx)
    return Sharing(**values)


def from_environment(ctx: click.Context | None, name: str | None) -> bool:
    """Whether the value of an option was taken from the environment."""
    return bool(ctx and name and ctx.get_parameter_source(name) is ParameterSource.ENVIRONMENT)


class FromEnvironment(click.Option):
    """An option whose default may come from the environment; an error then names the variable."""

    def consume_value(
        self, ctx: click.Context, opts: Mapping[str, Any]
    ) -> tuple[Any, ParameterSource]:
        value, source = super().consume_value(ctx, opts)
        ctx.set_parameter_source(self.name, source)  # click 8.4 does so after its errors
        return value, source

    def get_error_hint(self, ctx: click.Context | None) -> str:
        hint = click.Parameter.get_error_hint(self, ctx)  # the option's own always names it
        return f"{hint}, from {self.envvar}" if from_environment(ctx, self.name) else hint


class ExpressionCommand(click.Command):
    """A command whose expressions may begin with a minus, as -x^2 does, or be in a file."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, self._options_first(args))

    def invoke(self, ctx: click.Context) -> Any:
        """Call the command with its expressions, and with the options of its output as one."""
        from tapecli.cli import call

        names = [name for name in ("format_name", "file", "color") if name in ctx.params]
        ctx.params["writing"] = {name: ctx.params.pop(name) for name in names}
        if "jobs" in ctx.params:
            ctx.params["sharing"] = pop_sharing(ctx)
        with call.expressions(ctx.params) as expressions:
            ctx.params["expressions"] = expressions
            return super().invoke(ctx)

    def _options_first(self, args: list[str]) -> list[str]:
        """Options and their values, then `--`, then the expressions."""
        takes_value = {
            name: not option.is_flag
            for option in self.params
            if isinstance(option, click.Option)
            for name in option.opts
        }
        options: list[str] = []
        expressions: list[str] = []
        rest = iter(args)
        for arg in rest:
            if arg == "--":
                expressions += rest
            elif arg in takes_value:
                options.append(arg)
                if takes_value[arg]:
                    value = next(rest, None)
                    if value is None:  # click says so, if nothing comes behind it
                        return options
                    options.append(value)
            elif arg.startswith("--") or arg == "-h":
                options.append(arg)
            elif re.match("-[^-]{2}", arg) and f"-{arg.partition('=')[0]}" in takes_value:
                raise click.UsageError(
                    f"'{arg}' has one dash; write '-{arg}' for the option, or '({arg})'"
                )
            elif takes_value.get(arg[:2]) and re.fullmatch(r"=?[A-Za-z0-9./_]+", arg[2:]):
                either = f"'{arg[:2]} {arg[2:].removeprefix('=')}' for the option"
                raise click.UsageError(
                    f"'{arg}' can be read in two ways; write {either}, or '({arg})'"
                )
            else:
                expressions.append(arg)
        return [*options, "--", *expressions] if expressions else options

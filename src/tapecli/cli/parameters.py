"""The types of options, whose errors name the option; and commands that take expressions."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
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


class Order(WholeNumber):
    """The order of a derivative: a whole number, or an ordinal such as 2nd or second."""

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        text = str(value).strip().lower()
        if ordinal := re.fullmatch("([0-9]+)(?:st|nd|rd|th)", text):
            text = ordinal[1]
        elif text in ORDINALS:
            text = str(ORDINALS.index(text) + 1)
        elif orders := re.fullmatch(r"[0-9]+(?:\s*(?:,|\.\.|-|:|to)\s*([0-9]+))+", text):
            problem = "all orders up to the highest are shown"
            self.fail(f"{value!r}: {problem}; write --order {orders[1]}", param, ctx)
        else:
            text = str(value)
        return super().convert(text, param, ctx)


ORDINALS = ("first", "second", "third", "fourth", "fifth")
"""The words for orders, from 1 on."""


class PointsOf(click.ParamType[tuple[tuple[str, str], ...]]):
    """NAME=POINTS, the points of a variable or several; or - or @FILE, a table without a name."""

    name = "NAME=POINTS"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[tuple[str, str], ...]:
        from tapecli.points.recognition import assigned, with_equals

        text = str(value)
        if text == "-" or (text.startswith("@") and len(text) > 1):
            return (("", text),)
        pairs = tuple(assigned(text) or assigned(with_equals(text)))
        if not pairs:
            name = text.strip() if text.strip().isidentifier() else "t"
            self.fail(f"{value!r} is not NAME=POINTS, such as {name}=1..3, nor @FILE", param, ctx)
        return pairs


class OneOf(click.Choice[str]):
    """One of a few words; a near miss gets a suggestion, and completion shows their meanings.

    `canonical` makes one of the words of another name for it, and `unclear` says what to write for
    names that stand for two of them.
    """

    def __init__(
        self,
        words: Mapping[str, str] | Iterable[str],
        canonical: Callable[[str], str] = lambda name: name,
        unclear: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(list(words))
        self.meanings = words if isinstance(words, Mapping) else dict.fromkeys(words, "")
        self.canonical = canonical
        self.unclear = unclear or {}

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        name = self.canonical(value)
        return super().convert(name if name in self.meanings else value, param, ctx)

    def get_invalid_choice_message(self, value: object, ctx: click.Context | None) -> str:
        close = nearest(str(value), self.choices)
        suggestion = f" Did you mean '{close}'?" if close else ""
        if advice := self.unclear.get(str(value)):
            suggestion = f" {advice[0].upper()}{advice[1:]}."
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


class FormatCommand(click.Command):
    """A command with an option of the format, for which `--json` is short for `--format json`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, self._with_formats(args))

    def _with_formats(self, args: list[str]) -> list[str]:
        """The words, with `--format json` for each `--json` in front of `--`."""
        types = [param.type for param in self.params if param.name == "format_name"]
        options = {name for param in self.params for name in param.opts}
        stop = args.index("--") if "--" in args else len(args)
        words: list[str] = []
        for arg in args[:stop]:
            name = arg[2:] if arg.startswith("--") and arg not in options else ""
            is_format = any(
                isinstance(type_, OneOf) and type_.canonical(name) in type_.meanings
                for type_ in types
            )
            words += ["--format", name] if is_format else [arg]
        return words + args[stop:]


class ExpressionCommand(FormatCommand):
    """A command whose expressions may begin with a minus, as -x^2 does, or be in a file."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super(FormatCommand, self).parse_args(
            ctx, self._sorted(args, not ctx.resilient_parsing)
        )

    def _sorted(self, args: list[str], is_whole: bool) -> list[str]:
        from tapecli.cli.sorting import options_first

        options = [param for param in self.params if isinstance(param, click.Option)]
        return options_first(self._with_formats(args), options, is_whole)

    def expressions_in(self, args: list[str]) -> list[str]:
        """The words that are no options and no values of options."""
        words = self._sorted(args, is_whole=False)
        return words[words.index("--") + 1 :] if "--" in words else []

    def invoke(self, ctx: click.Context) -> Any:
        """Call the command with its expressions, and with the options of its output as one."""
        from tapecli.cli import call

        names = [name for name in ("format_name", "file", "color") if name in ctx.params]
        ctx.params["writing"] = {name: ctx.params.pop(name) for name in names}
        if "jobs" in ctx.params:
            ctx.params["sharing"] = pop_sharing(ctx)
        with call.expressions(ctx.params) as texts:
            ctx.params["expressions"] = texts.expressions
            ctx.params["at"] = (*ctx.params["at"], *texts.points)
            return super().invoke(ctx)

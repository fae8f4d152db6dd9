"""The command line. A command's module is loaded when the command is called."""

from __future__ import annotations

import gc
import importlib
import inspect
import io
import os
import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

import click

from tapecli import process
from tapecli.errors import UNEXPECTED, TapecliError, WriteError, brief, nearest
from tapecli.process import Signalled

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS = {
    "diff": "Differentiate expressions: any order, partial and mixed.",
    "grad": "Gradients: the derivative by each variable.",
    "jacobian": "The Jacobian of several expressions.",
    "hessian": "Hessians: the second derivatives by each pair of variables.",
    "batch": "Answer requests from standard input, one JSON object a line.",
    "plot": "Draw expressions and their derivatives.",
    "code": "Write the TensorFlow program that computes what diff would.",
    "trace": "Show what tapes record, and the backward passes, step by step.",
    "compare": "Measure what arrangements of tapes cost.",
    "pitfalls": "Run the mistakes that people make with tapes, and their mends.",
    "check": "Check that this TensorFlow differentiates correctly.",
    "functions": "List the functions that an expression may have.",
    "completion": "Print the completion script of a shell.",
    "help": "Show the help of a command, or of what commands share.",
}
"""The commands, each in the module of its name, with its line in `--help`."""

OTHER_NAMES = {
    **dict.fromkeys(("d", "derivative", "derivatives", "deriv", "derive"), ("diff",)),
    **dict.fromkeys(("differentiate", "partial"), ("diff",)),
    **dict.fromkeys(("eval", "evaluate", "value", "calc"), ("diff", "--order", "0")),
    "gradient": ("grad",),
    "jac": ("jacobian",),
    "hess": ("hessian",),
    "draw": ("plot",),
}
"""Other names of commands, each with the words that it stands for."""

ABSENT = {
    **dict.fromkeys(
        ("taylor", "series"), "Taylor coefficients are: tapecli diff EXPRESSION --scaled --order 5"
    ),
    **dict.fromkeys(
        ("integrate", "integral", "limit", "solve", "simplify"),
        "tapecli differentiates, and does nothing else with an expression",
    ),
}
"""Commands of other programs, with what to say of them."""

COMPLETING = "_TAPECLI_COMPLETE"
"""The variable with which a shell asks for completions."""

GARBAGE = 100_000
"""Threshold of the garbage collector during start-up, when almost no object is garbage."""


def examples_first(text: str) -> str:
    """A help text with the block of its examples in front."""
    blocks = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(sorted(blocks, key=lambda block: not block.startswith("\b\n  tapecli ")))


class _Group(click.Group):
    """The commands of the table; an unknown one gets a suggestion."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"tapecli.cli.commands.{name}").command
        command.help = examples_first(command.help or "")
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete commands without loading their modules, or the options of the group."""
        if incomplete.startswith("-"):
            return click.Command.shell_complete(self, ctx, incomplete)
        from tapecli.cli.completion.candidates import starting_with

        return starting_with(incomplete, COMMANDS)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        line = ["--version", *args[1:]] if args[:1] == ["version"] else list(args)
        try:
            return super().parse_args(ctx, list(line))
        except click.NoSuchOption as error:
            # It may be one of the command that stands behind it, or of diff.
            from tapecli.cli.commands import diff
            from tapecli.cli.parameters import ExpressionCommand

            assert isinstance(diff.command, ExpressionCommand)
            word = next(iter(diff.command.expressions_in(line)), "")
            if is_expression(word.removeprefix("-")):
                return super().parse_args(ctx, ["diff", *line])
            self._refuse_option(ctx, error, word, line)

    def _refuse_option(
        self, ctx: click.Context, error: click.NoSuchOption, word: str, line: Sequence[str]
    ) -> NoReturn:
        """Refuse an option in front of a command, or of `word`, which is none."""
        import shlex

        name = word if word in COMMANDS or word in OTHER_NAMES else "diff"
        command = self.get_command(ctx, OTHER_NAMES.get(name, (name,))[0])
        if not command or not any(error.option_name in param.opts for param in command.params):
            raise error
        if word and word != name and (suggestion := _suggestion(word)):
            ctx.fail(f"There is no command {word!r}.{suggestion}")
        rest = list(line)
        if word == name:
            rest.remove(word)
        call = f"tapecli {name} {shlex.join(rest)}"
        suggestion = f" Did you mean: {call}?" if call.isprintable() else ""
        ctx.fail(f"'{error.option_name}' stands behind the command.{suggestion}")

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        words = in_full(args)
        if words and words[0] not in COMMANDS and not words[0].startswith("-"):
            ctx.fail(f"There is no command {words[0]!r}.{_suggestion(words[0])}")
        return super().resolve_command(ctx, words)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def in_full(words: Sequence[str]) -> list[str]:
    """The words of a call that begin with a command by its own name, if they name one at all."""
    first = words[0] if words else ""
    if is_expression(first):
        return ["diff", *words]
    return [*OTHER_NAMES.get(first, words[:1]), *words[1:]]


def is_expression(word: str) -> bool:
    """Whether a word in the place of a command is an expression, or the file of several."""
    from tapecli import defaults

    if word in COMMANDS or not word.isprintable() or re.fullmatch(r"[A-Za-z]+-?[A-Za-z]+", word):
        return False
    if word == "-" or re.match("@.", word) or word in defaults.SHORT:
        return True
    if re.fullmatch(r"[A-Za-z]{2,}[0-9_]*", word):  # a function such as log2, or a mistyped command
        return False
    return bool(re.search(r"\w[(\[^*/+!-]|\w\s+\w|[⁰-⁹²³]|[^\W_]=|[0-9]|[-√|]\w|\\[a-z]", word))


def _suggestion(word: str) -> str:
    """What may have been meant by a word that is no command, or ""."""
    from tapecli.expressions.functions import CONSTANT_NAMES, FUNCTION_NAMES

    if word in ABSENT:
        return f" {ABSENT[word][0].upper()}{ABSENT[word][1:]}."
    if word in FUNCTION_NAMES:
        return f" Did you mean: tapecli diff '{word}(x)'?"
    close = nearest(word, [*COMMANDS, *OTHER_NAMES])
    if close and word not in CONSTANT_NAMES:
        return f" Did you mean '{OTHER_NAMES.get(close, (close,))[0]}'?"
    return f" For an expression, write: tapecli diff '{word}'." if word.isidentifier() else ""


@click.group(
    cls=_Group,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
    epilog="'tapecli COMMAND --help' tells more of each command.",
)
@click.version_option(
    None, "-V", "--version", package_name="tapecli", message="%(prog)s %(version)s"
)
def cli() -> None:
    """Derivatives from TensorFlow gradient tapes, each beside the certified analytic one.

    \b
      tapecli diff 'log(x^2)' --order 2 --x 1..3
      tapecli diff 'u = x^2' 'y = log(u)' --x 1..3
      tapecli diff 'sin(x)/x' --x 0.5 --format value
      tapecli hessian '(1-x)^2 + 100(y-x^2)^2' --x 1 --y 1
      tapecli trace 'log(x^2)' --x 2 --order 2
      tapecli pitfalls reused-tape
      tapecli plot 'tan(x)' --x -5..5
      tapecli check --quick
    """


cli.help = examples_first(cli.help or "")


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave the process with its exit code."""
    gc.set_threshold(GARBAGE)
    process.raise_on_signal()
    _occupy_closed_descriptors()
    _buffer_standard_output()
    code = execute(arguments)
    process.exit_on_signal()
    _leave(code)


def _occupy_closed_descriptors() -> None:
    """Keep files that are opened later from taking the descriptor of a closed standard stream."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDONLY if descriptor == 1 else os.O_RDWR)
    if sys.stdout is None:  # so that the first write fails, and nothing is lost in silence
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)


def _buffer_standard_output() -> None:
    """Buffer standard output even with PYTHONUNBUFFERED, which drops what a full disk refuses."""
    out = sys.stdout
    if isinstance(out, io.TextIOWrapper) and isinstance(out.buffer, io.RawIOBase):
        encoding, errors, lines = out.encoding, out.errors, out.line_buffering
        raw = io.BufferedWriter(out.detach())
        sys.stdout = io.TextIOWrapper(raw, encoding, errors, line_buffering=lines)


def execute(arguments: Sequence[str] | None) -> int:
    """Run a command, and return its exit code, whichever way it ends."""
    try:
        return _execute(arguments)
    except Signalled as end:  # it may have come while an error was reported
        return _report([str(end)], end.code)


def _execute(arguments: Sequence[str] | None) -> int:
    """Run a command, report what is wrong if it fails, and return its exit code."""
    try:
        if os.environ.get(COMPLETING):
            from tapecli.cli import completion

            return completion.answer(cli, os.environ[COMPLETING])
        code = cli.main(arguments, prog_name="tapecli", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        _print_error(error.format_message())
        return error.exit_code
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        usage = [f"Try '{context.command_path} --help' for help."] if context else []
        return _report([error.format_message(), *usage], error.exit_code)
    except TapecliError as error:
        from tapecli.formats import problem

        if log := getattr(error, "log", ""):  # what TensorFlow had logged before it failed
            _print_error(log.rstrip())
        return _report(problem.lines(error), error.exit_code)
    except (BrokenPipeError, SystemExit):  # the reader has seen enough
        return 0
    except OSError as error:
        return _report([f"cannot write: {error.strerror or error}"], WriteError.exit_code)
    except MemoryError:
        return _report(["there is not enough memory for this"], UNEXPECTED)
    except ImportError as error:
        return _report([f"a library cannot be loaded: {error}".splitlines()[0]], UNEXPECTED)
    except Exception as error:
        if "can't start new thread" in str(error):
            return _report(["no thread can be started: too little memory, or a limit"], UNEXPECTED)
        if {"-v", "--verbose"}.intersection(sys.argv[1:] if arguments is None else arguments):
            import traceback

            traceback.print_exception(error)
        mistake = f"a mistake in tapecli: {type(error).__name__}: {error}".rstrip(": ")
        return _report([f"{mistake}; --verbose shows where"], UNEXPECTED)


def _report(lines: Sequence[str], code: int) -> int:
    """Print an error on standard error, and return its exit code."""
    text = "\n".join(["Error: " + lines[0], *lines[1:]])
    _print_error("\n".join(brief(line) for line in text.split("\n")))
    return code


def _print_error(text: str) -> None:
    try:
        encoding = sys.stderr.encoding or "ascii"
        print(text.encode(encoding, "backslashreplace").decode(encoding), file=sys.stderr)
    except (OSError, ValueError, AttributeError):  # closed, or a closed pipe: nobody can read it
        pass


def _leave(code: int) -> NoReturn:
    """Leave at once, for with TensorFlow loaded Python's own way takes half a second more."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            code = code or TapecliError.exit_code
    process.kill_forked()
    os._exit(code)

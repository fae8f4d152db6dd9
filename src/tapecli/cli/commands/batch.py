"""`tapecli batch`."""

from __future__ import annotations

import click


@click.command()
@click.option("-v", "--verbose", is_flag=True, help="Show TensorFlow's log, and our own mistakes.")
@click.option("--strict", is_flag=True, help="Exit 1 if an answer has a value that is off or lost.")
def command(verbose: bool, strict: bool) -> int:
    """Answer requests from standard input, one line of JSON each, by a line of JSON each.

    TensorFlow starts once for all of them. A request has the fields of 'tapecli diff': expr, x,
    y, z, t or at, order, wrt, method, dtype and so on; kind is diff, grad, jacobian or hessian.
    An answer is what --format json shows, with the id of the request; of a bad request it has an
    error with a message, and the next one is served.

    \b
      tapecli batch < requests.jsonl > answers.jsonl
      echo '{"id": 1, "expr": "log(x^2)", "x": [1, 2, 3]}' | tapecli batch
      echo '{"kind": "grad", "expr": "x*y", "x": 1, "y": 2}' | tapecli batch
      coproc tapecli batch

    Exit codes: 0 every request was answered, bad ones too; 1 the answers cannot be written; 2
    standard input cannot be read; 3 TensorFlow is missing or broken, as each request that needs it
    was told.
    """
    from tapecli.cli import serve

    return serve.serve(verbose, strict)

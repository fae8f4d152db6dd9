"""Reads the pitfalls from `pitfalls.md`, which says at its head how one is written."""

from __future__ import annotations

import re
from importlib import resources

from tapecli.features.pitfalls import model
from tapecli.features.pitfalls.model import TOLERANCE, Expected, NotNear, Pitfall

_GROUP = re.compile(r"(?m)^## (.*)\n")
_PITFALL = re.compile(
    r"### (\S+): ([^\n]*)\n\n"  # the name and the title
    r"```diff\n(.*?\n)```\n\n"  # the programs
    r"(.*?)\n\n"  # the reason
    r"((?:- [^\n]*\n(?:  [^\n]*\n)*)+)",  # the facts
    re.DOTALL,
)
_FACT = re.compile(r"- (\w+): (.*?)(?=\n- |\Z)", re.DOTALL)


def groups() -> dict[str, list[Pitfall]]:
    """All pitfalls by kind, under titles that say what they have in common."""
    text = resources.files(__package__).joinpath("pitfalls.md").read_text("utf-8")
    _, *sections = _GROUP.split(text)
    return {
        title: list(map(_pitfall, _PITFALL.finditer(section)))
        for title, section in zip(sections[::2], sections[1::2], strict=True)
    }


def _pitfall(section: re.Match[str]) -> Pitfall:
    name, title, programs, reason, facts_text = section.groups()
    facts = {word: " ".join(fact.split()) for word, fact in _FACT.findall(facts_text)}
    threads = tuple(facts.pop("threads", "").split())
    outcomes = {word: _expected(fact) for word, fact in facts.items()}
    return Pitfall(name, title, programs, " ".join(reason.split()), threads=threads, **outcomes)


def _expected(text: str) -> Expected:
    """What a program does, such as `prints 3, None; warns; within 1e-5; raises LookupError`."""
    clauses = dict(clause.strip().partition(" ")[::2] for clause in text.split(";"))
    return Expected(
        tuple(map(_number, clauses["prints"].split(", "))) if "prints" in clauses else (),
        clauses.get("raises", ""),
        "warns" in clauses,
        float(clauses.get("within", TOLERANCE)),
    )


def _number(text: str) -> model.ExpectedNumber:
    if text in model.RELATIONS:
        return text
    if text.startswith("not "):
        value, _, tolerance = text[len("not ") :].partition(" within ")
        return NotNear(float(value), float(tolerance or TOLERANCE))
    return None if text == "None" else float(text)

"""The report as JUnit's XML: a suite for each setting, with a case for each function.

There is a further suite for the known defects, and one for the core where it was compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias
from xml.etree import ElementTree as Xml

from tapecli.features.check.model import KnownDefect, Report, Setting
from tapecli.features.check.pages import words
from tapecli.formats import Screen

JUnitCase: TypeAlias = tuple[str, str, dict[str, str], str]
"""The name of a case, and the tag, attributes and text of what became of it; no tag if it is ok."""


def render(report: Report, screen: Screen) -> Iterator[str]:
    """The document, indented, in ASCII."""
    suites = [
        suite(name, _functions(report, setting))
        for setting, name in zip(report.settings, words.columns(report), strict=True)
    ]
    if report.core:
        problem = {"message": words.core(report.core), "type": "core"}
        tag = "" if report.core.ok else "failure"
        suites.append(suite("core", [("public API", tag, problem, "")]))
    yield document([*suites, suite("known defects", defects(report.defects))], report.seconds)


def document(suites: Iterable[Xml.Element], seconds: float) -> str:
    """The suites as a document, indented, in ASCII."""
    root = Xml.Element("testsuites", name="tapecli check", time=f"{seconds:.3f}")
    root.extend(suites)
    Xml.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{Xml.tostring(root).decode("ascii")}\n'


def suite(name: str, cases: Iterable[JUnitCase]) -> Xml.Element:
    """A suite with its cases and their numbers."""
    element = Xml.Element("testsuite", name=name)
    for case_name, tag, attributes, text in cases:
        case = Xml.SubElement(element, "testcase", classname=name, name=case_name)
        if tag:
            Xml.SubElement(case, tag, attributes).text = text or None
    for count, path in (("tests", "*"), ("failures", "*/failure"), ("errors", "*/error"),
                        ("skipped", "*/skipped")):  # fmt: skip
        element.set(count, str(len(element.findall(path))))
    return element


def _functions(report: Report, setting: Setting) -> Iterator[JUnitCase]:
    for function, cell in zip(report.functions, report.column(setting), strict=True):
        if cell is None:
            continue
        failures = [f for f in report.unknown if f.function == function and f.setting == setting]
        if failures:
            kind = str(failures[0].status or "missing")
            text = "\n".join(f"{failure.described()}\n{failure.command}" for failure in failures)
            yield function, "failure", {"message": failures[0].described(), "type": kind}, text
        elif not cell.values:
            message = "TensorFlow has no gradient or kernel for it"
            yield function, "skipped", {"message": message}, ""
        else:
            yield function, "", {}, ""


def defects(known: Iterable[KnownDefect]) -> Iterator[JUnitCase]:
    """A defect that is no longer there is skipped, so that it is seen."""
    for defect in known:
        if defect.there:
            yield defect.name, "system-out", {}, words.defect(defect)
        else:
            yield defect.name, "skipped", {"message": words.defect(defect)}, ""

"""The report as JUnit's XML: a suite for each setting with a case for each function, and one suite
for the known defects, and one for the core where it was compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as Xml

from tapecli.features.check.model import Report, Setting
from tapecli.features.check.pages import words
from tapecli.formats import Screen


def render(report: Report, screen: Screen) -> Iterator[str]:
    """The document, indented, in ASCII."""
    suites = [
        _suite(report, setting, name)
        for setting, name in zip(report.settings, words.columns(report), strict=True)
    ]
    root = Xml.Element("testsuites", name="tapecli check", time=f"{report.seconds:.3f}")
    root.extend([*suites, *_core(report), _defects(report)])
    Xml.indent(root)
    yield f'<?xml version="1.0" encoding="utf-8"?>\n{Xml.tostring(root).decode("ascii")}\n'


def _suite(report: Report, setting: Setting, name: str) -> Xml.Element:
    suite = Xml.Element("testsuite", name=name)
    for function in report.functions:
        cell = report.cells.get((function, setting))
        if cell is None:
            continue
        case = Xml.SubElement(suite, "testcase", classname=name, name=function)
        wrong = [f for f in report.unknown if f.function == function and f.setting == setting]
        if wrong:
            lines = [line for failure in wrong for line in (failure.described(), failure.command)]
            about = {"message": wrong[0].described(), "type": str(wrong[0].status or "missing")}
            Xml.SubElement(case, "failure", about).text = "\n".join(lines)
        elif not cell.values:
            Xml.SubElement(case, "skipped", message="TensorFlow has no gradient or kernel for it")
    return _counted(suite)


def _defects(report: Report) -> Xml.Element:
    """One that is no longer there is skipped, so that it is seen."""
    suite = Xml.Element("testsuite", name="known defects")
    for known in report.defects:
        case = Xml.SubElement(suite, "testcase", classname="known defects", name=known.name)
        if known.there:
            Xml.SubElement(case, "system-out").text = words.defect(known)
        else:
            Xml.SubElement(case, "skipped", message=words.defect(known))
    return _counted(suite)


def _core(report: Report) -> Iterator[Xml.Element]:
    if report.core is None:
        return
    suite = Xml.Element("testsuite", name="core")
    case = Xml.SubElement(suite, "testcase", classname="core", name="public API")
    if not report.core.ok:
        Xml.SubElement(case, "failure", message=words.core(report.core), type="core")
    yield _counted(suite)


def _counted(suite: Xml.Element) -> Xml.Element:
    """The suite with the numbers of its cases."""
    counts = {
        "tests": len(suite),
        "failures": len(suite.findall("*/failure")),
        "errors": 0,
        "skipped": len(suite.findall("*/skipped")),
    }
    suite.attrib.update({what: str(count) for what, count in counts.items()})
    return suite

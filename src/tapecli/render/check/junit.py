"""The report as JUnit's XML: a suite for each setting, a case for each function."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as Xml

from tapecli.render import Screen
from tapecli.render.check import words
from tapecli.report import Report, Setting


def render(report: Report, screen: Screen) -> Iterator[str]:
    """The document, indented."""
    root = Xml.Element("testsuites", name="tapecli check", time=f"{report.seconds:.3f}")
    for setting, name in zip(report.settings, words.columns(report), strict=True):
        root.append(_suite(report, setting, name))
    Xml.indent(root)
    yield '<?xml version="1.0" encoding="utf-8"?>\n'
    yield (
        Xml.tostring(root, encoding="us-ascii" if not screen.unicode else "unicode").strip() + "\n"
    )


def _suite(report: Report, setting: Setting, name: str) -> Xml.Element:
    cells = {f: report.cells[f, setting] for f in report.functions if (f, setting) in report.cells}
    failed = sum(bool(cell.failed) for cell in cells.values())
    skipped = sum(not cell.values and not cell.failed for cell in cells.values())
    counts = {"tests": len(cells), "failures": failed, "errors": 0, "skipped": skipped}
    numbers = {what: str(count) for what, count in counts.items()}
    suite = Xml.Element("testsuite", {"name": name, **numbers})
    for function, cell in cells.items():
        case = Xml.SubElement(suite, "testcase", classname=name, name=function)
        wrong = [f for f in report.unknown if f.function == function and f.setting == setting]
        if wrong:
            lines = [line for failure in wrong for line in (failure.described(), failure.command)]
            about = {"message": wrong[0].described(), "type": str(wrong[0].status or "missing")}
            Xml.SubElement(case, "failure", about).text = "\n".join(lines)
        elif not cell.values:
            Xml.SubElement(case, "skipped", message="TensorFlow has no kernel for it")
    return suite

"""Workflows and lower bounds are about what is there: targets, Pythons, requirements."""

from __future__ import annotations

import email
import re
import shlex
import zipfile
from email.message import Message
from pathlib import Path

import pytest
from tests.features.check.test_running import ONE, call
from tests.packaging.conftest import ROOT
from tests.packaging.lowest import PROJECT, lowest

WORKFLOW = (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")
RECIPE = (ROOT / "docs" / "recipes" / "tensorflow.yml").read_text("utf-8")
MAKE = r"(?m)^\s*(?:- )?(?:run: )?make ([a-z-]+)"
TARGETS = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8")))


def test_the_workflow_makes_targets_that_are_there_and_all_that_a_change_must_pass() -> None:
    made = set(re.findall(MAKE, WORKFLOW)) | set(re.findall(r"target: ([a-z-]+)", WORKFLOW))
    assert made <= TARGETS
    assert {"test-lowest", "test-newest", "test-dist"} <= made
    before_a_change_lands = set(re.findall(MAKE, (ROOT / ".ci" / "run").read_text("utf-8")))
    assert {"check", "fuzz", "test", "test-slow"} <= before_a_change_lands <= made


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    """What pyproject.toml says, as it is installed."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return email.message_from_bytes(archive.read(name))


def test_it_tests_the_pythons_that_are_promised(metadata: Message) -> None:
    (row,) = re.findall(r"(?m)^ *python: \[(.*)\]$", WORKFLOW)
    tested = re.findall(r'"(.*?)"', row)
    classifiers = "\n".join(metadata.get_all("Classifier", []))
    assert tested == re.findall(r"(?m)^.*Python :: (3\.\d+)$", classifiers)
    bounds = re.fullmatch(r"<3\.(\d+),>=3\.(\d+)", metadata["Requires-Python"])
    assert bounds
    assert tested == [f"3.{minor}" for minor in range(int(bounds[2]), int(bounds[1]))]


def test_it_may_read_the_code_and_nothing_else() -> None:
    for workflow in (WORKFLOW, RECIPE):
        assert re.findall(r"(?m)^permissions:\n((?:  .*\n)+)", workflow) == ["  contents: read\n"]
        assert "secrets." not in workflow
        assert workflow.count("runs-on:") == workflow.count("timeout-minutes:")


def test_every_requirement_has_a_lowest_version(metadata: Message) -> None:
    """It is that of the metadata, which has all but what the build needs."""
    told = [each for each in metadata.get_all("Requires-Dist", []) if "tapecli[" not in each]
    bounds = {}
    for each in told:
        match = re.match(r"([\w-]+)\S*>=([\d.]+)", each)
        assert match, each
        bounds[match[1]] = match[2]
    found = lowest(PROJECT.read_text("utf-8"))
    assert {name: found[name] for name in bounds} == bounds
    assert found.keys() - bounds.keys() <= {"hatchling"}


def test_the_recipe_installs_the_wheel_of_this_version(wheel: Path) -> None:
    assert f"  TAPECLI: tools/{wheel.name}\n" in RECIPE


@pytest.mark.slow
def test_the_recipe_fails_where_a_derivative_is_wrong() -> None:
    """One function of it, to be quick."""
    (command,) = re.findall(r"(?m)^ *run: tapecli (.*)$", RECIPE)
    few = "--function", "sin", "--dtype", "float64"
    code, out = call(ONE, "Sin", *shlex.split(command), *few)
    verdict, *failures = out.splitlines()
    assert code == 1
    assert re.match("::error title=tapecli check::TensorFlow .* does NOT differentiate", verdict)
    shown = r"::error title=tapecli check%3A sin%2C order \d::sin: .*%0Atapecli diff 'sin\(x\)' .*"
    assert failures
    assert all(re.fullmatch(shown, each) for each in failures)

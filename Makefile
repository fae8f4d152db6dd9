# `make` alone lists the targets. Everything is installed into .venv and its like, nothing outside.

PYTHON ?= python3
VENV := .venv
LOWEST := .venv-lowest
NEWEST := .venv-newest
SECONDS := 300
# Processes that share the tests, at most eight: each takes up to 2 GB. 0 is one for all. A process
# begins with a run of tests that follow one another, and later takes the last ones of another, so
# that what a file makes for all its tests is made once or twice, and all processes end together.
WORKERS := auto
PYTEST = -m pytest --numprocesses $(WORKERS) --maxprocesses 8 --dist worksteal
BIN := $(VENV)/bin
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check
INSTALL := $(BIN)/python $(PIP_INSTALL) -c constraints.txt

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow test-modes test-lowest test-newest test-dist dist fuzz check format \
	bench accuracy docs man clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## */  make \1\t/' | expand -t 20

demo: $(VENV)/.demo  ## install, and differentiate log(x^2) twice at 1, 2 and 3
	$(BIN)/tapecli diff --order 2 --x 1..3

test: $(VENV)/.test  ## install what the tests need, and run those that are quick
	$(BIN)/python $(PYTEST) -m 'not slow' $(TESTS)

test-slow: $(VENV)/.test  ## run the tests that look at breadth, which take longer
	$(BIN)/python $(PYTEST) -m slow $(TESTS)

TAPED := $(addprefix tests/, cli formats features/check engines/taylor engines/tapes/test_arrangements.py \
	$(addprefix evaluation/test_, batch.py chunks.py compute.py) \
	$(addprefix test_, api.py executions.py random.py result.py))

test-modes: $(VENV)/.test  ## run all tests that run tapes as graphs and compiled
	$(BIN)/python $(PYTEST) --execution graph $(TAPED)
	$(BIN)/python $(PYTEST) --execution xla $(TAPED)

PYTHONS = $(foreach minor,10 11 12 13,$(shell python3.$(minor) -c "print('python3.$(minor)')" 2>&-))
LOWEST_PYTHON = $(if $(filter file,$(origin PYTHON)),$(firstword $(PYTHONS) $(PYTHON)),$(PYTHON))

test-lowest:  ## run all tests on the lowest Python with the lowest versions; PYTHON= is another
	$(LOWEST_PYTHON) -m venv $(LOWEST)
	$(LOWEST)/bin/python tests/packaging/lowest.py > $(LOWEST)/constraints.txt
	$(LOWEST)/bin/python $(PIP_INSTALL) -c $(LOWEST)/constraints.txt -e '.[test]'
	$(LOWEST)/bin/python $(PYTEST) $(TESTS)

test-newest:  ## run all tests with the newest versions that are allowed
	$(PYTHON) -m venv $(NEWEST)
	$(NEWEST)/bin/python $(PIP_INSTALL) --upgrade --upgrade-strategy eager -e '.[test]'
	$(NEWEST)/bin/python $(PYTEST) $(TESTS)

dist: $(VENV)/.dev  ## make the sdist and the wheel in dist, and look at what is in them
	rm -rf dist
	$(BIN)/python -m build
	$(BIN)/python -m pytest tests/packaging/archives.py

test-dist: dist  ## install the wheel in clean environments and elsewhere, and call it
	$(BIN)/python -m pytest tests/packaging/installed.py

fuzz: $(VENV)/.fuzz  ## look for inputs that break it, for five minutes or SECONDS=600
	PYTHONHASHSEED=$(or $(SEED),random) $(BIN)/python -m tests.fuzz --seconds $(SECONDS) \
		$(if $(SEED),--seed $(SEED)) $(if $(RUNS),--runs $(RUNS))

check: $(VENV)/.dev  ## format, lint, types and documentation: what must hold beside the tests
	$(BIN)/ruff format --check src tests docs
	$(BIN)/ruff check src tests docs
	$(BIN)/mypy
	$(BIN)/python docs/generate.py --check

format: $(VENV)/.dev  ## format the code and mend what the linter can mend
	$(BIN)/ruff check --fix src tests docs
	$(BIN)/ruff format src tests docs

docs: $(VENV)/.dev  ## write the generated parts of the documentation again
	$(BIN)/python docs/generate.py

man: $(VENV)/.demo  ## make the manual pages, to be read with man -M build/man tapecli
	$(BIN)/python docs/manual.py build/man

bench: $(VENV)/.bench  ## measure speed and memory, side by side, and beside JAX and others
	$(BIN)/python -m tests.benchmarks

accuracy: $(VENV)/.demo  ## measure how accurate derivatives are: docs/accuracy.md
	$(BIN)/python docs/accuracy.py

clean:  ## remove everything that was made here
	rm -rf $(VENV) $(LOWEST) $(NEWEST) build dist bench .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@echo "Making the virtual environment $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing tapecli and TensorFlow into $(VENV): about 2 GB, one to three minutes."
	@$(INSTALL) -e .
	@touch $@

$(VENV)/.test: $(VENV)/.demo
	@echo "Installing what the tests need into $(VENV) ..."
	@$(INSTALL) -e '.[test]'
	@touch $@

$(VENV)/.fuzz: $(VENV)/.test
	$(INSTALL) -e '.[fuzz]'
	@touch $@

$(VENV)/.bench: $(VENV)/.test
	$(INSTALL) -e '.[arrow]'
	@touch $@

$(VENV)/.dev: $(VENV)/.test
	$(INSTALL) -e '.[dev]'
	@touch $@

# Everything a newcomer, an operator or CI runs. `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# torch is named first and exactly: a range would pull gigabytes of CUDA packages on some machines.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.lock

# Left out of the fast tests: a database server, the whole application, processes, the model, training.
SLOW := $(addprefix --ignore=tests/,contract service pages e2e golden training)
FAST := -m "not model and not postgres and not process and not slow"

# One worker a core, whole modules to a worker, so that a module's fixtures are made once. tests/conftest.py puts
# the longest first; xdist would put last those with few tests, which are the longest.
PARALLEL := --numprocesses auto --dist loadfile --no-loadscope-reorder

# Container images often forbid Python to keep what it compiles. Tests start hundreds of processes, and each
# would compile the product, and rewrite every test, anew.
tests test-fast: export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo pages screenshots accessibility serve test test-fast check fix format lint types contracts complexity tests hooks lock clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/run.stamp: pyproject.toml requirements.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the locked packages into $(VENV) (a few minutes the first time)"
	@$(INSTALL) torch==2.13.0
	@$(INSTALL) --editable ".[model]"
	@touch $@

$(VENV)/test.stamp: $(VENV)/run.stamp
	@echo "Installing what tests and the laboratory need"
	@$(INSTALL) --editable ".[model,bulk,lab,test]"
	@touch $@

demo: $(VENV)/run.stamp ## Prepare everything and show what the service tells one real organisation
	@$(BIN)/matcher demo

pages: $(VENV)/run.stamp ## Show the pages on http://127.0.0.1:8000 with four made-up people, until Ctrl-C
	@$(BIN)/matcher demo --serve

screenshots: $(VENV)/test.stamp ## Photograph every page of the demonstration into var/screenshots (needs chromium)
	$(BIN)/python -m tests.pages.screenshots var/screenshots

accessibility: $(VENV)/test.stamp ## Test every page with axe-core and write the result for the statement (needs chromium)
	$(BIN)/python -m tests.pages.accessibility

serve: $(VENV)/run.stamp ## Serve the HTTP API on http://127.0.0.1:8000
	@$(BIN)/matcher serve

test: tests ## Install what is missing and run the tests

test-fast: $(VENV)/test.stamp ## Run the tests that need neither model, server, whole application nor other processes
	HYPOTHESIS_PROFILE=$${HYPOTHESIS_PROFILE:-fast} $(BIN)/python -m pytest $(PARALLEL) tests $(SLOW) $(FAST)

# Each static check uses one core. The tests, which use all of them, include what `make complexity` checks.
check: $(VENV)/test.stamp ## What CI runs: format, lint, types, contracts, then all tests (complexity among them)
	@$(MAKE) --no-print-directory --jobs 2 --keep-going format lint types contracts
	@$(MAKE) --no-print-directory tests

fix: $(VENV)/test.stamp ## Format, and repair what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

format: $(VENV)/test.stamp ## Check the formatting
	$(BIN)/ruff format --check .

lint: $(VENV)/test.stamp ## Lint code and templates
	$(BIN)/ruff check .
	$(BIN)/djlint service/pages/templates --lint --quiet

types: $(VENV)/test.stamp ## Check types (mypy strict)
	$(BIN)/mypy

contracts: $(VENV)/test.stamp ## Check which module may import which
	$(BIN)/lint-imports

complexity: $(VENV)/test.stamp ## Check the branches of every function and folded expressions
	$(BIN)/python -m pytest tests/repository/test_density.py

tests: $(VENV)/test.stamp ## Run the tests and the examples in docstrings
	$(BIN)/python -m pytest $(PARALLEL)

hooks: $(VENV)/test.stamp ## Check format, lint and contracts before every commit
	$(BIN)/pre-commit install

lock: $(VENV)/test.stamp ## Write requirements.lock from what is installed
	@$(BIN)/python -m pip freeze --exclude-editable | sed 's/^torch==.*/torch==2.13.0/' > requirements.lock

clean: ## Remove the environment and everything the product wrote
	rm -rf $(VENV) var build

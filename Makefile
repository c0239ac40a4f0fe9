# Every target prepares what it needs. Wanted on the machine: Python 3.11 or newer, and make.
.DEFAULT_GOAL := help
.PHONY: help setup browser run test test-long check check-types check-files bench bench-large screenshots fonts animation translations lock

PYTHON ?= python3
BIN := .venv/bin
# pytest-xdist workers: one for each core.
WORKERS ?= $(shell getconf _NPROCESSORS_ONLN)
TRANSLATIONS := lms/web/translations

# The interpreter is the machine's own: a download of another one would hide a missing Python.
export UV_PYTHON_DOWNLOADS := never
# Where the environment forbids Python to keep what it compiled, every start compiles all libraries anew: three seconds.
export PYTHONDONTWRITEBYTECODE :=

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

setup: .venv/.ready ## Make .venv from the lock (a moment, when nothing changed)

.venv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: set PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "The venv module is missing: on Debian and Ubuntu, apt-get install python3-venv" >&2; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check 'uv>=0.13,<0.14'

.venv/.ready: pyproject.toml uv.lock | .venv/bin/uv
	@$(BIN)/uv sync --locked --quiet
	@$(BIN)/python -c 'import app'  # compiles what a start needs, once
	@touch $@

browser: setup ## Find a Chromium for the tests, or install one
	@$(BIN)/python -m tests.support.chromium

run: setup ## Migrate, load the demo once, serve on 127.0.0.1
	@$(BIN)/flask db upgrade
	@$(BIN)/flask demo load --once
	@$(BIN)/flask serve

# What `check` asks of texts and templates are tests like others; here they run with them.
test: browser ## All checks and tests: SQLite, PostgreSQL, Chromium
	@$(MAKE) --no-print-directory --jobs=2 check-types check-files
	@$(BIN)/pytest -n $(WORKERS)

test-long: browser ## The same tests with far more random histories: about an hour
	@TEST_EFFORT=long $(BIN)/pytest -n $(WORKERS)

check: check-files check-types ## Lint, format, types, contracts, templates, translations, lock
	$(BIN)/pytest --quiet -p no:randomly tests/test_house_translations.py tests/test_house_templates.py

check-types: setup
	$(BIN)/mypy

check-files: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/djlint --quiet --lint templates
	$(BIN)/deptry .
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive app.py config.py lms
	$(BIN)/uv lock --check --quiet
	$(BIN)/uv export --quiet --locked --no-dev --no-emit-project --no-header | diff requirements.txt -

bench: setup ## Build the reference load, measure end to end, print ratios
	@$(BIN)/python -m tests.benchmarks

bench-large: setup ## The same, and how it grows to 10 and 25 times the load
	@$(BIN)/python -m tests.benchmarks --large

screenshots: browser ## Every page x role x width x language x theme, into screenshots/
	@$(BIN)/python -m tests.support.screenshots

fonts: setup ## Cut the web font anew, for the letters that the texts have now
	@$(BIN)/python -m tests.support.fonts

animation: browser ## Draw and encode the film of a lesson anew
	@$(BIN)/python -m tests.support.animation

translations: setup ## Collect texts, update the catalogs, compile them
	@mkdir -p $(TRANSLATIONS)
	@$(BIN)/pybabel --quiet extract --mapping babel.cfg --keywords _l --keywords lazy_gettext --no-location --sort-output --project training-completion --output $(TRANSLATIONS)/messages.pot .
	@test -d $(TRANSLATIONS)/ko || $(BIN)/pybabel --quiet init --locale ko --input-file $(TRANSLATIONS)/messages.pot --output-dir $(TRANSLATIONS)
	@$(BIN)/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap --input-file $(TRANSLATIONS)/messages.pot --output-dir $(TRANSLATIONS)
	@$(BIN)/pybabel compile --directory $(TRANSLATIONS)

lock: .venv/bin/uv ## Lock again after pyproject.toml changed, and export requirements.txt
	@$(BIN)/uv lock
	@$(BIN)/uv export --quiet --locked --no-dev --no-emit-project --no-header --output-file requirements.txt

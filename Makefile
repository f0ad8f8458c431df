# make demo, make test: everything is set up in .venv first, as root or not.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := trace recall labels web
# LOTMARK's tests use every core; each worker has its own databases.
PYTEST := $(BIN)/pytest -q -n auto --dist worksteal

.PHONY: demo test check lint types coverage bench faults catalogs pictures clean

demo: $(VENV)/.ready
	$(BIN)/lotmark demo $(ARGS)

test: $(VENV)/.ready-dev
	$(PYTEST) $(ARGS)

check: lint types coverage

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.ready-dev build/types
	$(BIN)/mypy

coverage: $(VENV)/.ready-dev
	$(PYTEST) --cov --cov-report=term

# Figures for bench/RESULTS.md: ratios are measured side by side in one run.
bench: $(VENV)/.ready-dev
	$(BIN)/python bench/codes.py
	$(BIN)/python bench/labels.py --million
	$(BIN)/python bench/press.py
	$(BIN)/python bench/photos.py
	$(BIN)/python bench/imports.py
	$(BIN)/python bench/curve.py docs/pictures/cost-curve.png
	$(BIN)/python bench/scope.py

# The long versions of what the tests do briefly: fuzz, oracles, made-up requests.
faults: $(VENV)/.ready-dev
	LOTMARK_FUZZ=1000 $(PYTEST) tests/trace/exchange/test_fuzz.py
	LOTMARK_PLANTS=200 $(PYTEST) tests/trace/exchange/test_round_trip_life.py
	LOTMARK_LONG=1 $(PYTEST) tests/recall/scope tests/trace/stock/test_many_hands.py tests/labels/engine/test_qr_block.py tests/labels/engine/test_proof.py tests/labels/engine/test_damage.py tests/web/api/test_schemathesis.py tests/web/test_printer_faults.py

# The README's pictures, taken of the running product; needs Chromium.
pictures: $(VENV)/.ready-dev
	$(BIN)/python tests/support/pictures.py docs/pictures

# After changing a text: make catalogs, fill what is empty in the .po, make catalogs.
catalogs: $(VENV)/.ready-dev
	mkdir -p build
	$(BIN)/pybabel -q extract -F web/babel.cfg -k N_ --no-location --sort-output -o build/messages.pot .
	$(BIN)/pybabel -q update -i build/messages.pot -d web/translations -l zh --init-missing \
		--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap
	$(BIN)/pybabel -q compile -d web/translations -l zh

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: setup.cfg pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install -q --disable-pip-version-check -e .
	touch $@

$(VENV)/.ready-dev: setup.cfg pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install -q --disable-pip-version-check -e '.[dev]'
	touch $@ $(VENV)/.ready

# mypy and import-linter need links that show the mapped packages as lotmark/*.
build/types: setup.cfg
	mkdir -p $@/lotmark
	for p in $(PACKAGES); do ln -sfn ../../../$$p $@/lotmark/$$p; done
	touch $@

clean:
	rm -rf build dist $(VENV) *.egg-info

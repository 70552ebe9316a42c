# Everything runs in .venv; installing talks to stderr, so stdout belongs to the command that was asked for.
.SILENT:
MAKEFLAGS += --no-print-directory
.PHONY: install demo test lint types texts bench clean

PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$python; break; }; done)
VENV ?= .venv
BIN = $(VENV)/bin
STAMP = $(VENV)/.installed
ARGS ?=

install: $(STAMP)

$(STAMP): pyproject.toml setup.cfg $(wildcard requirements/*.txt plugins/*/setup.cfg)
	test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: name it with make PYTHON=/path/to/python" >&2; exit 1; }
	echo "Installing into $(VENV) (once, about a minute)" >&2
	$(PYTHON) -m venv $(VENV) >&2
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/dev.txt >&2
	touch $@

demo: install
	$(BIN)/coffee-node demo $(ARGS)

test: install
	$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

lint: install
	$(BIN)/ruff check .

types: install
	$(BIN)/python -m mypy
	set -e; for plugin in $(wildcard plugins/*/setup.cfg); do \
		$(BIN)/python -m mypy --config-file setup.cfg \
			$$(find "$$(dirname $$plugin)" -maxdepth 1 -name 'coffee_*' ! -name '*.egg-info'); done

texts: install
	$(BIN)/python -m tests.house.texts update

bench: install
	$(BIN)/python -m tests.bench $(ARGS)

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info plugins/*/*.egg-info

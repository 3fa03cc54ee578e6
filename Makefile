# XPress: `make` lists the targets. Each target installs what it needs first; the second run finds that done.

PYTHON ?= python3
VENV := .venv
STAMPS := $(VENV)/stamps
PY := $(VENV)/bin/python
PYTEST := $(PY) -m pytest
NODE := node_modules/.package-lock.json
WEB := forge/static/main/index.html
JOBS ?= 2

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
# The targets use one venv, two cores and one terminal: one after the other.
.NOTPARALLEL:

.PHONY: help install demo demo-site demo-app test check static format bench docs constraints clean

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z-]+):.*## /\1\t/' | while IFS=$$'\t' read -r t d; do printf '  %-12s %s\n' "$$t" "$$d"; done

install: $(STAMPS)/dev $(NODE) $(STAMPS)/system ## Install everything for work on XPress into .venv and node_modules
	@echo "XPress is in $(VENV): $(VENV)/bin/xpress"

demo: $(STAMPS)/all ## Export the demo space to a PDF and say where it is
	@$(PY) demo/build.py

demo-site: $(STAMPS)/all ## Start a Confluence on this machine with the demo space, and say how to try XPress on it
	@$(PY) -m testsite demo/space

demo-app: $(STAMPS)/all $(STAMPS)/system $(WEB) ## Start the Forge app with the demo space on this machine, for a browser
	@npx tsx forge/platform/demo.ts

test: static $(STAMPS)/system $(WEB) ## All checks and all tests
	@npx vitest run
	@$(PYTEST) -n $(JOBS)

check: static $(STAMPS)/system ## Format, lint, types, layers and the fast tests: under two minutes
	@npx vitest run --exclude '**/*.slow.test.ts'
	@$(PYTEST) -n $(JOBS) -m "not slow"

static: $(STAMPS)/dev $(NODE) ## Format, lint, types and layers only
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@$(VENV)/bin/lint-imports
	@npm run --silent check

format: $(STAMPS)/dev $(NODE) ## Format the code and fix what the linters can fix
	@$(PY) -m ruff check --fix-only .
	@$(PY) -m ruff format .
	@npm run --silent format

bench: $(STAMPS)/bench $(STAMPS)/bench-system $(STAMPS)/system $(NODE) ## Measure XPress against other ways to a PDF
	@$(PY) bench/run.py
	@$(PY) bench/site.py --runs 1
	@npx tsx bench/app.ts

docs: $(STAMPS)/all ## Write the generated reference anew
	@$(PY) tools/reference.py

constraints: ## Pin the newest versions of all packages in constraints.txt (needs the oldest Python we support)
	@$(PYTHON) tools/constraints.py

clean: ## Remove everything that can be made again
	rm -rf $(VENV) node_modules forge/node_modules web/node_modules forge/dist forge/static .cache .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist bench/out
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

# --- What the targets need -------------------------------------------------------------------------------------------

$(STAMPS)/venv:
	@tools/venv.sh "$(PYTHON)" "$(VENV)"
	@mkdir -p $(STAMPS)
	@touch $@

$(STAMPS)/all: $(STAMPS)/venv pyproject.toml constraints.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[all]'
	@touch $@

$(STAMPS)/dev: $(STAMPS)/venv pyproject.toml constraints.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[all,dev]'
	@touch $@ $(STAMPS)/all

$(STAMPS)/bench: $(STAMPS)/venv pyproject.toml constraints.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[all,bench]'
	@touch $@ $(STAMPS)/all

# Programs that the tests use: to look at PDF files, to shut the service in, to run the Forge app. Java and Maven (for
# veraPDF) are used where they are, not installed.
$(STAMPS)/system: $(STAMPS)/venv tools/system.sh
	@PATH="$$PATH:/usr/sbin" tools/system.sh pdftoppm=poppler-utils qpdf=qpdf bwrap=bubblewrap strace=strace curl=curl \
		mariadbd=mariadb-server-core chromium=chromium
	@touch $@

# The packages of the lock file; their scripts don't run. `npm ci` would insist on those for other systems, which not
# every registry has.
$(NODE): package.json package-lock.json forge/package.json web/package.json
	@npm install --silent --no-save
	@touch $@

# The web interface, built for the Forge app.
$(WEB): $(NODE) $(shell find web/src web/index.html web/vite.config.ts forge/src -type f 2>/dev/null)
	@npm run --silent build --workspace web
	@touch $@

$(STAMPS)/bench-system: $(STAMPS)/venv tools/system.sh
	@tools/system.sh chromium=chromium
	@touch $@

# Everything a newcomer needs: `make demo`. Everything a change must pass: `make check` and `make test`.
SHELL := /bin/bash
PORT ?= 8000
SHARED_DIR ?= ../shared
PYTHON ?= python3
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check -q
export PORT SHARED_DIR
# Slow files first, as tests/conftest.py orders them; one process more than two processors, for tests that wait.
PARALLEL := -n 3 --dist loadfile --no-loadscope-reorder

.PHONY: setup demo test test-fast test-postgresql services services-stop check format lock messages bench bench-link bench-search bench-load screenshots clean

.venv/.runtime: requirements.txt requirements-demo.txt
	test -x $(PY) || $(PYTHON) -m venv .venv
	$(PIP) install --require-hashes -r requirements-demo.txt
	touch $@

.venv/.dev: .venv/.runtime requirements-dev.txt
	$(PIP) install --require-hashes -r requirements-dev.txt
	touch $@

setup: .venv/.runtime

# Message catalogues are compiled from their .po files, never committed.
CATALOGUES := $(shell find lms courses media_pipeline search templates -name '*.po' 2>/dev/null)
%.mo: %.po scripts/compiled.py .venv/.runtime
	$(PY) -m scripts.compiled $< $@

catalogues: $(CATALOGUES:.po=.mo)

# After a change to messages or their Simplified Chinese: the other catalogues follow it.
messages: .venv/.dev
	$(PY) -m scripts.catalogues

# What it prints is counted from here, installing included.
STARTED := $(shell date +%s)
demo: setup catalogues
	$(PY) -m demo --port $(PORT) --since $(STARTED)

screenshots: .venv/.dev catalogues
	$(PY) -m scripts.screenshots

test: .venv/.dev catalogues
	$(PY) -m tests.system
	$(PY) -m pytest $(PARALLEL)

test-fast: .venv/.dev catalogues
	$(PY) -m pytest -q $(PARALLEL) -m "not contract and not e2e"

# The same fast tests, on a PostgreSQL of their own that is started and removed again.
test-postgresql: .venv/.dev catalogues
	$(PY) -m tests.system
	set -e; folder=$$(mktemp -d); trap '$(PY) -m scripts.services remove --folder '$$folder EXIT; \
	eval "$$($(PY) -m scripts.services start --folder $$folder postgresql)"; export DATABASE_URL; \
	$(PY) -m pytest -q $(PARALLEL) -m "not contract and not e2e"

# PostgreSQL, Redis, Elasticsearch, SeaweedFS and nginx: `eval "$$(make -s services)"` sets their addresses.
# SERVICES="redis postgresql" starts only these.
SERVICES ?=
services: .venv/.dev
	@$(PY) -m tests.system >&2
	@$(PY) -m scripts.services start $(SERVICES)

services-stop:
	@$(PY) -m scripts.services stop

# Tables and plots under benchmarks/results/.
bench: .venv/.dev bench-search
	$(PY) -m benchmarks.media

# Needs root, Chromium and nginx, and says so.
bench-link: .venv/.dev catalogues
	$(PY) -m benchmarks.link

# Through nginx, gunicorn and PostgreSQL as deploy/ sets them.
bench-load: .venv/.dev catalogues
	$(PY) -m benchmarks.load

bench-search: .venv/.dev
	$(PY) -m benchmarks.search_all

check: .venv/.dev catalogues
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/djhtml --check templates courses/templates
	$(PY) manage.py makemigrations --check --dry-run
	$(PY) -m tests.catalogues

format: .venv/.dev
	.venv/bin/ruff check --fix -q . ; .venv/bin/ruff format -q . ; .venv/bin/djhtml templates courses/templates

clean:
	rm -rf .venv data

# Locks anew; hashes only, no addresses.
LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q pyproject.toml
lock:
	$(LOCK) --extra demo --extra dev -o requirements-dev.txt
	$(LOCK) -c requirements-dev.txt -o requirements.txt
	$(LOCK) --extra demo -c requirements-dev.txt -o requirements-demo.txt

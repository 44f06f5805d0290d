# Two commands matter: `make run` and `make test`. Both install what they need, once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PAGES := web/wasl_web/static/.vite/manifest.json
SOURCES := $(shell find web -path web/node_modules -prune -o -path web/wasl_web -prune -o \
             \( -name '*.ts' -o -name '*.css' -o -name '*.svg' -o -name '*.json' \) -print) \
           records/wasl_records/demo/catalogue.yaml
HOST ?= 127.0.0.1
PORT ?= 8080
TLS ?= off

# The seeded half of what is tried at random is another one for each commit, and can be had again by its name.
SEED ?= $(shell git rev-parse --short=8 HEAD 2>/dev/null || echo 0)
PYTEST := WASL_TEST_SEED=$(SEED) $(BIN)/pytest
# Browsers in one lane, everything else in the other: tests/lanes.py.
LANES := -n 2 --durations=30 --durations-min=1 --hypothesis-seed=$(shell printf %d 0x$(SEED))

.PHONY: help run test test-long test-quick check check-python check-pages install pages types messages docs screens sight screenshots lock image clean bench bench-queue bench-estimate bench-media
.DEFAULT_GOAL := help

help: ## List every target with a sentence.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/  make \1|\2/' | column -t -s '|'

run: install pages ## Start a desk with demo data; HOST=0.0.0.0 TLS=auto serves phones on the same network.
	$(BIN)/wasl run --demo --host $(HOST) --port $(PORT) --tls $(TLS)

test: install pages ## Run every test: units, integration, real browsers, faults; the dearest are listed at the end.
	$(BIN)/python tests/chromium.py
	$(BIN)/python tests/firefox.py
	$(BIN)/python tests/webkit.py
	$(BIN)/python web/build_pages.py test
	$(PYTEST) $(LANES)

test-long: install pages ## Run what deserves hours or many seeds, too, in a random order, and the quick tests on each promised Python.
	$(BIN)/python tests/chromium.py
	$(BIN)/python tests/firefox.py
	$(BIN)/python tests/webkit.py
	$(BIN)/python tests/pythons.py
	$(PYTEST) $(LANES) --long --random-order --random-order-seed=$(SEED)

screens: install pages ## Take pictures of all that the pages can show, in many sizes and themes, into tests/out/screens/; VIEWS="call held" takes some.
	$(BIN)/python tests/chromium.py
	$(BIN)/python tests/take_screens.py $(VIEWS)

sight: install pages ## Measure how much of who matters is in sight in a call: docs/screens/call/sight.md.
	$(BIN)/python tests/chromium.py
	$(BIN)/python tests/measure_sight.py

test-quick: install ## Run the tests that take seconds: no browsers, no faults.
	$(PYTEST) -m "not browser and not fault"
	$(BIN)/python web/build_pages.py test

check: install web/node_modules/.installed ## Look through the code: ruff, mypy, the floors of the house, TypeScript and its lint, the catalogues, the revisions of the tables.
	@$(MAKE) --no-print-directory -j2 --output-sync=target check-python check-pages

check-python:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python locales/update.py --check
	$(BIN)/python tests/frozen.py

check-pages:
	$(BIN)/python web/build_pages.py run check

install: $(VENV)/.installed ## Make the virtual environment with the pinned dependencies.

$(VENV)/.installed: requirements-dev.lock pyproject.toml
	@$(PYTHON) -c "import sys; sys.exit('Wasl needs Python 3.11 or newer' if sys.version_info < (3, 11) else 0)"
	@echo "Installing Python packages into $(VENV) (once, about a minute) ..."
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

pages: $(PAGES) ## Build the pages with the Node that came as a Python package.

web/node_modules/.installed: web/package-lock.json web/package.json | $(VENV)/.installed
	@echo "Installing what the pages are built with (once) ..."
	$(BIN)/python web/build_pages.py ci --no-audit --no-fund
	@touch $@

$(PAGES): web/node_modules/.installed $(SOURCES)
	$(BIN)/python web/build_pages.py run build
	@touch $@

types: install web/node_modules/.installed ## Generate the TypeScript types of the wire from the Python ones.
	$(BIN)/python -m wasl_signaling.wire_types | $(BIN)/python web/build_pages.py run --silent types > web/call/messages.ts

messages: install web/node_modules/.installed ## Collect the sentences of all pages into the catalogues of locales/.
	$(BIN)/python locales/update.py

docs: install ## Bring the generated tables of docs/ up to date.
	$(BIN)/python docs/update.py

screenshots: install pages ## Take the pictures of the README from a running desk.
	$(BIN)/python tests/chromium.py
	$(BIN)/python docs/screenshots.py

bench: bench-queue bench-estimate bench-media ## Measure what the performance figures come from (minutes; see benchmarks/README.md).

bench-queue: install ## How fast the desk matches, on both databases, at 100 to 100,000 waiting.
	$(BIN)/python -P benchmarks/bench_queue.py

bench-estimate: install ## How right the estimate of the wait is, on 240 simulated days.
	$(BIN)/python -P benchmarks/estimate.py

bench-media: install ## What the relay costs and how long it holds packets, beside Janus and aiortc's MediaRelay.
	$(BIN)/python tests/chromium.py
	$(BIN)/python -P benchmarks/media.py

lock: install ## Pin the newest versions that fit into the lock files.
	$(BIN)/python -m pip install --disable-pip-version-check uv
	$(BIN)/uv pip compile --upgrade --universal --generate-hashes --no-header --no-annotate --python-version 3.11 -o requirements.lock pyproject.toml
	$(BIN)/uv pip compile --upgrade --universal --generate-hashes --no-header --no-annotate --python-version 3.11 --extra dev -o requirements-dev.lock pyproject.toml
	$(BIN)/python web/build_pages.py update --package-lock-only --no-audit --no-fund

image: ## Build the container image that compose.yaml runs.
	docker build -t wasl .

clean: ## Remove everything that was built or installed here; the data folder stays.
	rm -rf $(VENV) web/node_modules web/wasl_web/static dist .mypy_cache .ruff_cache .pytest_cache

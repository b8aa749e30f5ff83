# `make demo`: a clip from a sentence.  `make test`: all checks and tests.  `make help`: the rest.
# Needs Python >= 3.11 with venv, and make. A .venv that exists is used and kept.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The first Python on the path that is new enough; `make PYTHON=...` takes another.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$python; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --constraint constraints.txt
NODE := tests/server/node
# The versions of OpenAI's Python SDK whose test suites are run, the newest first.
SUITES := $(VENV)/openai-suites
SDKS := $(shell cat tests/server/clients/python-suites.txt)
# Python may keep compiled modules, whatever the environment says: tests start some hundred processes,
# and each would compile the source again (the server: 4.2 s of CPU time instead of 1.5 s).
export PYTHONDONTWRITEBYTECODE :=
PROMPT ?= a red ball drops onto a wooden floor
# Tests write to databases thousands of times, and each time waits for the disk: where there is room in
# memory, temporary files are there (tests/jobs: 49 s instead of 121).
MEMORY := $(shell df --output=avail /dev/shm 2>/dev/null | awk 'NR == 2 && $$1 > 4000000 {print "/dev/shm"}')

.PHONY: help demo test studio wan sdks golden lint style clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-6s  %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.installed ## install, and make a clip in demo/ (PROMPT="..." for another)
	@mkdir -p demo
	@echo "Making a clip of \"$$PROMPT\"." >&2
	@$(BIN)/sorairo generate "$$PROMPT" --seed 7 --output demo/clip.mp4 --contact-sheet >/dev/null
	@echo "The clip:          demo/clip.mp4"
	@echo "Its contact sheet: demo/clip-sheet.png"
demo: export PROMPT := $(PROMPT)

# Files in their order: by default those with few tests come last, and some of these are slow. Pyright
# runs beside the tests, which leave a part of the cores idle; what it says comes last.
test: $(VENV)/.installed-dev $(VENV)/.other-clients $(SUITES)/.$(firstword $(SDKS)) style ## install what tests need, lint, run all tests
	@$(BIN)/pyright >$(VENV)/.types 2>&1 & types=$$!; trap "kill $$types 2>/dev/null || true" EXIT; \
	$(if $(MEMORY),TMPDIR=$(MEMORY)) OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q --numprocesses=auto --dist=loadfile --no-loadscope-reorder \
		-o tmp_path_retention_count=1 -o tmp_path_retention_policy=failed; \
	wait $$types && ended=0 || ended=1; cat $(VENV)/.types; exit $$ended

studio: $(VENV)/.installed-dev $(VENV)/.other-clients ## slow tests of the studio: all that is made from a clip; 2,000 clips; every phrase of play
	$(BIN)/python -m pytest -q tests/browser/studio/journey_*.py tests/browser/journey_play.py tests/play/journey_phrases.py

wan: $(VENV)/.installed-dev ## slow tests of Wan: every task by every tiny model, by the command line and by HTTP; its widest block; the largest picture
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q tests/server/journey_wan.py tests/parity/journey_widest_block.py \
		tests/numerics/journey_largest_picture.py

sdks: $(VENV)/.installed-dev $(VENV)/.other-clients $(SDKS:%=$(SUITES)/.%) ## the server with older versions of OpenAI's SDKs, and the snippets of the docs
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q --numprocesses=auto --dist=loadfile -m older_sdk tests/server/clients tests/server/test_node.py \
		tests/server/test_older_openai.py
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q tests/server/journey_snippets.py

golden: $(VENV)/.installed-dev ## make what tests/golden/ records again, and compare it exactly
	$(BIN)/python tests/golden/record.py --check

lint: style ## ruff (checks and format), import contracts, pyright
	$(BIN)/pyright

style: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

clean: ## remove what make made: .venv, demo/ and caches
	rm -rf $(VENV) $(NODE)/node_modules demo .pytest_cache .ruff_cache .import_linter_cache .hypothesis

# --- once, or when the versions change

$(BIN)/python:
	@[[ -n "$(PYTHON)" ]] || { echo "sorairo needs Python 3.11 or newer: install it first." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "This Python cannot make a virtual environment: apt-get install python3-venv" >&2; exit 1; }

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing sorairo and PyTorch into $(VENV): on Linux that is up to 3 GB and takes some minutes." >&2
	@$(PIP) --progress-bar on --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing what the tests need into $(VENV)." >&2
	$(PIP) --quiet --editable '.[dev]'
	@touch $@ $(VENV)/.installed

# The server is also tested with the test suites of OpenAI's SDKs. Those of Python are in its source
# distributions.
$(SUITES)/.%: | $(VENV)/.installed-dev
	mkdir -p $(SUITES)
	$(BIN)/python -m pip --disable-pip-version-check download --quiet --no-deps \
		--no-binary :all: --dest $(SUITES) openai==$*
	tar -xzf $(SUITES)/openai-$*.tar.gz -C $(SUITES)
	rm $(SUITES)/openai-$*.tar.gz
	@touch $@

$(VENV)/.other-clients: $(NODE)/package-lock.json $(VENV)/.installed-dev $(VENV)/.system-packages
	$(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps --upgrade \
		--target $(SUITES)/lib distro==1.9.0
	npm ci --silent --prefix $(NODE)
	@touch $@

# MuJoCo renders without a display through OSMesa, Filament through Vulkan; pages are tested in Chromium, the server from Node,
# the queue on PostgreSQL too.
$(VENV)/.system-packages: Makefile | $(BIN)/python
	@missing=""; \
	if [[ "$$(uname)" == Linux ]]; then \
		$(BIN)/python -c 'import ctypes; ctypes.CDLL("libOSMesa.so.8")' 2>/dev/null || missing="libosmesa6"; \
		ls /usr/share/vulkan/icd.d/lvp_icd.*.json >/dev/null 2>&1 \
			|| missing="$$missing mesa-vulkan-drivers libvulkan1"; \
		command -v chromium chromium-browser google-chrome >/dev/null || missing="$$missing chromium"; \
	fi; \
	command -v npm >/dev/null || missing="$$missing nodejs npm"; \
	command -v pg_ctl >/dev/null || ls /usr/lib/postgresql/*/bin/pg_ctl >/dev/null 2>&1 \
		|| missing="$$missing postgresql"; \
	if [[ -z "$$missing" ]]; then \
		:; \
	elif [[ "$$(id -u)" == 0 ]] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends $$missing; \
	else \
		echo "The tests render with OSMesa and Vulkan, open pages in Chromium, run a client in Node.js 20 and start PostgreSQL;" >&2; \
		echo "install what is missing, on Debian and Ubuntu with this command, then run make test again:" >&2; \
		echo "    sudo apt-get update && sudo apt-get install -y $$missing" >&2; \
		exit 1; \
	fi
	@touch $@

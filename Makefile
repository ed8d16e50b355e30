# The two commands that matter are `make demo` and `make test`; both work on a fresh clone.
# Every target depends on `setup`, which does nothing when nothing changed.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3 python; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$name; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TOOLS := .cache/bin
GRPCURL_VERSION := v1.9.3
KUSTOMIZE_VERSION := v5.8.2
UV_VERSION := 0.13.9
UV ?= $(shell command -v uv 2>/dev/null || echo .cache/uv/bin/uv)
PROTOS = $(shell find proto/ambulance -name '*.proto' | LC_ALL=C sort)
BASELINE := proto/baseline.binpb
ARGS ?=
SECONDS ?= 60
# Processes that share out the files of the suite; each has a broker of its own (340 MB).
PROCESSES ?= 2
SEEDS ?= 50
ONLY ?=
FUZZ := .cache/fuzz
TRAINING := .cache/training
PEERS := .cache/peers

# A program compiles its modules at every start where nothing may be written: half of its start.
export UV_COMPILE_BYTECODE := 1
unexport PYTHONDONTWRITEBYTECODE

export PATH := $(CURDIR)/$(BIN):$(CURDIR)/$(TOOLS):$(PATH)

.PHONY: help
help: ## Say what each target does
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

.PHONY: setup
setup: $(STAMP) ## Make the virtual environment from the hash-locked requirements

$(STAMP): Makefile requirements.txt pyproject.toml deploy/setup/system_packages
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11" >&2; exit 1; }
	@deploy/setup/system_packages
	@test -x "$$(command -v $(UV))" || { $(PYTHON) -m venv .cache/uv && .cache/uv/bin/pip install -q uv==$(UV_VERSION); }
	@test -x $(BIN)/python || $(UV) venv -q --python "$(PYTHON)" $(VENV)
	@$(UV) pip sync -q --python $(BIN)/python --require-hashes requirements.txt
	@$(UV) pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

.PHONY: lock
lock: ## Resolve requirements.txt again from pyproject.toml
	@test -x "$$(command -v $(UV))" || { $(PYTHON) -m venv .cache/uv && .cache/uv/bin/pip install -q uv==$(UV_VERSION); }
	$(UV) pip compile -q --generate-hashes --no-emit-index-url --group dev --python-version 3.11 pyproject.toml -o requirements.txt
	$(UV) pip compile -q --generate-hashes --no-emit-index-url --python-version 3.11 pyproject.toml bench/training/requirements.in -o bench/training/requirements.txt
	$(UV) pip compile -q --generate-hashes --no-emit-index-url --python-version 3.11 bench/peers/requirements.in -o bench/peers/requirements.txt

.PHONY: gen
gen: setup ## Generate proto/gen from proto/ambulance
	@rm -rf proto/gen/ambulance
	@deploy/setup/generate proto/gen $(PROTOS)

.PHONY: format
format: setup ## Format and mend what can be mended
	ruff check --fix-only -q
	ruff format

.PHONY: check
check: setup check-python check-proto check-sizes ## Everything a machine can judge without running the tests

.PHONY: check-python
check-python: setup
	ruff format --check
	ruff check
	mypy
	lint-imports --no-logo

.PHONY: check-proto
check-proto: setup
	buf lint
	buf breaking --against $(BASELINE)
	@fresh=$$(mktemp -d); trap 'rm -rf "$$fresh"' EXIT; \
	deploy/setup/generate "$$fresh" $(PROTOS); \
	diff -r -x __pycache__ "$$fresh/ambulance" proto/gen/ambulance \
	|| { echo "proto/gen differs from proto/ambulance: run make gen" >&2; exit 1; }

.PHONY: check-sizes
check-sizes: setup
	@find bench clinical command_center goldenhour ports simulators streams tests vehicle wire proto/ambulance \
		\( -name '*.py' -o -name '*.proto' -o -name '*.js' -o -name '*.css' \) -exec wc -l {} + \
	| awk '$$2 != "total" && $$1 > 450 { print $$2 ": " $$1 " lines, at most 450"; bad = 1 } END { exit bad }'

.PHONY: baseline
baseline: setup ## Accept the protos as the new baseline (with a CHANGELOG line)
	buf build -o $(BASELINE)

.PHONY: tools
tools: setup $(TOOLS)/grpcurl $(TOOLS)/kustomize ## Fetch the outside tools that the tests use

$(TOOLS)/grpcurl:
	@mkdir -p $(TOOLS)
	@if command -v grpcurl >/dev/null; then ln -sf "$$(command -v grpcurl)" $@; \
	elif command -v go >/dev/null; then GOBIN=$(CURDIR)/$(TOOLS) go install github.com/fullstorydev/grpcurl/cmd/grpcurl@$(GRPCURL_VERSION); \
	else echo "grpcurl is needed by the tests: install it, or Go 1.24 and run make tools again" >&2; exit 1; fi

$(TOOLS)/kustomize:
	@mkdir -p $(TOOLS)
	@if command -v kustomize >/dev/null; then ln -sf "$$(command -v kustomize)" $@; \
	elif command -v go >/dev/null; then GOBIN=$(CURDIR)/$(TOOLS) go install sigs.k8s.io/kustomize/kustomize/v5@$(KUSTOMIZE_VERSION); \
	else echo "kustomize is needed by the tests: install it, or Go 1.24 and run make tools again" >&2; exit 1; fi

.PHONY: test
test: tools ## Run the tests, against a real Kafka
	pytest -q -n $(PROCESSES) --dist loadfile --no-loadscope-reorder $(ARGS)

.PHONY: dashboards
dashboards: setup ## Draw deploy/grafana/dashboards anew from goldenhour/dashboards
	python -m goldenhour.dashboards deploy/grafana/dashboards

.PHONY: fuzz
fuzz: setup ## Fuzz the decoders of foreign bytes by coverage; SECONDS=60
	@test -d $(FUZZ)/site || $(UV) pip install -q --python $(BIN)/python --target $(FUZZ)/site --require-hashes -r tests/fuzz/requirements.txt
	@mkdir -p $(FUZZ)/corpus
	PYTHONPATH=$(FUZZ)/site python -m tests.fuzz.run -max_total_time=$(SECONDS) -timeout=10 -artifact_prefix=$(FUZZ)/ $(FUZZ)/corpus tests/fuzz/corpus

.PHONY: training
training: setup $(TRAINING)/.installed ## Make the environment in which bench/training is run

$(TRAINING)/.installed: bench/training/requirements.txt $(STAMP)
	@test -x $(TRAINING)/bin/python || $(UV) venv -q --python "$(PYTHON)" $(TRAINING)
	@$(UV) pip sync -q --python $(TRAINING)/bin/python --require-hashes bench/training/requirements.txt
	@$(UV) pip install -q --python $(TRAINING)/bin/python --no-deps --no-build-isolation -e .
	@touch $@

.PHONY: peers
peers: setup $(PEERS)/.installed ## Measure other stream engines beside ours; ARGS="--out peers.json"
	python -m bench.peers $(ARGS)

$(PEERS)/.installed: bench/peers/requirements.txt
	@test -x $(PEERS)/bin/python || $(UV) venv -q --python "$(PYTHON)" $(PEERS)
	@$(UV) pip sync -q --python $(PEERS)/bin/python --require-hashes bench/peers/requirements.txt
	@touch $@

.PHONY: demo
demo: setup ## Run everything in one terminal; ARGS="--headless --seconds 90 --report demo.json"
	goldenhour demo $(ARGS)

.PHONY: screenshots
screenshots: setup ## Take docs/pictures anew: every page, both languages, day and night
	python -m tests.browser.screenshots docs/pictures
	python -m tests.browser.crew_pictures docs/pictures

.PHONY: bench
bench: setup ## Measure; ARGS="latency --units 100 --seconds 60 --out latency.json"
	goldenhour bench $(ARGS)

.PHONY: world
world: setup ## Play the whole system from seeds, everything going wrong; SEEDS=50
	@mkdir -p .goldenhour
	goldenhour world --seeds $(SEEDS) --out .goldenhour/world.json $(ARGS)

.PHONY: hazards
hazards: setup ## Take each control of docs/hazards.md out and see its test fail; ONLY=part of a name
	python -m tests.hazards.seen_failing --only "$(ONLY)"

.PHONY: clean
clean: ## Remove the virtual environment, tools and run state
	rm -rf $(VENV) .cache .goldenhour

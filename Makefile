# Decides how Martlet is set up, built, run, tested and measured. `make help` lists the targets.

SHELL := /bin/sh
.DEFAULT_GOAL := help

SWIFT ?= swift
STATE := .make
VENV := $(STATE)/venv
PYTHON := $(VENV)/bin/python
RELEASE := .build/release
MARTLET := $(RELEASE)/martlet
# Judges JSON Schema beside us in the tests, and its source package has the official test suite.
JSONSCHEMA := 4.26.0
# Judge schedules beside us in the tests; dateutil as Prefect 3 has it.
SCHEDULE_PEERS := croniter==6.2.4 python-dateutil==2.9.0.post0
# Its own client runs against us in the tests.
PREFECT := 3.9.1
PREFECT_OLDER := 3.1.15
RELEASE_FLAGS := -c release --static-swift-stdlib

# Debian packages, by what needs them.
BUILD_PACKAGES := libnghttp2-dev libpq-dev libprotobuf-c-dev pkg-config
RUN_PACKAGES := postgresql curl python3 python3-venv tzdata
TEST_PACKAGES := faketime openssl nghttp2-client nghttp2-server dash busybox shellcheck \
	protobuf-compiler protobuf-c-compiler libprotoc-dev libprotobuf-dev git \
	libgrpc++-dev protobuf-compiler-grpc g++ \
	golang-go golang-google-grpc-dev golang-goprotobuf-dev

.PHONY: help setup setup-test setup-prefect build run test test-swift test-python test-shell test-interop test-e2e test-tsan \
	test-asan build-tsan build-asan fuzz hostile simulate schedules chaos \
	lint format proto proto-check bench dist clean

help: ## Show this list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install what building and running need (Debian packages, a Python environment).
	@deploy/setup/packages.sh $(BUILD_PACKAGES) $(RUN_PACKAGES)
	@deploy/setup/python.sh $(VENV) clients/python

setup-test: setup
	@deploy/setup/packages.sh $(TEST_PACKAGES)
	@deploy/setup/python.sh $(VENV) clients/python pytest pytest-xdist buf-bin grpcio-tools jsonschema==$(JSONSCHEMA) $(SCHEDULE_PEERS)
	@deploy/setup/schema-suite.sh $(PYTHON) $(JSONSCHEMA) $(STATE)/json-schema-test-suite

setup-prefect: ## Install Prefect itself, and an older release, beside Martlet, to try its clients, and Chromium, to try its pages.
	@deploy/setup/prefect.sh $(STATE)/prefect $(PREFECT)
	@deploy/setup/prefect.sh $(STATE)/prefect-older $(PREFECT_OLDER) importlib_metadata
	@deploy/setup/packages.sh chromium

build: setup ## Build the program: .build/release/martlet.
	$(SWIFT) build $(RELEASE_FLAGS) --product martlet
	$(SWIFT) build $(RELEASE_FLAGS) --product census-report

run: build ## Start Martlet and run the main job on this machine's packages; ONCE=1 leaves after it.
	@ONCE=$(ONCE) MARTLET_BIN=$(CURDIR)/$(MARTLET) PYTHON=$(CURDIR)/$(PYTHON) clients/examples/census/main.sh

test: setup-test ## Run every test: Swift, Python, shell, lint, generated code.
	$(MAKE) lint
	$(MAKE) build
	$(MAKE) proto-check
	$(MAKE) test-swift
	$(MAKE) test-python
	$(MAKE) test-shell
	$(MAKE) test-interop
	$(MAKE) test-e2e

# What tests find the program and their peers by.
PEERS = MARTLET_BIN=$(CURDIR)/$(MARTLET) PYTHON=$(CURDIR)/$(PYTHON) PATH="$(CURDIR)/$(VENV)/bin:$$PATH"

# A target at a time: some tests measure the memory or the silence of their own process.
SWIFT_TESTS := MartletWireTests ProtoTests FuzzTests MartletModelTests MartletSettingsTests PropertyTests \
	MartletPostgresTests MartletStoreTests MartletEngineTests MartletHTTPTests MartletRPCTests \
	MartletClientTests MartletWorkerTests MartletCommandTests MartletSealTests MartletPrefectTests ConformanceTests
TSAN_TESTS := MartletHTTPTests MartletRPCTests MartletStoreTests
# These weigh the process, and a sanitizer weighs more.
ASAN_TESTS := MartletWireTests ProtoTests MartletHTTPTests MartletRPCTests FuzzTests
TSAN_SKIPS := (aBombInTheHeaders|aSlowReaderOfAHugeStreamCostsNoMemory|continuations|theConnectionsBoundHolds)

test-swift:
	$(SWIFT) build --build-tests
	$(PEERS) Tests/targets.sh "" $(SWIFT_TESTS)

test-python:
	cd clients/python && $(PEERS) $(CURDIR)/$(PYTHON) -m pytest -q

test-shell:
	$(PEERS) Tests/ShellTests/run.sh

test-interop: ## Run the public gRPC interop cases against gRPC C++, Go and Python, each way.
	$(SWIFT) build --product interop-server
	$(SWIFT) build --product interop-client
	cd Tests/Interop && $(PEERS) $(CURDIR)/$(PYTHON) -m pytest -q

test-e2e: ## Run the end-to-end tests: crashes, replicas, outages.
	cd Tests/EndToEnd && $(PEERS) $(CURDIR)/$(PYTHON) -m pytest -q -n 3

SEEDS ?= 1000
simulate: setup-test ## Let the model live through SEEDS worlds (1000) of crashes and delays in virtual time.
	$(SWIFT) build --build-tests
	SIMULATION_SEEDS=$(SEEDS) Tests/targets.sh "" PropertyTests

CASES ?= 100000
schedules: setup-test ## Check CASES random schedules (100000) against croniter and dateutil.
	$(SWIFT) build --build-tests
	$(PEERS) SCHEDULE_CASES=$(CASES) $(SWIFT) test --skip-build \
		--filter '^MartletModelTests\.ScheduleCrossCheckTests'

CHAOS_SECONDS ?= 300
chaos: build setup-test ## Kill, stop and cut two replicas and their Postgres for CHAOS_SECONDS (300).
	cd Tests/EndToEnd && $(PEERS) CHAOS_SECONDS=$(CHAOS_SECONDS) $(CURDIR)/$(PYTHON) -m pytest -q test_chaos.py

# The builds apart, so that they can be made beside something else.
TSAN_BUILD := --sanitize=thread --scratch-path .build-tsan
build-tsan: setup-test
	ONLY_TESTS="$(TSAN_TESTS)" $(SWIFT) build --build-tests $(TSAN_BUILD)

test-tsan: build-tsan ## Run the tests of HTTP, RPC and Store under ThreadSanitizer.
	$(PEERS) ONLY_TESTS="$(TSAN_TESTS)" TEST_TIMEOUT=900 TSAN_OPTIONS=halt_on_error=1 Tests/targets.sh \
		"--no-parallel $(TSAN_BUILD) --skip $(TSAN_SKIPS)" $(TSAN_TESTS)

ASAN_BUILD := --sanitize=address --scratch-path .build-asan
build-asan: setup-test
	ONLY_TESTS="$(ASAN_TESTS)" $(SWIFT) build --build-tests $(ASAN_BUILD)

test-asan: build-asan ## Run the tests of what reads strangers' bytes under AddressSanitizer.
	$(PEERS) ONLY_TESTS="$(ASAN_TESTS)" TEST_TIMEOUT=600 ASAN_OPTIONS=detect_leaks=0 Tests/targets.sh \
		"--no-parallel $(ASAN_BUILD) --skip $(TSAN_SKIPS)" $(ASAN_TESTS)

TIME ?= 60
fuzz: ## Fuzz what reads strangers' bytes for TIME seconds in all (60).
	Tests/Fuzz/run.sh $(TIME)

hostile: build setup-test ## Attack a server in every known way, and check it against the RFCs; QUICK=1 for 5 minutes.
	$(PYTHON) Tests/Hostile/hostile.py --server-binary $(CURDIR)/$(MARTLET) $(if $(QUICK),--quick)
	$(PYTHON) Tests/Hostile/conformance.py --server-binary $(CURDIR)/$(MARTLET)

lint: ## Check format and names.
	$(SWIFT) format lint --strict --parallel --recursive Package.swift Sources Tests clients/swift clients/examples
	@deploy/setup/hygiene.sh
	@python3 proto/prefect/generate.py --check

format: ## Format the Swift code.
	$(SWIFT) format --in-place --parallel --recursive Package.swift Sources Tests clients/swift clients/examples

proto: setup-test ## Regenerate everything that comes from proto/.
	proto/generate.sh
	PYTHON=$(CURDIR)/$(PYTHON) clients/python/generate.sh

proto-check: setup-test ## Fail when generated code is stale or the contract breaks.
	cd proto && $(CURDIR)/$(VENV)/bin/buf lint
	cd proto && $(CURDIR)/$(VENV)/bin/buf breaking --against baseline.binpb
	proto/generate.sh --check
	PYTHON=$(CURDIR)/$(PYTHON) clients/python/generate.sh --check

bench: setup-test build ## Measure: one line `figure NAME = VALUE UNIT` each; SCALE=large with RUNS runs (10000000).
	$(SWIFT) build $(RELEASE_FLAGS) --product martlet-bench
	$(SWIFT) build $(RELEASE_FLAGS) --product interop-server
	SCALE=$(SCALE) RUNS=$(RUNS) Tests/Benchmarks/run.sh

dist: build ## Make dist/martlet-VERSION-linux-ARCH.tar.gz, which runs without a compiler.
	deploy/setup/dist.sh $(MARTLET)

clean: ## Remove what was built.
	rm -rf .build .build-tsan .build-asan .build-fuzz $(STATE) dist

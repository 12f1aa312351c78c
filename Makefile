# Everything a developer runs. `make help` lists it.

GO ?= go
LINT = $(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
FUZZTIME ?= 10s
# Debian's, which has the SciPy that apt installs: for `make fixtures`, and for `make contract`.
PYTHON ?= /usr/bin/python3
# axe-core, which finds what keeps people from using a page; under MPL-2.0, so it is fetched and not shipped.
AXE = 4.14.1
# Schemathesis, which holds the server against its OpenAPI document; in a Python environment of its own.
SCHEMATHESIS = 4.32.5
# Set by CI: the race detector needs a C compiler, which `make deps` installs.
RACE ?=
# How often `make chaos` kills the server.
KILLS ?= 200
# Folder of labelled JSON Lines to train on; models/README.md names the public sets behind the models that ship.
DATA ?=

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: build
build: ## build the verbatim binary into ./bin
	$(GO) build -trimpath -o bin/verbatim ./cmd/verbatim

.PHONY: test
test: ## vet and run all tests (RACE=-race for the race detector)
	$(GO) vet ./...
	$(GO) test $(RACE) -timeout 25m ./...

.PHONY: lint
lint: ## check style and the import rules of the house
	$(LINT) run ./...

.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZTIME each
	@# now and then the go command reports the end of its own FUZZTIME as a failure without a failing input
	@for package in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz'); do \
			echo "fuzz $$package $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package >fuzz.log 2>&1 && status=0 || status=1; \
			cat fuzz.log; \
			if [ $$status = 1 ] && { grep -q 'Failing input' fuzz.log || ! grep -q '^    context deadline exceeded' fuzz.log; }; then rm fuzz.log; exit 1; fi; \
			rm fuzz.log; \
		done; \
	done

.PHONY: bench
bench: ## run the benchmarks of the hot paths
	$(GO) test -run '^$$' -bench . -benchmem ./...

LOAD ?= 20s
.PHONY: load
load: ## measure the server over loopback for LOAD each: single posts, bulk, analyze, search
	$(GO) build -o bin/verbatim ./cmd/verbatim
	@dir=$$(mktemp -d); bin/verbatim serve --data $$dir --addr 127.0.0.1:18080 >$$dir/out 2>$$dir/log & server=$$!; \
	trap 'kill $$server; wait $$server; rm -rf $$dir' EXIT; \
	until curl -sf http://127.0.0.1:18080/readyz >/dev/null; do kill -0 $$server || exit 1; sleep 0.1; done; \
	cat /proc/loadavg; bin/verbatim load --url http://127.0.0.1:18080 --clients 64 --for $(LOAD)

BIG ?= 1000000
.PHONY: big
big: ## fill a server with BIG responses made of the demo survey's words, in one stream, and measure searches and every page over them
	$(GO) build -o bin/verbatim ./cmd/verbatim
	@dir=$$(mktemp -d); bin/verbatim serve --data $$dir --addr 127.0.0.1:18080 >$$dir/out 2>$$dir/log & server=$$!; \
	trap 'kill $$server; wait $$server; rm -rf $$dir' EXIT; \
	until curl -sf http://127.0.0.1:18080/readyz >/dev/null; do kill -0 $$server || exit 1; sleep 0.1; done; \
	cat /proc/loadavg; bin/verbatim load --url http://127.0.0.1:18080 --fill $(BIG) --pages --for $(LOAD)

.PHONY: chaos
chaos: ## kill -9 a server under load KILLS times, and check that nothing acknowledged is lost or doubled
	$(GO) test ./cmd/verbatim -run 'TestChaos$$' -kills $(KILLS) -count=1 -v -timeout 2h

CONTRACT ?= 200
.PHONY: contract
contract: ## hold the server against its OpenAPI document with Schemathesis: all checks, CONTRACT examples for each operation, without keys and with one
	GO="$(GO)" .ci/contract "$${XDG_CACHE_HOME:-$$HOME/.cache}/verbatim/schemathesis-$(SCHEMATHESIS)/bin/schemathesis" $(CONTRACT)

.PHONY: deps
deps: ## install what the tests need besides Go: with apt a C compiler for the race detector, a browser and curl, with npm axe-core, with pip Schemathesis
	@missing=; \
	command -v gcc >/dev/null || missing="gcc libc6-dev"; \
	command -v chromium >/dev/null || missing="$$missing chromium fonts-noto-cjk"; \
	command -v npm >/dev/null || missing="$$missing npm"; \
	command -v curl >/dev/null || missing="$$missing curl"; \
	$(PYTHON) -c 'import ensurepip' 2>/dev/null || missing="$$missing python3 python3-venv"; \
	sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	[ -z "$$missing" ] || { $$sudo apt-get update && $$sudo apt-get install -y --no-install-recommends $$missing; }
	@cache="$${XDG_CACHE_HOME:-$$HOME/.cache}/verbatim"; script="$$cache/axe-$(AXE).min.js"; \
	[ -f "$$script" ] || { folder=$$(mktemp -d) && mkdir -p "$$cache" && rm -f "$$cache"/axe-*.min.js && \
		( cd "$$folder" && npm pack --silent axe-core@$(AXE) >/dev/null && tar xzf axe-core-*.tgz && mv package/axe.min.js "$$script" ); \
		status=$$?; rm -rf "$$folder"; exit $$status; }
	@cache="$${XDG_CACHE_HOME:-$$HOME/.cache}/verbatim"; env="$$cache/schemathesis-$(SCHEMATHESIS)"; \
	[ -x "$$env/bin/schemathesis" ] || { rm -rf "$$cache"/schemathesis-* && $(PYTHON) -m venv "$$env" && \
		"$$env/bin/pip" install --quiet --disable-pip-version-check schemathesis==$(SCHEMATHESIS); }

.PHONY: screens
screens: ## draw every page in every language, light and dark, on a desk and a phone, into bin/screens
	mkdir -p bin/screens
	$(GO) test ./cmd/verbatim -run TestScreens -count=1 -timeout 20m -screens "$(CURDIR)/bin/screens"

.PHONY: fixtures
fixtures: ## compute insight's reference figures anew with R and SciPy (installed with apt when missing)
	@command -v Rscript >/dev/null && $(PYTHON) -c 'import scipy' 2>/dev/null || { \
		sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
		$$sudo apt-get update && $$sudo apt-get install -y --no-install-recommends r-base-core python3-scipy; }
	LC_ALL=C.UTF-8 Rscript insight/testdata/reference.R
	$(PYTHON) insight/testdata/reference.py
	$(GO) test ./insight -run Reference -update

.PHONY: simulate
simulate: ## simulate how often intervals cover the truth, and write the table into docs/statistics.md
	$(GO) test ./insight -run TestSimulation -simulate -v -timeout 20m

.PHONY: skytrax
skytrax: ## compare text drivers with the ratings of DATA=folder/skytrax_airline, and write the table into docs/statistics.md
	@test -n "$(DATA)" || { echo "make skytrax DATA=<folder with skytrax_airline>"; exit 2; }
	VERBATIM_UPDATE=1 VERBATIM_DATA="$(abspath $(DATA))" $(GO) test ./cmd/verbatim -run TestSkytrax -count=1

.PHONY: train
train: ## train the models on DATA=folder and the built-in comments, and rewrite models/
	@test -n "$(DATA)" || { echo "make train DATA=<folder of labelled JSON Lines>"; exit 2; }
	$(GO) run ./cmd/verbatim train $(DATA) --leave-out nps_challenge_dev --out models \
		--language-models "$$($(GO) list -m -f '{{.Dir}}' github.com/pemistahl/lingua-go)/language-models"

.PHONY: eval
eval: ## score the models on the test part of the built-in comments: part A of models/quality.txt
	$(GO) run ./cmd/verbatim eval

.PHONY: quality
quality: ## write models/quality.txt anew; part B leaves out each dataset of DATA=folders in turn (SCORE_ONLY=datasets are never trained on)
	@test -n "$(DATA)" || { echo "make quality DATA=\"<folder> …\""; exit 2; }
	$(GO) build -o bin/verbatim ./cmd/verbatim
	{ echo "# Part A: the test part of the hand-written comments, industries that no model was trained on (make eval)"; bin/verbatim eval; \
	echo "# Part B: public sets, each left out of training in turn (make quality)"; \
	bin/verbatim eval --leave-one-out $(DATA) --score-only "$(SCORE_ONLY)" --format summary; } > bin/quality.txt
	mv bin/quality.txt models/quality.txt

.PHONY: compare
compare: ## train on SPLIT/train, score on SPLIT/test, and print SPLIT/baseline.jsonl (other learners on the same split) beside it
	@test -n "$(SPLIT)" || { echo "make compare SPLIT=<folder with train/, test/ and baseline.jsonl>"; exit 2; }
	$(GO) build -o bin/verbatim ./cmd/verbatim
	bin/verbatim train "$(SPLIT)/train" --out "$(SPLIT)/models"
	bin/verbatim eval "$(SPLIT)/test" --models "$(SPLIT)/models" --beside "$(SPLIT)/baseline.jsonl"

# Every command of the artifact. Bare `make` prints them.

TRACE ?=
SERIES ?=
DEVICE ?= cpu
RUNS ?=
STUDY ?= study.toml
RESULTS ?= results
PYTHON ?= python3.11
VENV ?= .venv
TRACES ?=
FULL ?=
WORLDS ?= 64
LARGE ?=
CHANGES ?=
LABELS ?=
CHROMIUM ?= chromium
SCHEDULER ?=
WORKERS ?=

# Taken as they were written, never expanded by make, and handed to the shell as variables: a file name cannot run.
override TRACE := $(value TRACE)
override SERIES := $(value SERIES)
override DEVICE := $(value DEVICE)
override RUNS := $(value RUNS)
override STUDY := $(value STUDY)
override RESULTS := $(value RESULTS)
override PYTHON := $(value PYTHON)
override VENV := $(value VENV)
override FULL := $(value FULL)
override TRACES := $(value TRACES)
override WORLDS := $(value WORLDS)
override LARGE := $(value LARGE)
override CHANGES := $(value CHANGES)
override LABELS := $(value LABELS)
override CHROMIUM := $(value CHROMIUM)
override SCHEDULER := $(value SCHEDULER)
override WORKERS := $(value WORKERS)
export CHANGES FULL LARGE TRACES WORLDS TRACE DEVICE RUNS STUDY RESULTS PYTHON VENV SERIES LABELS CHROMIUM SCHEDULER WORKERS

# One thread and one hash seed: sums and sets come in one order.
export PYTHONHASHSEED := 0
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export MPLBACKEND := Agg
# Set-up compiles nothing; the first import of a module keeps its bytecode, or every process would start three times slower.
unexport PYTHONDONTWRITEBYTECODE

# `rm` and `venv --clear` work below these.
$(foreach name,VENV RESULTS,$(if $(filter-out / . ..,$(strip $($(name)))),,$(error $(name)= names no folder of its own; leave it out, or name one)))

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.SILENT:
.ONESHELL:
MAKEFLAGS += --no-print-directory

TORCH_LOCK := requirements/torch-$(or $(filter cpu cuda,$(DEVICE)),cpu).txt
# Named by what is installed and made by nothing: a finished environment is never touched again.
STAMP := .installed-$(shell cat requirements/requirements.txt $(TORCH_LOCK) | sha256sum | cut -c1-16)
export TORCH_LOCK STAMP
RUN := "$$VENV/bin/python" -m artifact
WITH := PYTHONPATH=$$(echo "$$VENV"/lib/python3.*/site-packages)
STUDY_ARGS := --study "$$STUDY" --results "$$RESULTS" --device "$$DEVICE" $${RUNS:+--runs "$$RUNS"} $${TRACE:+--trace "$$TRACE"} $${SERIES:+--series "$$SERIES"} $${SCHEDULER:+--scheduler "$$SCHEDULER"} $${WORKERS:+--workers "$$WORKERS"}

# An environment $(VENV)-NAME from the lock requirements/NAME.txt alone, made once for each content of it.
define own_environment
	if [ -e "$$VENV-$(1)/.installed-$$(sha256sum <requirements/$(1).txt | cut -c1-16)" ]; then exit 0; fi
	"$$PYTHON" tools/environment.py "$$VENV-$(1)" requirements/$(1).txt
endef

# What the lock requirements/NAME.txt adds to $(VENV) itself, once for each content of it.
define added_to_environment
	stamp="$$VENV/.$(1)-$$(sha256sum <requirements/$(1).txt | cut -c1-16)"
	if [ -e "$$stamp" ]; then exit 0; fi
	echo "[setup] installing $(1).in" >&2
	"$$VENV/bin/python" -m pip install --no-deps --require-hashes --no-compile --progress-bar off -r requirements/$(1).txt >>"$$VENV/pip.log" 2>&1 || \
		{ tail -n 15 "$$VENV/pip.log" >&2; echo "make: set-up failed; the whole log is $$VENV/pip.log; run it again" >&2; exit 2; }
	touch "$$stamp"
endef

.PHONY: help setup all data train report status verify compare-reference reference test smoke audit annotate multiverse bench bench-changes calibrate docs lint lock container container-test container-same reproduce faults golden mutants fuzz sbom vulnerabilities workflows tools-setup changes-setup browser browser-setup large-setup large-test tsfresh-setup inputs many-tasks release clean distclean

help: ## print these targets
	echo "usage: make TARGET [VARIABLE=value ...]      (times: two cores)"
	sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 18
	echo "variables: TRACE=$$TRACE SERIES=$$SERIES DEVICE=$$DEVICE RUNS=$${RUNS:-10} STUDY=$$STUDY RESULTS=$$RESULTS PYTHON=$$PYTHON VENV=$$VENV TRACES=$$TRACES WORLDS=$$WORLDS LABELS=$$LABELS CHANGES=$$CHANGES LARGE=$$LARGE CHROMIUM=$$CHROMIUM SCHEDULER=$$SCHEDULER WORKERS=$$WORKERS"

setup: ## create the environment from hash-pinned locks; goes on where it stopped (at most 1 min, 1.5 GB)
	case "$$DEVICE" in cpu|cuda) ;; *) echo "make: DEVICE=$$DEVICE is unknown; use DEVICE=cpu or DEVICE=cuda" >&2; exit 2;; esac
	if [ -e "$$VENV/$$STAMP" ]; then exit 0; fi
	if ! "$$PYTHON" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then \
		echo "make: PYTHON=$$PYTHON is no Python 3.11 with venv; install it (Debian 12: apt-get install python3.11 python3.11-venv) or name another with PYTHON=" >&2; exit 2; fi
	"$$PYTHON" tools/environment.py "$$VENV" requirements/requirements.txt "$$TORCH_LOCK"

all: setup ## rebuild everything and render results/report.html; goes on where it stopped (at most 8 min)
	$(RUN) all $(STUDY_ARGS)

data: setup ## build the data sets of all runs as CSV in data/ (seconds)
	$(RUN) data $(STUDY_ARGS)

train: setup ## do the runs: results.json and table1.csv (2-6 min)
	$(RUN) train $(STUDY_ARGS)

report: setup ## render figures and page from results.json (seconds)
	$(RUN) report --results "$$RESULTS"

status: setup ## say which cells are current, and why the others are not (seconds)
	$(RUN) status $(STUDY_ARGS)

verify: setup ## print each claim's verdict; fails where one is not as recorded, with STRICT=1 where one fails (seconds)
	$(RUN) verify --results "$$RESULTS" $(if $(STRICT),--strict)

compare-reference: setup ## how far these results lie from those of the release, stage by stage (seconds)
	$(RUN) reference --results "$$RESULTS"

reference: all ## write these results as the reference, for a release (seconds after `make all`)
	$(RUN) reference --results "$$RESULTS" --write

test: setup ## make the default study's results current, then run all tests (at most 6 min after `make all`)
	$(RUN) all --study study.toml --results "$$RESULTS"
	"$$VENV/bin/python" -m pytest --numprocesses auto --maxprocesses 8 --dist loadfile

smoke: setup ## the whole chain, small, into results/smoke (at most 1 min)
	$(RUN) smoke --study "$$STUDY" --results "$$RESULTS/smoke" --data "$$RESULTS/smoke/data" --device "$$DEVICE" $${TRACE:+--trace "$$TRACE"} $${SERIES:+--series "$$SERIES"}

audit: all ## answer the audit for the lines in TRACES=DIR as well (1 min a line)
	$(RUN) audit real_lines $(STUDY_ARGS) $${TRACES:+--traces "$$TRACES"}

annotate: setup ## say what is wrong with the line of TRACE=FILE: page, events, points; LABELS=FILE tells agreement (seconds)
	if [ -z "$$TRACE" ]; then echo "make: annotate needs a log; name it with TRACE=FILE" >&2; exit 2; fi
	$(RUN) annotate "$$TRACE" --study "$$STUDY" --results "$$RESULTS" $${SERIES:+--series "$$SERIES"} $${LABELS:+--labels "$$LABELS"}

multiverse: setup ## vary what the paper leaves open over WORLDS=64 worlds; goes on where it stopped (at most 10 min)
	$(RUN) audit multiverse $(STUDY_ARGS) --worlds "$$WORLDS"

bench: setup ## measure speed and memory beside Snorkel's into bench.json, with LARGE=1 up to 10^8 pings (at most 6 min)
	$(RUN) bench --study "$$STUDY" --results "$$RESULTS" --device "$$DEVICE" $${LARGE:+--large}

bench-changes: $(if $(CHANGES),changes-setup) ## change points beside ruptures' and skchange's on labelled series, CHANGES=DIR (5 min for ten series)
	if [ -z "$$CHANGES" ]; then echo "make: bench-changes needs CHANGES=DIR, a folder of labelled series; docs/changes.md says which" >&2; exit 2; fi
	$(WITH) "$$VENV-changes/bin/python" -m artifact changes "$$CHANGES" --results "$$RESULTS"

inputs: tsfresh-setup ## multi-task training on the ping, its surroundings and tsfresh's features, in one table (10 min)
	$(RUN) audit inputs $(STUDY_ARGS)

many-tasks: setup ## what training costs with the paper's tasks, the study's and twice as many (5 min)
	$(RUN) audit many_tasks $(STUDY_ARGS)

calibrate: setup ## choose the open parameters again on the calibration seeds; goes on where it stopped (3 min)
	$(RUN) calibrate $(STUDY_ARGS)

docs: all ## write the numbers in README.md, ARTIFACT.md and the datasheet anew (seconds after `make all`)
	$(RUN) docs --results "$$RESULTS"

lint: setup ## format, lint and types (seconds)
	"$$VENV/bin/ruff" format --check .
	"$$VENV/bin/ruff" check .
	"$$VENV/bin/mypy"

lock: ## make the locks again; needs uv, and pip's sources through UV_FIND_LINKS or UV_INDEX for the CPU torch (1 min)
	cd requirements; compile="uv pip compile --quiet --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --python-version 3.11"; \
	$$compile requirements.in torch-cpu.in --no-emit-package torch -o requirements.txt; \
	$$compile tools.in -c requirements.txt -o tools.txt; \
	$$compile uv.in -o uv.txt; \
	$$compile changes.in -c requirements.txt -o changes.txt; \
	$$compile browser.in -c requirements.txt -o browser.txt; \
	$$compile torch-cuda.in -c requirements.txt --python-platform x86_64-manylinux_2_28 -o torch-cuda.txt; \
	$$compile large.in -c requirements.txt -o large.txt; \
	$$compile tsfresh.in -c requirements.txt -c large.txt -o tsfresh.txt; \
	for lock in requirements tools uv changes browser large tsfresh torch-cuda; do "$$PYTHON" ../tools/reasons.py $$lock.txt $$lock.in; done

container: ## build the image with docker, podman or buildah, DEVICE=cuda with its own lock (2-5 min)
	tools/container build

container-test: container smoke ## smoke run, tests, a task and a log of one's own inside it, shut off; results as outside (at most 10 min)
	tools/container test

container-same: container ## build the image once more and compare every path, mode and byte (4 min)
	tools/container same

reproduce: setup ## rebuild the small study three times under other conditions, whole with FULL=1; compare bytes (4 min)
	"$$VENV/bin/python" tools/reproduce.py $${FULL:+--full}

faults: setup ## kill it, fill its disk, start it twice: the next run finishes with equal results (at most 10 min)
	"$$VENV/bin/python" tools/faults.py

mutants: setup ## break the code in chosen places and show that the tests notice (at most 45 min)
	"$$VENV/bin/python" tools/mutants.py

fuzz: tools-setup ## 200,000 made-up inputs for the readers, guided by coverage (at most 15 min)
	$(WITH) "$$VENV-tools/bin/python" tools/fuzz.py

sbom: tools-setup ## results/sbom.json (CycloneDX) and every licence (seconds)
	"$$VENV-tools/bin/python" tools/supply_chain.py sbom

vulnerabilities: tools-setup ## known vulnerabilities of the locked versions; needs network (seconds)
	"$$VENV-tools/bin/python" tools/supply_chain.py vulnerabilities

workflows: tools-setup ## check CI's workflows: pins, permissions, injections (seconds)
	"$$VENV-tools/bin/zizmor" --offline --quiet --pedantic .github/workflows

tools-setup: setup ## an environment for fuzz, sbom, vulnerabilities and workflows, from their own lock (1 min)
	$(call own_environment,tools)

changes-setup: setup ## an environment for bench-changes, from its own lock; the study's packages come in beside it (1 min)
	$(call own_environment,changes)

browser: browser-setup ## try the page of `annotate` in Debian's chromium, or another as CHROMIUM=; pictures in results/browser (1 min)
	command -v "$$CHROMIUM" >/dev/null || { echo "make: CHROMIUM=$$CHROMIUM is not there; install it (Debian: apt-get install chromium) or name another" >&2; exit 2; }
	$(WITH) "$$VENV-browser/bin/python" -m pytest tests/browser

browser-setup: setup ## an environment for browser, from its own lock (seconds)
	$(call own_environment,browser)

release: tools-setup ## archive, checksums, SBOM and reference in release/, with IMAGE=1 the image; not of a dirty tree or red tests (10 min)
	"$$PYTHON" tools/release.py release

large-setup: setup ## add what `label`, SCHEDULER= and WORKERS= need to the environment, from its own lock (seconds)
	$(call added_to_environment,large)

tsfresh-setup: setup ## add what the input `tsfresh` needs to the environment, from its own lock (1 min)
	$(call added_to_environment,tsfresh)

large-test: large-setup tsfresh-setup ## the tests of Parquet, Dask and tsfresh, which `make test` leaves out without them (3 min)
	"$$VENV/bin/python" -m pytest tests/unit/archive tests/unit/grid/test_dask.py tests/unit/inputs tests/contract/test_inputs.py

golden: smoke ## write the checksums of the smoke run's stages into data/ (1 min)
	$(RUN) golden "$$RESULTS/smoke" --write

clean: ## remove results and rebuilt data
	rm -rf -- "$$RESULTS"/cells "$$RESULTS"/audit "$$RESULTS"/container "$$RESULTS"/fuzz "$$RESULTS"/sbom.json "$$RESULTS"/smoke "$$RESULTS"/browser "$$RESULTS"/results.json "$$RESULTS"/bench.json "$$RESULTS"/report.html "$$RESULTS"/rendered.json "$$RESULTS"/table1.csv "$$RESULTS"/figure?.svg "$$RESULTS"/table1.svg "$$RESULTS"/changes.csv "$$RESULTS"/.lock "$$RESULTS"/.steps.json
	rm -f -- data/run-*.csv data/SHA256SUMS data/datasets.json

distclean: clean ## remove the environment as well
	for folder in "$$VENV" "$$VENV-tools" "$$VENV-changes" "$$VENV-browser"; do \
		if [ -e "$$folder/pip.log" ]; then rm -rf -- "$$folder"; elif [ -e "$$folder" ]; then echo "make: $$folder was not made here; it stays" >&2; fi; done

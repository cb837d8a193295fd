# Two commands for everyone: `make demo` and `make test`. The rest is for developers.
PYTHON ?= python3
SERVE ?= 1
PORT ?= 8000
ORDERS ?= 20000
UV_VERSION := 0.13.9
BIN := .venv/bin
# two workers on two cores: more threads would only wait for each other; the longest files come first
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
.DEFAULT_GOAL := help

help:            ## list the commands
	@grep -hE '^[a-z-]+: .*##|^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/ —/'

.venv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Qingling needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/installed: requirements.lock pyproject.toml | .venv/bin/uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@

.venv/installed-dev: requirements-dev.lock .venv/installed
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@

install: .venv/installed          ## install what running needs
install-dev: .venv/installed-dev  ## install what developing needs

demo: .venv/installed             ## simulate a district, ingest, train, promote, score, serve (SERVE=0 stops before serving; PORT=8001)
	$(BIN)/qingling demo --orders $(ORDERS) --port $(PORT) $(if $(filter 0,$(SERVE)),--no-serve)

test: .venv/installed-dev         ## every test, PostgreSQL included
	$(PYTEST)

lint: .venv/installed-dev         ## format, lint, layers, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

check: lint                       ## lint and the fast tests: before every commit
	$(PYTEST) -q -m "not slow and not browser"

format: .venv/installed-dev       ## put the code in its usual form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.venv-naive/installed: | .venv/bin/uv
	$(PYTHON) -m venv .venv-naive
	$(BIN)/uv pip install --quiet --python .venv-naive/bin/python shap==0.51.0 lightgbm pandas fastapi uvicorn
	@touch $@

bench: .venv/installed-dev .venv-naive/installed  ## speed, each figure as a ratio against a peer in one run
	QINGLING_BENCH_NAIVE=.venv-naive/bin/python $(BIN)/python -m pytest tests/benchmarks -s -q -m bench -p no:cacheprovider

bench-data: .venv/installed-dev   ## our AUCs beside the published ones, on the open data sets
	$(BIN)/python -m tests.benchmarks.open_data

bench-district: .venv/installed-dev   ## the main job on 200,000 simulated orders, against the planted truth
	$(BIN)/python -m tests.benchmarks.simulated_district

bench-response: .venv/installed-dev   ## 满意率 corrected for who answers, against the planted truth of 150 districts
	$(BIN)/python -m tests.benchmarks.response_correction

bench-month: .venv/installed-dev  ## whether the month's forecast holds what came, over 336 simulated months: half an hour
	$(BIN)/python -m tests.benchmarks.month_forecast

bench-curve: .venv/installed-dev  ## how much is learnt from how many simulated orders
	$(BIN)/python -m tests.benchmarks.learning_curve

bench-ablation: .venv/installed-dev  ## what each family of features adds
	$(BIN)/python -m tests.benchmarks.ablation

bench-levels: .venv/installed-dev ## three ways to four levels
	$(BIN)/python -m tests.benchmarks.four_levels

bench-tuning: .venv/installed-dev ## what minutes of tuning bring
	$(BIN)/python -m tests.benchmarks.tuning

bench-level: .venv/installed-dev  ## how much of held-out weeks' level calibration should carry on
	$(BIN)/python -m tests.benchmarks.level_kept

.venv-peers/installed: | .venv/bin/uv
	$(PYTHON) -m venv .venv-peers
	$(BIN)/uv pip install --quiet --python .venv-peers/bin/python "autogluon.tabular[lightgbm,catboost,xgboost]==1.6.3"
	@touch $@

bench-peers: .venv/installed-dev .venv-peers/installed  ## a tuned CatBoost and AutoGluon on the same columns
	$(BIN)/python -m tests.benchmarks.peers .venv-peers/bin/python

torture: .venv/installed-dev      ## 200 kills, 20,000 spoilt rows, 10,000 wild requests: half an hour
	$(BIN)/python -m tests.torture

soak: .venv/installed-dev         ## ten minutes of load on two workers and PostgreSQL, with swaps and an outage
	$(BIN)/python -m tests.torture.soak

docs: .venv/installed-dev         ## write the generated pages anew
	$(BIN)/qingling docs

lock: .venv/bin/uv                ## resolve the dependencies anew
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

.PHONY: help install install-dev demo test lint check format bench bench-data bench-district bench-response bench-month bench-curve bench-ablation bench-levels bench-tuning bench-level bench-peers torture soak docs lock

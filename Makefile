# `make demo` and `make test` do all the set-up themselves: Python 3.11 or later, git and make are enough.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
# As pip does for what is not editable: where PYTHONDONTWRITEBYTECODE is set, nobody else does, and each start takes longer.
COMPILE := $(BIN)/python -m compileall -q provider

define FEATURES
SELECT feature, count(DISTINCT user_id) AS people, sum(code_generation_activity_count) AS generations
FROM github.copilot_usage.user_day_features WHERE enterprise = 'octo-demo' AND day >= current_date - 30
GROUP BY feature ORDER BY people DESC, feature LIMIT 4
endef
export FEATURES

.DELETE_ON_ERROR:
.PHONY: demo test lint bench reference clean

demo: $(VENV)/.demo
	@echo '$$ stackduck exec --sandbox -i queries/copilot_user_usage_metrics.sql --var enterprise=octo-demo -o vertical'
	@$(BIN)/stackduck exec --sandbox -i queries/copilot_user_usage_metrics.sql --var enterprise=octo-demo -o vertical
	@echo
	@printf '$$ stackduck exec --sandbox -o table "%s"\n' "$$FEATURES"
	@$(BIN)/stackduck exec --sandbox -o table "$$FEATURES"
	@printf '\nNext: export PATH="$$PWD/$(BIN):$$PATH", and docs/tutorial.md\n'

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto --dist worksteal

lint: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev
	@for script in tests/bench/bench_*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

reference: $(VENV)/.dev
	$(BIN)/python docs/reference.py

clean:
	rm -rf $(VENV) dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "stackduck needs Python 3.11 or later; '$(PYTHON)' is `$(PYTHON) --version 2>&1`. Name another: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo 'setting up $(VENV)'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --upgrade 'pip>=25'

$(VENV)/.demo: pyproject.toml | $(VENV)/bin/python
	@$(BIN)/python -m pip install --quiet --editable .
	@$(COMPILE)
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/bin/python
	@$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@$(COMPILE)
	@touch $@ $(VENV)/.demo

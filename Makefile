# Regard's menu. Only python3 and make are assumed; everything else is set up here, inside this folder.
.DEFAULT_GOAL := help
.PHONY: help run test check bench docs messages wheel clean

UV := .tools/bin/uv
RUN := $(UV) run --frozen
# Hundreds of tests start processes; each would compile all it imports anew where this is set.
unexport PYTHONDONTWRITEBYTECODE
# What talks to the operational database is tried on PostgreSQL too, but for real data: it lies in the stream.
ON_POSTGRES := tests/accounts tests/jobs/test_jobs.py tests/site tests/report/responses tests/metrics/test_settings_pages.py tests/collect/test_pages.py tests/api tests/surveys/builder tests/surveys/distribution tests/surveys/respond tests/surveys/sending

help: ## show this menu
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

run: $(UV) ## load the demo workspaces, print their numbers, serve them
	$(RUN) --no-dev --extra spss regard demo

test: .venv/ready ## run every test: SQLite, PostgreSQL, ClickHouse's engine, browser, wheel
	$(RUN) python tools/prepare_tests.py
	$(RUN) pytest -n auto --dist loadfile --no-loadscope-reorder -m "not browser"
	$(RUN) pytest -n auto --dist worksteal -m browser tests/journeys tests/contract
	$(RUN) python tools/postgres.py -- pytest -n auto --dist loadfile -m "not data" $(ON_POSTGRES)

check: .venv/ready ## lint, format, types, imports, translations, generated pages
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	$(RUN) lint-imports
	$(RUN) python tools/messages.py --check
	$(RUN) python -m tools.reference --check

bench: .venv/ready ## measure; figures go to docs/why/performance.md
	$(RUN) python -m bench

docs: .venv/ready ## write the generated reference pages again
	$(RUN) python -m tools.reference

messages: .venv/ready ## collect the strings to translate
	$(RUN) python tools/messages.py

wheel: .venv/ready ## build the wheel
	$(UV) build --wheel

clean: ## remove what the targets above made (never your data)
	rm -rf .venv .tools dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/ready: $(UV) pyproject.toml uv.lock hatch_build.py $(wildcard src/regard/locale/*/LC_MESSAGES/*.po)
	$(UV) sync --frozen --all-extras
	touch $@

$(UV):
	python3 -m venv .tools && .tools/bin/pip install --quiet uv || { rm -rf .tools && python3 -m pip install --quiet --target .tools uv; }

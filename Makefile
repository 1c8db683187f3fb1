# What a person types. Everything behind it is in scripts/, in Python.
.DEFAULT_GOAL := help
.PHONY: help setup demo servers test check bench stress stress-mail mail-demo mutate nightly clauses screenshots axe lighthouse messages lock clean

PORT ?= 8000
HOST ?= 127.0.0.1
DATA ?= var/demo
VENV ?= .venv
TESTS ?= tests
WORKERS ?= 2
# The first Python on the machine that is new enough; name another with PYTHON=...
PYTHON ?= $(or $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done),python3)
run = $(VENV)/bin/python -m
environment = @"$(PYTHON)" -m scripts.environment --venv "$(VENV)"

help: ## what there is
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20
	@echo
	@echo "  Variables: PORT=8000 HOST=127.0.0.1 DATA=var/demo PYTHON=python3.12 TESTS=tests/sla WORKERS=2"
	@echo "  DATABASE_URL and REDIS_URL in the environment name servers of your own instead of the embedded ones."

demo: ## the whole site with five tenants, on this machine: PORT=8000 DATA=var/demo
	$(environment) demo
	@$(run) scripts.messages compile
	@exec $(run) scripts.demo --port "$(PORT)" --host "$(HOST)" --data "$(DATA)"

setup: ## everything a developer needs, in .venv
	$(environment) demo test lint
	@$(run) scripts.messages compile

test: ## the whole test suite, on servers of its own: TESTS=tests/sla for a part
	$(environment) demo test
	@$(run) scripts.messages compile
	@$(run) scripts.browser
	@exec $(run) pytest -n "$(WORKERS)" --dist loadfile $(TESTS)

check: setup ## format, lint, types, import contracts, migrations, translations, templates, Docker files
	@$(run) scripts.check

servers: ## PostgreSQL and Redis for a developer's shell: . var/dev/env
	$(environment) demo
	@$(run) scripts.messages compile
	@exec $(run) scripts.dev

bench: ## speed, as ratios to a floor measured in the same run
	$(environment) demo test bench
	@exec $(run) bench

stress: ## what must hold at full size: keys sent three times at once (R-06), and all of stress-mail; an hour or two
	$(environment) demo test
	@$(run) scripts.messages compile
	@HELPDESK_STRESS=full $(run) pytest -q -n0 tests/api/test_idempotency.py tests/inbox/test_stress_in.py tests/inbox/test_stress_out.py

stress-mail: ## what must hold for mail (R-30 to R-41) at full size: each rule a line, kept or not; an hour or two
	$(environment) demo test
	@$(run) scripts.messages compile
	@HELPDESK_STRESS=full $(run) pytest -q -n0 tests/inbox/test_stress_in.py tests/inbox/test_stress_out.py

mail-demo: ## a mail comes in, is answered in a browser, lands in the customer's IMAP folder, is answered again: told step by step
	$(environment) demo test
	@$(run) scripts.messages compile
	@$(run) scripts.browser
	@$(run) scripts.dovecot
	@exec $(run) scripts.mail_demo

mutate: ## how many small mistakes in the engine of deadlines its tests notice
	$(environment) demo test mutate
	@$(run) scripts.mutate --workers "$(WORKERS)"

nightly: ## what holds for every calendar and every history, with 100,000 examples each, and what takes minutes
	$(environment) demo test
	@HYPOTHESIS_PROFILE=nightly $(run) pytest -n "$(WORKERS)" --noconftest -p no:django tests/sla/test_hours_properties.py tests/sla/test_clock_properties.py
	@HYPOTHESIS_PROFILE=nightly $(run) pytest tests/tickets/test_filing_without_account.py -k thousand

clauses: ## which clauses of the five policies are kept, by tests that passed
	$(environment) demo test
	@$(run) scripts.messages compile
	@$(run) scripts.browser
	@exec $(run) scripts.clauses -n "$(WORKERS)"

screenshots: ## pictures of every page of the demo, light, dark and narrow, with contact sheets, into screenshots/
	$(environment) demo test
	@$(run) scripts.messages compile
	@$(run) scripts.pages.screenshots --data "$(DATA)" --all-languages ione

axe: ## every page of the demo, light and dark, looked through for barriers
	$(environment) demo test
	@$(run) scripts.messages compile
	@$(run) scripts.pages.axe --data "$(DATA)"

lighthouse: ## speed, weight and quality of the agents' and the customers' main pages: DATA=var/demo; needs Node.js
	$(environment) demo test
	@$(run) scripts.messages compile
	@$(run) scripts.pages.lighthouse --data "$(DATA)"

messages: ## collect new texts for the translators
	$(environment) demo
	@$(run) scripts.messages update

lock: ## resolve pyproject.toml anew and export requirements/
	$(environment) lint
	@sh scripts/lock.sh $(VENV)/bin/uv

clean: ## remove the environment, caches and compiled files; data in var/ stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis staticfiles screenshots axe lighthouse scripts/lighthouse/node_modules
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
	find locale -name '*.mo' -delete

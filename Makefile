# `make` says what there is. Nothing has to be prepared: the environment is made when it is needed.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON_IN := .venv/bin/python

BENCH ?= import_charges pages scale receipts quote reading_pages submissions callbacks registries publish office

.PHONY: help run test lint messages bench lock clean distclean environment

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

run: ## serve the four portals with a made-up town each (PORTAL=pes make run: one)
	@scripts/environment.sh run
	@ABONENT_PORTAL="$(or $(PORTAL),$(ABONENT_PORTAL))" exec .venv/bin/abonent demo

test: environment ## every test, on real PostgreSQL and in a real browser (ARGS=tests/base: some)
	@scripts/browser.sh >/dev/null
	@$(PYTHON_IN) scripts/messages.py compile
	@$(PYTHON_IN) -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: environment ## ruff, mypy, the floors of the house, migrations, translations
	@scripts/lint.sh

messages: environment ## add new texts to the translations, and compile them
	@$(PYTHON_IN) scripts/messages.py update
	@$(PYTHON_IN) scripts/messages.py compile
	@$(PYTHON_IN) scripts/messages.py check

bench: ## the benchmarks (BENCH=receipts: one); each prints a table and a ratio
	@scripts/environment.sh bench
	@for name in $(BENCH); do $(PYTHON_IN) -m benchmarks.$$name || exit 1; done

lock: environment ## write the lock files anew from requirements/*.in
	@scripts/lock.sh

clean: ## stop the servers and remove all data (var/); keep the environment
	@scripts/clean.sh

distclean: clean ## also remove the environment
	@rm -rf .venv

environment:
	@scripts/environment.sh dev

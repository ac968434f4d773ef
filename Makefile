# The two commands: make run · make test

VENV ?= .venv
PYTHON ?= python3
PY := $(VENV)/bin/python
export HOST ?= 127.0.0.1
export PORT ?= 8000
JOBS ?= 3

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run dev test servers check validate lighthouse fix words staff lock clean

help: ## List these targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

run: $(VENV)/runtime ## Set up what is missing and serve the site on http://127.0.0.1:8000 (HOST=, PORT=, VAR_DIR=)
	@$(PY) manage.py prepare
	@exec $(PY) manage.py serve

dev: export DEBUG ?= 1
dev: $(VENV)/runtime ## The same site with auto-reload and DEBUG on
	@$(PY) manage.py prepare
	@exec $(PY) manage.py runserver $(HOST):$(PORT)

test: $(VENV)/development ## Set up what tests need and run all of them, in a real Chromium and a real Firefox too
	@$(PY) -m tests.browser.chromium
	@$(PY) -m tests.browser.firefox
	@$(PY) -m tests.callbacks.clamd
	@$(PY) -m tests.programs
	@$(PY) -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

servers: $(VENV)/development ## The tests again, on PostgreSQL and an S3 store instead of SQLite and files
	@$(PY) -m tests.callbacks.clamd
	@$(PY) -m tests.backends -n $(JOBS) --dist loadfile --no-loadscope-reorder -m "not browser" $(ARGS)

check: export SECRET_KEY = made-up-so-that-a-check-needs-no-prepared-machine-0123
check: export VAULT_KEYS = 1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=
check: $(VENV)/development ## Lint, formatting, import directions, types, migrations, deployment settings
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/lint-imports --no-cache
	@$(VENV)/bin/mypy
	@$(PY) manage.py makemigrations --check --dry-run
	@SITE_URL=https://guide.example $(PY) -W error manage.py check --deploy --fail-level WARNING

validate: $(VENV)/development ## Every page through the Nu validator (needs npm and Java)
	@$(PY) -m tests.markup

lighthouse: $(VENV)/development ## Every kind of page through Lighthouse, as on a slow phone (needs npm and Chromium)
	@$(PY) -m tests.browser.chromium
	@$(PY) -m bench.lighthouse --busy

fix: $(VENV)/development ## Let ruff mend what it can
	@$(VENV)/bin/ruff check --fix .
	@$(VENV)/bin/ruff format .

words: $(VENV)/development ## Bring the catalogs of other languages (locale/) up to date with templates and code
	@$(VENV)/bin/pybabel -q extract -F locale/babel.cfg -k "gettext_lazy gettext_noop ngettext_lazy:1,2 pgettext_lazy:1c,2" --add-location=file \
	  --no-wrap -o /dev/stdout . | $(VENV)/bin/pybabel -q update -i /dev/stdin -d locale -D django -N --ignore-obsolete \
	  --ignore-pot-creation-date --no-wrap

staff: $(VENV)/runtime ## Make a staff login that may do everything
	@$(PY) manage.py prepare
	@$(PY) manage.py make_administrator

lock: $(VENV)/development ## Pin and hash the dependencies named in pyproject.toml
	@$(PY) -m pip install --quiet uv
	@$(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --no-header pyproject.toml -o requirements.txt
	@$(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --no-header --group dev pyproject.toml -o requirements-dev.txt

clean: ## Remove the virtual environment (never var/, which holds all state)
	@rm -rf $(VENV)

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=.")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/runtime: requirements.txt | $(PY)
	@echo "Installing what the site needs..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/development: requirements-dev.txt | $(PY)
	@echo "Installing what the tests need..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ $(VENV)/runtime

# Needs Python 3.11 or newer, make and the package index; a second start needs no network.

PYTHON ?= python3
VENV ?= .venv
PY = $(VENV)/bin/python
MANAGE = $(PY) manage.py

.DEFAULT_GOAL := help
.NOTPARALLEL:

.PHONY: help
help:
	@echo "make run          start the server; all that it writes is in CHORE_DATA_DIR (./data)"
	@echo "make install      only install what it needs, for commands of manage.py"
	@echo "make demo         the same with two made-up families (./data-demo)"
	@echo "make test         run every check and every test"
	@echo "make test-faults  run the random and the destructive tests at length"
	@echo "make bench        measure acts, lists, the admin, the stream and the logs, beside what else does the same"
	@echo "make bench-large  the same, with ten million events"
	@echo "make audit        look for known vulnerabilities in the packages"
	@echo "make format       tidy the code"
	@echo "make lock         compile the requirements anew"
	@echo "make messages     gather the texts to translate, and compile the translations"
	@echo "make client-schema  write the client's types of the schema anew"
	@echo "make screenshots  take the pictures of the documentation anew"


# The virtual environment; a stamp says which requirements are in it.

$(VENV)/run.stamp: requirements.txt
	$(call install,requirements.txt)
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt
	$(call install,requirements-dev.txt)
	@touch $@ $(VENV)/run.stamp

$(VENV)/bench.stamp: requirements-bench.txt
	$(call install,requirements-bench.txt)
	@touch $@ $(VENV)/run.stamp

define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Chore needs Python 3.11 or newer: make PYTHON=...")'
	@echo "Installing $(1) into $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $(1)
endef


# Unset the settings whose names match $(1), but not those of the tests.
forget = for name in $$(env | sed -nE 's/^($(1))=.*/\1/p' | grep -v '^CHORE_TEST_'); do unset $$name; done


# Running

START = $(MANAGE) create_first_admin && exec $(MANAGE) serve

.PHONY: install
install: $(VENV)/run.stamp

.PHONY: run
run: $(VENV)/run.stamp
	@$(MANAGE) migrate --verbosity 0 && $(START)

.PHONY: demo
demo: export CHORE_DATA_DIR := $(or $(CHORE_DATA_DIR),data-demo)
demo: $(VENV)/run.stamp
	@$(call forget,(DATABASE_URL|REDIS_URL|CHORE_LOG_DIR|CHORE_PROCESSES|WEB_CONCURRENCY)(_FILE)?); $(MANAGE) migrate --verbosity 0 && $(MANAGE) demo && $(START)


# Testing: each step stops the rest. What is absent is skipped, and named at the end; in CI it fails.

STEPS = lint types layers migrations deployment test-client test-sqlite test-postgresql test-browser
PYTEST = $(PY) -m pytest --quiet --numprocesses 3 --dist worksteal
export CHORE_TEST_DATABASE_URL ?= postgres://postgres@127.0.0.1:5432/postgres

heading = @printf '\n== %s\n' '$(1)'
postgresql_answers = $(PY) -c 'import os, psycopg; psycopg.connect(os.environ["CHORE_TEST_DATABASE_URL"], dbname="postgres", connect_timeout=3)' 2>/dev/null
skip = { echo 'Skipped: $(1).' | tee -a "$$CHORE_DATA_DIR/skipped"; test "$$CI" != true; }

# Whatever the environment says, settings of its own are not for tests.
in_own_folder = $(call forget,(CHORE_|DATABASE_|REDIS_|WEB_CONCURRENCY)[A-Z_]*); CHORE_DATA_DIR=$$(mktemp -d) && export CHORE_DATA_DIR && \
	trap 'rm -rf "$$CHORE_DATA_DIR"' EXIT && trap 'exit 1' INT TERM

define run
	@$(in_own_folder) && \
	$(MAKE) --no-print-directory $(1) && \
	printf '\nEverything passed.\n' && if test -e "$$CHORE_DATA_DIR/skipped"; then cat "$$CHORE_DATA_DIR/skipped"; fi
endef

.PHONY: test
test: $(VENV)/dev.stamp
	$(call run,$(STEPS))

.PHONY: $(STEPS)
lint: $(VENV)/dev.stamp
	$(call heading,Style)
	@$(PY) -m ruff check . && $(PY) -m ruff format --check .

types: $(VENV)/dev.stamp
	$(call heading,Types)
	@$(PY) -m mypy

layers: $(VENV)/dev.stamp
	$(call heading,Layers)
	@$(PY) $(VENV)/bin/lint-imports

migrations: $(VENV)/dev.stamp
	$(call heading,Migrations)
	@$(MANAGE) makemigrations --check && $(MANAGE) migrate --verbosity 0 && $(MANAGE) check --database default

deployment: $(VENV)/dev.stamp
	$(call heading,Deployment)
	@for file in docs/deployment/*.env; do (data="$${CHORE_DATA_DIR:-data}"; set -a; . "./$$file"; CHORE_DATA_DIR="$$data"; \
	exec $(MANAGE) check --deploy --fail-level WARNING) || exit 1; done
	@$(VENV)/bin/hadolint Dockerfile
	@$(PY) -m check_jsonschema --builtin-schema vendor.compose-spec compose.yaml
	@PATH="$$PATH:/usr/sbin"; { command -v nginx && command -v caddy && command -v systemd-analyze; } >/dev/null \
	|| $(call skip,tests of the deployment - there is no nginx or no Caddy or no systemd-analyze)

test-client: export CHORE_TEST_PYTHON = $(abspath $(PY))
test-client: $(VENV)/dev.stamp
	$(call heading,TypeScript client)
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory $(CLIENT)/node_modules/stamp && $(write_schema) && cd $(CLIENT) && \
	npm run --silent schema -- --check "$$CHORE_DATA_DIR/schema.json" && npm run --silent lint && npm run --silent types && npm test --silent; \
	else $(call skip,tests of the TypeScript client - there is no npm); fi

# Or else each worker, and each process that a test starts, compiles everything anew.
test-sqlite test-postgresql test-browser: export PYTHONDONTWRITEBYTECODE :=

test-sqlite: $(VENV)/dev.stamp
	$(call heading,Tests on SQLite)
	@command -v redis-server >/dev/null || $(call skip,tests with Redis - there is no redis-server)
	@$(PYTEST) -m 'not browser' $(TESTS)

test-postgresql: $(VENV)/dev.stamp
	$(call heading,Tests on PostgreSQL)
	@if $(postgresql_answers); \
	then DATABASE_URL="$$CHORE_TEST_DATABASE_URL" $(PYTEST) -m 'not browser' $(TESTS); \
	else $(call skip,tests on PostgreSQL - none answers at CHORE_TEST_DATABASE_URL); fi

test-browser: $(VENV)/dev.stamp
	$(call heading,Tests in a browser)
	@if { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null; \
	then $(PY) -m pytest --quiet --numprocesses 2 --dist loadfile -m browser tracking/tests; \
	else $(call skip,tests in a browser - there is no chromium); fi


# The TypeScript client

CLIENT = tracking/client
write_schema = $(MANAGE) spectacular --format openapi-json --file "$$CHORE_DATA_DIR/schema.json"

$(CLIENT)/node_modules/stamp: $(CLIENT)/package-lock.json
	@echo "Installing $(CLIENT) ..."
	@cd $(CLIENT) && npm ci --silent
	@touch $@

.PHONY: client-schema
client-schema: $(VENV)/run.stamp $(CLIENT)/node_modules/stamp
	@$(in_own_folder) && $(write_schema) && cd $(CLIENT) && npm run --silent schema -- "$$CHORE_DATA_DIR/schema.json"


# At length

AT_LENGTH = tracking/tests/faults tracking/tests/test_economy.py tracking/tests/test_sums_agree.py tracking/tests/test_schemathesis.py

.PHONY: test-faults
test-faults: export CHORE_TEST_KILLS ?= 200
test-faults: export CHORE_TEST_EXAMPLES ?= 300
test-faults: export CHORE_TEST_REQUESTS ?= 25
test-faults: export CHORE_TEST_STREAM_SECONDS ?= 60
test-faults: $(VENV)/dev.stamp
	$(call run,test-sqlite test-postgresql TESTS="-rP --show-capture=stdout $(AT_LENGTH)")


# Measuring: BENCH="act lists" names some of them; BENCH_RESULTS is the folder that keeps what was measured, as JSON

BENCH_RESULTS ?= bench-results
bench_on = $(PY) -m tracking.benchmarks --json '$(BENCH_RESULTS)/$(1).json'

.PHONY: bench bench-large
bench-large: export CHORE_TEST_EVENTS ?= 10000000
bench bench-large: $(VENV)/bench.stamp
	@$(in_own_folder) && $(call bench_on,sqlite) $(BENCH) && if $(postgresql_answers); \
	then DATABASE_URL="$$CHORE_TEST_DATABASE_URL" $(call bench_on,postgresql) --database $(BENCH); \
	else echo 'Not measured: PostgreSQL - none answers at CHORE_TEST_DATABASE_URL.'; fi


# Known vulnerabilities: fails for one, and where the advisories of any package cannot be read. A proxy may answer without them:
# so it first looks up what is known to be vulnerable.

AUDIT = $(PY) -m pip_audit --strict --disable-pip --progress-spinner off

.PHONY: audit
audit: $(VENV)/dev.stamp
	@echo 'django==3.2' | $(AUDIT) --no-deps --format json --requirement /dev/stdin 2>/dev/null | grep -q '"fix_versions"' \
	|| { echo 'The advisories cannot be read from here: nothing was audited.'; exit 1; }
	@$(AUDIT) --require-hashes --requirement requirements-dev.txt


# Tidying

.PHONY: format
format: $(VENV)/dev.stamp
	@$(PY) -m ruff check --fix . ; $(PY) -m ruff format .

.PHONY: lock
lock: $(VENV)/dev.stamp
	$(PY) -m uv pip compile --universal --generate-hashes pyproject.toml -o requirements.txt
	$(PY) -m uv pip compile --universal --generate-hashes pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt
	$(PY) -m uv pip compile --universal --generate-hashes pyproject.toml --group bench -c requirements.txt -o requirements-bench.txt


# Translating: a new text is an empty msgstr in each locale's django.po until somebody fills it in. Needs gettext.

MAKEMESSAGES = $(MANAGE) makemessages --all --no-location --no-obsolete --no-wrap --ignore '$(VENV)' --ignore '*/tests/*'

.PHONY: messages
messages: $(VENV)/dev.stamp
	@$(in_own_folder) && $(MAKEMESSAGES) && for po in chore_project/locale/*/LC_MESSAGES/django.po; \
	do grep -v '^"POT-Creation-Date:' "$$po" >"$$po.new" && mv "$$po.new" "$$po" && \
	msgfmt --check-format --statistics --output-file "$${po%.po}.mo" "$$po" || exit 1; done


# Picturing: only when pages change do the pictures, but a browser with other fonts draws all of them differently.

.PHONY: screenshots
screenshots: $(VENV)/dev.stamp
	@$(in_own_folder) && CHORE_TEST_SCREENSHOTS=docs/screenshots $(PY) -m pytest --quiet tracking/tests/browser/test_screenshots.py

# Everything below sets itself up in .venv first. `make help` lists the targets.
SHELL := /bin/sh
# One more than cores: a worker often waits for the browser and the database.
PYTEST_WORKERS ?= $(shell cores=$$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN); echo $$((cores < 8 ? cores + 1 : 8)))
setup := @sh launcher/find_python.sh launcher/bootstrap.py
py := .venv/bin/python
manage := @exec $(py) -m launcher.manage

.PHONY: help run test test-slow test-long test-chance test-real model check fix messages migrations hooks day coverage seed shell backup restore bench release maintain setup setup-dev

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 14

setup:
	$(setup) local

setup-dev:
	$(setup) dev

run: setup  ## start everything on PORT (8000), keeping its data in DATA_DIR (.data); Ctrl-C stops it
	@exec $(py) -m launcher.run

# Also where the environment wants no bytecode: each worker rewrites 11,000 assertions, and tests start many processes.
test test-slow test-long test-chance: export PYTHONDONTWRITEBYTECODE =
test test-long test-chance maintain: export PYTEST_WORKERS := $(PYTEST_WORKERS)

test: setup-dev  ## the suite without its slow and long tests, a browser included; ARGS='tests/posts -x' narrows it; CHANGED=1 runs what changes since its last run concern
	@$(py) -m launcher.browser
ifdef CHANGED
	@exec $(py) -m launcher.changed $(ARGS)
else
	@exec $(py) -m pytest -n $(PYTEST_WORKERS) -m "not real" $(ARGS)
endif

test-slow: setup-dev  ## the slow tests: every address as every role, journeys of the whole product, killed workers, backups; with `make test` the whole suite
	@$(py) -m launcher.browser
	@exec $(py) -m pytest -n $(PYTEST_WORKERS) -m slow $(ARGS)

test-long: setup-dev  ## what takes longer than CI may, in stages: slow and long tests, a second browser, one core, crashes, real servers, containers; hours; writes docs/long-tests.md; ARGS='model crash' runs some stages
	@$(py) -m launcher.browser
	@exec $(py) -m launcher.long_tests $(ARGS)

test-chance: setup-dev  ## the suite five times with another clock, time zone, locale, order and ids, once on a busy core, once with names of IPv6 alone; ARGS='leap-day --tests tests/posts' narrows it (needs libfaketime)
	@$(py) -m launcher.browser
	@exec $(py) -m launcher.chance $(ARGS)

model: setup-dev  ## check the models of the outbox with SPIN, whole and without each of their guards; ARGS=--all also what takes longer, ARGS=--write puts the table into docs/model.md (needs spin, gcc)
	@exec $(py) -m launcher.model $(ARGS)

test-real: setup-dev  ## connectors against real servers; SERVERS=snac2,mail for some of them
	@exec $(py) -m launcher.real $(ARGS)

check: setup-dev  ## style, types, layers, templates, migrations, texts, deploy check, requirements, schema, security table
	@exec $(py) -m launcher.check

coverage: setup-dev  ## the suite with branches counted: total and least covered packages; ARGS='tests/posts' narrows it
	@$(py) -m launcher.browser
	@exec $(py) -m launcher.coverage_report -n $(PYTEST_WORKERS) -m "slow or not real" $(ARGS)

hooks: setup-dev  ## install the git hooks of .pre-commit-config.yaml
	@exec $(py) -m pre_commit install

fix: setup-dev  ## fix what ruff and the template formatter can fix
	$(py) -m ruff check --fix --quiet .
	$(py) -m ruff format --quiet .
	$(py) -m tools.template_format

seed: setup  ## fill in the demo, or what is missing of it
	$(manage) seed_demo
	$(manage) seed_demo_year

day: setup  ## play one day on the practice network
	$(manage) play_day $(ARGS)

bench: setup-dev  ## measure pages, composer, publishing (ARGS=publishing), numbers of 145 municipalities (ARGS=analytics), an inbox of 100,000 messages and a burst (ARGS=inbox), plans with row-level security (ARGS=policies), processor time against another working tree (ARGS='versions --against DIRECTORY'); writes bench.json
	$(manage) bench $(ARGS)

shell: setup  ## a Python shell on the site's database
	$(manage) shell

backup: setup  ## one archive of database, media and keys; TO=file.tar.gz; BACKUP_RECIPIENT encrypts it
	@exec $(py) -m launcher.backup save $(TO)

restore: setup  ## put an archive back: FROM=file.tar.gz; YES=1 to replace what is there
	@exec $(py) -m launcher.backup restore $(FROM)

migrations: setup-dev  ## write a migration of what changed in the models since the last one (ARGS='posts --name more')
	$(manage) makemigrations --no-header $(ARGS)

messages: setup-dev  ## collect the interface's texts, derive Serbian Latin, compile (needs gettext); ARGS=--missing lists
	$(manage) make_messages $(ARGS)

release: setup-dev  ## a release, in two steps (docs/operations/upgrade.md): its changelog and baseline; its package and bill of materials
	@exec $(py) -m launcher.release

maintain:  ## what maintainers use: WHAT=NAME ARGS='…'; without WHAT the list
	@exec sh launcher/find_python.sh -m launcher.maintain '$(WHAT)' $(ARGS)

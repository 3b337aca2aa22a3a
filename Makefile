# Everything below sets itself up in .venv first. `make help` lists the targets.
SHELL := /bin/sh
PYTEST_WORKERS ?= 2
setup := @sh launcher/find_python.sh launcher/bootstrap.py
py := .venv/bin/python
manage := @exec $(py) -m launcher.manage

.PHONY: help run test test-slow test-long test-row-security network-page probe crash chaos model test-real test-containers test-small-machine test-debian check fix seed seed-scale day rebuild-facts bench backup scheduled-backup restore restore-drill shell coverage hooks secrets dictionary names triage-figures training-effect-figures messages vendor js-check film screenshots demo-reports ui security security-figures sbom package advisories architecture requirements migrations schema baseline image-sbom setup setup-dev

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 14

setup:
	$(setup) local

setup-dev:
	$(setup) dev

run: setup  ## start everything on PORT (8000), keeping its data in DATA_DIR (.data); Ctrl-C stops it
	@exec $(py) -m launcher.run

# Also where the environment wants no bytecode: each worker rewrites 11,000 assertions, and tests start many processes.
test test-slow test-long test-row-security crash: export PYTHONDONTWRITEBYTECODE =

test: setup-dev  ## the suite without its slow and long tests, a browser included; ARGS='tests/posts -x' narrows it
	@$(py) -m launcher.browser
	@exec $(py) -m pytest -n $(PYTEST_WORKERS) -m "not real" $(ARGS)

test-slow: setup-dev  ## the slow tests: every address as every role, journeys of the whole product, killed workers, backups; with `make test` the whole suite
	@$(py) -m launcher.browser
	@exec $(py) -m pytest -n $(PYTEST_WORKERS) -m slow $(ARGS)

test-long: setup-dev  ## what takes longer than CI may, in stages: slow and long tests, a second browser, one core, crashes, real servers, containers; hours; writes docs/long-tests.md; ARGS='model crash' runs some stages
	@$(py) -m launcher.browser
	@exec $(py) -m launcher.long_tests $(ARGS)

test-row-security: setup-dev  ## the suite with the tenant manager switched off: PostgreSQL alone keeps municipalities apart
	@$(py) -m launcher.browser
	@exec $(py) -m pytest -n $(PYTEST_WORKERS) -p tests.without_tenant_filter -m "not real" $(ARGS)

# Failures are figures too, so they do not end the target. The page is compared with its file by a test of the suite, so
# the figures go into a copy until the end.
security-figures: export PYTHONDONTWRITEBYTECODE =
security-figures: export SECURITY_FIGURES = docs/security-figures.json.new
security-figures: setup-dev  ## run the proofs of docs/security.md (an hour or two), and write their figures into it
	@$(py) -m launcher.browser
	@cp docs/security-figures.json $(SECURITY_FIGURES)
	-@$(py) -m pytest -n $(PYTEST_WORKERS) -m security_figures
	-@SECURITY_FIGURES= SUITE_FIGURES=$(SECURITY_FIGURES) $(py) -m pytest -n $(PYTEST_WORKERS) -p tests.without_tenant_filter -m "not real"
	@mv $(SECURITY_FIGURES) docs/security-figures.json
	@exec $(py) -m launcher.asvs

crash: setup-dev  ## kill workers at every step and count what reached the networks; writes docs/crash-suite.md
	@CRASH_REPORT=docs/crash-suite.md exec $(py) -m pytest tests/crash -m crash -q $(ARGS)

chaos: setup-dev  ## kill, double, restart and lose everything while a lot goes out; ARGS='--runs 1 --seed 4711' plays one again
	@exec $(py) -m tests.crash.chaos $(ARGS)

model: setup-dev  ## check the models of the outbox with SPIN, whole and without each of their guards; ARGS=--all also what takes longer, ARGS=--write puts the table into docs/model.md (needs spin, gcc)
	@exec $(py) -m launcher.model $(ARGS)

probe: setup  ## try a network with a real account, a step at a time: NETWORK=mastodon; VIDEO=file.mp4 TO=directory; ARGS='--picture-address https://…' (docs/platforms/probe.md)
	$(manage) probe $(NETWORK) $(if $(VIDEO),--video $(VIDEO)) $(if $(TO),--to $(TO)) $(ARGS)

network-page: setup-dev  ## write docs/platforms/README.md: what each network can do, and what the tests checked by the networks' schemas
	@NETWORK_PAGE=docs/platforms/README.md exec $(py) -m pytest tests/platforms -n $(PYTEST_WORKERS) -m "not real and not slow" -q $(ARGS)

test-real: setup-dev  ## connectors against real servers; SERVERS=snac2,mail for some of them
	@exec $(py) -m launcher.real $(ARGS)

test-containers: setup-dev  ## build the image, bring up the compose file, set it up and publish in a browser, restore a backup beside it, upgrade; says so where Docker cannot be used
	@exec $(py) -m tests.containers.walk $(ARGS)

test-small-machine: setup-dev  ## 145 municipalities on the compose file with 2 GB of memory, many readers and posts; says so where that cannot be done
	@exec $(py) -m tests.containers.small_machine $(ARGS)

test-debian: setup-dev  ## follow docs/operations/deploy.md without Docker in a new Debian that systemd boots; says so where that cannot be done
	@exec $(py) -m tests.containers.debian $(ARGS)

fakes: setup-dev  ## stand-ins for all networks on port 8900 (ARGS='--port 8900'), and what to set to try them
	@exec $(py) -m tests.platforms.fakes --explain --port 8900 $(ARGS)

check: setup-dev  ## style, types, layers, templates, migrations, texts, deploy check, requirements, schema, security table
	@exec $(py) -m launcher.check

coverage: setup-dev  ## the suite with branches counted: total and least covered packages; ARGS='tests/posts' narrows it
	@$(py) -m launcher.browser
	@exec $(py) -m launcher.coverage_report -n $(PYTEST_WORKERS) -m "slow or not real" $(ARGS)

hooks: setup-dev  ## install the git hooks of .pre-commit-config.yaml
	@exec $(py) -m pre_commit install

secrets: setup-dev  ## scan all tracked files for passwords, keys and tokens
	@exec $(py) -m launcher.secrets_scan

fix: setup-dev  ## fix what ruff and the template formatter can fix
	$(py) -m ruff check --fix --quiet .
	$(py) -m ruff format --quiet .
	$(py) -m tools.template_format

seed: setup  ## fill in the demo, or what is missing of it
	$(manage) seed_demo
	$(manage) seed_demo_year

day: setup  ## play one day on the practice network
	$(manage) play_day $(ARGS)

rebuild-facts: setup  ## rebuild the facts by day and month from the metric snapshots; ARGS='--municipality cuprija --first 2026-01-01'
	$(manage) rebuild_facts $(ARGS)

seed-scale: setup  ## fill an empty installation with 145 municipalities, 3 years, 500,000 posts; ARGS=--of=100 makes a hundredth
	$(manage) seed_scale $(ARGS)

bench: setup-dev  ## measure pages, composer, publishing (ARGS=publishing), numbers of 145 municipalities (ARGS=analytics), an inbox of 100,000 messages and a burst (ARGS=inbox), plans with row-level security (ARGS=policies), processor time against another working tree (ARGS='versions --against DIRECTORY'); writes bench.json
	$(manage) bench $(ARGS)

shell: setup  ## a Python shell on the site's database
	$(manage) shell

backup: setup  ## one archive of database, media and keys; TO=file.tar.gz; BACKUP_RECIPIENT encrypts it
	@exec $(py) -m launcher.backup save $(TO)

restore: setup  ## put an archive back: FROM=file.tar.gz; YES=1 to replace what is there
	@exec $(py) -m launcher.backup restore $(FROM)

scheduled-backup: setup  ## one more backup in the directory TO, and those that BACKUP_DAYS, _WEEKS and _MONTHS no longer ask for deleted
	@exec $(py) -m launcher.scheduled_backup $(TO)

restore-drill: setup  ## restore a backup into a directory of its own, check it, remove it: FROM=file.tar.gz
	@exec $(py) -m launcher.restore_drill $(FROM)

dictionary: setup-dev  ## measure the converter on a whole dictionary; HUNSPELL=/usr/share/hunspell measures three million forms
	@exec $(py) -m serbian.measure tests/serbian/data/words.txt.xz $(if $(HUNSPELL),--hunspell $(HUNSPELL)) --to docs/serbian-figures.md

triage-figures: setup-dev  ## measure how well citizens' messages are read; writes docs/triage-figures.md
	@exec $(py) -m inbox.text_analysis.evaluate --to docs/triage-figures.md

training-effect-figures: setup-dev  ## a thousand simulated programmes of known truth: the table of docs/operations/numbers.md; ARGS='--programmes 100'
	@exec $(py) -m tests.analytics.effect_simulation $(ARGS)

migrations: setup-dev  ## write a migration of what changed in the models since the last one (ARGS='posts --name more')
	$(manage) makemigrations --no-header $(ARGS)

schema: setup-dev  ## write portal/schema.sql.gz, the tables that an empty database begins with, from the migrations
	@exec $(py) -m launcher.schema

baseline: setup-dev  ## write the database from which upgrades are tested (tests/containers/baseline); at a release ARGS='--release VERSION'
	@exec $(py) -m tests.containers.baseline $(ARGS)

names: setup-dev  ## what is left of the old vocabulary, and class names that several modules define
	@exec $(py) -m tests.architecture.vocabulary

messages: setup-dev  ## collect the interface's texts, derive Serbian Latin, compile (needs gettext); ARGS=--missing lists
	$(manage) make_messages $(ARGS)

vendor:  ## bundle third-party browser code (needs npm)
	npm ci --ignore-scripts --no-audit --no-fund && npm run vendor

js-check:  ## types of the browser modules, read from their JSDoc by TypeScript (needs npm)
	npm ci --ignore-scripts --no-audit --no-fund && npm run check

film: setup-dev  ## docs/film.webm from a running demo, into which it writes a post; needs Playwright's ffmpeg; ARGS='--base http://127.0.0.1:8000'
	$(manage) film $(ARGS)

screenshots: setup-dev  ## pictures of the main pages for docs/, from a running demo; ARGS='--base http://127.0.0.1:8000'
	$(manage) screenshots $(ARGS)

demo-reports: setup  ## the reports of the demo's six pilots, as PDF in docs/reports/; ARGS='--language sr' in another language
	$(manage) demo_reports $(ARGS)

ui: run  ## the component gallery is at /ui/ of the running site

security: setup-dev  ## write docs/security.md from docs/asvs.csv
	@exec $(py) -m launcher.asvs

sbom: setup-dev  ## the software bill of materials (CycloneDX) in sbom.cdx.json; ARGS='--to file.json' elsewhere
	@exec $(py) -m launcher.sbom $(ARGS)

package: setup-dev  ## the Debian package of this commit, build/dobosar_VERSION_ARCHITECTURE.deb (needs dpkg-deb, python3-venv; lintian checks it); ARGS='--version 0.1.0'
	@exec $(py) -m launcher.package $(ARGS)

image-sbom: setup-dev  ## the bill of materials of the built image, Debian's packages included, in image-sbom.cdx.json (needs Docker)
	@exec $(py) -m launcher.image_sbom --image dobosar:latest $(ARGS)

advisories: setup-dev  ## ask OSV for known vulnerabilities of all pinned packages; Error 3: it could not be asked
	@exec $(py) -m launcher.advisories

architecture: setup-dev  ## draw docs/architecture.svg from the packages' imports
	@exec $(py) -m launcher.architecture

requirements: setup-dev  ## recompile the requirements files after a change in pyproject.toml
	@exec $(py) -m launcher.requirements

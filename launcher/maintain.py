"""`make maintain WHAT=NAME ARGS='…'`: what maintainers run, and operators of a checkout now and then.

Installs what the command needs, then gives way to `sh` with its line, in which "$@" is ARGS. NETWORK, VIDEO, TO, FROM
and HUNSPELL are in the environment. Standard library only, as it runs before anything is installed.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from difflib import get_close_matches

RUN = "exec .venv/bin/python -m"
MANAGE = f"{RUN} launcher.manage"
PYTEST = ".venv/bin/python -m pytest -n $PYTEST_WORKERS"
NPM = "npm ci --ignore-scripts --no-audit --no-fund; exec npm run"
BROWSER = ".venv/bin/python -m launcher.browser"
# Also where the environment wants no bytecode: each worker rewrites 11,000 assertions, and tests start many processes.
BYTECODE = "export PYTHONDONTWRITEBYTECODE="
# Failures are figures too, so they do not end it; Ctrl-C does. The page is compared with its file by a test of the
# suite, so the figures go into a copy until the end.
SECURITY_FIGURES = f"""
trap 'exit 130' INT
{BYTECODE} SECURITY_FIGURES=docs/security-figures.json.new
{BROWSER}
cp docs/security-figures.json $SECURITY_FIGURES
{PYTEST} -m security_figures || true
SUITE_FIGURES=$SECURITY_FIGURES SECURITY_FIGURES= {PYTEST} -p tests.without_tenant_filter -m "not real" || true
mv $SECURITY_FIGURES docs/security-figures.json
{RUN} launcher.asvs
"""


@dataclass(frozen=True)
class Command:
    """`packages`: the requirements file it needs, "local", "dev" (for development) or none. `line`: for `sh -e`."""

    name: str
    packages: str
    help: str
    line: str


GROUPS = {
    "An installation": (
        Command("scheduled-backup", "local", "one more backup in the directory TO; deletes those no longer asked for",
                f'{RUN} launcher.scheduled_backup ${{TO:+"$TO"}}'),
        Command("restore-drill", "local", "restore FROM=file.tar.gz into a directory of its own, check it, remove it",
                f'{RUN} launcher.restore_drill ${{FROM:+"$FROM"}}'),
        Command("rebuild-facts", "local", "facts anew from snapshots; ARGS='--municipality cuprija --first 2026-01-01'",
                f'{MANAGE} rebuild_facts "$@"'),
        Command("probe", "local", "try a network with a real account: NETWORK=mastodon VIDEO=file.mp4 TO=directory",
                f'{MANAGE} probe ${{NETWORK:+"$NETWORK"}} ${{VIDEO:+--video "$VIDEO"}} ${{TO:+--to "$TO"}} "$@"'),
        Command("seed-scale", "local", "fill an empty installation with 145 municipalities; ARGS=--of=100: a hundredth",
                f'{MANAGE} seed_scale "$@"'),
        Command("ui", "local", "what `make run` does; the component gallery is at /ui/ of the site",
                f"{RUN} launcher.run"),
    ),
    "Tests": (
        Command("test-row-security", "dev", "the suite with PostgreSQL alone keeping municipalities apart",
                f'{BYTECODE}; {BROWSER}; exec {PYTEST} -p tests.without_tenant_filter -m "not real" "$@"'),
        Command("crash", "dev", "kill workers at every step; writes docs/crash-suite.md",
                f'{BYTECODE}; CRASH_REPORT=docs/crash-suite.md {RUN} pytest tests/crash -m crash -q "$@"'),
        Command("chaos", "dev", "kill, double, restart and lose everything; ARGS='--runs 1 --seed 4711' again",
                f'{RUN} tests.crash.chaos "$@"'),
        Command("test-containers", "dev", "the image and the compose file, from the build to an upgrade (needs Docker)",
                f'{RUN} tests.containers.walk "$@"'),
        Command("test-small-machine", "dev", "145 municipalities on the compose file with 2 GB of memory",
                f'{RUN} tests.containers.small_machine "$@"'),
        Command("test-debian", "dev", "follow docs/operations/deploy.md without Docker in a new Debian",
                f'{RUN} tests.containers.debian "$@"'),
        Command("fakes", "dev", "stand-ins for all networks on port 8900 (ARGS='--port 8900'), to try the portal",
                f'{RUN} tests.platforms.fakes --explain --port 8900 "$@"'),
        Command("secrets", "dev", "scan all tracked files for passwords, keys and tokens",
                f"{RUN} launcher.secrets_scan"),
        Command("js-check", "", "types of the browser modules, read from their JSDoc by TypeScript (needs npm)",
                f"{NPM} check"),
        Command("names", "dev", "what is left of the old vocabulary, and class names of several modules",
                f"{RUN} tests.architecture.vocabulary"),
    ),
    "Pages of the docs that are measured": (
        Command("security-figures", "dev", "run the proofs of docs/security.md: an hour or two",
                SECURITY_FIGURES),
        Command("network-page", "dev", "write docs/platforms/README.md: what each network can do",
                f"NETWORK_PAGE=docs/platforms/README.md {RUN} pytest tests/platforms -n $PYTEST_WORKERS"
                ' -m "not real and not slow" -q "$@"'),
        Command("dictionary", "dev", "the converter on a dictionary; HUNSPELL=/usr/share/hunspell: 3 million forms",
                f"{RUN} serbian.measure tests/serbian/data/words.txt.xz"
                ' ${HUNSPELL:+--hunspell "$HUNSPELL"} --to docs/serbian-figures.md'),
        Command("triage-figures", "dev", "how well citizens' messages are read; writes docs/triage-figures.md",
                f"{RUN} inbox.text_analysis.evaluate --to docs/triage-figures.md"),
        Command("suite-figures", "dev", "what the tests cost; writes docs/test-suite.md; ARGS='--runs 1 --fast'",
                f'{RUN} launcher.suite_figures "$@"'),
        Command("mutants", "dev", "whether tests notice 400 small mistakes; ARGS=--again: those that survived",
                f'{BYTECODE}; {BROWSER}; {RUN} launcher.mutants "$@"'),
        Command("training-effect-figures", "dev", "a thousand simulated programmes; ARGS='--programmes 100'",
                f'{RUN} tests.analytics.effect_simulation "$@"'),
    ),
    "Pages and pictures of the docs": (
        Command("security", "dev", "write docs/security.md from docs/asvs.csv",
                f"{RUN} launcher.asvs"),
        Command("architecture", "dev", "draw docs/architecture.svg from the packages' imports",
                f"{RUN} launcher.architecture"),
        Command("screenshots", "dev", "pictures of the main pages, from a running demo; ARGS='--base http://…'",
                f'{MANAGE} screenshots "$@"'),
        Command("film", "dev", "docs/film.webm from a running demo, into which it writes a post",
                f'{MANAGE} film "$@"'),
        Command("demo-reports", "local", "reports of the demo, as PDF in docs/reports/; ARGS='--language sr'",
                f'{MANAGE} demo_reports "$@"'),
    ),
    "Files that are made from others": (
        Command("schema", "dev", "write portal/schema.sql.gz, the tables of an empty database, from the migrations",
                f"{RUN} launcher.schema"),
        Command("baseline", "dev", "write the database from which upgrades are tested: ARGS='--release VERSION'",
                f'{RUN} tests.containers.baseline "$@"'),
        Command("requirements", "dev", "recompile the requirements files after a change in pyproject.toml",
                f"{RUN} launcher.requirements"),
        Command("vendor", "", "bundle third-party browser code (needs npm)",
                f"{NPM} vendor"),
    ),
    "Package and components": (
        Command("package", "dev", "the Debian package of this commit, in build/; ARGS='--version 0.1.0'",
                f'{RUN} launcher.package "$@"'),
        Command("sbom", "dev", "the bill of materials (CycloneDX), sbom.cdx.json; ARGS='--to file.json'",
                f'{RUN} launcher.sbom "$@"'),
        Command("image-sbom", "dev", "the bill of materials of the built image, image-sbom.cdx.json (needs Docker)",
                f'{RUN} launcher.image_sbom --image dobosar:latest "$@"'),
        Command("advisories", "dev", "ask OSV for vulnerabilities of all pinned packages; 3: it could not be asked",
                f"{RUN} launcher.advisories"),
    ),
}  # fmt: skip
COMMANDS = {command.name: command for commands in GROUPS.values() for command in commands}


def script(command: Command) -> str:
    """For `sh -c`: installs what the command needs, and runs it."""
    setup = f"sh launcher/find_python.sh launcher/bootstrap.py {command.packages}\n" if command.packages else ""
    return f"set -e\n{setup}{command.line}"


def listing() -> str:
    width = max(map(len, COMMANDS)) + 2
    return "\n\n".join(
        "\n".join([group, *(f"  {command.name:{width}}{command.help}" for command in commands)])
        for group, commands in GROUPS.items()
    )


def problem(name: str) -> str:
    """Why there is nothing to run."""
    if not name:
        return "Which of these? make maintain WHAT=NAME"
    nearest = get_close_matches(name, COMMANDS, n=1)
    return f"There is no {name}." + (f" Did you mean {nearest[0]}?" if nearest else "")


def main(name: str, *arguments: str) -> None:
    command = COMMANDS.get(name)
    if command is None:
        print(f"{listing()}\n", flush=True)
        sys.exit(problem(name))
    if arguments and '"$@"' not in command.line:
        sys.exit(f"{name} takes no ARGS.")
    os.execvp("sh", ["sh", "-c", script(command), name, *arguments])


if __name__ == "__main__":
    main(*sys.argv[1:] or [""])

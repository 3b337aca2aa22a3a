"""What the docs say about the repository is true: links, commands, settings, dependencies."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from launcher.maintain import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
SOURCE = re.compile(r"<img[^>]*\bsrc=\"([^\"]+)\"")
FENCE = re.compile(r"^```.*?^```", flags=re.MULTILINE | re.DOTALL)
TARGET = r"make (?:-C \S+ )?([a-z][a-z-]*)\b"
# In code, where a sentence may have "to make sure".
IN_CODE = re.compile(rf'(?:`(?:[A-Z_]+=\S+ )*|Run: |stage |"(?=make [a-z-]+")){TARGET}')
WHAT = re.compile(r"\bmaintain WHAT=([a-z-]+)")
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
INTERNAL = {"setup", "setup-dev"}
# Called by their name alone there, as they were when it was written.
OLDER = ("docs/adr/",)
MACHINE = re.compile(r"(?<![\w./])/(?:home|root|work|Users|tmp|mnt|opt)/\w")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def in_code(text: str) -> str:
    """Only what stands in backticks or fences: "to make sure" in a sentence is not a command."""
    fences = " ".join(FENCE.findall(text))
    return fences + " ".join(re.findall(r"`[^`\n]+`", FENCE.sub("", text)))


def anchors(page: Path) -> set[str]:
    """The anchors GitHub and most viewers give to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def read_by_settings() -> set[str]:
    return set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", (ROOT / "portal/settings.py").read_text()))


def listed_in_example() -> set[str]:
    return set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), flags=re.MULTILINE))


def test_every_relative_link_leads_somewhere(subtests: pytest.Subtests) -> None:
    for page in PAGES:
        with subtests.test(name(page)):
            text = FENCE.sub("", page.read_text())
            for link in [*LINK.findall(text), *SOURCE.findall(text)]:
                if re.match(r"[a-z]+:", link):
                    continue
                path, _, anchor = link.partition("#")
                target = (page.parent / path).resolve() if path else page
                assert target.exists(), link
                if anchor and target.suffix == ".md":
                    assert anchor in anchors(target), link


def test_every_command_that_docs_code_or_ci_name_exists() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    unknown = []
    for path in tracked.split("\0"):
        if not (ROOT / path).is_file():
            continue
        text = (ROOT / path).read_text(errors="ignore")
        named = re.findall(rf"\b{TARGET}", in_code(text)) if path.endswith(".md") else IN_CODE.findall(text)
        known = TARGETS | set(COMMANDS) if path.startswith(OLDER) else TARGETS
        unknown += [(path, command) for command in set(named) - known | set(WHAT.findall(text)) - set(COMMANDS)]
    assert unknown == []


def test_help_lists_every_target_that_people_use() -> None:
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(re.findall(r"^([a-z-]+) +\S", done.stdout, flags=re.MULTILINE)) == TARGETS - INTERNAL


def test_the_page_of_commands_has_every_target_and_every_command_of_maintainers() -> None:
    everybody, maintainers = (ROOT / "docs/commands.md").read_text().split("## For maintainers")
    in_first = re.findall(r"`make ([a-z-]+)`(?=[^|]*\|[^|]*\|[^|]*\|$)", everybody, flags=re.MULTILINE)
    assert set(in_first) == TARGETS - INTERNAL - {"help"}
    assert re.findall(r"^\| `([a-z-]+)` \|", maintainers, flags=re.MULTILINE) == list(COMMANDS)


def test_no_page_names_a_directory_of_one_machine(subtests: pytest.Subtests) -> None:
    for page in PAGES:
        with subtests.test(name(page)):
            assert not MACHINE.findall(page.read_text())


def test_every_module_that_is_named_exists(subtests: pytest.Subtests) -> None:
    for page in PAGES:
        with subtests.test(name(page)):
            named = re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.(?:py|toml|js|css|json|html|mjs))`", page.read_text())
            missing = [
                path for path in named if not (ROOT / path).exists() and not (ROOT / "templates" / path).exists()
            ]
            assert missing == []


def test_every_setting_is_in_the_example_and_explained():
    table = (ROOT / "docs/operations/deploy.md").read_text()
    explained = set(re.findall(r"^\| `([A-Z_]+)`", table, flags=re.MULTILINE))
    assert len(read_by_settings()) > 30
    assert read_by_settings() - listed_in_example() == set()
    assert listed_in_example() - explained == set()


def test_the_values_in_the_table_are_the_defaults():
    settings = (ROOT / "portal/settings.py").read_text()
    defaults = dict(re.findall(r"env\.int\(\"([A-Z_]+)\", default=(\d+)\)", settings))
    table = (ROOT / "docs/operations/deploy.md").read_text()
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| `(\d+)`", table, flags=re.MULTILINE))
    assert len(defaults) > 8
    assert {key: rows.get(key) for key in defaults} == defaults


def test_the_processes_are_those_of_the_compose_file():
    worker_command = re.compile(r"--app,? (portal\.\w+),? worker\b")
    table = (ROOT / "docs/operations/deploy.md").read_text()
    assert set(worker_command.findall(table)) == set(worker_command.findall((ROOT / "docker-compose.yml").read_text()))


def test_every_dependency_says_why_it_is_here():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(d for group in project["optional-dependencies"].values() for d in group)]
    wanted_names = {re.split(r"[\[=<>~!; ]", requirement)[0] for requirement in wanted}
    for package in ("package.json", "tests/lighthouse/package.json"):
        wanted_names |= set(json.loads((ROOT / package).read_text())["devDependencies"])
    listed = re.findall(r"^\| `([^`]+)` \|", (ROOT / "docs/dependencies.md").read_text(), flags=re.MULTILINE)
    assert wanted_names == set(listed)
    assert len(listed) == len(set(listed))


def test_the_readme_names_the_demo_accounts_and_their_password():
    from launcher.run import ACCOUNTS, PASSWORD

    readme = (ROOT / "README.md").read_text()
    assert [account for account in (*ACCOUNTS, PASSWORD) if account not in readme] == []


def test_pictures_in_the_docs_are_small():
    tracked = subprocess.run(
        ["git", "ls-files", "docs/screenshots"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = {path: (ROOT / path).stat().st_size for path in tracked if (ROOT / path).stat().st_size > 150_000}
    assert heavy == {}


def test_the_benchmark_has_a_place_for_its_figures():
    from benchmarks.management.commands.bench import DOCS, PARTS

    text = (ROOT / DOCS).read_text()
    assert all(text.count(f"<!-- {part} -->") == 2 for part in PARTS)

"""The software bill of materials: what pip installs and browsers load, valid CycloneDX."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.validation.json import JsonStrictValidator

from launcher import requirements, sbom

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def text() -> str:
    return sbom.as_json(sbom.bill())


@pytest.fixture(scope="module")
def components(text: str) -> dict[str, dict[str, Any]]:
    return {component["bom-ref"]: component for component in json.loads(text)["components"]}


def test_it_is_valid_against_the_schema_of_cyclonedx(text: str) -> None:
    assert JsonStrictValidator(sbom.VERSION).validate_str(text) is None


def test_the_validator_refuses_what_is_not_valid(text: str) -> None:
    broken = json.loads(text)
    broken["components"][0]["type"] = "no such type"
    assert JsonStrictValidator(sbom.VERSION).validate_str(json.dumps(broken)) is not None


def test_every_line_of_the_requirements_is_a_component_with_its_hashes(components: dict[str, dict[str, Any]]) -> None:
    source = (ROOT / "requirements.txt").read_text()
    lines = re.findall(r"^([a-z0-9-]+)(?:\[[\w,]+\])?==(\S+)", source, flags=re.MULTILINE)
    python = {ref.partition(":")[2]: component for ref, component in components.items() if ref.startswith("python:")}
    assert {name: component["version"] for name, component in python.items()} == dict(lines)
    hashes = [
        found["content"]
        for component in python.values()
        for reference in component["externalReferences"]
        for found in reference["hashes"]
    ]
    assert sorted(hashes) == sorted(re.findall(r"--hash=sha256:(\w+)", source))
    assert python["django"]["purl"] == f"pkg:pypi/django@{python['django']['version']}"


def test_it_says_who_needs_what(text: str) -> None:
    needs = {row["ref"]: row.get("dependsOn", []) for row in json.loads(text)["dependencies"]}
    assert {"python:django", "browser:htmx.org"} <= set(needs["dobosar"])
    assert "python:vine" in needs["python:amqp"]
    assert "python:vine" not in needs["dobosar"]


def test_browser_code_has_its_licence_and_the_hash_of_each_file(components: dict[str, dict[str, Any]]) -> None:
    htmx = components["browser:htmx.org"]
    assert htmx["licenses"] == [{"expression": "0BSD"}]
    assert htmx["purl"] == f"pkg:npm/htmx.org@{htmx['version']}"
    (file,) = htmx["components"]
    vendored = json.loads((ROOT / "static/vendor/VENDOR.json").read_text())
    (recorded,) = (package["files"][0] for package in vendored if package["package"] == "htmx.org")
    assert (file["name"], file["hashes"][0]["content"]) == (recorded["path"], recorded["sha256"])
    assert len([ref for ref in components if ref.startswith("browser:")]) == len(vendored)


def test_a_line_without_a_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("django>=5\n")
    with pytest.raises(ValueError, match="no pinned requirement: django>=5"):
        requirements.pinned(tmp_path / "requirements.txt")


def test_the_command_writes_the_file_that_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "bill.json"
    assert sbom.main(["--to", str(place)]) == 0
    assert json.loads(place.read_text())["bomFormat"] == "CycloneDX"
    assert "bill.json" in capsys.readouterr().out

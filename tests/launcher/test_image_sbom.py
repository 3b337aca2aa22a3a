"""The bill of materials of an image: what dpkg and pip installed. `make maintain WHAT=test-containers` reads one."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.validation.json import JsonStrictValidator

from launcher import image_sbom, sbom

ROOT = Path(__file__).resolve().parents[2]
STATUS = """\
Package: libssl3t64
Status: install ok installed
Maintainer: Debian OpenSSL Team <pkg-openssl-devel@alioth-lists.debian.net>
Architecture: amd64
Version: 3.5.1-1+deb13u1
Description: Secure Sockets Layer toolkit - shared libraries
 Part of the OpenSSL project.

Package: removed
Status: deinstall ok config-files
Maintainer: Nobody <nobody@example.org>
Architecture: all
Version: 1
Description: only its settings are left
"""


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A file system with a package of Debian, one that was removed, and Python packages in two places."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/os-release").write_text('ID=debian\nVERSION_ID="13"\n')
    (tmp_path / "var/lib/dpkg").mkdir(parents=True)
    (tmp_path / "var/lib/dpkg/status").write_text(STATUS)
    install(tmp_path / "venv/lib/python3.12/site-packages", "Psycopg2_Binary", "psycopg2_binary.libs/libpq-1.so.5.18")
    install(tmp_path / "usr/local/lib/python3.12/site-packages", "pip", "pip/__init__.py")
    return tmp_path


def install(directory: Path, name: str, file: str) -> None:
    """A Python package of version 1.0 with one file, as pip leaves it."""
    about = directory / f"{name.lower()}-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\nLicense-Expression: MIT\n")
    (about / "RECORD").write_text(f"{file},,\n{about.name}/METADATA,,\n")
    (directory / file).parent.mkdir(parents=True)
    (directory / file).write_bytes(b"library")


def components(image: Path) -> dict[str, dict[str, Any]]:
    return {
        component["bom-ref"]: component for component in json.loads(sbom.as_json(image_sbom.bill(image)))["components"]
    }


def test_it_is_valid_against_the_schema_of_cyclonedx(image: Path) -> None:
    text = sbom.as_json(image_sbom.bill(image))
    assert JsonStrictValidator(sbom.VERSION).validate_str(text) is None


def test_it_has_debian_and_its_installed_packages(image: Path) -> None:
    named = components(image)
    assert (named["system"]["name"], named["system"]["version"]) == ("debian", "13")
    (package,) = [component for reference, component in named.items() if reference.startswith("debian:")]
    assert package["purl"] == "pkg:deb/debian/libssl3t64@3.5.1-1%2Bdeb13u1?arch=amd64&distro=debian-13"
    assert package["publisher"].startswith("Debian OpenSSL Team")


def test_it_has_python_packages_from_everywhere_with_the_libraries_in_their_wheels(image: Path) -> None:
    python = {
        reference: component for reference, component in components(image).items() if reference.startswith("python:")
    }
    driver, pip = python.values()
    assert {driver["purl"], pip["purl"]} == {"pkg:pypi/psycopg2-binary@1.0", "pkg:pypi/pip@1.0"}
    (library,) = [file for component in python.values() for file in component.get("components", [])]
    assert library["name"] == "psycopg2_binary.libs/libpq-1.so.5.18"
    assert library["hashes"] == [{"alg": "SHA-256", "content": hashlib.sha256(b"library").hexdigest()}]


def test_it_has_browser_code_the_interpreter_and_the_portal(image: Path) -> None:
    whole = json.loads(sbom.as_json(image_sbom.bill(image)))
    assert whole["metadata"]["component"]["name"] == "dobosar"
    references = {component["bom-ref"] for component in whole["components"]}
    assert {"interpreter", "browser:htmx.org"} <= references
    (needs,) = [entry["dependsOn"] for entry in whole["dependencies"] if entry["ref"] == "dobosar"]
    assert set(needs) == references


@pytest.mark.skipif(not shutil.which("dpkg-query"), reason="no dpkg on this machine")
def test_of_this_machine_it_has_exactly_what_dpkg_lists() -> None:
    listed = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${db:Status-Status} ${Package} ${Version} ${Architecture}\\n"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    installed = sorted(line.partition(" ")[2] for line in listed.splitlines() if line.startswith("installed "))
    packages = image_sbom.debian_packages(Path("/"))
    assert installed
    assert (
        sorted(f"{package.name} {package.version} {package.purl.qualifiers['arch']}" for package in packages)
        == installed
    )

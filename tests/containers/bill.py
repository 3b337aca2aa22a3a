"""The bill of materials in the image: valid, and with everything that is installed there."""

from __future__ import annotations

import json
import re

from cyclonedx.validation.json import JsonStrictValidator

from launcher import image_sbom, sbom
from tests.containers.engine import run

DEBIAN = ("dpkg-query", "--show", "--showformat=${db:Status-Status} ${Package} ${Version}\\n")
# Wherever they are: another search than the one that wrote the bill.
PYTHON = ("find", "/", "-xdev", "-type", "d", "(", "-name", "*.dist-info", "-o", "-name", "*.egg-info", ")")


def require_complete(image: str) -> str:
    """How much is in it, in words."""
    text = image_sbom.of_image(image)
    problem = JsonStrictValidator(sbom.VERSION).validate_str(text)
    assert problem is None, f"the bill is not valid CycloneDX: {problem}"
    listed = {component.get("purl", "").partition("?")[0] for component in json.loads(text)["components"]}
    debian = debian_packages(_in(image, *DEBIAN))
    python = python_packages(_in(image, *PYTHON))
    assert len(debian) > 50, debian
    assert len(python) > 50, python
    assert not debian - listed, f"not in the bill: {sorted(debian - listed)}"
    assert not python - listed, f"not in the bill: {sorted(python - listed)}"
    return f"{len(debian)} packages of Debian, {len(python)} of Python"


def debian_packages(output: str) -> set[str]:
    installed = [line.split() for line in output.splitlines() if line.startswith("installed ")]
    return {f"pkg:deb/debian/{_escaped(name)}@{_escaped(version)}" for _status, name, version in installed}


def python_packages(output: str) -> set[str]:
    named = [re.search(r"/([^/]+?)-([^-/]+)\.(dist|egg)-info$", line) for line in output.splitlines()]
    return {f"pkg:pypi/{re.sub(r'[-_.]+', '-', match[1]).lower()}@{match[2]}" for match in named if match}


def _escaped(text: str) -> str:
    """As an address of a package writes it."""
    return text.replace("+", "%2B")


def _in(image: str, *command: str) -> str:
    program, *arguments = command
    return run("docker", "run", "--rm", "--network", "none", "--user", "0", "--entrypoint", program, image, *arguments)

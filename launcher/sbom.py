"""`make maintain WHAT=sbom`: the software bill of materials (CycloneDX, JSON) of what an installation runs.

Python packages are those of requirements.txt, with the hashes that `pip` checks and who needs them; browser code is
that of static/vendor/VENDOR.json, with the hash of each file and of the package that npm fetched.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
import tomllib
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib import metadata
from importlib.metadata import PackageMetadata
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

from launcher.requirements import Requirement, pinned
from launcher.site import ROOT

VERSION = SchemaVersion.V1_6
DEFAULT = "sbom.cdx.json"
OURS = "dobosar"
CLASSIFIER = "License :: OSI Approved :: "

License = DisjunctiveLicense | LicenseExpression


def bill(root: Path = ROOT, requirements: str = "requirements.txt", moment: int | None = None) -> Bom:
    """The bill of the checkout at `root` with the packages of the file `requirements`.

    `moment`: when it was made, in seconds since 1970, instead of now; two of the same moment are equal.
    """
    python = pinned(root / requirements)
    packages = {requirement.name: _python(requirement) for requirement in python}
    browser = list(browser_code(root))
    product = portal(root)
    bom = Bom(components=[*packages.values(), *browser])
    bom.metadata.component = product
    if moment is not None:
        bom.metadata.timestamp = datetime.fromtimestamp(moment, UTC)
        bom.serial_number = uuid5(NAMESPACE_URL, f"{OURS}/{product.version}/{moment}")
    components = {OURS: product, **packages}
    needs: dict[str, list[Component]] = {name: [] for name in components}
    needs[OURS] += browser
    for requirement in python:
        for name in requirement.needed_by:
            needs[name].append(packages[requirement.name])
    for name, component in components.items():
        bom.register_dependency(component, needs[name])
    return bom


def portal(root: Path) -> Component:
    """The component that we make ourselves."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return Component(
        name=OURS,
        version=project["version"],
        description=project["description"],
        type=ComponentType.APPLICATION,
        bom_ref=OURS,
        licenses=[LicenseExpression(project["license"])],
    )


def _python(requirement: Requirement) -> Component:
    name, version = requirement.name, requirement.version
    return Component(
        name=name,
        version=version,
        bom_ref=f"python:{name}",
        purl=PackageURL("pypi", None, name, version),
        licenses=_installed_licences(name, version),
        external_references=[
            distribution(f"https://pypi.org/simple/{name}/", [sha256(text) for text in requirement.hashes])
        ],
    )


def _installed_licences(name: str, version: str) -> Iterable[License]:
    """What the package says of itself, where this very version is installed."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return []
    return licences(about) if about["Version"] == version else []


def licences(about: PackageMetadata) -> list[License]:
    """What a Python package says of itself."""
    if "License-Expression" in about:
        return [LicenseExpression(about["License-Expression"])]
    named = [text.removeprefix(CLASSIFIER) for text in about.get_all("Classifier") or () if text.startswith(CLASSIFIER)]
    if not named and "License" in about and "\n" not in about["License"]:
        named = [about["License"]]
    return [DisjunctiveLicense(name=text) for text in named]


def browser_code(root: Path) -> Iterable[Component]:
    """What pages load, with its files."""
    vendored: list[dict[str, Any]] = json.loads((root / "static/vendor/VENDOR.json").read_text(encoding="utf-8"))
    lock = json.loads((root / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for package in vendored:
        group, _, name = package["package"].rpartition("/")
        locked = lock[f"node_modules/{package['package']}"]
        if locked["version"] != package["version"]:
            raise ValueError(
                f"{package['package']} is {package['version']} in VENDOR.json, not as in package-lock.json"
            )
        yield Component(
            name=name,
            group=group or None,
            version=package["version"],
            bom_ref=f"browser:{package['package']}",
            purl=PackageURL("npm", group or None, name, package["version"]),
            licenses=[LicenseExpression(package["licence"])],
            external_references=[
                distribution(
                    f"https://registry.npmjs.org/{package['package']}/-/{name}-{package['version']}.tgz",
                    [_integrity(locked["integrity"])],
                )
            ],
            components=[
                Component(
                    name=file["path"],
                    type=ComponentType.FILE,
                    bom_ref=f"browser:{package['package']}:{file['path']}",
                    hashes=[sha256(file["sha256"])],
                )
                for file in package["files"]
            ],
        )


def distribution(url: str, hashes: list[HashType]) -> ExternalReference:
    return ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=XsUri(url), hashes=hashes)


def sha256(text: str) -> HashType:
    return HashType(alg=HashAlgorithm.SHA_256, content=text)


def _integrity(text: str) -> HashType:
    """npm's "sha512-<base64>"."""
    return HashType(alg=HashAlgorithm.SHA_512, content=base64.b64decode(text.removeprefix("sha512-")).hex())


def as_json(bom: Bom) -> str:
    return make_outputter(bom, OutputFormat.JSON, VERSION).output_as_string(indent=2) + "\n"


def main(arguments: list[str]) -> int:
    description = "Write the software bill of materials."
    parser = argparse.ArgumentParser(prog="make maintain WHAT=sbom", description=description)
    parser.add_argument("--to", default=DEFAULT, help=f"the file to write ({DEFAULT})")
    place = Path(parser.parse_args(arguments).to)
    bom = bill()
    place.write_text(as_json(bom), encoding="utf-8")
    print(f"{place}: {len(bom.components)} components, CycloneDX {VERSION.to_version()}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The software bill of materials (CycloneDX, JSON) of a container image: everything that is installed in it.

    python -m launcher.image_sbom --to FILE                  of the file system that this runs in
    python -m launcher.image_sbom --image IMAGE --to FILE    the one that an image of ours has in it; this is what
                                                             `make maintain WHAT=image-sbom` does

The Dockerfile writes it in a stage on top of the finished image, with a Python of its own that is not counted. Debian's
packages are those of dpkg; Python's are the installed distributions, wherever they are, with the shared libraries that
came in their wheels; then the interpreter, browser code and the portal. Files that belong to no package are not in it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from email.parser import HeaderParser
from importlib.metadata import Distribution, distributions
from pathlib import Path

from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from packageurl import PackageURL

from launcher.requirements import pinned
from launcher.sbom import as_json, browser_code, distribution, licences, portal, sha256
from launcher.site import ROOT

IN_IMAGE = "/app/sbom.cdx.json"
DEFAULT = "image-sbom.cdx.json"
# Directories of installed Python packages, below the root of the file system.
PYTHON = ("venv/lib/python3*/site-packages", "usr/local/lib/python3*/site-packages", "usr/lib/python3*/dist-packages")
SHARED_LIBRARY = re.compile(r"\.so(\.[\d.]+)?$")


def bill(root: Path = Path("/"), source: Path = ROOT) -> Bom:
    """The bill of the file system at `root`, which has our code at `source`."""
    product = portal(source)
    packages = [*debian_packages(root), *python_packages(root, source)]
    interpreter = Component(
        name="cpython",
        version=platform.python_version(),
        type=ComponentType.PLATFORM,
        bom_ref="interpreter",
        purl=PackageURL("generic", None, "python", platform.python_version()),
    )
    bom = Bom(components=[_system(root), interpreter, *packages, *browser_code(source)])
    bom.metadata.component = product
    # Who needs whom is in the bill of `make maintain WHAT=sbom`; here everything is part of the image.
    bom.register_dependency(product, bom.components)
    return bom


def _system(root: Path) -> Component:
    release = _release(root)
    return Component(
        name=release["ID"], version=release.get("VERSION_ID"), type=ComponentType.OPERATING_SYSTEM, bom_ref="system"
    )


def _release(root: Path) -> dict[str, str]:
    lines = (root / "etc/os-release").read_text(encoding="utf-8").splitlines()
    return {name: value.strip('"') for name, _, value in (line.partition("=") for line in lines) if name}


def debian_packages(root: Path) -> Iterator[Component]:
    """The packages that dpkg has installed, as `dpkg-query` lists them."""
    release = _release(root)
    distro = f"{release['ID']}-{release.get('VERSION_ID', 'unstable')}"
    paragraphs = (root / "var/lib/dpkg/status").read_text(encoding="utf-8").strip().split("\n\n")
    for about in map(HeaderParser().parsestr, paragraphs):
        if not about["Status"].endswith(" installed"):
            continue
        name, version, architecture = about["Package"], about["Version"], about["Architecture"]
        yield Component(
            name=name,
            version=version,
            type=ComponentType.LIBRARY,
            description=about["Description"].splitlines()[0],
            publisher=about["Maintainer"],
            bom_ref=f"debian:{name}:{architecture}",
            purl=PackageURL("deb", release["ID"], name, version, {"arch": architecture, "distro": distro}),
        )


def python_packages(root: Path, source: Path) -> Iterator[Component]:
    """All installed distributions, those of the base image and of Debian too, with the hashes of requirements.txt."""
    pins = {(pin.name, pin.version): pin.hashes for pin in pinned(source / "requirements.txt")}
    directories = sorted(path for pattern in PYTHON for path in root.glob(pattern))
    for directory in directories:
        for package in sorted(distributions(path=[str(directory)]), key=_name):
            name, version = _name(package), package.version
            hashes = pins.get((name, version), ())
            yield Component(
                name=name,
                version=version,
                bom_ref=f"python:{directory.relative_to(root)}:{name}",
                purl=PackageURL("pypi", None, name, version),
                licenses=licences(package.metadata),
                components=list(_libraries(package, name, directory)),
                external_references=[
                    distribution(f"https://pypi.org/simple/{name}/", [sha256(text) for text in hashes])
                ] if hashes else [],
            )  # fmt: skip


def _name(package: Distribution) -> str:
    return re.sub(r"[-_.]+", "-", package.metadata["Name"]).lower()


def _libraries(package: Distribution, name: str, directory: Path) -> Iterable[Component]:
    """Shared libraries of others that the wheel has in it, as `auditwheel` puts them into `*.libs`."""
    for file in package.files or []:
        if file.parts[0].endswith(".libs") and SHARED_LIBRARY.search(file.name):
            content = Path(str(file.locate())).read_bytes()
            yield Component(
                name=str(file),
                type=ComponentType.FILE,
                bom_ref=f"python:{directory.name}:{name}:{file}",
                hashes=[sha256(hashlib.sha256(content).hexdigest())],
            )


def main(arguments: list[str]) -> int:
    description = "Write the bill of materials of an image."
    parser = argparse.ArgumentParser(prog="make maintain WHAT=image-sbom", description=description)
    parser.add_argument("--to", default=DEFAULT, help=f"the file to write ({DEFAULT})")
    parser.add_argument("--image", help="copy the bill out of this image instead")
    options = parser.parse_args(arguments)
    text = of_image(options.image) if options.image else as_json(bill())
    Path(options.to).write_text(text, encoding="utf-8")
    print(f"{options.to}: {len(json.loads(text)['components'])} components")
    return 0


def of_image(image: str) -> str:
    """The bill that is in an image."""
    command = ["docker", "run", "--rm", "--network", "none", "--entrypoint", "cat", image, IN_IMAGE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{image} could not be read. Build it: docker compose build\n{done.stderr.strip()}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

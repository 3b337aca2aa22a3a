"""Google's discovery documents for the tests, from a pinned `google-api-python-client`.

    .venv/bin/python tools/vendor/google_schemas.py

The package has the documents of 600 APIs and takes 111 MB; these are less than half a megabyte. They are kept without
descriptions. For newer ones, change the version and the hash of the wheel below and run it again.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

VERSION = "2.202.0"
WHEEL = "sha256:aaa90064c9bb642ff1d065b22ca8958a2cb6e345909cefe70d0e5452fc50e08b"
COPIES = Path(__file__).resolve().parents[2] / "tests/platforms/vendor_schemas"
APIS = ("mybusinessaccountmanagement.v1", "mybusinessbusinessinformation.v1", "youtube.v3")
PARTS = ("id", "revision", "servicePath", "parameters", "resources", "schemas")
IN_PACKAGE = "googleapiclient/discovery_cache/documents"


def undescribed(value: Any) -> Any:
    """Without the sentences for readers. A field of that name is an object, not a text."""
    if isinstance(value, dict):
        return {
            name: undescribed(content)
            for name, content in value.items()
            if name != "enumDescriptions" and not (name == "description" and isinstance(content, str))
        }
    return [undescribed(item) for item in value] if isinstance(value, list) else value


def main() -> None:
    uv = str(Path(sys.executable).with_name("uv"))
    with tempfile.TemporaryDirectory() as folder:
        pin = Path(folder) / "pin.txt"
        pin.write_text(f"google-api-python-client=={VERSION} --hash={WHEEL}\n")
        install = [uv, "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
        subprocess.run([*install, "--target", f"{folder}/package", "-r", str(pin)], check=True)
        for api in APIS:
            path = Path(folder) / "package" / IN_PACKAGE / f"{api}.json"
            document = json.loads(path.read_text(encoding="utf-8"))
            reduced = {"package": VERSION} | {name: undescribed(document[name]) for name in PARTS}
            content = json.dumps(reduced, indent=1, sort_keys=True) + "\n"
            (COPIES / f"{api}.json").write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()

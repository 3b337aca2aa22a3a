"""The routes of WordPress' REST API for the tests, as WordPress of Debian describes them.

    python -m tools.vendor.wordpress_schema

It starts the server that `make test-real` starts, and needs the same packages.
"""

import json
import re
import tempfile
from pathlib import Path

import requests

from tests.platforms.real.wordpress import SOURCE, serving
from tests.platforms.vendor_schemas.wordpress import DOCUMENT, reduced


def main() -> None:
    source = (SOURCE / "wp-includes" / "version.php").read_text(encoding="utf-8")
    version = re.search(r"\$wp_version = '([^']+)'", source)
    assert version
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "site") as site:
        index = requests.get(f"{site.url}/wp-json/wp/v2", timeout=60).json()
    content = {"version": version[1], "routes": reduced(index)}
    DOCUMENT.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

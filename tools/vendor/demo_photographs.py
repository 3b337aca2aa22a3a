"""The photographs of the demo, from the packages of Debian that `demo/content/photographs.toml` names.

    python tools/vendor/demo_photographs.py FOLDER

FOLDER holds each package unpacked under its name: `apt-get download NAME`, `dpkg-deb -x NAME_*.deb FOLDER/NAME`.
Writes `demo/content/photographs/*.jpg` and, beside them, LICENSES.md.
"""

import io
import sys
import tomllib
from pathlib import Path
from typing import Any

from PIL import Image

CONTENT = Path(__file__).resolve().parents[2] / "demo" / "content"
WIDTH = 960
MOST_BYTES = 80_000
LICENCES = {
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "GPL-2.0-or-later": "https://www.gnu.org/licenses/old-licenses/gpl-2.0.html",
    "LGPL-3.0": "https://www.gnu.org/licenses/lgpl-3.0.html",
    "Public domain": "https://creativecommons.org/publicdomain/mark/1.0/",
}
HEAD = """\
# Photographs of the demo

They come from packages of Debian and keep the licences of their originals; "or later" is used here with version 3
([GPL](GPL-3.txt), [LGPL](LGPL-3.txt)). Each was cut to the proportions 3:2, made smaller (one larger, as the table
says), and compressed anew as JPEG without its metadata. Nothing else was changed.
`tools/vendor/demo_photographs.py` makes them and this file.

| File | Title | Author | Licence | Stated in | Package of Debian | Original | Changed |
|---|---|---|---|---|---|---|---|
"""


def made(entry: dict[str, Any], package: Path) -> tuple[bytes, str]:
    """A JPEG of 3:2 that is no larger than `MOST_BYTES`, and what was changed."""
    panels = [Image.open(package / file).convert("RGB") for file in (entry["file"], *entry.get("sides", ()))]
    whole = Image.new("RGB", (sum(panel.width for panel in panels), panels[0].height))
    left = 0
    for panel in panels:
        whole.paste(panel, (left, 0))
        left += panel.width
    x, y, width, height = entry.get("crop") or middle(whole.width, whole.height)
    size = (entry.get("width", WIDTH), round(entry.get("width", WIDTH) / 1.5))
    picture = whole.crop((x, y, x + width, y + height)).resize(size, Image.Resampling.LANCZOS)
    joined = f"{len(panels)} panels joined, " if len(panels) > 1 else ""
    change = f"{joined}{width} × {height} of {whole.width} × {whole.height} → {size[0]} × {size[1]}"
    for quality in range(86, 40, -2):
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
        if out.tell() <= MOST_BYTES:
            break
    return out.getvalue(), f"{change}, quality {quality}"


def middle(width: int, height: int) -> tuple[int, int, int, int]:
    across = min(width, height * 3 // 2)
    down = across * 2 // 3
    return (width - across) // 2, (height - down) // 2, across, down


def main(packages: Path) -> None:
    entries = tomllib.loads((CONTENT / "photographs.toml").read_text(encoding="utf-8"))
    lines = []
    for name, entry in entries.items():
        body, change = made(entry, packages / entry["package"])
        (CONTENT / "photographs" / f"{name}.jpg").write_bytes(body)
        licence = f"[{entry['licence']}]({LICENCES[entry['licence']]})"
        original = ", ".join(f"`{file}`" for file in (entry["file"], *entry.get("sides", ())))
        lines.append(
            f"| `{name}.jpg` | {entry['title']} | {entry['author']} | {licence} "
            f"| {entry['stated']} | {entry['package']} {entry['version']} | {original} | {change} |\n"
        )
    (CONTENT / "photographs" / "LICENSES.md").write_text(HEAD + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

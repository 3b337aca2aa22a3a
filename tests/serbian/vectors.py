"""The vectors that the package and static/js/serbian.js share."""

import json
from pathlib import Path

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/serbian.json").read_text(encoding="utf-8"))
EVERY_CODEPOINT_DIGRAPH = "".join(chr(code) for code in range(0x01C4, 0x01CD))
EVERY_WORD = Path(__file__).parent / "data/words.txt.xz"
SERBIAN = "абвгдђежзијклљмнњопрстћуфхцчџш"

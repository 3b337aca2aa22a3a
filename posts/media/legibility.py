"""Estimates how much of a picture is text, and its contrast.

Letters are strokes: along a short row of pixels they switch between two tones, ink and background, several times, with
little in between. Foliage and noise have many tones; sky and walls do not switch. So the picture is scaled down and cut
into cells; a cell counts as text where most pixels are near its two tones and the rows switch often enough. It reads no
words and needs no model; a picket fence fools it, so the page says "may".
"""

from dataclasses import dataclass
from itertools import pairwise

from PIL import Image

LONG_SIDE = 640
CELL = 16
# Of 255 steps of luminance: less is a shade of one tone.
APART = 28
# How far apart the two tones lie, as a share of the whole range of a cell: noise has 0.3, even shading 0.5.
TWO_TONED = 0.58
# Switches between the tones in an average row of a cell: a letter's stroke switches twice.
SWITCHES = 1.6


@dataclass(frozen=True)
class Legibility:
    """`text`: share of the picture that looks like text. `contrast`: ratio of letters to background, 0 without text."""

    text: float
    contrast: float

    def to_json(self) -> dict[str, float]:
        return {"text": self.text, "contrast": self.contrast}


def measure(picture: Image.Image) -> Legibility:
    """Measures a decoded picture, which is not changed."""
    grey = picture.convert("L")
    grey.thumbnail((LONG_SIDE, LONG_SIDE))
    cells = [
        _cell(grey, x, y) for y in range(0, grey.height - CELL + 1, CELL) for x in range(0, grey.width - CELL + 1, CELL)
    ]
    lettered = sorted(contrast for contrast in cells if contrast)
    if not cells or not lettered:
        return Legibility(0.0, 0.0)
    return Legibility(round(len(lettered) / len(cells), 3), round(lettered[len(lettered) // 2], 1))


def _cell(grey: Image.Image, x: int, y: int) -> float:
    """The contrast of the cell's two tones if it looks like letters, else 0."""
    part = grey.crop((x, y, x + CELL, y + CELL))
    values = part.tobytes()
    low, high = min(values), max(values)
    if high - low < APART:
        return 0.0
    middle = (low + high) / 2
    dark, light = ([v for v in values if (v < middle) is is_dark] for is_dark in (True, False))
    tones = sum(dark) / len(dark), sum(light) / len(light)
    if tones[1] - tones[0] < TWO_TONED * (high - low):
        return 0.0
    rows = [values[start : start + CELL] for start in range(0, len(values), CELL)]
    switches = sum((one < middle) is not (other < middle) for row in rows for one, other in pairwise(row))
    return _ratio(*tones) if switches >= SWITCHES * CELL else 0.0


def _ratio(dark: float, light: float) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio, of two greys in 0 … 255."""
    below, above = (_luminance(value / 255) for value in (dark, light))
    return (above + 0.05) / (below + 0.05)


def _luminance(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

"""Estimates how much of a picture is text.

Letters are strokes: along a short row of pixels they switch between two tones, ink and background, several times, with
little in between. Foliage and noise have many tones; sky and walls do not switch. So the picture is scaled down and cut
into cells; a cell counts as text where most pixels are near its two tones and the rows switch often enough. It reads no
words and needs no model; a picket fence fools it, so the page says "may".
"""

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


def measure(picture: Image.Image) -> dict[str, float]:
    """{"text": share of the picture that looks like text}, of a decoded picture, which is not changed."""
    grey = picture.convert("L")
    grey.thumbnail((LONG_SIDE, LONG_SIDE))
    cells = [
        _is_text(grey, x, y)
        for y in range(0, grey.height - CELL + 1, CELL)
        for x in range(0, grey.width - CELL + 1, CELL)
    ]
    return {"text": round(sum(cells) / len(cells), 3) if cells else 0.0}


def _is_text(grey: Image.Image, x: int, y: int) -> bool:
    """Whether the cell has two tones that switch as often as letters do."""
    part = grey.crop((x, y, x + CELL, y + CELL))
    values = part.tobytes()
    low, high = min(values), max(values)
    if high - low < APART:
        return False
    middle = (low + high) / 2
    dark, light = ([v for v in values if (v < middle) is is_dark] for is_dark in (True, False))
    tones = sum(dark) / len(dark), sum(light) / len(light)
    if tones[1] - tones[0] < TWO_TONED * (high - low):
        return False
    rows = [values[start : start + CELL] for start in range(0, len(values), CELL)]
    switches = sum((one < middle) is not (other < middle) for row in rows for one, other in pairwise(row))
    return switches >= SWITCHES * CELL

"""Pictures of the demo: photographs, and posters that we draw ourselves where no photograph fits. No faces, logos or
letters; the alt texts are stored with the posts."""

import colorsys
import io
import math
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageDraw

from demo.photographs import photographs

WIDTH, HEIGHT = 1200, 800
SMALL_WIDTH, SMALL_HEIGHT = 480, 320
FINE = 2  # drawn larger and made smaller, for smooth edges
DRAWN_TERMS = "Цртеж за демо."

Colour = tuple[int, int, int]
PAPER: Colour = (247, 242, 232)
INK: Colour = (48, 44, 40)
WARM: Colour = (226, 138, 62)
LEAF: Colour = (104, 141, 92)
WATER: Colour = (96, 150, 178)
SNOW: Colour = (252, 252, 250)


@dataclass(frozen=True)
class Poster:
    """Two JPEGs of one picture: `width` × `height`, and 480 × 320 for lists. `terms`: what it may be used for."""

    large: bytes
    small: bytes
    width: int
    height: int
    terms: str
    author: str = ""


def kinds() -> set[str]:
    """What `of` takes."""
    return PICTURES.keys() | photographs().keys()


def of(kind: str, colour: str) -> Poster:
    """A photograph, or a drawing in the municipality's colour ("#8a2f2b"). Raises `KeyError` for an unknown kind."""
    if (photograph := photographs().get(kind)) is None:
        return draw(kind, colour)
    with Image.open(io.BytesIO(photograph.content)) as image:
        return Poster(
            photograph.content, _jpeg(_small(image)), image.width, image.height, photograph.terms, photograph.author
        )


def draw(kind: str, colour: str) -> Poster:
    """1,200 × 800, in the municipality's colour. Raises `KeyError` for an unknown kind."""
    sheet = _Sheet(_rgb(colour))
    PICTURES[kind](sheet)
    large = sheet.image.reduce(FINE)
    return Poster(_jpeg(large), _jpeg(_small(large)), WIDTH, HEIGHT, DRAWN_TERMS)


def _small(image: Image.Image) -> Image.Image:
    return image.resize((SMALL_WIDTH, SMALL_HEIGHT), Image.Resampling.HAMMING)


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=86)
    return out.getvalue()


def _rgb(colour: str) -> Colour:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


class _Sheet:
    """A sheet in units of the finished picture."""

    def __init__(self, hint: Colour) -> None:
        self.hint = hint
        self.image = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE), PAPER)
        self.pen = ImageDraw.Draw(self.image)

    def shade(self, lightness: float, saturation: float = 0.4) -> Colour:
        """The municipality's hue, lighter or darker."""
        hue, _l, _s = colorsys.rgb_to_hls(*(part / 255 for part in self.hint))
        r, g, b = colorsys.hls_to_rgb(hue, lightness, saturation)
        return round(r * 255), round(g * 255), round(b * 255)

    def _xy(self, *points: tuple[float, float]) -> list[tuple[float, float]]:
        return [(x * FINE, y * FINE) for x, y in points]

    def area(self, fill: Colour, *points: tuple[float, float]) -> None:
        self.pen.polygon(self._xy(*points), fill=fill)

    def box(self, fill: Colour, x: float, y: float, w: float, h: float, radius: float = 0) -> None:  # noqa: PLR0917
        self.pen.rounded_rectangle(self._xy((x, y), (x + w, y + h)), radius * FINE, fill=fill)

    def disc(self, fill: Colour, x: float, y: float, r: float, ry: float | None = None) -> None:
        self.pen.ellipse(self._xy((x - r, y - (ry or r)), (x + r, y + (ry or r))), fill=fill)

    def line(self, fill: Colour, width: float, *points: tuple[float, float]) -> None:
        self.pen.line(self._xy(*points), fill=fill, width=int(width * FINE), joint="curve")

    def ground(self, sky: Colour, floor: Colour, horizon: float = 600) -> None:
        self.box(sky, 0, 0, WIDTH, horizon)
        self.box(floor, 0, horizon, WIDTH, HEIGHT - horizon)

    def waves(self, fill: Colour, level: float, height: float, length: float, shift: float = 0) -> None:
        top = [(x, level + height * math.sin((x + shift) / length * math.tau)) for x in range(0, WIDTH + 20, 20)]
        self.area(fill, *top, (WIDTH, HEIGHT), (0, HEIGHT))


def _hills(s: _Sheet) -> None:
    s.box(s.shade(0.9), 0, 0, WIDTH, HEIGHT)
    s.disc(WARM, 840, 300, 90)
    for level, light, length, shift in (
        (380, 0.74, 900, 0),
        (480, 0.6, 700, 200),
        (580, 0.46, 820, 500),
        (690, 0.32, 600, 80),
    ):
        s.waves(s.shade(light), level, 46, length, shift)


def _river(s: _Sheet) -> None:
    s.ground(s.shade(0.9), LEAF, 430)
    s.waves(s.shade(0.62, 0.25), 380, 26, 800)
    s.box(LEAF, 0, 430, WIDTH, 400)
    s.area(WATER, (560, 430), (640, 430), (760, 560), (620, 660), (980, 800), (240, 800), (430, 640), (560, 540))
    s.line(s.shade(0.3), 16, (300, 470), (430, 410), (600, 395), (770, 410), (900, 470))
    s.line(s.shade(0.3), 10, (300, 470), (900, 470))
    for x in (130, 1040):
        _tree(s, x, 560, 120)


def _tree(s: _Sheet, x: float, foot: float, size: float, crown: Colour = (84, 122, 76)) -> None:
    s.box((112, 84, 60), x - size * 0.07, foot - size, size * 0.14, size)
    for dx, dy, r in ((0, 1.15, 0.5), (-0.38, 0.85, 0.36), (0.38, 0.85, 0.36)):
        s.disc(crown, x + dx * size, foot - dy * size, r * size)


def _park(s: _Sheet) -> None:
    s.ground(s.shade(0.9), (150, 178, 122), 560)
    s.waves(s.shade(0.7, 0.25), 520, 20, 900)
    s.box((150, 178, 122), 0, 560, WIDTH, 240)
    _tree(s, 800, 640, 330)
    for y in (520, 556):
        s.box(s.shade(0.34), 240, y, 330, 20, 6)
    s.box(s.shade(0.34), 230, 598, 350, 24, 6)
    for x in (260, 530):
        s.box(INK, x, 618, 16, 80)


def _roadworks(s: _Sheet) -> None:
    s.ground(s.shade(0.88), (96, 94, 92), 560)
    for x in range(40, WIDTH, 240):
        s.box(PAPER, x, 660, 130, 18)
    s.area((190, 40, 34), (600, 120), (860, 560), (340, 560))
    s.area(PAPER, (600, 200), (790, 522), (410, 522))
    s.disc(INK, 640, 330, 26)
    s.line(INK, 30, (620, 370), (560, 450), (600, 500))
    s.line(INK, 22, (610, 380), (690, 430))
    s.line(INK, 12, (560, 350), (720, 480))
    s.area(INK, (690, 505), (770, 505), (730, 456))
    for x in (150, 1000):
        _cone(s, x)


def _cone(s: _Sheet, x: float) -> None:
    s.area(WARM, (x, 420), (x + 66, 640), (x - 66, 640))
    s.area(PAPER, (x - 22, 492), (x + 22, 492), (x + 36, 540), (x - 36, 540))
    s.box(WARM, x - 90, 632, 180, 26, 8)


def _tap(s: _Sheet) -> None:
    s.box(s.shade(0.9), 0, 0, WIDTH, HEIGHT)
    metal = s.shade(0.45, 0.15)
    s.box(metal, 180, 240, 420, 90, 20)
    s.box(metal, 360, 150, 60, 110, 10)
    s.box(metal, 290, 120, 200, 46, 23)
    s.line(metal, 90, (590, 285), (700, 285), (745, 330), (745, 400))
    s.disc(WATER, 745, 560, 46)
    s.area(WATER, (745, 460), (788, 545), (702, 545))
    s.waves(WATER, 720, 10, 300)


def _bulb(s: _Sheet) -> None:
    s.box(s.shade(0.18, 0.3), 0, 0, WIDTH, HEIGHT)
    s.line(s.shade(0.4, 0.2), 10, (600, 0), (600, 180))
    s.box(s.shade(0.5, 0.1), 545, 170, 110, 110, 14)
    s.disc(s.shade(0.66, 0.15), 600, 430, 180)
    s.disc(s.shade(0.72, 0.15), 560, 390, 90)
    s.line(s.shade(0.3, 0.2), 10, (540, 450), (570, 400), (600, 450), (630, 400), (660, 450))


def _bins(s: _Sheet) -> None:
    s.ground(s.shade(0.91), s.shade(0.8), 640)
    for x, colour in ((220, LEAF), (490, WATER), (760, (214, 178, 74))):
        s.area(colour, (x, 300), (x + 220, 300), (x + 196, 680), (x + 24, 680))
        s.box(colour, x - 14, 250, 248, 44, 12)
        s.box(PAPER, x + 86, 400, 48, 120, 24)
        for wheel in (50, 170):
            s.disc(INK, x + wheel, 690, 20)


def _phone(s: _Sheet) -> None:
    s.box(s.shade(0.86), 0, 0, WIDTH, HEIGHT)
    s.disc(s.shade(0.78), 600, 420, 330)
    s.box(INK, 450, 110, 300, 580, 44)
    s.box(PAPER, 470, 150, 260, 490, 20)
    s.box(s.shade(0.9), 500, 190, 200, 250, 14)
    for n, width in enumerate((150, 120, 150, 90)):
        s.box(s.shade(0.62), 524, 222 + 48 * n, width, 18, 9)
    s.disc(LEAF, 600, 540, 62)
    s.line(PAPER, 18, (570, 540), (594, 566), (634, 514))


def _document(s: _Sheet) -> None:
    s.box(s.shade(0.86), 0, 0, WIDTH, HEIGHT)
    s.area(s.shade(0.74), (370, 130), (850, 180), (800, 720), (320, 670))
    s.box(PAPER, 370, 110, 440, 560, 8)
    for n, width in enumerate((320, 260, 300, 180)):
        s.box(s.shade(0.72), 420, 180 + 46 * n, width, 18, 9)
    for n, high in enumerate((70, 120, 90, 160)):
        s.box(s.shade(0.42), 430 + 84 * n, 590 - high, 50, high, 4)
    s.line(WARM, 26, (770, 720), (930, 420))
    s.area(INK, (758, 742), (764, 700), (792, 714))


def _blocks(s: _Sheet) -> None:
    s.ground(s.shade(0.9), s.shade(0.78), 620)
    for x, y, colour in (
        (330, 470, WARM), (530, 470, WATER), (730, 470, LEAF), (430, 280, (214, 178, 74)), (630, 280, s.shade(0.5)),
        (530, 90, WARM),
    ):  # fmt: skip
        s.box(colour, x, y, 180, 180, 18)
        s.disc(PAPER, x + 90, y + 90, 42)


def _heart(s: _Sheet) -> None:
    s.box(s.shade(0.9), 0, 0, WIDTH, HEIGHT)
    red = (186, 62, 62)
    s.disc(red, 500, 340, 116)
    s.disc(red, 700, 340, 116)
    s.area(red, (398, 396), (802, 396), (600, 640))
    s.line(PAPER, 16, (260, 420), (490, 420), (540, 340), (600, 500), (650, 420), (940, 420))


def _books(s: _Sheet) -> None:
    s.box(s.shade(0.88), 0, 0, WIDTH, HEIGHT)
    s.box((132, 98, 68), 160, 620, 880, 34)
    x = 210
    for width, high, colour in (
        (70, 340, s.shade(0.4)), (54, 300, WARM), (84, 380, LEAF), (60, 320, WATER), (72, 360, s.shade(0.55)),
        (50, 290, (214, 178, 74)), (76, 350, s.shade(0.32)),
    ):  # fmt: skip
        s.box(colour, x, 620 - high, width, high, 6)
        s.box(PAPER, x + 12, 620 - high + 40, width - 24, 14)
        x += width + 8
    s.area(WATER, (770, 600), (900, 320), (960, 348), (832, 620), (780, 620))


def _stage(s: _Sheet) -> None:
    s.box(s.shade(0.16, 0.35), 0, 0, WIDTH, HEIGHT)
    s.area(s.shade(0.3, 0.3), (600, 0), (900, 640), (300, 640))
    s.box((140, 104, 72), 0, 640, WIDTH, 160)
    s.disc((232, 206, 150), 600, 690, 260, 46)
    for left in (True, False):
        edge = [(x, 40 + 640 * y) for x, y in ((0, 0), (330, 0), (250, 0.5), (140, 0.9), (150, 1), (0, 1))]
        s.area((150, 44, 44), *(edge if left else [(WIDTH - x, y) for x, y in edge]))
    s.box((120, 34, 34), 0, 0, WIDTH, 80)


def _ball(s: _Sheet) -> None:
    s.box((104, 150, 98), 0, 0, WIDTH, HEIGHT)
    s.line(PAPER, 14, (0, 620), (WIDTH, 620))
    s.line(PAPER, 14, (220, 0), (220, HEIGHT))
    s.disc((70, 110, 68), 640, 660, 200, 30)
    s.disc(SNOW, 640, 460, 190)
    for angle in range(0, 360, 72):
        x, y = 640 + 130 * math.cos(math.radians(angle)), 460 + 130 * math.sin(math.radians(angle))
        s.disc(INK, x, y, 36)
    s.disc(INK, 640, 460, 48)


def _frame(s: _Sheet) -> None:
    s.box(s.shade(0.86), 0, 0, WIDTH, HEIGHT)
    s.box((132, 98, 68), 300, 130, 600, 460, 6)
    s.box(PAPER, 334, 164, 532, 392)
    s.box(s.shade(0.88), 370, 200, 460, 320)
    for x, high in ((390, 130), (500, 190), (610, 150), (720, 210)):
        s.box(s.shade(0.55), x, 520 - high, 90, high)
        s.area(s.shade(0.4), (x - 10, 520 - high), (x + 100, 520 - high), (x + 45, 470 - high))


def _rain_gauge(s: _Sheet) -> None:
    s.box(s.shade(0.84, 0.3), 0, 0, WIDTH, HEIGHT)
    for n in range(22):
        x, y = 60 + n * 173 % 1100, 60 + n * 127 % 560
        s.line(WATER, 7, (x, y), (x - 22, y + 60))
    s.box(SNOW, 520, 150, 160, 520, 20)
    s.box(WATER, 538, 400, 124, 252, 14)
    for n in range(8):
        s.box(INK, 540, 200 + 54 * n, 44 if n % 2 else 70, 8)
    s.waves(s.shade(0.42), 690, 18, 360)


def _snow(s: _Sheet) -> None:
    s.box(s.shade(0.78, 0.25), 0, 0, WIDTH, HEIGHT)
    s.waves(s.shade(0.66, 0.2), 420, 50, 800)
    s.waves(SNOW, 560, 40, 900, 300)
    s.area((110, 112, 116), (540, 560), (640, 560), (880, 800), (300, 800))
    for n in range(34):
        s.disc(SNOW, 30 + n * 211 % 1150, 20 + n * 149 % 640, 7 + n % 3 * 4)
    s.box(WARM, 690, 520, 150, 90, 10)
    s.box(WARM, 830, 560, 60, 50, 8)
    s.area(INK, (890, 540), (920, 530), (930, 625), (890, 625))
    for x in (730, 850):
        s.disc(INK, x, 615, 24)


def _field(s: _Sheet) -> None:
    s.ground(s.shade(0.9), (176, 148, 92), 420)
    s.disc(WARM, 900, 240, 80)
    for n in range(9):
        colour = (150, 122, 72) if n % 2 else LEAF
        s.area(
            colour,
            (600 + (n - 4.5) * 30, 420),
            (600 + (n - 3.5) * 30, 420),
            (600 + (n - 3.5) * 320, 800),
            (600 + (n - 4.5) * 320, 800),
        )


def _vineyard(s: _Sheet) -> None:
    s.ground(s.shade(0.88), (150, 128, 86), 360)
    s.disc(WARM, 260, 260, 84)
    s.waves(s.shade(0.6, 0.25), 330, 34, 700)
    for row in range(5):
        y, size = 420 + row * row * 20 + row * 12, 26 + row * 12
        for x in range(-40 + row * 30, WIDTH, size * 3):
            s.box((112, 84, 60), x + size - 4, y, 8 + row, size * 1.6)
            s.disc(LEAF, x + size, y, size)
            s.disc((96, 52, 92), x + size - size * 0.3, y + size * 0.4, size * 0.3)


def _fountain(s: _Sheet) -> None:
    s.ground(s.shade(0.9), s.shade(0.78, 0.2), 600)
    stone = s.shade(0.5, 0.12)
    s.box(stone, 470, 330, 260, 330, 12)
    s.area(stone, (440, 330), (760, 330), (600, 230))
    s.disc(s.shade(0.36, 0.15), 600, 420, 40)
    s.line(WATER, 22, (600, 430), (650, 470), (662, 600))
    s.box(s.shade(0.42, 0.12), 400, 620, 400, 60, 20)
    for x in (520, 600, 680):
        s.line(SNOW, 14, (x, 200), (x + 26, 160), (x - 10, 120), (x + 20, 70))


def _thread(s: _Sheet) -> None:
    s.box(s.shade(0.88), 0, 0, WIDTH, HEIGHT)
    s.box((150, 112, 78), 420, 200, 260, 50, 14)
    s.box((150, 112, 78), 420, 560, 260, 50, 14)
    for n in range(12):
        s.box(s.shade(0.36 + 0.03 * (n % 3)), 450, 252 + n * 26, 200, 24, 12)
    s.line(s.shade(0.4), 8, (650, 480), (760, 520), (820, 430), (900, 470))
    s.line(INK, 10, (880, 300), (930, 620))


def _bike(s: _Sheet) -> None:
    s.ground(s.shade(0.9), s.shade(0.74, 0.2), 620)
    for x in (390, 810):
        s.disc(INK, x, 500, 150)
        s.disc(s.shade(0.9), x, 500, 134)
        s.disc(INK, x, 500, 12)
    frame = s.shade(0.4)
    s.line(frame, 18, (390, 500), (540, 300), (750, 300), (600, 500), (390, 500))
    s.line(frame, 18, (540, 280), (600, 500))
    s.line(frame, 18, (810, 500), (730, 230), (670, 220))
    s.box(INK, 490, 250, 110, 24, 12)


def _sun(s: _Sheet) -> None:
    s.box((244, 214, 160), 0, 0, WIDTH, HEIGHT)
    for angle in range(0, 360, 20):
        a = math.radians(angle)
        s.line(
            WARM,
            12,
            (600 + 200 * math.cos(a), 300 + 200 * math.sin(a)),
            (600 + 270 * math.cos(a), 300 + 270 * math.sin(a)),
        )
    s.disc(WARM, 600, 300, 160)
    for x, high in ((60, 180), (260, 140), (460, 210), (680, 150), (880, 190)):
        s.box(s.shade(0.5), x, 800 - high, 180, high)
        s.area((170, 74, 56), (x - 16, 800 - high), (x + 196, 800 - high), (x + 90, 720 - high))


PICTURES: dict[str, Callable[[_Sheet], None]] = {
    "ball": _ball,
    "bike": _bike,
    "bins": _bins,
    "blocks": _blocks,
    "books": _books,
    "bulb": _bulb,
    "document": _document,
    "field": _field,
    "fountain": _fountain,
    "frame": _frame,
    "heart": _heart,
    "hills": _hills,
    "park": _park,
    "phone": _phone,
    "rain_gauge": _rain_gauge,
    "river": _river,
    "roadworks": _roadworks,
    "snow": _snow,
    "stage": _stage,
    "sun": _sun,
    "tap": _tap,
    "thread": _thread,
    "vineyard": _vineyard,
}

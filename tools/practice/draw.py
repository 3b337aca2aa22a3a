"""Draws the pictures of the built-in good practice: `python -m tools.practice.draw`.

One for each example of `exchange/reference/practice.toml`, by its key, into `static/img/practice/`. Flat shapes on
paper with an ink line, in the colours of `static/css/tokens.css`; no letters, so that they read alike in both scripts.
They stand for posted pictures, hence the same paper in light and dark.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

HERE = Path(__file__).resolve().parents[2] / "static" / "img" / "practice"
WIDTH, HEIGHT = 640, 400
PAPER, SURFACE, INK, SOFT = "#f5f2eb", "#fffefb", "#3a342c", "#cfc7b8"
BLUE, SKY, GREEN, LEAF, OCHRE, SUN = "#1f5a8f", "#dfe8f0", "#3d7a4b", "#cfe3cd", "#b3701a", "#f3dcae"
ROAD, MUD = "#e4ded2", "#bfae92"


# ---------------------------------------------------------------- shapes


def _style(fill: str, stroke: str, width: float) -> str:
    line = (
        f' stroke="{stroke}" stroke-width="{width:g}" stroke-linecap="round" stroke-linejoin="round"' if stroke else ""
    )
    return f'fill="{fill}"{line}'


def box(  # noqa: PLR0917 (as SVG has them)
    x: float, y: float, w: float, h: float, fill: str = SURFACE, stroke: str = INK, *, r: float = 10
) -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="{r:g}" {_style(fill, stroke, 4)}/>'


def dot(x: float, y: float, r: float, fill: str = INK, stroke: str = "") -> str:
    return f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}" {_style(fill, stroke, 4)}/>'


def path(d: str, fill: str = "none", stroke: str = INK, width: float = 4) -> str:
    return f'<path d="{d}" {_style(fill, stroke, width)}/>'


def lines(x: float, y: float, widths: Iterable[float], *, step: float = 20, stroke: str = SOFT) -> str:
    """Text that is only hinted at."""
    return "".join(path(f"M{x:g} {y + n * step:g}h{w:g}", stroke=stroke, width=8) for n, w in enumerate(widths))


def at(x: float, y: float, *parts: str, scale: float = 1) -> str:
    grown = f" scale({scale:g})" if scale != 1 else ""
    return f'<g transform="translate({x:g} {y:g}){grown}">{"".join(parts)}</g>'


def tick(x: float, y: float, size: float = 1, stroke: str = GREEN) -> str:
    return at(x, y, path("M0 14 12 26 34 0", stroke=stroke, width=7), scale=size)


def cross(x: float, y: float, size: float = 1, stroke: str = OCHRE) -> str:
    return at(x, y, path("M0 0 26 26M26 0 0 26", stroke=stroke, width=7), scale=size)


def bubble(x: float, y: float, w: float, h: float, fill: str = SURFACE) -> str:
    across, down = w - 32, h - 32
    d = (
        f"M{x + 16:g} {y:g}h{across:g}q16 0 16 16v{down:g}q0 16-16 16h{-(w - 84):g}l-30 28v-28h-22q-16 0-16-16"
        f"v{-down:g}q0-16 16-16Z"
    )
    return path(d, fill)


def question(x: float, y: float, size: float = 1, stroke: str = BLUE) -> str:
    mark = path("M0 12a18 18 0 1 1 26 16q-8 4-8 14", stroke=stroke, width=8)
    return at(x, y, mark, dot(18, 58, 5, stroke), scale=size)


def heart(x: float, y: float, size: float = 1) -> str:
    d = "M20 36C6 26 0 19 0 11 0 4 5 0 10 0c4 0 8 2 10 6 2-4 6-6 10-6 5 0 10 4 10 11 0 8-6 15-20 25Z"
    return at(x, y, path(d, OCHRE, OCHRE, 2), scale=size)


def phone(x: float, y: float, *screen: str, w: float = 170, h: float = 320) -> str:
    return at(
        x,
        y,
        box(0, 0, w, h, INK, r=24),
        box(10, 26, w - 20, h - 56, SURFACE, "", r=6),
        dot(w / 2, h - 15, 6, SOFT),
        *screen,
    )


def tree(x: float, y: float, size: float = 1) -> str:
    crown = path("M0-46c-30 0-44-24-34-44-8-26 12-48 34-44 22-4 42 18 34 44 10 20-4 44-34 44Z", LEAF, GREEN)
    return at(x, y, path("M0 0v-70M0-30l18-16", stroke=INK, width=6), crown, path("M0 0v-60", width=6), scale=size)


def lamp(x: float, y: float, size: float = 1) -> str:
    light = path("M-46-24 4-156h34L86-24Z", SUN, "")
    return at(
        x, y, light, path("M-10 0v-168q0-22 24-22h8", width=7), path("M2-168h40l-8-20H12Z", OCHRE, INK), scale=size
    )


def bench(x: float, y: float, size: float = 1) -> str:
    return at(
        x,
        y,
        path("M0-46h96M0-28h96", stroke=OCHRE, width=9),
        path("M12-28V0M84-28V0M12-46v18M84-46v18", width=6),
        scale=size,
    )


def swing(x: float, y: float, size: float = 1) -> str:
    return at(
        x,
        y,
        path("M0 0 24-96h72L120 0M24-96l24 96M96-96 72 0", width=6),
        path("M44-96v58h32v-58", stroke=SOFT),
        path("M40-36h40", stroke=OCHRE, width=10),
        scale=size,
    )


def house(x: float, y: float, size: float = 1, wall: str = SURFACE) -> str:
    return at(
        x,
        y,
        path("M0 0v-74l52-44 52 44V0Z", wall),
        path("M-10-68 52-120l62 52", stroke=OCHRE, width=8),
        box(40, -40, 24, 40, SKY, r=3),
        box(16, -62, 20, 20, SUN, r=2),
        box(68, -62, 20, 20, SUN, r=2),
        scale=size,
    )


def person(x: float, y: float, shirt: str = BLUE, size: float = 1, *, helmet: bool = False) -> str:
    hat = (
        path("M-26-94a26 26 0 0 1 52 0h8h-68Z", SUN)
        if helmet
        else path("M-24-98c-4-30 52-34 50 2-12-16-30-18-50-2Z", INK)
    )
    return at(
        x, y, path("M-48 0c0-44 18-64 48-64s48 20 48 64Z", shirt), dot(0, -90, 25, "#f1d7ba", INK), hat, scale=size
    )


def leaf(x: float, y: float, size: float = 1) -> str:
    """A leaf of a calendar with one day marked."""
    days = "".join(dot(28 + 32 * (n % 5), 76 + 32 * (n // 5), 6, SOFT) for n in range(15))
    marked = dot(28 + 32 * 3, 76 + 32, 18, SUN, OCHRE)
    return at(
        x,
        y,
        box(0, 0, 184, 168),
        path("M0 44h184", stroke=INK),
        box(2, 2, 180, 42, SKY, "", r=8),
        path("M44-12v26M140-12v26", width=6),
        days,
        marked,
        scale=size,
    )


def block(x: float, y: float, w: float, h: float, fill: str = ROAD) -> str:
    return box(x, y, w, h, fill, "", r=8)


def pin(x: float, y: float, fill: str = OCHRE, size: float = 1) -> str:
    return at(
        x,
        y,
        path("M0 0c-22-28-28-40-28-52a28 28 0 0 1 56 0c0 12-6 24-28 52Z", fill),
        dot(0, -52, 10, SURFACE),
        scale=size,
    )


def halves(left: str, right: str) -> str:
    return (
        left
        + f'<g transform="translate({WIDTH // 2} 0)">{right}</g>'
        + path(f"M{WIDTH // 2} 0v{HEIGHT}", stroke=SURFACE, width=12)
    )


def ground(w: float = WIDTH, y: float = 300, fill: str = LEAF) -> str:
    return f'<path d="M0 {y:g}h{w:g}v{HEIGHT - y:g}H0Z" fill="{fill}"/>'


def way(mud: bool = False) -> str:
    """A path that runs away from one, in half a picture."""
    d = f"M20 {HEIGHT}C90 340 110 300 140 270h50c-10 40-6 80 90 130Z"
    spots = "".join(
        f'<ellipse cx="{x}" cy="{y}" rx="{r}" ry="{r / 3:g}" fill="{SKY}" stroke="{BLUE}" stroke-width="3"/>'
        for x, y, r in ((120, 368, 40), (178, 326, 24), (156, 292, 14))
    )
    return path(d, MUD if mud else ROAD, INK) + (spots if mud else "")


# ---------------------------------------------------------------- pictures


def streets() -> str:
    blocks = [
        (30, 30, 150, 90),
        (210, 30, 190, 90),
        (430, 30, 180, 90),
        (30, 150, 150, 100),
        (430, 150, 180, 100),
        (30, 280, 150, 90),
        (210, 280, 190, 90),
        (430, 280, 180, 90),
    ]
    background = (
        f'<path d="M0 0h{WIDTH}v{HEIGHT}H0Z" fill="{SURFACE}"/>'
        + "".join(block(*corner) for corner in blocks)
        + block(210, 150, 190, 100, LEAF)
    )
    closed = path("M195 0v265H640", stroke=BLUE, width=22) + path("M195 0v265H640", stroke=SKY, width=6)
    drop = path("M0-34c20 26 26 36 26 48a26 26 0 0 1-52 0c0-12 6-22 26-48Z", SKY, BLUE, 5)
    tank = at(
        470,
        216,
        box(-60, -40, 92, 50, SKY, BLUE, r=22),
        path("M32 10V-22h26l18 20v12Z", SURFACE, INK),
        path("M-62 10h140", width=6),
        dot(-36, 16, 13, SURFACE, INK),
        dot(52, 16, 13, SURFACE, INK),
    )
    return (
        background
        + tree(260, 236, 0.5)
        + tree(340, 240, 0.6)
        + closed
        + at(195, 130, dot(0, 4, 50, SURFACE, BLUE), drop)
        + tank
    )


def plough() -> str:
    hills = path("M0 250 140 130l110 90 140-130 250 170v140H0Z", SURFACE, SOFT)
    road = path("M-10 340h660v70H-10Z", ROAD, SOFT) + path("M20 374h60M120 374h60", stroke=SURFACE, width=8)
    snow = path("M410 340c20-30 60-44 110-40 60-6 110 10 140 40v70H410Z", SURFACE, SOFT)
    lorry = at(
        200,
        340,
        box(0, -110, 130, 86, OCHRE),
        path("M130-96h48l30 40v34h-78Z", SUN),
        path("M144-84h28l18 26h-46Z", SKY),
        path("M204-70q30 30 4 74l26 4q24-40-4-84Z", BLUE),
        dot(36, -14, 24, INK),
        dot(160, -14, 24, INK),
        dot(36, -14, 9, SOFT),
        dot(160, -14, 9, SOFT),
        dot(70, -124, 9, OCHRE, INK),
    )
    flakes = "".join(
        dot(x, y, r, SURFACE, SOFT)
        for x, y, r in (
            (60, 60, 7),
            (170, 40, 5),
            (300, 60, 8),
            (420, 40, 6),
            (560, 60, 8),
            (500, 130, 5),
            (90, 160, 5),
            (600, 200, 6),
        )
    )
    return f'<path d="M0 0h{WIDTH}v{HEIGHT}H0Z" fill="{SKY}"/>' + hills + road + snow + lorry + flakes


def four_steps() -> str:
    frames = [at(28 + 150 * n, 90, box(0, 0, 134, 190, SURFACE)) for n in range(4)]
    inside = at(62, 120, box(0, 0, 66, 116, SKY, r=12), dot(33, 102, 5))
    inside += at(204, 122, box(0, 0, 82, 112, PAPER, r=6), lines(14, 26, (54, 54, 36)), tick(36, 76, 0.8))
    inside += leaf(356, 130, 0.55) + house(500, 236, 0.76)
    marks = "".join(dot(95 + 150 * n, 318, 9, BLUE if n == 0 else SOFT) for n in range(4))
    arrows = "".join(path(f"M{165 + 150 * n} 185h10m-6-7 7 7-7 7", stroke=BLUE, width=5) for n in range(3))
    return "".join(frames) + inside + marks + arrows


def screen_video() -> str:
    play = dot(85, 130, 40, BLUE) + path("M74 110 104 130 74 150Z", SURFACE, SURFACE)
    seen = (
        lines(34, 66, (102,), stroke=SKY)
        + play
        + box(24, 208, 122, 20, INK, "", r=6)
        + lines(34, 218, (100,), stroke=SURFACE)
    )
    bar = path("M28 252h114", stroke=SOFT, width=6) + path("M28 252h50", stroke=BLUE, width=6)
    hand = path("M150 330c-6-60 40-120 84-150l20 30c-30 30-34 60-34 120Z", "#f1d7ba") + path(
        "M420 240c26 10 30 60 0 70", "#f1d7ba"
    )
    clock = (
        dot(506, 128, 62, SURFACE, INK)
        + path("M506 88v42l26 20", width=6)
        + path("M506 66a62 62 0 0 1 58 84", stroke=OCHRE, width=12)
    )
    return hand + phone(235, 40, seen, bar) + clock


def poll() -> str:
    bars = ((210, GREEN, 340), (250, BLUE, 240), (290, OCHRE, 180), (330, SOFT, 110))
    drawn = "".join(
        box(200, y - 82 + n * 14, 400, 36, SURFACE, SOFT, r=8) + box(200, y - 82 + n * 14, w, 36, fill, "", r=8)
        for n, (y, fill, w) in enumerate(bars)
    )
    things = tree(100, 152, 0.55) + bench(64, 218, 0.75) + lamp(94, 286, 0.34) + swing(64, 352, 0.55)
    return box(36, 40, 580, 330, PAPER, SOFT) + lines(200, 78, (300,)) + drawn + things


def this_or_that() -> str:
    left = (
        f'<path d="M0 0h320v{HEIGHT}H0Z" fill="{SKY}"/>'
        + ground(320, 250)
        + way()
        + tree(70, 290, 1.1)
        + tree(256, 274, 0.8)
    )
    right = (
        f'<path d="M0 0h320v{HEIGHT}H0Z" fill="#24303c"/>'
        + ground(320, 250, "#5d7a5c")
        + way()
        + lamp(70, 300, 1.1)
        + lamp(250, 270, 0.7)
    )
    return halves(left, right)


def one_thing() -> str:
    talk = (
        bubble(40, 40, 230, 120)
        + lines(70, 78, (150, 110))
        + bubble(350, 30, 220, 110, SUN)
        + question(442, 56, 0.9, INK)
    )
    talk += bubble(400, 190, 190, 100, SKY) + heart(475, 216, 1.1)
    return ground() + house(170, 330, 1.5) + talk


def debate() -> str:
    paper = at(296, 56, box(0, 0, 130, 176, SURFACE), lines(22, 40, (86, 86, 60, 86, 40)))
    chair = path("M0 0v-70M0-70h8M0-36h58M58-36V0", width=8) + path("M0-94h-2v58", stroke=OCHRE, width=10)
    chairs = at(330, 350, chair) + f'<g transform="translate(560 350) scale(-1 1)">{chair}</g>'
    table = path("M410 300h72M446 300v50", width=8)
    return leaf(60, 70, 1.1) + paper + ground(WIDTH, 350, ROAD) + chairs + table + bubble(460, 70, 130, 84, SKY)


def plan_map() -> str:
    blocks = [
        (24, 24, 110, 110),
        (160, 24, 150, 110),
        (24, 160, 110, 214),
        (160, 160, 150, 90),
        (160, 276, 150, 98),
        (336, 24, 70, 350),
    ]
    background = (
        f'<path d="M0 0h430v{HEIGHT}H0Z" fill="{SURFACE}"/>'
        + "".join(block(*corner) for corner in blocks)
        + block(160, 160, 150, 90, LEAF)
    )
    pins = pin(236, 214) + pin(80, 110, BLUE) + pin(372, 300, GREEN)
    key = at(
        452,
        60,
        box(0, 0, 160, 250, SURFACE),
        *(
            pin(34, 84 + 76 * n, fill, 0.6) + lines(68, 58 + 76 * n, (70, 46))
            for n, fill in enumerate((OCHRE, BLUE, GREEN))
        ),
    )
    return background + pins + key


def live_desk() -> str:
    desk = path("M60 330h360v60H60Z", OCHRE) + path("M60 330h360", width=6)
    camera = at(
        500,
        200,
        path("M0 60 10 190M0 60l-50 130M0 60l60 120", width=7),
        box(-56, 0, 112, 62, INK),
        path("M-56 10-100-6v74l44-16Z", INK),
    )
    return (
        box(70, 40, 270, 200, SKY, SOFT)
        + person(240, 330, BLUE, 1.3)
        + desk
        + box(300, 300, 26, 34, SURFACE)
        + bubble(360, 30, 150, 96)
        + question(426, 52, 0.8)
        + camera
        + dot(540, 216, 10, OCHRE)
    )


def building_site() -> str:
    crane = path("M470 330V70M430 70h190M470 70l-40 40M590 70v70", width=8) + box(572, 140, 36, 30, OCHRE)
    wall = "".join(box(60 + 64 * n, 210, 58, 30, SUN, r=3) + box(90 + 64 * n, 174, 58, 30, SUN, r=3) for n in range(4))
    fence = "".join(path(f"M{x} 250v80", stroke=OCHRE, width=16) for x in range(30, 640, 40)) + path(
        "M0 276h640M0 312h640", stroke=SURFACE, width=10
    )
    man = (
        person(320, 400, GREEN, 1.35, helmet=True)
        + path("M372 340 420 300", "none", "#f1d7ba", 18)
        + at(408, 246, box(0, 0, 34, 62, INK, r=8))
    )
    return f'<path d="M0 0h{WIDTH}v{HEIGHT}H0Z" fill="{SKY}"/>' + crane + wall + ground(WIDTH, 320, ROAD) + fence + man


def before_after() -> str:
    left = (
        f'<path d="M0 0h320v{HEIGHT}H0Z" fill="{ROAD}"/>'
        + ground(320, 250, "#d8d2bd")
        + way(mud=True)
        + path("M236 268v-70M236 240l-20-22M236 226l22-26", width=6)
    )
    right = (
        f'<path d="M0 0h320v{HEIGHT}H0Z" fill="{SKY}"/>'
        + ground(320, 250)
        + way()
        + tree(240, 276, 0.9)
        + bench(30, 320, 0.9)
        + dot(70, 60, 28, SUN, OCHRE)
    )
    return halves(left, right)


def checklist() -> str:
    rows = "".join(lines(170, 84 + 48 * n, (300 - 40 * (n % 3),), stroke=SOFT) for n in range(6))
    done = "".join(tick(108, 70 + 48 * n, 0.85) for n in range(4))
    wait = dot(124, 276, 17, SURFACE, BLUE) + path("M124 266v11l8 6", stroke=BLUE, width=5)
    no = dot(124, 324, 17, SURFACE, OCHRE) + path("M112 336 136 312", stroke=OCHRE, width=5)
    return box(70, 30, 470, 340, SURFACE) + rows + done + wait + no + bubble(470, 40, 130, 84, SUN)


def questions() -> str:
    cards = "".join(
        at(40 + 112 * n, 96, box(0, 0, 96, 132, SKY if n != 2 else SUN), question(30, 34, 0.9))
        for n in range(5)
        if n != 2
    )
    coin = dot(0, 0, 34, SUN, OCHRE) + dot(0, 0, 22, SUN, OCHRE)
    opened = at(
        226, 70, box(0, 0, 190, 240, SURFACE), at(60, 64, coin), lines(28, 122, (134, 100)), leaf(52, 158, 0.42)
    )
    return cards + opened


def myth() -> str:
    first = at(60, 60, box(0, 0, 230, 220, SURFACE, SOFT), bubble(30, 36, 170, 100, ROAD), cross(102, 70, 1.1))
    second = at(350, 60, box(0, 0, 230, 220, SURFACE, INK), bubble(30, 36, 170, 100, LEAF), tick(96, 70, 1.2))
    can = path("M0 0h64l-8 76H8Z", SURFACE) + path("M-6 0h76", width=8)
    return first + second + at(210, 300, can.replace(SURFACE, SKY)) + at(350, 300, can.replace(SURFACE, SUN))


def album() -> str:
    def frame(x: float, y: float, *parts: str) -> str:
        return at(x, y, box(0, 0, 270, 166, SKY), *parts)

    run = frame(
        40,
        26,
        path("M2 126h266v34H2Z", LEAF, ""),
        *(
            at(
                60 + 70 * n,
                96,
                dot(10, -46, 13, "#f1d7ba", INK),
                path("M10-32 0-4l18 14-6 26M0-4l-22 20M8-26l24 12", stroke=fill, width=8),
            )
            for n, fill in enumerate((BLUE, OCHRE, GREEN))
        ),
    )
    cup = frame(330, 26, path("M100 50h70l-10 86h-50Z", SURFACE), path("M106 84h58l-6 52h-46Z", SKY, BLUE))
    flag = frame(
        40,
        210,
        path("M40 140V40h190v100", width=7),
        path("M40 40h190v34H40Z", SURFACE),
        *(block(40 + 38 * n, 40 + 17 * (n % 2), 19, 17, INK) for n in range(5)),
    )
    tent = frame(
        330,
        210,
        path("M50 140 90 60h90l40 80Z", SUN),
        path("M110 140l25-80 25 80Z", OCHRE),
        path("M40 140h200", width=6),
    )
    return run + cup + flag + tent


def concert() -> str:
    note = path("M0 40V0l30-8v38", width=7) + dot(-8, 42, 10) + dot(22, 32, 10)
    stage = (
        box(24, 160, 122, 74, OCHRE, "", r=4) + path("M24 160 50 90h70l26 70", SUN, "") + at(76, 104, note, scale=0.8)
    )
    lights = "".join(path(f"M{44 + 40 * n} 60l-14 34h28Z", SKY, "") + dot(44 + 40 * n, 56, 7, INK) for n in range(3))
    day = at(456, 92, leaf(0, 0, 0.85))
    return (
        at(60, 130, note, scale=1.6)
        + at(120, 260, note, scale=1.1)
        + phone(235, 40, lights, stage, lines(34, 256, (90,)))
        + day
    )


def photo() -> str:
    camera = at(
        120,
        120,
        path("M100 150 60 270M100 150l40 120M100 150v110", width=7),
        box(0, 30, 200, 124, INK, r=16),
        box(56, 8, 70, 30, INK, r=8),
        dot(100, 92, 44, SKY, SURFACE),
        dot(100, 92, 20, BLUE),
        dot(172, 54, 8, SUN),
    )
    view = at(
        370,
        70,
        box(0, 0, 220, 170, SKY),
        path("M4 166 70 76l46 50 34-34 66 74Z", LEAF, GREEN),
        dot(172, 42, 20, SUN, OCHRE),
    )
    swallow = path("M420 50c16-16 26-16 34 0 10-14 22-16 38-2-16 0-24 4-34 18-10-14-22-18-38-16Z", INK, "")
    return camera + view + swallow + ground(WIDTH, 388, ROAD)


def drawings() -> str:
    sheets = at(
        50,
        70,
        box(0, 0, 166, 210, SURFACE),
        path("M34 150v-50l48-38 48 38v50Z", "none", BLUE, 7),
        path("M70 150v-30h24v30", "none", OCHRE, 6),
    )
    sheets += at(
        238,
        60,
        box(0, 0, 166, 210, SURFACE),
        path("M82 170v-60", "none", OCHRE, 9),
        path("M82 116c-50 4-54-44-24-50 0-34 50-34 50 0 30 4 24 54-26 50Z", "none", GREEN, 7),
    )
    sun = "".join(
        f'<path d="M0-50v-20" transform="rotate({a})" stroke="{OCHRE}" stroke-width="7" stroke-linecap="round"/>'
        for a in range(0, 360, 45)
    )
    sheets += at(426, 74, box(0, 0, 166, 210, SURFACE), at(83, 106, dot(0, 0, 34, SUN, OCHRE), sun))
    pins = "".join(dot(x, 74 + 8 * (n % 2), 9, BLUE) for n, x in enumerate((133, 321, 509)))
    pencils = at(
        180, 340, path("M0 0h200l30 14-30 14H0Z", SUN), path("M200 0l30 14-30 14", width=4), path("M20 0v28", width=4)
    )
    return sheets + pins + pencils


PICTURES: dict[str, Callable[[], str]] = {
    "voda-sa-mapom": streets,
    "zimska-sluzba": plough,
    "upis-u-vrtic-u-cetiri-slike": four_steps,
    "izvod-za-35-sekundi": screen_video,
    "sta-prvo-da-uredimo": poll,
    "ovo-ili-ono-igraliste": this_or_that,
    "jedna-stvar": one_thing,
    "javna-rasprava-o-budzetu": debate,
    "plan-na-mapi": plan_map,
    "uzivo-sa-nacelnicom": live_desk,
    "uzivo-sa-terena": building_site,
    "pre-i-posle": before_after,
    "pitali-ste-uradili-smo-svetlo": checklist,
    "porez-pet-pitanja": questions,
    "mit-i-cinjenica-reciklaza": myth,
    "album-sa-trke": album,
    "poziv-na-koncert": concert,
    "fotografija-meseca": photo,
    "decji-crtezi": drawings,
}


def whole(body: str) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
    return f'{head}<path d="M0 0h{WIDTH}v{HEIGHT}H0Z" fill="{PAPER}"/>{body}</svg>\n'


def draw(into: Path = HERE) -> None:
    into.mkdir(parents=True, exist_ok=True)
    for key, picture in PICTURES.items():
        (into / f"{key}.svg").write_text(whole(picture()))


if __name__ == "__main__":
    draw()

"""The drawings on slides and beside steps: flat shapes in the field's colours, 400 x 400."""

import math
from collections.abc import Callable
from functools import lru_cache

from PIL import Image

from demo.drawing import Point, Sketch
from demo.palette import (
    CARTON,
    CARTON_DARK,
    CLAY,
    CLOUD,
    FIELD,
    FIELD_STRONG,
    GRAIN,
    INK,
    LEAF,
    LEAF_DARK,
    LEAF_YELLOW,
    LINE,
    MINT,
    PAPER,
    POTATO,
    POTATO_DARK,
    POTATO_FLESH,
    RAISED,
    SKY,
    SOIL,
    SOIL_DARK,
    mix,
)

SIZE = 400
ROUND = (1.0, 1.06, 0.97, 1.04, 0.95, 1.02, 0.98, 1.05)


@lru_cache(maxsize=32)
def figure(name: str) -> Image.Image:
    """The drawing called `name`, transparent around it."""
    sketch = Sketch(SIZE, SIZE)
    FIGURES[name](sketch)
    return sketch.finish()


def tuber(sketch: Sketch, centre: Point, radius: float, *, turn: float = 0.3, eyes: int = 5) -> None:
    """A potato lying on its side."""
    x, y = centre
    radii = [radius * share * (1.18 if index % 4 in (0, 1) else 0.86) for index, share in enumerate(ROUND)]
    sketch.blob((x + radius * 0.04, y + radius * 0.07), radii, POTATO_DARK, turn=turn)
    sketch.blob(centre, radii, POTATO, turn=turn)
    sketch.blob(
        (x - radius * 0.18, y - radius * 0.2), [one * 0.5 for one in radii], mix(POTATO, RAISED, 0.25), turn=turn
    )
    for index in range(eyes):
        angle = turn + 1.1 + index * 2 * math.pi / max(eyes, 1)
        spot = (x + radius * 0.58 * math.cos(angle), y + radius * 0.5 * math.sin(angle))
        sketch.ellipse(spot, radius * 0.09, radius * 0.05, POTATO_DARK)


def plant(
    sketch: Sketch, foot: Point, height: float, *, leaf: tuple[int, int, int] = LEAF, flowers: bool = False
) -> None:
    """A potato plant as tall as `height`."""
    x, y = foot
    dark = mix(leaf, LEAF_DARK, 0.55)
    for lean in (-0.32, 0.0, 0.34):
        top = (x + lean * height, y - height * (1.0 - abs(lean) * 0.5))
        sketch.line([foot, top], dark, max(1.5, height / 28))
        for share in (0.35, 0.6, 0.82, 1.0):
            px, py = x + (top[0] - x) * share, y + (top[1] - y) * share
            reach = height * 0.3 * (1.15 - share * 0.35)
            for side in (-1, 1):
                tip = (px + side * reach, py - reach * 0.45)
                sketch.leaf((px, py), tip, reach * 0.55, mix(leaf, dark, 0.35 if side < 0 else 0.0), dark)
        if flowers:
            for index in range(5):
                angle = index * 2 * math.pi / 5
                petal = (
                    top[0] + height * 0.055 * math.cos(angle),
                    top[1] - height * 0.06 + height * 0.055 * math.sin(angle),
                )
                sketch.circle(petal, height * 0.045, RAISED)
            sketch.circle((top[0], top[1] - height * 0.06), height * 0.035, GRAIN)


def _shop(sketch: Sketch) -> None:
    sketch.box(110, 30, 290, 375, INK, radius=28)
    sketch.box(120, 44, 280, 361, PAPER, radius=18)
    for index in range(4):
        colour = FIELD if index % 2 == 0 else RAISED
        sketch.box(120 + index * 40, 70, 160 + index * 40, 106, colour)
        sketch.ellipse((140 + index * 40, 106), 20, 14, colour)
    for row, column in ((0, 0), (0, 1), (1, 0), (1, 1)):
        left, top = 134 + column * 70, 140 + row * 98
        sketch.box(left, top, left + 62, top + 84, RAISED, radius=8)
        tuber(sketch, (left + 31, top + 32), 19, turn=0.2 + row + column, eyes=3)
        sketch.box(left + 8, top + 62, left + 40, top + 68, LINE, radius=3)
        sketch.box(left + 8, top + 72, left + 28, top + 78, GRAIN, radius=3)
    sketch.box(150, 334, 250, 352, FIELD, radius=9)


def _basket(sketch: Sketch) -> None:
    for index, (x, y) in enumerate(
        ((110, 190), (175, 160), (240, 170), (295, 195), (145, 215), (210, 205), (265, 225))
    ):
        tuber(sketch, (x, y), 46, turn=index * 0.7, eyes=4)
    sketch.polygon([(50, 220), (350, 220), (310, 350), (90, 350)], CARTON)
    sketch.box(40, 205, 360, 232, CARTON_DARK, radius=13)
    for row in range(3):
        y = 255 + row * 32
        for column in range(8):
            x = 82 + column * 32 + (row % 2) * 14
            if 70 + row * 9 < x < 318 - row * 9:
                sketch.box(x, y, x + 20, y + 12, CARTON_DARK, radius=5)


def _carton(sketch: Sketch) -> None:
    sketch.polygon([(60, 170), (200, 215), (200, 365), (60, 310)], CARTON)
    sketch.polygon([(340, 170), (200, 215), (200, 365), (340, 310)], CARTON_DARK)


def _box(sketch: Sketch) -> None:
    sketch.polygon([(60, 170), (200, 125), (340, 170), (200, 215)], mix(CARTON_DARK, INK, 0.35))
    for index, (x, y) in enumerate(((140, 165), (195, 150), (250, 165), (200, 185))):
        tuber(sketch, (x, y), 38, turn=index * 0.9, eyes=3)
    _carton(sketch)
    sketch.polygon([(60, 170), (20, 120), (150, 85), (200, 125)], mix(CARTON, RAISED, 0.15))
    sketch.polygon([(340, 170), (380, 120), (250, 85), (200, 125)], mix(CARTON, RAISED, 0.05))
    _sprout_mark(sketch, (130, 262), 30)


def _sprout_mark(sketch: Sketch, centre: Point, size: float) -> None:
    x, y = centre
    sketch.line([(x, y + size), (x, y - size * 0.2)], FIELD_STRONG, size / 6)
    sketch.leaf((x, y), (x - size, y - size * 0.8), size * 0.7, FIELD, FIELD_STRONG)
    sketch.leaf((x, y - size * 0.2), (x + size, y - size), size * 0.7, FIELD, FIELD_STRONG)


def _sleeve(sketch: Sketch) -> None:
    tuber(sketch, (200, 200), 112, eyes=6)
    for index in range(-6, 7):
        x = 200 + index * 22
        reach = math.sqrt(max(0.0, 1 - (index * 22 / 150) ** 2)) * 105
        for side in (-1, 1):
            sketch.line([(x - 26 * side, 200 - reach), (x + 26 * side, 200 + reach)], mix(RAISED, SKY, 0.12), 4)
    sketch.box(46, 92, 86, 308, RAISED, radius=16)
    sketch.box(314, 92, 354, 308, RAISED, radius=16)


def _tape(sketch: Sketch) -> None:
    sketch.polygon([(60, 170), (200, 125), (340, 170), (200, 215)], mix(CARTON, RAISED, 0.18))
    _carton(sketch)
    band = mix(POTATO_FLESH, GRAIN, 0.25)
    sketch.polygon([(118, 151), (142, 143), (282, 188), (258, 196)], band)
    sketch.polygon([(258, 196), (282, 188), (282, 240), (258, 248)], mix(band, CARTON_DARK, 0.3))
    sketch.polygon([(60, 170), (76, 165), (216, 210), (200, 215)], band)
    sketch.polygon([(184, 130), (200, 125), (340, 170), (324, 175)], band)
    sketch.polygon([(90, 218), (170, 245), (170, 318), (90, 288)], RAISED)
    for row in range(4):
        sketch.line([(100, 236 + row * 14), (158, 256 + row * 14)], INK if row == 0 else LINE, 4)


def _potato(sketch: Sketch) -> None:
    tuber(sketch, (140, 260), 92, turn=0.5, eyes=6)
    tuber(sketch, (275, 280), 74, turn=-0.3, eyes=5)
    tuber(sketch, (215, 165), 84, turn=0.1, eyes=5)
    _sprout_mark(sketch, (215, 68), 42)


def _sprout(sketch: Sketch) -> None:
    tuber(sketch, (200, 250), 120, eyes=6)
    purple = (0x7B, 0x55, 0x7E)
    for x, y, lean in ((140, 150, -8), (200, 128, 2), (262, 152, 10)):
        sketch.line([(x, y + 12), (x + lean, y - 30)], mix(purple, LEAF, 0.35), 22)
        sketch.circle((x + lean, y - 36), 15, purple)
        sketch.leaf((x + lean, y - 40), (x + lean - 20, y - 66), 16, LEAF, LEAF_DARK)
        sketch.leaf((x + lean, y - 40), (x + lean + 20, y - 66), 16, LEAF, LEAF_DARK)
    sketch.circle((345, 62), 30, GRAIN)
    for ray in range(8):
        angle = ray * math.pi / 4
        sketch.line(
            [
                (345 + 40 * math.cos(angle), 62 + 40 * math.sin(angle)),
                (345 + 52 * math.cos(angle), 62 + 52 * math.sin(angle)),
            ],
            GRAIN,
            6,
        )


def _cut(sketch: Sketch) -> None:
    for x, turn in ((112, math.pi), (288, 0.0)):
        radii = [118 * share * (0.9 if index % 4 in (0, 1) else 0.72) for index, share in enumerate(ROUND)]
        sketch.blob((x, 210), radii, POTATO_DARK, turn=turn)
        sketch.blob((x + (6 if turn else -6), 208), [one * 0.88 for one in radii], POTATO_FLESH, turn=turn)
        sketch.blob(
            (x + (4 if turn else -4), 208), [one * 0.66 for one in radii], mix(POTATO_FLESH, POTATO, 0.25), turn=turn
        )
        sketch.circle((x + (-52 if turn else 52), 132), 13, POTATO_DARK)
        sketch.leaf((x + (-52 if turn else 52), 128), (x + (-62 if turn else 62), 92), 18, LEAF, LEAF_DARK)
    for step in range(9):
        sketch.box(197, 40 + step * 38, 203, 62 + step * 38, CLAY, radius=3)


def _knife(sketch: Sketch) -> None:
    sketch.box(70, 170, 330, 360, mix(SKY, RAISED, 0.8), radius=24)
    sketch.box(84, 214, 316, 346, mix(SKY, RAISED, 0.55), radius=18)
    for x, lean in ((150, -26), (236, 30)):
        sketch.polygon([(x, 320), (x + 34, 312), (x + 40 + lean, 120), (x + 8 + lean, 116)], mix(LINE, RAISED, 0.35))
        sketch.polygon([(x + 26, 314), (x + 34, 312), (x + 40 + lean, 120), (x + 33 + lean, 119)], mix(LINE, INK, 0.2))
        sketch.line([(x + 24 + lean, 118), (x + 24 + lean * 1.35, 40)], SOIL_DARK, 30)
    sketch.box(70, 170, 330, 184, mix(SKY, RAISED, 0.65), radius=7)


def _blight(sketch: Sketch) -> None:
    sketch.ellipse((200, 360), 180, 24, SOIL)
    plant(sketch, (200, 352), 280, leaf=mix(LEAF, LEAF_YELLOW, 0.35))
    for x, y, radius in ((122, 176, 15), (268, 158, 18), (212, 92, 13), (160, 250, 12), (286, 232, 13), (92, 214, 10)):
        sketch.blob((x, y), [radius * share for share in ROUND], mix(SOIL_DARK, INK, 0.25), turn=x)


def _leaf(sketch: Sketch) -> None:
    sketch.leaf((60, 350), (350, 60), 210, LEAF, LEAF_DARK)
    for share in (0.25, 0.42, 0.6, 0.76):
        x, y = 60 + 290 * share, 350 - 290 * share
        reach = 86 * math.sin(math.pi * share**0.8)
        sketch.line([(x, y), (x + reach * 0.1, y - reach)], LEAF_DARK, 4)
        sketch.line([(x, y), (x + reach, y - reach * 0.1)], LEAF_DARK, 4)
    for x, y, radius in ((292, 112, 34), (236, 222, 30), (158, 196, 25)):
        sketch.blob((x, y), [(radius + 12) * share for share in ROUND], mix(RAISED, LEAF, 0.15), turn=x)
        sketch.blob((x, y), [radius * share for share in ROUND], mix(SOIL_DARK, INK, 0.2), turn=y)


def _cloud(sketch: Sketch) -> None:
    for x, y, radius in ((130, 160, 62), (200, 120, 78), (275, 155, 64), (205, 172, 66)):
        sketch.circle((x, y), radius, CLOUD)
    for index, (x, y) in enumerate(
        ((110, 250), (165, 270), (220, 250), (275, 272), (138, 320), (195, 336), (250, 318))
    ):
        sketch.line([(x, y), (x - 10, y + 28)], SKY if index % 2 else mix(SKY, RAISED, 0.3), 9)


def _phone(sketch: Sketch) -> None:
    sketch.box(120, 40, 280, 360, INK, radius=26)
    sketch.box(130, 54, 270, 346, MINT, radius=16)
    sketch.box(146, 80, 236, 118, RAISED, radius=12)
    sketch.box(164, 134, 254, 172, FIELD, radius=12)
    sketch.box(146, 188, 246, 300, RAISED, radius=12)
    sketch.leaf((160, 288), (234, 204), 54, LEAF, LEAF_DARK)
    sketch.circle((212, 232), 12, mix(SOIL_DARK, INK, 0.2))
    sketch.circle((190, 262), 8, mix(SOIL_DARK, INK, 0.2))


FIGURES: dict[str, Callable[[Sketch], None]] = {
    "shop": _shop,
    "basket": _basket,
    "box": _box,
    "sleeve": _sleeve,
    "tape": _tape,
    "potato": _potato,
    "sprout": _sprout,
    "cut": _cut,
    "knife": _knife,
    "blight": _blight,
    "leaf": _leaf,
    "cloud": _cloud,
    "phone": _phone,
}

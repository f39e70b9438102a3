"""A potato season as a moving picture: a cut through the field, with what happens above and below the ground.

Everything moves all the time (clouds, wind, a slow pan), so that the pipeline treats it as a film and not as slides.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw

from demo.drawing import Sketch
from demo.figures import plant, tuber
from demo.fonts import Fonts
from demo.narrated import Moment, Timed
from demo.palette import (
    CARTON,
    CARTON_DARK,
    CLOUD,
    DAWN,
    FIELD_STRONG,
    GRAIN,
    LEAF,
    LEAF_YELLOW,
    LINE,
    MINT,
    PAPER,
    RAISED,
    SKIN,
    SKY,
    SOIL,
    SOIL_DARK,
    SOIL_LIGHT,
    Colour,
    mix,
)
from demo.script import Language, Scene

WIDTH, HEIGHT, FPS = 854, 480, 12
SMOOTH = 2  # drawn twice as large, then made small
GROUND = 300  # y of the flat field
GAP = 150  # between plants
PLANTS = 9
ORDER = ("ridges", "planting", "rain", "hilling", "flowering", "yellow", "harvest")


@dataclass(frozen=True)
class Field:
    """The field at one moment. Lengths in pixels, shares 0..1."""

    scene: str
    share: float  # of the scene that has passed
    ridge: float  # height of the ridges
    planted: float  # how many of the plants are in the ground, share
    height: float  # of the plants above the ground
    tubers: float  # how far the new tubers have grown
    leaf: Colour
    flowers: bool
    wet: float  # rain, share
    cut: float  # haulm taken off, share
    dug: float  # share of the plants whose tubers are in the basket


def ease(share: float) -> float:
    """A smooth step from 0 to 1."""
    share = min(1.0, max(0.0, share))
    return share * share * (3 - 2 * share)


def state(scene: str, share: float) -> Field:
    """The field when `share` of `scene` has passed."""
    at = ORDER.index(scene)
    grown = ease(share)

    def through(name: str) -> float:
        """0 before the scene `name`, 1 after it, its share within."""
        place = ORDER.index(name)
        return grown if at == place else float(at > place)

    height = 34 * through("rain") + 52 * through("hilling") + 44 * through("flowering")
    yellow = through("yellow")
    return Field(
        scene=scene,
        share=share,
        ridge=26 * through("ridges") + 22 * through("hilling"),
        planted=min(1.0, share * 1.1) if scene == "planting" else float(at > 1),
        height=height,
        tubers=0.25 * through("hilling") + 0.6 * through("flowering") + 0.15 * yellow,
        leaf=mix(LEAF, LEAF_YELLOW, ease(yellow * 1.6)),
        flowers=scene == "flowering" and share > 0.12,
        wet=min(1.0, share * 6, (1 - share) * 5) if scene == "rain" else 0.0,
        cut=max(0.0, (share - 0.55) / 0.4) if scene == "yellow" else float(at > 5),
        dug=min(1.0, share * 1.25) if scene == "harvest" else 0.0,
    )


@lru_cache(maxsize=400)
def _plant(height: int, leaf: Colour, flowers: bool, sway: int) -> Image.Image:
    """One plant, `sway` pixels bent at its top."""
    sketch = Sketch(height * 2 + 8, height + 24, scale=3)
    plant(sketch, (height + 4, height + 22), height, leaf=leaf, flowers=flowers)
    image = sketch.finish()
    bent = (1, sway / image.height, -sway, 0, 1, 0)
    return image.transform(image.size, Image.Transform.AFFINE, bent, Image.Resampling.BILINEAR)


@lru_cache(maxsize=64)
def _tuber(radius: int, turn: int) -> Image.Image:
    sketch = Sketch(radius * 3, radius * 3, scale=3)
    tuber(sketch, (radius * 1.5, radius * 1.5), radius, turn=turn * 0.8, eyes=4)
    return sketch.finish()


@lru_cache(maxsize=1)
def _hand() -> Image.Image:
    sketch = Sketch(150, 170)
    sketch.polygon([(88, -10), (150, -10), (118, 84), (72, 84)], SKY)
    sketch.box(64, 74, 122, 96, mix(SKY, RAISED, 0.35), radius=8)
    sketch.box(68, 92, 116, 136, SKIN, radius=18)
    for x, length in ((66, 34), (80, 44), (95, 42), (108, 32)):
        sketch.line([(x + 4, 118), (x, 118 + length)], mix(SKIN, SOIL_DARK, 0.1), 13)
    return sketch.finish()


@lru_cache(maxsize=1)
def _hoe() -> Image.Image:
    sketch = Sketch(170, 190)
    sketch.line([(150, 8), (44, 140)], CARTON_DARK, 9)
    sketch.polygon([(30, 126), (58, 148), (30, 186), (8, 168)], mix(LINE, SOIL_DARK, 0.45))
    return sketch.finish()


@lru_cache(maxsize=1)
def _basket() -> Image.Image:
    sketch = Sketch(150, 96)
    sketch.polygon([(6, 22), (144, 22), (126, 94), (24, 94)], CARTON)
    sketch.box(0, 12, 150, 30, CARTON_DARK, radius=9)
    for row in range(3):
        for column in range(6):
            sketch.box(
                24 + column * 18 + row % 2 * 8,
                40 + row * 17,
                36 + column * 18 + row % 2 * 8,
                47 + row * 17,
                CARTON_DARK,
            )
    return sketch.finish()


@lru_cache(maxsize=8)
def _cloud(number: int) -> Image.Image:
    sketch = Sketch(200, 90)
    for x, y, radius in ((56, 54, 28), (96, 42, 38), (140, 54, 30)):
        sketch.circle((x, y), radius * (0.9 + 0.1 * (number % 3)), RAISED)
    return sketch.finish()


class Film:
    """Draws the frames."""

    def __init__(self, fonts: Fonts, language: Language, scenes: tuple[Scene, ...]) -> None:
        self.fonts, self.language, self.scenes = fonts, language, scenes
        self.drops = [(random.Random(n).random(), random.Random(n + 999).random()) for n in range(130)]  # noqa: S311

    def frames(self, timed: Timed) -> Iterator[Image.Image]:
        """Every frame of the lesson."""
        ends = [moment.start_s for moment in timed.moments[1:]] + [timed.duration_s]
        at = 0
        for number in range(math.ceil(timed.duration_s * FPS)):
            now = number / FPS
            while at + 1 < len(ends) and now >= ends[at]:
                at += 1
            yield self.frame(timed.moments[at], ends[at], now)

    def frame(self, moment: Moment, end_s: float, now: float) -> Image.Image:
        """The picture at `now`."""
        scene = self.scenes[moment.part]
        share = (now - moment.start_s) / max(end_s - moment.start_s, 0.1)
        field = state(scene.name, min(1.0, max(0.0, share)))
        pan = 60 * math.sin(now / 11)
        image = self._ground(field, pan, now).reduce(SMOOTH)
        self._clouds(image, field, now)
        self._grow(image, field, pan, now)
        self._work(image, field, pan, now)
        self._rain(image, field, now)
        self._caption(image, scene, share)
        return image

    def _ground(self, field: Field, pan: float, now: float) -> Image.Image:
        sky = mix(DAWN, CLOUD, field.wet * 0.8)
        image = Image.new("RGB", (WIDTH * SMOOTH, HEIGHT * SMOOTH), sky)
        draw = ImageDraw.Draw(image)
        k = SMOOTH
        if not field.wet:
            sun_y = 84 - 22 * math.sin(now / 25)
            draw.ellipse(
                ((690 - 38) * k, (sun_y - 38) * k, (690 + 38) * k, (sun_y + 38) * k), fill=mix(GRAIN, RAISED, 0.45)
            )
        for index, (far, colour) in enumerate(((0.15, mix(MINT, SKY, 0.18)), (0.3, mix(MINT, LEAF, 0.35)))):
            points = [
                (x * k, (218 + index * 34 - 34 * math.sin((x + pan * far) / (130 - index * 30) + index * 2) * 0.6) * k)
                for x in range(0, WIDTH + 20, 14)
            ]
            draw.polygon([(0, HEIGHT * k), *points, (WIDTH * k, HEIGHT * k)], fill=colour)
        soil = mix(SOIL, SOIL_DARK, 0.25 + field.wet * 0.5)
        top = [(x * k, self._surface(field, x, pan) * k) for x in range(-6, WIDTH + 8, 4)]
        draw.polygon([(0, HEIGHT * k), *top, (WIDTH * k, HEIGHT * k)], fill=mix(SOIL_LIGHT, soil, field.wet * 0.6))
        below = [(x, y + 5 * k) for x, y in top]
        draw.polygon([(0, HEIGHT * k), *below, (WIDTH * k, HEIGHT * k)], fill=soil)
        draw.rectangle((0, 424 * k, WIDTH * k, HEIGHT * k), fill=mix(soil, SOIL_DARK, 0.6))
        for index in range(26):  # stones
            x, y = (index * 97 - pan) % (WIDTH + 40) - 20, 372 + (index * 53) % 46
            draw.ellipse((x * k, y * k, (x + 9) * k, (y + 6) * k), fill=mix(soil, SOIL_LIGHT, 0.35))
        return image

    def _surface(self, field: Field, x: float, pan: float) -> float:
        """y of the ground at `x`: ridges under the plants, furrows between; they rise behind the hoe."""
        risen = 1.0
        if field.scene == "ridges":
            risen = ease((field.share * (WIDTH + 300) - x) / 220)
        ridge = field.ridge / max(ease(field.share), 0.01) if field.scene == "ridges" else field.ridge
        bump = (0.5 + 0.5 * math.cos(2 * math.pi * (x + pan - GAP / 2) / GAP)) ** 1.4
        return GROUND + 12 - ridge * risen * bump + 1.6 * math.sin((x + pan) / 5)

    def _places(self, pan: float) -> Iterator[tuple[int, float]]:
        for index in range(-1, PLANTS):
            x = GAP / 2 + index * GAP - pan
            if -GAP < x < WIDTH + GAP:
                yield index, x

    def _grow(self, image: Image.Image, field: Field, pan: float, now: float) -> None:
        for index, x in self._places(pan):
            planted = field.planted * WIDTH > x if field.scene == "planting" else field.planted >= 1
            if not planted:
                continue
            top = self._surface(field, x, pan)
            dug = field.dug * WIDTH > x - 20
            if not dug:
                seed = _tuber(15, index % 4)
                image.paste(seed, (round(x - 22), 322), seed)
                self._tubers(image, field, index, x)
            height = round(field.height * (1 + 0.08 * math.sin(index * 2.3)))
            if height > 6 and field.cut * WIDTH < x + 1:
                sway = round(4 * math.sin(now * 1.7 + index * 1.3) * min(1.0, height / 60))
                shoot = _plant(height, field.leaf, field.flowers, sway)
                image.paste(shoot, (round(x - shoot.width / 2), round(top - height - 18)), shoot)
            elif field.height > 6 and not dug:
                ImageDraw.Draw(image).line(
                    (x, top + 2, x + 3, top - 10), fill=mix(LEAF_YELLOW, SOIL_DARK, 0.3), width=5
                )

    def _tubers(self, image: Image.Image, field: Field, index: int, x: float) -> None:
        for number, (dx, dy) in enumerate(((-38, 2), (36, 6), (-20, 30), (20, 32), (0, -20))):
            radius = round((6 + 12 * field.tubers) * min(1.0, field.tubers * 2.2 - number * 0.1))
            if radius >= 4:
                one = _tuber(radius, (index + number) % 5)
                image.paste(one, (round(x + dx - one.width / 2), round(344 + dy - one.height / 2)), one)

    def _work(self, image: Image.Image, field: Field, pan: float, now: float) -> None:
        """Hands and tools, in front of everything."""
        along = field.share * (WIDTH + 120) - 60
        swing = abs(math.sin(now * 3.2))
        if field.scene in ("ridges", "hilling"):
            x = along if field.scene == "ridges" else (along * 1.6) % (WIDTH + 60)
            tool = _hoe()
            image.paste(tool, (round(x - 30), round(self._surface(field, x, pan) - 168 - 46 * swing)), tool)
        elif field.scene == "planting":
            near = min((x for _, x in self._places(pan)), key=lambda x: abs(x - along), default=along)
            x, hand = along + (near - along) * 0.75, _hand()
            drop = max(0.0, 1 - abs(near - along) / (GAP / 2))
            y = 60 + 130 * ease(drop)
            held = _tuber(15, 1)
            image.paste(held, (round(x - 20), round(y + 150)), held)
            image.paste(hand, (round(x - 88), round(y)), hand)
        elif field.scene == "harvest":
            self._harvest(image, field, along, now)

    def _harvest(self, image: Image.Image, field: Field, along: float, now: float) -> None:
        basket = _basket()
        full = round(field.dug * 9)
        for number in range(full):
            one = _tuber(17, number % 5)
            image.paste(one, (612 + (number % 5) * 24, 196 - (number // 5) * 16), one)
        image.paste(basket, (600, 214), basket)
        hand = _hand()
        lift = (now * 0.8) % 1.0
        x, y = along + (640 - along) * ease(lift), 190 - 130 * math.sin(math.pi * lift) * 0.6
        held = _tuber(17, round(now) % 5)
        image.paste(held, (round(x - 22), round(y + 64)), held)
        image.paste(hand, (round(x - 88), round(y - 80)), hand)

    def _clouds(self, image: Image.Image, field: Field, now: float) -> None:
        for index in range(4):
            one = _cloud(index)
            x = (index * 270 + now * (9 + index * 2)) % (WIDTH + 260) - 220
            image.paste(mix(RAISED, CLOUD, field.wet), (round(x), 14 + (index * 37) % 60), one)

    def _rain(self, image: Image.Image, field: Field, now: float) -> None:
        if field.wet <= 0:
            return
        draw = ImageDraw.Draw(image)
        for x0, y0 in self.drops[: round(len(self.drops) * field.wet)]:
            y = (y0 * 330 + now * 420) % 330
            x = (x0 * (WIDTH + 100) - y * 0.22) % WIDTH
            draw.line((x, y, x - 4, y + 16), fill=mix(SKY, RAISED, 0.45), width=2)

    def _caption(self, image: Image.Image, scene: Scene, share: float) -> None:
        if scene.caption is None:
            return
        draw = ImageDraw.Draw(image)
        font = self.fonts.at(25, bold=True)
        text = scene.caption.to(self.language)
        width = font.getlength(text) + 44
        x = 28 - (1 - ease(share * 8)) * (width + 40)
        draw.rounded_rectangle((x, 418, x + width, 464), radius=12, fill=FIELD_STRONG)
        draw.text((x + 22, 441), text, font=font, fill=PAPER, anchor="lm")

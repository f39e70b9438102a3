"""A screencast of a made-up shop's back office: a cursor that moves, words that are typed, pages that change."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from PIL import Image, ImageDraw

from demo.drawing import Sketch
from demo.figures import figure
from demo.fonts import Font, Fonts
from demo.narrated import Moment, Timed
from demo.palette import (
    CARTON,
    CLAY,
    FIELD,
    FIELD_STRONG,
    GRAIN,
    INK,
    LINE,
    MINT,
    MUTED,
    PAPER,
    RAISED,
    SKY,
    Colour,
    mix,
)
from demo.script import Language, Scene, Text
from demo.season import ease

WIDTH, HEIGHT, FPS = 1280, 720, 10
SIDE = 220  # width of the menu
T = Text
TITLE = T("云南会泽 高山红皮土豆 5斤装 现挖现发", "Huize highland red potatoes 2.5 kg fresh dug")
MENU = (T("首页", "Home"), T("商品管理", "Products"), T("订单", "Orders"), T("物流", "Shipping"), T("售后", "Refunds"))
PICTURES = ("potato", "box", "sprout", "cut", "basket")

# Where the cursor goes in each scene: (share of the scene, x, y, is it a click).
Way = tuple[tuple[float, float, float, bool], ...]
WAYS: dict[str, Way] = {
    "products": ((0.0, 700, 520, False), (0.3, 110, 178, True), (0.72, 1136, 116, True), (1.0, 1136, 116, False)),
    "category": ((0.0, 1136, 116, False), (0.2, 560, 232, True), (0.55, 560, 392, True), (1.0, 560, 440, False)),
    "title": ((0.0, 560, 440, False), (0.1, 640, 330, True), (0.85, 980, 346, False), (1.0, 980, 380, False)),
    "pictures": ((0.0, 980, 380, False), (0.12, 426, 468, True), (0.8, 930, 470, True), (1.0, 930, 500, False)),
    "price": ((0.0, 930, 500, False), (0.12, 470, 244, True), (0.52, 900, 244, True), (1.0, 900, 300, False)),
    "shipping": ((0.0, 900, 300, False), (0.2, 388, 386, True), (0.6, 560, 500, True), (1.0, 700, 560, False)),
    "preview": ((0.0, 700, 560, False), (0.25, 960, 116, True), (0.7, 640, 420, False), (1.0, 700, 470, False)),
    "done": ((0.0, 700, 470, False), (0.2, 1136, 116, True), (0.6, 1120, 244, True), (1.0, 1060, 330, False)),
}


@dataclass(frozen=True)
class Hand:
    """The cursor: where it is, and how far a click has spread (0..1, or None)."""

    x: float
    y: float
    click: float | None


def hand(name: str, share: float) -> Hand:
    """Where the cursor is when `share` of the scene `name` has passed."""
    way = WAYS[name]
    click = next(
        (1 - (at + 0.06 - share) / 0.06 for at, _, _, is_click in way if is_click and at <= share < at + 0.06), None
    )
    for (from_s, x0, y0, _), (to_s, x1, y1, _) in pairwise(way):
        if share <= to_s:
            moved = ease((share - from_s) / max((to_s - from_s) * 0.85, 0.01))
            return Hand(x0 + (x1 - x0) * moved, y0 + (y1 - y0) * moved, click)
    return Hand(way[-1][1], way[-1][2], click)


@lru_cache(maxsize=1)
def _arrow() -> Image.Image:
    sketch = Sketch(34, 44)
    sketch.polygon([(3, 2), (3, 32), (10, 26), (15, 39), (21, 36), (16, 24), (26, 24)], RAISED)
    sketch.polygon([(5, 6), (5, 28), (10, 23), (16, 36), (18, 35), (13, 22), (22, 22)], INK)
    return sketch.finish()


@lru_cache(maxsize=600)
def _written(words: str, font: Font) -> Image.Image:
    """`words` as a mask: the same words stand on hundreds of frames."""
    ascent, descent = font.getmetrics()
    mask = Image.new("L", (max(1, math.ceil(font.getlength(words))), ascent + descent))
    ImageDraw.Draw(mask).text((0, 0), words, font=font, fill=255)
    return mask


class Film:
    """Draws the frames."""

    def __init__(self, fonts: Fonts, language: Language, scenes: tuple[Scene, ...]) -> None:
        self.fonts, self.language, self.scenes = fonts, language, scenes
        self.pages: dict[str, Callable[[Image.Image, ImageDraw.ImageDraw, float], None]] = {
            "products": self._products,
            "category": self._form,
            "title": self._form,
            "pictures": self._form,
            "price": self._offer,
            "shipping": self._offer,
            "preview": self._preview,
            "done": self._done,
        }

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
        """The screen at `now`."""
        scene = self.scenes[moment.part].name
        share = min(1.0, max(0.0, (now - moment.start_s) / max(end_s - moment.start_s, 0.1)))
        image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
        draw = ImageDraw.Draw(image)
        self._frame(draw, scene, share)
        self.scene, self.now = scene, now
        self.pages[scene](image, draw, share)
        where = hand(scene, share)
        if where.click is not None:
            radius = 8 + 22 * where.click
            draw.ellipse(
                (where.x - radius, where.y - radius, where.x + radius, where.y + radius), outline=GRAIN, width=4
            )
        arrow = _arrow()
        image.paste(arrow, (round(where.x) - 4, round(where.y) - 4), arrow)
        return image

    def _say(
        self,
        draw: ImageDraw.ImageDraw,
        at: tuple[float, float],
        text: Text | str,
        size: int = 26,
        colour: Colour = INK,
        *,
        bold: bool = False,
        anchor: str = "lm",
    ) -> None:
        words = text if isinstance(text, str) else text.to(self.language)
        mask = _written(words, self.fonts.at(size, bold=bold))
        left = at[0] - {"l": 0.0, "m": mask.width / 2, "r": float(mask.width)}[anchor[0]]
        draw.bitmap((round(left), round(at[1] - mask.height / 2)), mask, fill=colour)

    def _frame(self, draw: ImageDraw.ImageDraw, scene: str, share: float) -> None:
        draw.rectangle((0, 0, WIDTH, 64), fill=FIELD_STRONG)
        self._say(draw, (28, 32), T("乡集 · 卖家后台", "Village Market · Seller"), 28, PAPER, bold=True)
        self._say(draw, (WIDTH - 28, 32), T("老李家的洋芋", "Li family potatoes"), 24, MINT, anchor="rm")
        draw.rectangle((0, 64, SIDE, HEIGHT), fill=RAISED)
        draw.line((SIDE, 64, SIDE, HEIGHT), fill=LINE, width=2)
        chosen = 0 if scene == "products" and share < 0.32 else 1
        for index, text in enumerate(MENU):
            y = 116 + index * 62
            if index == chosen:
                draw.rounded_rectangle((12, y - 26, SIDE - 12, y + 26), radius=10, fill=MINT)
            self._say(draw, (36, y), text, 26, FIELD_STRONG if index == chosen else MUTED, bold=index == chosen)

    def _button(
        self, draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], text: Text, *, strong: bool = True
    ) -> None:
        draw.rounded_rectangle(box, radius=10, fill=FIELD if strong else RAISED, outline=FIELD, width=2)
        middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        self._say(draw, middle, text, 25, PAPER if strong else FIELD, bold=True, anchor="mm")

    def _head(self, draw: ImageDraw.ImageDraw, text: Text) -> None:
        self._say(draw, (SIDE + 36, 116), text, 34, INK, bold=True)

    def _field(
        self, draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], label: Text, value: str, *, active: bool
    ) -> None:
        self._say(draw, (box[0], box[1] - 22), label, 23, MUTED)
        draw.rounded_rectangle(box, radius=8, fill=RAISED, outline=FIELD if active else LINE, width=3 if active else 2)
        blink = "|" if active and int(self.now * 2) % 2 == 0 else ""
        self._say(draw, (box[0] + 18, (box[1] + box[3]) / 2), value + blink, 26)

    def _typed(self, text: str, share: float, begin: float, end: float) -> str:
        return text[: round(len(text) * min(1.0, max(0.0, (share - begin) / (end - begin))))]

    def _products(self, image: Image.Image, draw: ImageDraw.ImageDraw, share: float) -> None:
        if share < 0.32:
            self._head(draw, T("今天", "Today"))
            facts = ((T("访客", "Visitors"), "128"), (T("订单", "Orders"), "0"), (T("待发货", "To send"), "0"))
            for index, (label, value) in enumerate(facts):
                left = SIDE + 36 + index * 330
                draw.rounded_rectangle((left, 160, left + 300, 320), radius=14, fill=RAISED, outline=LINE, width=2)
                self._say(draw, (left + 28, 204), label, 26, MUTED)
                self._say(draw, (left + 28, 266), value, 54, INK, bold=True)
            return
        self._head(draw, T("商品管理", "Products"))
        self._button(draw, (1036, 90, 1236, 142), T("发布商品", "New product"))
        draw.rounded_rectangle((SIDE + 36, 180, 1236, 560), radius=14, fill=RAISED, outline=LINE, width=2)
        self._say(draw, (748, 350), T("还没有商品", "No products yet"), 30, MUTED, anchor="mm")
        self._say(
            draw, (748, 400), T("点右上角，发布第一件", "Add the first one at the top right"), 25, MUTED, anchor="mm"
        )

    def _form(self, image: Image.Image, draw: ImageDraw.ImageDraw, share: float) -> None:
        scene = self.scene
        self._head(draw, T("发布商品 · 第 1 步", "New product · step 1"))
        chosen = scene != "category" or share > 0.58
        path = T("生鲜 › 蔬菜 › 土豆", "Fresh food › Vegetables › Potatoes").to(self.language)
        self._field(
            draw, (256, 206, 1236, 262), T("类目", "Category"), path if chosen else "", active=scene == "category"
        )
        title = TITLE.to(self.language) if scene == "pictures" else ""
        if scene == "title":
            title = self._typed(TITLE.to(self.language), share, 0.15, 0.8)
        self._field(draw, (256, 304, 1236, 360), T("标题", "Title"), title, active=scene == "title")
        if scene == "title":
            parts = (T("产地", "origin"), T("品种", "variety"), T("规格", "weight"), T("卖点", "reason"))
            for index, part in enumerate(parts):
                if share > 0.2 + index * 0.14:
                    left = 256 + index * 150
                    draw.rounded_rectangle((left, 372, left + 136, 408), radius=18, fill=MINT)
                    self._say(draw, (left + 68, 390), part, 22, FIELD_STRONG, anchor="mm")
        self._say(draw, (256, 434), T("图片", "Pictures"), 23, MUTED)
        shown = 0 if scene != "pictures" else round(5 * min(1.0, max(0.0, (share - 0.14) / 0.66)) + 0.3)
        for index, name in enumerate(PICTURES):
            left = 256 + index * 168
            draw.rounded_rectangle((left, 452, left + 152, 604), radius=12, fill=RAISED, outline=LINE, width=2)
            if index < shown:
                drawing = figure(name).resize((132, 132))
                image.paste(drawing, (left + 10, 462), drawing)
            else:
                self._say(draw, (left + 76, 528), "+", 44, LINE, anchor="mm")
        if scene == "category" and 0.22 < share <= 0.58:
            draw.rounded_rectangle((256, 268, 760, 470), radius=10, fill=RAISED, outline=FIELD, width=2)
            for index, text in enumerate(
                (T("粮油", "Grain and oil"), T("水果", "Fruit"), T("蔬菜 › 土豆", "Vegetables › Potatoes"))
            ):
                y = 300 + index * 46
                if index == 2 and share > 0.45:
                    draw.rectangle((260, y - 22, 756, y + 24), fill=MINT)
                self._say(draw, (280, y), text, 25)

    def _offer(self, image: Image.Image, draw: ImageDraw.ImageDraw, share: float) -> None:
        on_price = self.scene == "price"
        self._head(draw, T("发布商品 · 第 2 步", "New product · step 2"))
        price = self._typed("19.90", share, 0.16, 0.36) if on_price else "19.90"
        stock = self._typed("200", share, 0.56, 0.72) if on_price else "200"
        self._field(draw, (256, 216, 700, 272), T("价格（元）", "Price (yuan)"), price, active=on_price and share < 0.5)
        self._field(
            draw, (730, 216, 1236, 272), T("库存（箱）", "Stock (boxes)"), stock, active=on_price and share >= 0.5
        )
        self._say(draw, (730, 296), T("48 小时内发得出的数", "what you can send in 48 hours"), 21, GRAIN)
        self._say(draw, (256, 340), T("运费模板", "Shipping template"), 23, MUTED)
        picked = not on_price and share > 0.22
        for index, text in enumerate(
            (T("包邮（偏远地区除外）", "Free, except far regions"), T("按重量收", "By weight"))
        ):
            left = 256 + index * 480
            chosen = picked and index == 0
            draw.rounded_rectangle(
                (left, 358, left + 460, 416),
                radius=10,
                fill=MINT if chosen else RAISED,
                outline=FIELD if chosen else LINE,
                width=2,
            )
            draw.ellipse((left + 20, 376, left + 42, 398), outline=FIELD, width=3, fill=FIELD if chosen else RAISED)
            self._say(draw, (left + 58, 387), text, 25)
        note = T("坏果拍照，按个包赔，48 小时内联系。", "Send a photo within 48 hours: bad ones are paid for.").to(
            self.language
        )
        typed = "" if on_price else self._typed(note, share, 0.62, 0.95)
        self._field(draw, (256, 470, 1236, 540), T("售后说明", "Refunds"), typed, active=not on_price and share > 0.6)

    def _preview(self, image: Image.Image, draw: ImageDraw.ImageDraw, share: float) -> None:
        self._head(draw, T("预览", "Preview"))
        self._button(draw, (836, 90, 1016, 142), T("预览", "Preview"), strong=False)
        self._button(draw, (1036, 90, 1236, 142), T("提交", "Submit"))
        rise = 1 - ease((share - 0.26) / 0.2)
        top = 160 + round(560 * rise)
        draw.rounded_rectangle((560, top, 900, top + 580), radius=34, fill=INK)
        draw.rounded_rectangle((572, top + 14, 888, top + 580), radius=24, fill=RAISED)
        drawing = figure("potato").resize((250, 250))
        draw.rectangle((572, top + 48, 888, top + 300), fill=mix(MINT, RAISED, 0.5))
        image.paste(drawing, (605, top + 50), drawing)
        self._say(draw, (592, top + 334), "¥ 19.90", 36, CLAY, bold=True)
        title = TITLE.to(self.language)
        half = 14 if self.language == "zh-hans" else 24
        self._say(draw, (592, top + 384), title[:half], 21)
        self._say(draw, (592, top + 416), title[half:].strip(), 21)
        self._say(draw, (592, top + 462), T("包邮 · 48 小时发货 · 坏果包赔", "Free · 48 hours · refunds"), 19, MUTED)

    def _done(self, image: Image.Image, draw: ImageDraw.ImageDraw, share: float) -> None:
        if share < 0.22:
            self._preview(image, draw, 1.0)
            return
        self._head(draw, T("商品管理", "Products"))
        draw.rounded_rectangle((SIDE + 36, 180, 1236, 308), radius=14, fill=RAISED, outline=LINE, width=2)
        draw.rounded_rectangle((276, 196, 372, 292), radius=10, fill=mix(CARTON, RAISED, 0.7))
        drawing = figure("potato").resize((84, 84))
        image.paste(drawing, (282, 202), drawing)
        self._say(draw, (396, 226), TITLE, 24, INK, bold=True)
        self._say(draw, (396, 266), T("19.90 元 · 库存 200 箱", "19.90 yuan · 200 in stock"), 23, MUTED)
        selling = share > 0.36
        draw.rounded_rectangle((1048, 222, 1212, 266), radius=22, fill=MINT if selling else mix(SKY, RAISED, 0.8))
        state = T("出售中", "On sale") if selling else T("审核中", "Checking")
        self._say(draw, (1130, 244), state, 23, FIELD_STRONG if selling else SKY, bold=True, anchor="mm")
        if share > 0.64:
            lift = round(60 * (1 - ease((share - 0.64) / 0.12)))
            draw.rounded_rectangle((SIDE + 36, 336 + lift, 1236, 420 + lift), radius=14, fill=MINT)
            self._say(
                draw,
                (282, 378 + lift),
                T("链接已复制：发给三个熟人，试下一单", "Link copied: ask three friends for a trial order"),
                26,
                FIELD_STRONG,
                bold=True,
            )

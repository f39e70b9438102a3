"""Slides: 1280 x 720 on paper, one green, furrows at the foot for how far the lesson is."""

from dataclasses import dataclass

from PIL import Image, ImageDraw

from demo.drawing import wrap, write
from demo.figures import figure
from demo.fonts import Fonts
from demo.palette import CLAY, FIELD, FIELD_STRONG, GRAIN, INK, LINE, MINT, MUTED, PAPER, RAISED, mix
from demo.script import Language, Slide

WIDTH, HEIGHT = 1280, 720
LEFT, RIGHT, TOP = 84, 1196, 64
BODY_TOP = 232


@dataclass(frozen=True)
class Deck:
    """What all slides of a lesson share."""

    course: str
    fonts: Fonts
    language: Language
    count: int

    def draw(self, slide: Slide, number: int, lines: int) -> Image.Image:
        """Slide `number` (from 0) with its first `lines` lines up."""
        dark = slide.layout in ("title", "closing")
        image = Image.new("RGB", (WIDTH, HEIGHT), FIELD_STRONG if dark else PAPER)
        draw = ImageDraw.Draw(image)
        if slide.layout == "title":
            self._title(image, draw, slide)
        elif slide.layout == "closing":
            self._closing(draw, slide, lines)
        else:
            self._head(draw, slide)
            if slide.layout == "table":
                self._table(draw, slide, lines)
            elif slide.layout == "compare":
                self._compare(draw, slide, lines)
            else:
                self._points(image, draw, slide, lines)
        self._furrows(draw, number, dark=dark)
        return image

    def _head(self, draw: ImageDraw.ImageDraw, slide: Slide) -> None:
        draw.text((LEFT, TOP), self.course, font=self.fonts.at(26), fill=MUTED)
        draw.text((LEFT, TOP + 44), slide.title.to(self.language), font=self.fonts.at(58, bold=True), fill=INK)
        draw.rounded_rectangle((LEFT, TOP + 136, LEFT + 96, TOP + 144), radius=4, fill=FIELD)

    def _title(self, image: Image.Image, draw: ImageDraw.ImageDraw, slide: Slide) -> None:
        for index in range(7):  # furrows that run to the horizon
            x = -500 + index * 380
            draw.line(
                (x, HEIGHT + 40, 640 + (x - 640) * 0.16, 470),
                fill=mix(FIELD_STRONG, FIELD, 0.75),
                width=26 - abs(index - 3),
            )
        draw.rectangle((0, 455, WIDTH, 474), fill=FIELD_STRONG)
        draw.text((LEFT, 150), self.course, font=self.fonts.at(30), fill=mix(FIELD_STRONG, PAPER, 0.75))
        size = 84 if self.language == "zh-hans" else 68
        write(
            draw,
            (LEFT, 206),
            slide.title.to(self.language),
            self.fonts.at(size, bold=True),
            PAPER,
            width=760,
            leading=1.3,
        )
        self._card(image, draw, slide.figure, (840, 130, 1196, 486))

    def _card(self, image: Image.Image, draw: ImageDraw.ImageDraw, name: str, place: tuple[int, int, int, int]) -> None:
        draw.rounded_rectangle(place, radius=28, fill=RAISED, outline=LINE, width=2)
        if name:
            side = place[2] - place[0] - 48
            drawing = figure(name).resize((side, side), Image.Resampling.LANCZOS)
            image.paste(drawing, (place[0] + 24, place[1] + 24), drawing)

    def _points(self, image: Image.Image, draw: ImageDraw.ImageDraw, slide: Slide, lines: int) -> None:
        width = 620 if slide.figure else RIGHT - LEFT - 90
        self._numbered(draw, slide, lines, BODY_TOP + 20, width, dark=False)
        if slide.figure:
            self._card(image, draw, slide.figure, (836, 214, 1196, 574))

    def _numbered(
        self, draw: ImageDraw.ImageDraw, slide: Slide, lines: int, top: float, width: int, *, dark: bool
    ) -> None:
        y, font = top, self.fonts.at(42, bold=dark)
        for number, line in enumerate(slide.lines[:lines], start=1):
            chip = PAPER if dark else (FIELD if number == lines else mix(FIELD, PAPER, 0.45))
            draw.ellipse((LEFT, y, LEFT + 58, y + 58), fill=chip)
            draw.text(
                (LEFT + 29, y + 29),
                str(number),
                font=self.fonts.at(32, bold=True),
                fill=FIELD_STRONG if dark else PAPER,
                anchor="mm",
            )
            ink = PAPER if dark else (INK if number == lines else MUTED)
            y = write(draw, (LEFT + 86, y + 2), line.text.to(self.language), font, ink, width=width)
            y = max(y, top) + 46

    def _closing(self, draw: ImageDraw.ImageDraw, slide: Slide, lines: int) -> None:
        draw.text(
            (LEFT, 110),
            slide.title.to(self.language),
            font=self.fonts.at(72, bold=True),
            fill=mix(FIELD_STRONG, PAPER, 0.7),
        )
        self._numbered(draw, slide, lines, 260, 980, dark=True)

    def _table(self, draw: ImageDraw.ImageDraw, slide: Slide, lines: int) -> None:
        height = min(78, 412 // max(1, len(slide.lines)))
        for number, line in enumerate(slide.lines[:lines]):
            y = BODY_TOP + number * height
            total = number == len(slide.lines) - 1
            if total:
                draw.rounded_rectangle((LEFT - 16, y + 4, RIGHT + 16, y + height - 4), radius=12, fill=MINT)
            font = self.fonts.at(38, bold=total or number == lines - 1)
            ink = FIELD_STRONG if total else INK
            draw.text((LEFT, y + height / 2), line.text.to(self.language), font=font, fill=ink, anchor="lm")
            if line.value:
                draw.text((RIGHT, y + height / 2), line.value.to(self.language), font=font, fill=ink, anchor="rm")
            if not total:
                draw.line((LEFT, y + height, RIGHT, y + height), fill=LINE, width=2)

    def _compare(self, draw: ImageDraw.ImageDraw, slide: Slide, lines: int) -> None:
        heads = ("要", "不要") if self.language == "zh-hans" else ("Do", "Do not")
        for column, good in enumerate((True, False)):
            left, right = LEFT + column * 572, LEFT + column * 572 + 540
            colour = FIELD if good else CLAY
            draw.rounded_rectangle((left, BODY_TOP - 4, right, 628), radius=22, fill=RAISED, outline=LINE, width=2)
            draw.rounded_rectangle((left, BODY_TOP - 4, right, BODY_TOP + 64), radius=22, fill=colour)
            draw.rectangle((left, BODY_TOP + 40, right, BODY_TOP + 64), fill=colour)
            _mark(draw, (left + 28, BODY_TOP + 10), good=good)
            draw.text(
                (left + 84, BODY_TOP + 30), heads[column], font=self.fonts.at(36, bold=True), fill=PAPER, anchor="lm"
            )
            y = BODY_TOP + 92.0
            for line in (one for one in slide.lines[:lines] if one.good is good):
                font = self.fonts.at(36)
                draw.ellipse((left + 30, y + 18, left + 44, y + 32), fill=GRAIN if good else CLAY)
                y = write(draw, (left + 64, y), line.text.to(self.language), font, INK, width=446) + 26

    def _furrows(self, draw: ImageDraw.ImageDraw, number: int, *, dark: bool) -> None:
        for index in range(self.count):
            done = index <= number
            colour = (PAPER if done else mix(FIELD_STRONG, PAPER, 0.28)) if dark else (FIELD if done else LINE)
            x = LEFT + index * 50
            draw.rounded_rectangle((x, 664, x + 38, 672), radius=4, fill=colour)


def _mark(draw: ImageDraw.ImageDraw, at: tuple[float, float], *, good: bool) -> None:
    x, y = at
    strokes = [((0, 22), (14, 36), (38, 6))] if good else [((4, 6), (34, 36)), ((34, 6), (4, 36))]
    for stroke in strokes:
        draw.line([(x + dx, y + dy) for dx, dy in stroke], fill=PAPER, width=7, joint="curve")


def fits(text: str, fonts: Fonts, size: int, width: int) -> bool:
    """True when `text` stands on one line."""
    return len(wrap(text, fonts.at(size), width)) == 1

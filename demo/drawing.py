"""Drawing with Pillow: smooth shapes (drawn large, then made small) and text that wraps in Chinese and English."""

import math
from collections.abc import Iterable, Sequence

from PIL import Image, ImageDraw

from demo.fonts import Font
from demo.palette import Colour

Point = tuple[float, float]
NOT_FIRST = "，。、；：？！）》”’·%℃"  # a line must not begin with these


class Sketch:
    """A transparent picture of `width` x `height` units, drawn at `scale` and returned smooth."""

    def __init__(self, width: int, height: int, *, scale: int = 3) -> None:
        self.size = (width, height)
        self.scale = scale
        self.image = Image.new("RGBA", (width * scale, height * scale), (0, 0, 0, 0))
        self.draw = ImageDraw.Draw(self.image)

    def _grown(self, points: Iterable[Point]) -> list[Point]:
        return [(x * self.scale, y * self.scale) for x, y in points]

    def polygon(self, points: Iterable[Point], fill: Colour) -> None:
        """A filled polygon."""
        self.draw.polygon(self._grown(points), fill=fill)

    def line(self, points: Sequence[Point], fill: Colour, width: float) -> None:
        """A line with round joints and ends."""
        grown = self._grown(points)
        self.draw.line(grown, fill=fill, width=round(width * self.scale), joint="curve")
        radius = width * self.scale / 2
        for x, y in (grown[0], grown[-1]):
            self.draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)

    def circle(self, centre: Point, radius: float, fill: Colour) -> None:
        """A filled circle."""
        self.ellipse(centre, radius, radius, fill)

    def ellipse(self, centre: Point, rx: float, ry: float, fill: Colour) -> None:
        """A filled ellipse."""
        (x, y), k = centre, self.scale
        self.draw.ellipse(((x - rx) * k, (y - ry) * k, (x + rx) * k, (y + ry) * k), fill=fill)

    def box(self, left: float, top: float, right: float, bottom: float, fill: Colour, *, radius: float = 0) -> None:
        """A filled rectangle, with round corners."""
        k = self.scale
        self.draw.rounded_rectangle((left * k, top * k, right * k, bottom * k), radius=radius * k, fill=fill)

    def blob(self, centre: Point, radii: Sequence[float], fill: Colour, *, turn: float = 0.0) -> None:
        """A soft closed shape: `radii` at equal angles, joined smoothly."""
        self.polygon(closed_curve(centre, radii, turn), fill)

    def leaf(self, foot: Point, tip: Point, width: float, fill: Colour, vein: Colour) -> None:
        """A leaf from `foot` to `tip`."""
        self.polygon(leaf_outline(foot, tip, width), fill)
        self.line([foot, tip], vein, max(1.0, width / 14))

    def finish(self) -> Image.Image:
        """The picture at its real size."""
        return self.image.resize(self.size, Image.Resampling.LANCZOS)


def closed_curve(centre: Point, radii: Sequence[float], turn: float) -> list[Point]:
    """Points of a closed curve whose distance from `centre` goes smoothly through `radii`."""
    count, steps = len(radii), 12
    points = []
    for index in range(count * steps):
        at, share = divmod(index, steps)
        before, after = radii[at % count], radii[(at + 1) % count]
        weight = (1 - math.cos(math.pi * share / steps)) / 2
        radius = before + (after - before) * weight
        angle = turn + 2 * math.pi * index / (count * steps)
        points.append((centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle)))
    return points


def leaf_outline(foot: Point, tip: Point, width: float) -> list[Point]:
    """The outline of a leaf, widest a little below its middle."""
    (x0, y0), (x1, y1) = foot, tip
    length = math.hypot(x1 - x0, y1 - y0) or 1.0
    along, across = ((x1 - x0) / length, (y1 - y0) / length), (-(y1 - y0) / length, (x1 - x0) / length)
    sides: tuple[list[Point], list[Point]] = ([], [])
    for step in range(13):
        share = step / 12
        half = width / 2 * math.sin(math.pi * share**0.8)
        for side, sign in zip(sides, (1, -1), strict=True):
            side.append(
                (
                    x0 + along[0] * length * share + across[0] * half * sign,
                    y0 + along[1] * length * share + across[1] * half * sign,
                )
            )
    return sides[0] + sides[1][::-1]


def wrap(text: str, font: Font, width: float) -> list[str]:
    """`text` in lines of at most `width` pixels: between words in English, between characters in Chinese."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for piece in _pieces(paragraph):
            if line and font.getlength((line + piece).rstrip()) > width and piece[0] not in NOT_FIRST:
                lines.append(line.rstrip())
                line = piece.lstrip()
            else:
                line += piece
        lines.append(line.rstrip())
    return lines


def _pieces(text: str) -> list[str]:
    """Where a line may be broken: after spaces, and around every Chinese character."""
    pieces: list[str] = []
    for character in text:
        wide = ord(character) > 0x2E80
        if pieces and not wide and ord(pieces[-1][-1]) <= 0x2E80 and not pieces[-1].endswith(" "):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def write(
    draw: ImageDraw.ImageDraw,
    at: Point,
    text: str,
    font: Font,
    fill: Colour,
    *,
    width: float,
    leading: float = 1.35,
) -> float:
    """Write `text` wrapped from `at` down. Returns the y below it."""
    x, y = at
    for line in wrap(text, font, width):
        draw.text((x, y), line, font=font, fill=fill)
        y += font.size * leading
    return y

"""Draws the mark (four furrows and a sprout) as the site's icons and as the picture of a link that has none of its own.

Run after changing the mark: `.venv/bin/python -m scripts.icons`. Pillow draws at eight times the size, then shrinks.
"""

from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).resolve().parent.parent / "lms/core/static/site"
FIELD, PAPER = "#1f6b3b", "#fbfaf5"
FURROWS = [
    ((2, 21), (7, 18), (9, 15.5)),
    ((8, 21), (9.5, 18), (10.5, 15.5)),
    ((16, 21), (14.5, 18), (13.5, 15.5)),
    ((22, 21), (17, 18), (15, 15.5)),
]
STEM = ((12, 13.5), (12, 11), (12, 8))
LEAVES = [
    ((12, 9), (12, 4), (6, 4)),
    ((6, 4), (6, 9), (12, 9)),
    ((12, 8), (12, 3), (18, 3)),
    ((18, 3), (18, 8), (12, 8)),
]
Point = tuple[float, float]


def curve(start: Point, control: Point, end: Point, steps: int = 24) -> list[Point]:
    """Points of a quadratic Bézier curve."""
    points = []
    for step in range(steps + 1):
        t = step / steps
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
        points.append((a * start[0] + b * control[0] + c * end[0], a * start[1] + b * control[1] + c * end[1]))
    return points


def mark(size: int, *, margin: float = 0.14, radius: float = 0.22) -> Image.Image:
    """The mark in paper on a green tile of `size` pixels."""
    big = size * 8
    image = Image.new("RGBA", (big, big))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, big - 1, big - 1), radius=int(big * radius), fill=FIELD)
    scale = big * (1 - 2 * margin) / 24
    for stroke in [*FURROWS, STEM, *LEAVES]:
        points = [(big * margin + x * scale, big * (margin - 0.01) + y * scale) for x, y in curve(*stroke)]
        width = int(scale * 1.9)
        draw.line(points, fill=PAPER, width=width, joint="curve")
        for x, y in (points[0], points[-1]):
            draw.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=PAPER)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def card(width: int, height: int) -> Image.Image:
    """The picture of a link: the mark on paper over a ruled page."""
    image = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(image)
    for y in range(45, height, 45):
        draw.line((0, y, width, y), fill="#dadcd0", width=2)
    draw.line((90, 0, 90, height), fill="#b86e0a", width=3)
    tile = mark(170)
    image.paste(tile, ((width - 170) // 2, (height - 170) // 2), tile)
    return image


def svg() -> str:
    """The mark as the icon of a tab."""
    path = (
        "M2 21q5-3 7-5.5M8 21q1.5-3 2.5-5.5M16 21q-1.5-3-2.5-5.5M22 21q-5-3-7-5.5"
        "M12 13.5V8M12 9q0-5-6-5 0 5 6 5M12 8q0-5 6-5 0 5-6 5"
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-4 -4 32 32">'
        f'<rect x="-4" y="-4" width="32" height="32" rx="7" fill="{FIELD}"/>'
        f'<path d="{path}" fill="none" stroke="{PAPER}" stroke-width="1.9"'
        ' stroke-linecap="round" stroke-linejoin="round"/>'
        "</svg>\n"
    )


def main() -> None:
    """Write every icon."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "icon.svg").write_text(svg(), encoding="utf-8")
    for size in (32, 180, 192, 512):
        mark(size).quantize(32).save(FOLDER / f"icon-{size}.png", optimize=True)
    # Launchers cut it to their own shape: nothing of the mark outside the middle four fifths.
    mark(512, margin=0.24, radius=0).quantize(32).save(FOLDER / "icon-maskable-512.png", optimize=True)
    card(600, 315).quantize(32).save(FOLDER / "card.png", optimize=True)


if __name__ == "__main__":
    main()

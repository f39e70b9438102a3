"""A narrated-slides lesson of a minute, drawn here: five pages of Chinese and English, real speech over them."""

import subprocess
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from media_pipeline.adapters.ffmpeg import program

PAGE_S = 12
PAGES = (
    ("开一家网店", "第一步：准备身份证和手机号", "第二步：选平台，注册账号", "第三步：填写店名", "Open a shop online"),
    ("拍好商品照片", "光线从侧面来", "背景干净，不要杂物", "拍出大小和细节", "Take clear product pictures"),
    ("写标题", "品种 产地 规格 时令", "不写没有根据的话", "Write honest titles", "Name the variety and the origin"),
    ("包装和发货", "土豆防压，苹果防碰", "当天下单，第二天发货", "Pack potatoes against pressure", "Ship the next day"),
    ("防骗提醒", "不点陌生链接", "不告诉别人验证码", "Never share a verification code", "Check the address"),
)  # fmt: skip
FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Medium.ttc",
)


def narrated_slides(folder: Path, speech: Path) -> Path:
    """A 1280x720 H.264 and AAC file as presentation programs export it."""
    font = next((path for path in FONTS if Path(path).exists()), None)
    if font is None:
        raise SystemExit("the slides need Chinese type: apt-get install fonts-noto-cjk")
    names = []
    for number, lines in enumerate(PAGES):
        page = Image.new("RGB", (1280, 720), "#FBFAF5")
        pen = ImageDraw.Draw(page)
        pen.rectangle((0, 0, 1280, 24), fill="#1F6B3B")
        pen.text((80, 70), lines[0], font=ImageFont.truetype(font, 76), fill="#14502A")
        for row, line in enumerate(lines[1:]):
            pen.ellipse((84, 262 + row * 100, 104, 282 + row * 100), fill="#B86E0A")
            pen.text((130, 240 + row * 100), line, font=ImageFont.truetype(font, 46), fill="#1B261F")
        names.append(folder / f"page{number}.png")
        page.save(names[-1])
    listing = folder / "pages.txt"
    listing.write_text("".join(f"file '{name}'\nduration {PAGE_S}\n" for name in [*names, names[-1]]))
    target = folder / "narrated-slides-1280x720.mp4"
    command = [program(), "-v", "error", "-y", "-f", "concat", "-safe", "0", "-i", listing, "-i", speech, "-t"]
    command += [str(PAGE_S * len(PAGES)), "-vf", "fps=25,format=yuv420p", "-c:v", "libx264", "-preset", "veryfast"]
    command += ["-crf", "18", "-c:a", "aac", "-b:a", "96k", target]
    subprocess.run([str(part) for part in command], check=True)
    return target

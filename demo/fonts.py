"""Finds a font with Chinese characters; installs one where that is allowed; says so when there is none."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

from demo.script import Language

PACKAGE = "fonts-noto-cjk"
Font = ImageFont.FreeTypeFont


@dataclass(frozen=True)
class Face:
    """A font file, and which of its faces (a collection holds several)."""

    path: Path
    index: int = 0


@dataclass(frozen=True)
class Fonts:
    """What text is drawn with. Without a Chinese font both faces are None and Pillow's own Latin font is used."""

    regular: Face | None
    bold: Face | None

    @property
    def language(self) -> Language:
        """The language that can be drawn."""
        return "zh-hans" if self.regular else "en"

    def at(self, size: int, *, bold: bool = False) -> Font:
        """The font at `size` pixels."""
        return _load(self.bold if bold else self.regular, size)


# Noto's collections hold JP, KR, SC, TC, HK in this order.
_CANDIDATES = (
    ("opentype/noto/NotoSansCJK-Regular.ttc", "opentype/noto/NotoSansCJK-Bold.ttc", 2),
    ("noto-cjk/NotoSansCJK-Regular.ttc", "noto-cjk/NotoSansCJK-Bold.ttc", 2),
    ("google-noto-cjk/NotoSansCJK-Regular.ttc", "google-noto-cjk/NotoSansCJK-Bold.ttc", 2),
    ("truetype/wqy/wqy-microhei.ttc", "truetype/wqy/wqy-microhei.ttc", 0),
    ("truetype/wqy/wqy-zenhei.ttc", "truetype/wqy/wqy-zenhei.ttc", 0),
)
_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts")


def find(folders: tuple[Path, ...] = _FOLDERS) -> Fonts:
    """The first Chinese font there is; otherwise Fonts that draw English."""
    for folder in folders:
        for regular, bold, index in _CANDIDATES:
            if (folder / regular).is_file():
                strong = folder / bold if (folder / bold).is_file() else folder / regular
                return Fonts(Face(folder / regular, index), Face(strong, index))
    return Fonts(None, None)


def install() -> bool:
    """Try to install a Chinese font from the system's own packages. Returns False where that is not possible."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return False
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    wanted = [apt, "install", "-y", "-q", "--no-install-recommends", PACKAGE]
    for command in (wanted, [apt, "update", "-q"], wanted):
        try:
            done = subprocess.run(command, env=environment, capture_output=True, timeout=150, check=False)
        except subprocess.TimeoutExpired:
            return False
        if command is wanted and done.returncode == 0:
            return True
    return False


@lru_cache(maxsize=64)
def _load(face: Face | None, size: int) -> Font:
    if face is not None:
        return ImageFont.truetype(str(face.path), size, index=face.index)
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font

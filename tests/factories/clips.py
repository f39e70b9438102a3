"""Short clips made by the bundled ffmpeg: what phones, cameras, screens and careless hands deliver."""

import subprocess
from pathlib import Path

from media_pipeline.adapters.ffmpeg import program

SINE = ("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100")
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")


def ffmpeg(*arguments: str | Path) -> None:
    """Run ffmpeg, loudly when it fails."""
    command = [program(), "-hide_banner", "-v", "error", "-nostdin", "-y", *map(str, arguments)]
    subprocess.run(command, check=True, timeout=60)


def pattern(size: str = "320x180", rate: str = "10") -> tuple[str, ...]:
    """An input of moving colours and numbers."""
    return ("-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}")


def video(target: Path, *extra: str, size: str = "320x180", rate: str = "10", seconds: float = 2) -> Path:
    """Moving picture and a tone; `extra` goes before the target."""
    ffmpeg(*pattern(size, rate), *SINE, "-t", str(seconds), *H264, "-c:a", "aac", *extra, target)
    return target


def silent(target: Path, *extra: str, size: str = "320x180", rate: str = "10", seconds: float = 2) -> Path:
    """Moving picture without sound."""
    ffmpeg(*pattern(size, rate), "-t", str(seconds), *H264, *extra, target)
    return target


def sound(target: Path, *extra: str, seconds: float = 2) -> Path:
    """A tone without picture."""
    ffmpeg(*SINE, "-t", str(seconds), *extra, target)
    return target


def slides(target: Path, *extra: str, seconds: float = 6, size: str = "640x360") -> Path:
    """Three still pages of lines on white, and a tone."""
    lines = [f"lt(mod(Y\\,{12 + 8 * page})\\,4)*lt(mod(X\\,{50 + 30 * page})\\,40)" for page in range(3)]
    pages = "+".join(f"between(T\\,{page * 2}\\,{page * 2 + 1.99})*{drawn}" for page, drawn in enumerate(lines))
    drawn = f"color=white:size={size}:rate=10,geq=lum='235-200*({pages})':cb=128:cr=128"
    ffmpeg("-f", "lavfi", "-i", drawn, *SINE, "-t", str(seconds), *H264, "-c:a", "aac", *extra, target)
    return target


def noise(target: Path, *extra: str, size: str = "320x180", seconds: float = 2) -> Path:
    """The hardest picture there is: noise that never repeats."""
    ffmpeg("-f", "lavfi", "-i", f"nullsrc=size={size}:rate=15,geq=random(1)*255:128:128", *SINE,
           "-t", str(seconds), *H264, "-c:a", "aac", *extra, target)  # fmt: skip
    return target


def turned(target: Path, upright: Path, degrees: int) -> Path:
    """The same clip with a display matrix, as phones write it."""
    ffmpeg("-display_rotation:v:0", str(degrees), "-i", upright, "-c", "copy", target)
    return target


def bright(target: Path, transfer: str, *levels: float) -> Path:
    """Two seconds in high dynamic range: stripes of grey at `levels` (0..1) of the signal, moving picture below."""
    codes = [round(64 + 876 * level) for level in levels]
    stripes = "+".join(f"{code}*eq(floor(X*{len(codes)}/W),{at})" for at, code in enumerate(codes))
    graph = f"testsrc2=320x180:10,format=yuv420p10le,geq=lum='if(lt(Y,H/2),{stripes},lum(X,Y))':cb=512:cr=512"
    colours = f"colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc:range=limited:log-level=error"
    encoder = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", colours, "-tag:v", "hvc1")
    ffmpeg("-f", "lavfi", "-i", graph, "-t", "2", *encoder, target)
    return target

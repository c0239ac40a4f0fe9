"""`make animation`: draw the film "I CARE at a glance" of course CS-002, with its captions and its still picture.

Every frame is an SVG that Chromium pictures; PyAV encodes them. Colors and sentences are those of the course's pages.
"""

import base64
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import av
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream
from playwright.sync_api import Page, sync_playwright

from tests.support import ROOT
from tests.support.browser import launch, open_page
from tests.support.fonts import SOURCE

FOLDER = ROOT / "lms" / "demo" / "data" / "lessons" / "CS-002"
WIDTH, HEIGHT, RATE, SECONDS = 960, 540, 12, 26
STILL_AT = 24.5
PAPER, INK, QUIET = "#f4f8fb", "#22313b", "#5f7280"


@dataclass(frozen=True)
class Scene:
    """What is shown from `begins` on: a letter with its name, and what is said under it in one or two lines."""

    begins: float
    letter: str
    name: str
    color: str
    lines: tuple[str, ...]


SCENES = (
    Scene(4, "C", "소통", "#12608c", ("멈추고, 눈을 맞추고,", "먼저 인사합니다")),
    Scene(8.5, "A", "해결", "#2b7a4b", ("되묻고 확인한 다음", "쉬운 말로 답합니다")),
    Scene(13, "R", "전문성", "#5b4a9c", ("명찰을 달고, 손을 닦고,", "센터를 대표합니다")),
    Scene(17.5, "E", "기대 초과", "#a34a12", ("묻기 전에", "한 걸음 먼저 합니다")),
)
LAST_BEGINS = 22.0
OPENING, CLOSING = "I CARE 한눈에", "누군가가 아니라 제가 합니다"


def eased(now: float, begins: float, takes: float = 0.7) -> float:
    """Return how far a movement has come, 0 to 1, fast at first and slow at its end."""
    part = min(max((now - begins) / takes, 0.0), 1.0)
    return 1 - (1 - part) ** 3


def text(x: float, y: float, size: int, words: str, color: str = INK, *, anchor: str = "start", seen: float = 1) -> str:
    """Return a line of text."""
    weight = 700 if size >= 40 else 500
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" fill="{color}" '
        f'text-anchor="{anchor}" opacity="{seen:.2f}">{words}</text>'
    )


def cards(now: float, begins: float, top: float) -> Iterator[str]:
    """Yield the four letters as cards that rise one after the other."""
    for place, scene in enumerate(SCENES):
        came = eased(now, begins + 0.35 * place)
        x, y = 84 + 204 * place, top + 60 * (1 - came)
        yield f'<g opacity="{came:.2f}">'
        yield f'<rect x="{x}" y="{y:.1f}" width="180" height="190" rx="22" fill="{scene.color}"/>'
        yield text(x + 90, y + 112, 100, scene.letter, "#ffffff", anchor="middle")
        yield text(x + 90, y + 164, 32, scene.name, "#ffffff", anchor="middle") + "</g>"


def figure(x: float, y: float, color: str) -> str:
    """Return a person: head and shoulders."""
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="26" fill="{color}"/>'
        f'<path d="M{x - 46:.1f} {y + 92:.1f} a46 56 0 0 1 92 0 z" fill="{color}"/>'
    )


def connect(since: float, color: str) -> str:
    """Draw two people who come to each other, and a greeting."""
    near, said = eased(since, 0.5, 1.2), eased(since, 1.8, 0.4)
    bubble = f'<g opacity="{said:.2f}"><rect x="650" y="310" width="180" height="56" rx="28" fill="{color}"/>'
    hello = text(740, 348, 26, "어서 오십시오", "#ffffff", anchor="middle")
    return figure(500 + 110 * near, 408, color) + figure(900 - 30 * near, 408, QUIET) + bubble + hello + "</g>"


def answer(since: float, color: str) -> str:
    """Draw a list whose lines are ticked off."""
    drawn = [
        '<rect x="560" y="300" width="270" height="200" rx="16" fill="#ffffff" stroke="#9dbdd1" stroke-width="3"/>'
    ]
    for line, words in enumerate(("언제", "어디서", "어떻게")):
        y = 350 + 56 * line
        long = 44 * eased(since, 1 + 0.7 * line, 0.4)
        drawn.append(text(650, y + 10, 30, words))
        drawn.append(
            f'<path d="M592 {y - 2} l12 14 l22 -26" fill="none" stroke="{color}" stroke-width="7" '
            f'stroke-linecap="round" stroke-dasharray="{long:.1f} 99"/>'
            if long
            else ""
        )
    return "".join(drawn)


def represent(since: float, color: str) -> str:
    """Draw a name tag that is put on."""
    y = 200 + 110 * eased(since, 0.6, 0.9)
    seen = eased(since, 0.6, 0.5)
    return (
        f'<g opacity="{seen:.2f}"><path d="M640 {y:.1f} l55 44 l55 -44" fill="none" stroke="{color}" stroke-width="8"/>'
        f'<rect x="570" y="{y + 44:.1f}" width="250" height="130" rx="16" fill="#ffffff" stroke="{color}" '
        'stroke-width="5"/>'
        f'<circle cx="630" cy="{y + 92:.1f}" r="20" fill="{color}"/>'
        f'<path d="M596 {y + 152:.1f} a34 36 0 0 1 68 0 z" fill="{color}"/>'
        + text(690, y + 102, 32, "서비스")
        + text(690, y + 144, 32, "김○○")
        + "</g>"
    )


def exceed(since: float, color: str) -> str:
    """Draw a call that reaches the customer before the promised time does."""
    ours, theirs = 520 + 230 * eased(since, 0.5, 1.0), 520 + 230 * eased(since, 2.0, 1.6)
    drawn = []
    for y, x, mark, words in ((350, ours, color, "우리 연락"), (440, theirs, QUIET, "약속 시각")):
        drawn.append(f'<path d="M520 {y} H860" stroke="#d3e1ea" stroke-width="14" stroke-linecap="round"/>')
        drawn.append(f'<path d="M520 {y} H{x:.1f}" stroke="{mark}" stroke-width="14" stroke-linecap="round"/>')
        drawn.append(f'<circle cx="{x:.1f}" cy="{y}" r="20" fill="{mark}"/>')
        drawn.append(text(520, y - 30, 28, words, mark))
    return "".join(drawn)


PICTURES = {"C": connect, "A": answer, "R": represent, "E": exceed}


def scene_at(scene: Scene, now: float) -> str:
    """Return one letter's scene."""
    since = now - scene.begins
    came = eased(since, 0)
    drawn = [f'<rect x="{-420 * (1 - came):.1f}" y="0" width="420" height="{HEIGHT}" fill="{scene.color}"/>']
    drawn.append(text(210 - 420 * (1 - came), 320, 260, scene.letter, "#ffffff", anchor="middle"))
    drawn.append(text(210 - 420 * (1 - came), 430, 56, scene.name, "#ffffff", anchor="middle"))
    for line, words in enumerate(scene.lines):
        drawn.append(text(480, 120 + 68 * line, 48, words, seen=eased(since, 0.3 + 0.5 * line)))
    return "".join((*drawn, PICTURES[scene.letter](since, scene.color)))


def drawing(now: float) -> str:
    """Return the SVG for a moment, in seconds from the beginning."""
    shown = [scene for scene in SCENES if scene.begins <= now < LAST_BEGINS]
    if shown:
        inside = scene_at(shown[-1], now)
    else:
        begins, words = (LAST_BEGINS, CLOSING) if now >= LAST_BEGINS else (0.0, OPENING)
        title = text(WIDTH / 2, 150, 60, words, anchor="middle", seen=1 if begins == 0 else eased(now, begins))
        inside = title + "".join(cards(now, begins + 0.5, 230))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/><g font-family="film">{inside}</g></svg>'
    )


def captions() -> str:
    """Return what is written on the screen as WebVTT, for those who read it another way."""
    said = [(0.0, f"{OPENING}: 고객을 대하는 네 가지 행동입니다.")]
    said += [(scene.begins, f"{scene.letter}, {scene.name}. {' '.join(scene.lines)}.") for scene in SCENES]
    said.append((LAST_BEGINS, f"I CARE. {CLOSING}."))
    ends = [begins for begins, _ in said[1:]] + [float(SECONDS)]
    cues = [f"{_clock(begins)} --> {_clock(end)}\n{words}\n" for (begins, words), end in zip(said, ends, strict=True)]
    return "\n".join(("WEBVTT\n", *cues))


def _clock(seconds: float) -> str:
    return f"00:{int(seconds) // 60:02}:{seconds % 60:06.3f}"


def pictures(page: Page) -> Iterator[bytes]:
    """Yield every frame as PNG."""
    for number in range(RATE * SECONDS):
        yield picture(page, number / RATE)


def picture(page: Page, now: float) -> bytes:
    """Return one moment as PNG."""
    page.evaluate("drawing => { document.body.innerHTML = drawing; }", drawing(now))
    return page.screenshot()


def encode(frames: Iterator[bytes], path: Path) -> None:
    """Write frames as WebM (VP9)."""
    with av.open(str(path), "w", format="webm") as film:
        stream = film.add_stream("libvpx-vp9", rate=RATE, options={"crf": "30", "deadline": "good", "cpu-used": "3"})
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = WIDTH, HEIGHT, "yuv420p", 0
        for number, content in enumerate(frames):
            with av.open(BytesIO(content), "r") as still:
                frame: VideoFrame = next(still.decode(video=0)).reformat(format="yuv420p")
            # A decoded PNG asks to be a whole picture again; the encoder is to store what moved.
            frame.pict_type = PictureType.NONE
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            film.mux(stream.encode(frame))
        film.mux(stream.encode())


def main() -> None:
    """Write film, captions and still."""
    font = base64.b64encode(SOURCE.read_bytes()).decode()
    face = f'@font-face {{ font-family: film; font-weight: 45 920; src: url("data:font/woff2;base64,{font}"); }}'
    with sync_playwright() as playwright:
        browser = launch(playwright)
        with open_page(browser, viewport={"width": WIDTH, "height": HEIGHT}) as page:
            page.set_content(f"<style>{face} body {{ margin: 0; font-family: film; }}</style><body>가</body>")
            page.evaluate(
                "document.fonts.load('700 40px film', '가').then(() => document.fonts.ready).then(() => true)"
            )
            encode(pictures(page), FOLDER / "i-care.webm")
            (FOLDER / "i-care.png").write_bytes(picture(page, STILL_AT))
        browser.close()
    (FOLDER / "i-care.ko.vtt").write_text(captions(), encoding="utf-8")
    for name in ("i-care.webm", "i-care.png", "i-care.ko.vtt"):
        sys.stdout.write(f"{(FOLDER / name).stat().st_size:>9,} bytes  {name}\n")


if __name__ == "__main__":
    main()

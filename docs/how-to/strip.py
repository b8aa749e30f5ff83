"""Frames of clips side by side, with what was given and what was made told apart."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from sorairo.video import Clip

GAP, LINE, MARK = 3, 18, 4  # pixels: between frames, of a line of text, of the bar under frames
PAPER, INK = (255, 255, 255), (70, 70, 70)
COLORS = {"given": (60, 110, 200), "made": (225, 140, 40)}
LARGEST = 60_000  # bytes of a picture


@dataclass(frozen=True, kw_only=True)
class Row:
    """`frames` of `files`, as many of each, `height` pixels high. `given`: from and to, in seconds.
    With `again` the first frame stands once more after the last, as it does when a clip loops."""

    files: tuple[str, ...]
    captions: tuple[str, ...] = ()
    given: tuple[tuple[float, float], ...] = ()
    frames: int = 8
    columns: int = 0
    height: int = 96
    again: bool = False
    clock: bool = False


def save(rows: list[Row], folder: Path, path: Path) -> None:
    """Writes the picture of `rows` as a JPEG, of a quality at which it is small enough."""
    lines = [line for row in rows for line in draw(row, folder)]
    size = (max(line.width for line in lines), sum(line.height for line in lines))
    sheet, top = Image.new("RGB", size, PAPER), 0
    for line in lines:
        sheet.paste(line, (0, top))
        top += line.height
    for quality in range(88, 40, -4):
        data = io.BytesIO()
        sheet.save(data, "JPEG", quality=quality, optimize=True, subsampling=0)
        if data.tell() <= LARGEST:
            break
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.getvalue())


def draw(row: Row, folder: Path) -> list[Image.Image]:
    """The lines of a row, one under the other."""
    shown = [each for file in row.files for each in _frames(row, folder / file)]
    columns = row.columns or len(shown)
    captions = _captions(row, folder)
    lines = []
    for first in range(0, len(shown), columns):
        part = shown[first : first + columns]
        step = len(part) // len(captions) if captions else 1
        above = {i * step: text for i, text in enumerate(captions)} if first == 0 else {}
        lines.append(_line(part, above, marked=bool(row.given), clock=row.clock))
    return lines


def _captions(row: Row, folder: Path) -> list[str]:
    told = []
    for file, text in zip(row.files, row.captions, strict=False):
        if "{" in text:
            request = json.loads(Clip.load(folder / file).metadata["comment"])["request"]
            text = text.format(**request)
        told.append(text)
    return told


def _frames(row: Row, path: Path) -> list[tuple[Image.Image, float, bool]]:
    """(picture, seconds, whether it was given) of the frames of a file that are shown."""
    clip = Clip.load(path)
    count = max(1, row.frames // len(row.files)) - row.again
    chosen = np.linspace(0, clip.num_frames - 1, min(count, clip.num_frames)).round().astype(int)
    shown = []
    for index in [*chosen, *([0] if row.again else [])]:
        frame, time = Image.fromarray(clip.frames[index]), float(index / clip.fps)
        width = round(frame.width * row.height / frame.height)
        larger = row.height > frame.height
        filter_ = Image.Resampling.NEAREST if larger else Image.Resampling.LANCZOS
        given = any(start - 1e-6 <= time < end - 1e-6 for start, end in row.given)
        shown.append((frame.resize((width, row.height), filter_), time, given))
    return shown


def _line(
    shown: list[tuple[Image.Image, float, bool]],
    above: dict[int, str],
    *,
    marked: bool,
    clock: bool,
) -> Image.Image:
    """Frames with captions above them, and under them bars of what was given and made."""
    font = ImageFont.load_default(12)
    lefts = np.cumsum([0, *(frame.width + GAP for frame, *_ in shown)]).tolist()
    top = LINE if above else 0
    height = top + shown[0][0].height
    below = LINE + MARK if marked else LINE if clock else GAP
    line = Image.new("RGB", (lefts[-1], height + below + GAP), PAPER)
    pen = ImageDraw.Draw(line)
    for index, text in above.items():
        pen.text((lefts[index], 1), text, INK, font=font)
    before = None
    for (frame, time, given), left in zip(shown, lefts, strict=False):
        line.paste(frame, (left, top))
        if clock:
            pen.text((left, height + 1), f"{time:.0f} s", INK, font=font)
        if marked:
            name = "given" if given else "made"
            begun = left - GAP if name == before else left
            box = (begun, height + 2, left + frame.width - 1, height + 1 + MARK)
            pen.rectangle(box, fill=COLORS[name])
            if name != before:
                pen.text((left, height + MARK + 1), name, COLORS[name], font=font)
            before = name
    return line

"""One picture of a suite's answers: strips of frames, the worst answers first."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from sorairo.exam.run_folder import RunFolder
from sorairo.exam.suite import JudgedQuestion, Suite, SuiteResult
from sorairo.video import Clip
from sorairo.video.writing.contact_sheet import contact_sheet

LINE = 13  # pixels of a line of text
FRAMES, SIDE = 12, 96  # of a strip; pixels of a frame's height
BAD, GOOD = (190, 0, 0), (0, 90, 0)


def contact_sheet_of(result: SuiteResult, files: RunFolder, most: int = 24) -> Image.Image:
    """Up to `most` questions. Above the strips of its clips each one has its label, its values, and
    the measures in which it misses the goal."""
    goals = result.suite.goals
    worst = sorted(result.judged, key=lambda judged: -judged.shortfall(goals))[:most]
    rows = [_row(result.suite, judged, files) for judged in worst]
    page = Image.new("RGB", (max(r.width for r in rows), sum(r.height for r in rows)), "white")
    top = 0
    for row in rows:
        page.paste(row, (0, top))
        top += row.height
    return page


def strip_of(path: Path) -> Image.Image:
    """Frames of a clip from the first to the last, side by side."""
    clip = Clip.load(path)
    count = min(FRAMES, clip.num_frames)
    picked = np.linspace(0, clip.num_frames - 1, count).round().astype(int)
    shown = Clip(frames=clip.frames[picked], fps=clip.fps)
    shown = shown.resize(max(1, round(SIDE * clip.width / clip.height)), SIDE)
    return contact_sheet(shown.frames, columns=FRAMES, every=1)


def _row(suite: Suite, judged: JudgedQuestion, files: RunFolder) -> Image.Image:
    strips = [strip_of(path) for path in files.clips(suite, judged.question)]
    failed = judged.failed(suite.goals)
    values = "  ".join(f"{name} {value:.3g}" for name, value in judged.examined.items())
    verdict = values + (f"   FAILED {', '.join(failed)}" if failed else "")
    width = max((strip.width for strip in strips), default=FRAMES * SIDE)
    height = sum(strip.height + 2 for strip in strips) + 2 * LINE + 4
    row = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(row)
    draw.text((0, 0), judged.question.label.encode("ascii", "replace").decode(), fill=(0, 0, 0))
    draw.text((0, LINE), verdict, fill=BAD if failed else GOOD)
    top = 2 * LINE
    for strip in strips:
        row.paste(strip, (0, top))
        top += strip.height + 2
    return row

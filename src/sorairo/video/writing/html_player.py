"""Clips as HTML, for notebooks."""

from __future__ import annotations

import base64
import html
import tempfile
from pathlib import Path

from sorairo.video.footage import Footage
from sorairo.video.writing import image_writer, mp4_writer

SMALLEST = 256  # pixels: a smaller clip is shown enlarged


def html_player(footage: Footage, title: str) -> str:
    """A `<video>` that plays the footage in a loop, or an `<img>` for a single frame, complete in
    itself."""
    look = f'width="{max(footage.width, SMALLEST)}" title="{html.escape(title)}"'
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip"
        if footage.num_frames == 1:
            image_writer.write_png(path, footage.frames[0], {})
            return f'<img src="data:image/png;base64,{_base64(path)}" {look}>'
        mp4_writer.write_mp4(path, footage.frames, footage.fps, {}, footage.sound)
        return f'<video src="data:video/mp4;base64,{_base64(path)}" {look} controls loop></video>'


def _base64(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()

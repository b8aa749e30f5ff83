"""Clips in a terminal and in a notebook."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import numpy as np

from sorairo.video import Clip


def clip(frames: int) -> Clip:
    return Clip(frames=np.full((frames, 64, 96, 3), 90, np.uint8), fps=12.0)


def test_a_clip_is_shown_in_one_line():
    assert repr(clip(48)) == "Clip(48 frames, 96x64, 12 fps, 4 s)"
    assert repr(clip(1)) == "Clip(1 frame, 96x64)"


def test_a_notebook_gets_a_player_that_holds_the_clip(tmp_path: Path):
    page = clip(6)._repr_html_()
    found = re.search(r'<video src="data:video/mp4;base64,([^"]+)".* controls loop>', page)
    assert found is not None
    path = tmp_path / "clip.mp4"
    path.write_bytes(base64.b64decode(found[1]))
    assert Clip.load(path).num_frames == 6
    assert clip(1)._repr_html_().startswith('<img src="data:image/png;base64,')

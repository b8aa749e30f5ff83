"""What a session has shown and done, and the clip of it."""

from __future__ import annotations

import json
import tempfile
import zlib
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sorairo.errors import RequestError
from sorairo.video.atomic_write import whole_file
from sorairo.video.clip import Clip
from sorairo.video.writing.joining import join_mp4

MAX_FRAMES = 6000  # of a recording; the oldest are dropped, so that memory stays flat
PIECE = 240  # frames that are written at once: 240 MB, where all would be six gigabytes
CLIP_SIDE = 512  # pixels of the longer side that a clip has at least
MAX_RECIPE = 60_000  # characters of the recipe in a clip's comment


class Recording:
    """The last frames of a session, and all of its actions since it began."""

    def __init__(self, fps: float) -> None:
        self.fps = fps
        self.begin: dict[str, Any] = {}
        self.actions: list[str] = []
        self.changes: list[dict[str, Any]] = []
        self._frames: deque[bytes] = deque(maxlen=MAX_FRAMES)
        self._shape: tuple[int, ...] = ()

    def start(self, frame: np.ndarray, begin: Mapping[str, Any]) -> None:
        """Forgets what was, and begins with a frame; `begin` says what it was begun from."""
        self._frames.clear()
        self.actions.clear()
        self.changes.clear()
        self.begin, self._shape = dict(begin), frame.shape
        self._append(frame)

    def add(self, action: str, frame: np.ndarray) -> None:
        """Adds an action, and the frame that it has led to."""
        self.actions.append(action)
        self._append(frame)

    def change(self, what: str, value: str) -> None:
        """Notes a "prompt" or a "mode" that holds from the next step on."""
        step = len(self.actions)
        self.changes = [
            each for each in self.changes if each["step"] < step or what not in each
        ]  # the last one of a step counts
        self.changes.append({"step": step, what: value})

    def _append(self, frame: np.ndarray) -> None:
        self._frames.append(zlib.compress(frame.tobytes(), 1))

    def __len__(self) -> int:
        return len(self._frames)

    def frames(self, last: int | None = None) -> Iterator[np.ndarray]:
        """The (last) frames, uint8 [H, W, 3], in their order."""
        kept = list(self._frames)
        for packed in kept[-last:] if last else kept:
            yield np.frombuffer(zlib.decompress(packed), np.uint8).reshape(self._shape)

    def recipe(self) -> dict[str, Any]:
        """What makes the session again: how it was begun, all actions, and after how many of them
        another prompt or mode came, as JSON."""
        changes = {"changes": [dict(each) for each in self.changes]} if self.changes else {}
        return {**self.begin, "actions": list(self.actions), **changes}

    def clip(self) -> Clip:
        """The session as a clip, enlarged by a whole factor without smoothing. Its comment has the
        recipe. Raises RequestError for a session without a step."""
        self._check_played()
        return self._clip(list(self.frames()), self._metadata())

    def save(self, path: Path) -> Path:
        """Writes the same as an mp4, in pieces, so that it takes little memory however long the
        session was. Raises RequestError and MediaError."""
        self._check_played()
        with whole_file(path) as new, tempfile.TemporaryDirectory(dir=new.parent) as folder:
            pieces, frames = [], []
            for number, frame in enumerate(self.frames(), start=1):
                frames.append(frame)
                if len(frames) == PIECE or number == len(self):
                    piece = Path(folder) / f"{number}.mp4"
                    pieces.append(self._clip(frames, {}).save(piece))
                    frames = []
            join_mp4(pieces, new, self._metadata())
        return path

    def _check_played(self) -> None:
        if len(self) < 2:
            raise RequestError("Nothing has been played yet: take a step first.")

    def _clip(self, frames: list[np.ndarray], metadata: dict[str, str]) -> Clip:
        height, width, channels = self._shape
        factor = max(1, -(-CLIP_SIDE // max(height, width)))
        large = np.empty((len(frames), factor * height, factor * width, channels), np.uint8)
        for place, frame in zip(large, frames, strict=True):
            place[:] = frame.repeat(factor, 0).repeat(factor, 1)
        return Clip(frames=large, fps=self.fps, metadata=metadata)

    def _metadata(self) -> dict[str, str]:
        text = json.dumps({"sorairo": "play", "recipe": self.recipe()})
        return {"comment": text} if len(text) <= MAX_RECIPE else {}

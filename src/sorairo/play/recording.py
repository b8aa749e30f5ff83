"""What a session has shown and done, and the clip of it."""

from __future__ import annotations

import json
import zlib
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from sorairo.errors import RequestError
from sorairo.video.clip import Clip

MAX_FRAMES = 6000  # of a recording; the oldest are dropped, so that memory stays flat
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
        if len(self) < 2:
            raise RequestError("Nothing has been played yet: take a step first.")
        factor = max(1, -(-CLIP_SIDE // max(self._shape[:2])))
        frames = np.stack([each.repeat(factor, 0).repeat(factor, 1) for each in self.frames()])
        text = json.dumps({"sorairo": "play", "recipe": self.recipe()})
        metadata = {"comment": text} if len(text) <= MAX_RECIPE else {}
        return Clip(frames=frames, fps=self.fps, metadata=metadata)

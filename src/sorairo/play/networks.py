"""Networks that draw the frames of a session. This module loads torch."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch

from sorairo.models.crafter.dream import Dream
from sorairo.models.crafter.files import load_play_model
from sorairo.models.crafter.network import PlayModel
from sorairo.play.prompts import trained_phrases
from sorairo.play.protocol import Past, Turn

NOISE_SEED = 0  # of every session: the same start and actions give the same frames


@lru_cache(maxsize=1)
def model_of(name: str) -> PlayModel:
    """The model of a name or directory, once for all modes of a session."""
    return load_play_model(name)


class DreamPainter:
    """A network alone: it sees the first frame and the actions, and what it has drawn itself."""

    needs_rules = False

    def __init__(self, model: str) -> None:
        self.dream = Dream(model_of(model))
        self.noise = torch.Generator()

    def begin(self, past: Past, turn: Turn | None) -> np.ndarray:
        """Takes over: what was seen until now is its memory."""
        self.noise.manual_seed(NOISE_SEED)
        first, *later = past.frames
        shown = self.dream.start(first, prompt=trained_phrases(past.prompt))
        for action, frame in zip(past.actions, later, strict=True):
            shown = self.dream.show(action, frame)
        return shown

    def paint(self, action: str, prompt: str, turn: Turn | None) -> np.ndarray:
        """The next frame, from memory and the action."""
        return self.dream.step(action, prompt=trained_phrases(prompt), generator=self.noise)


class AnchoredPainter:
    """A network that is told what is true, and draws it: every pixel is its own."""

    needs_rules = True

    def __init__(self, model: str) -> None:
        self.dream = Dream(model_of(model))
        self.noise = torch.Generator()

    def begin(self, past: Past, turn: Turn | None) -> np.ndarray:
        """Draws what is true now."""
        assert turn is not None, "the rules say what is drawn"
        self.noise.manual_seed(NOISE_SEED)
        return self.dream.start(
            None, prompt=trained_phrases(past.prompt), state=turn.state, generator=self.noise
        )

    def paint(self, action: str, prompt: str, turn: Turn | None) -> np.ndarray:
        """Draws what is true after an action."""
        assert turn is not None, "the rules say what is drawn"
        return self.dream.step(
            action, prompt=trained_phrases(prompt), state=turn.state, generator=self.noise
        )

"""A session of play: a game and a painter, step by step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from sorairo.errors import RequestError, unknown_name
from sorairo.play.drift import Drift, measure_drift
from sorairo.play.facts import PlayableFacts
from sorairo.play.protocol import FrameReader, Game, Painter, Past, Turn
from sorairo.play.recording import Recording
from sorairo.play.session_limits import MAX_PROMPT, MAX_SEED
from sorairo.video.clip import Clip
from sorairo.world.crafter.state import GameState

PAST_FRAMES = 64  # that a painter sees when it takes over


@dataclass(frozen=True, kw_only=True, eq=False)
class Shown:
    """What a player sees after a step."""

    frame: np.ndarray
    """uint8 [H, W, 3]."""
    state: GameState | None
    """What is true; None where no rules run: after a start from a picture, and once a dream goes on
    after the death of the simulator's player."""
    inventory: Mapping[str, int]
    """What the frame shows that the player carries."""
    drift: Drift | None
    """How far the frame is from what is true; None where no rules run."""
    step: int
    """How many steps the session has had."""
    died_at: int | None = None
    """The step at which the simulator's player died; None while it lives, and where there is none.
    It is an end for the modes that follow the rules; a dream goes on, with nothing to compare with
    after this step."""
    over: bool = False
    """Whether no step can follow in this mode, because the player has died."""


PainterSource = Callable[[str], Painter]
"""Makes the painter of a mode; a network is loaded when it is first needed."""


class PlaySession:
    """Plays one world. `start`, then `step` by `step`.

    Args:
        facts: What is known of the world.
        game: Its rules.
        reader: Reads its frames.
        painter: Makes the painter of a mode.
        mode: Who draws the frames at first.
    """

    def __init__(
        self,
        facts: PlayableFacts,
        game: Game,
        reader: FrameReader,
        painter: PainterSource,
        mode: str,
    ) -> None:
        self.facts, self.game, self.reader = facts, game, reader
        self._painter_of, self._painters = painter, dict[str, Painter]()
        self.recording = Recording(facts.fps)
        self.turn: Turn | None = None
        """What is true; None where no rules run."""
        self.died_at: int | None = None
        self.words = ""
        self.mode = self._checked_mode(mode)
        self.shown: Shown | None = None

    def start(
        self,
        seed: int | None = None,
        *,
        picture: np.ndarray | Image.Image | str | Path | None = None,
        prompt: str = "",
    ) -> Shown:
        """Begins anew: in the land of a seed, from a picture, or where a prompt says.

        A picture has no rules behind it: what follows is dreamed, and there is no meter. Raises
        RequestError, and MediaError for a picture that cannot be read; then the session goes on as
        it was.
        """
        words = _checked_prompt(prompt)
        begin: dict[str, Any] = {"world": self.facts.name, "mode": self.mode}
        painter = self._painter(self.mode)
        if picture is not None:
            if seed is not None:
                raise RequestError("Start from a seed or from a picture, not from both.")
            if painter.needs_rules:
                raise RequestError(
                    f"A picture has no rules that the mode {self.mode} could follow: choose dream."
                )
            frame, turn = self._frame_of(picture), None
            begin["picture"] = True
        else:
            seed = _checked_seed(0 if seed is None else seed)
            turn = self.game.reset(seed, words)
            frame = turn.frame
            begin["seed"] = seed
        begin |= {"prompt": words} if words else {}
        frame = painter.begin(Past(frames=[frame], actions=[], prompt=words), turn)
        self.words, self.turn, self.died_at = words, turn, None
        self.recording.start(frame, begin)
        return self._show(frame)

    def step(self, action: str) -> Shown:
        """The next frame, for an action. After the death of the simulator's player a dream goes on,
        and the rules do not. Raises UnknownNameError, and RequestError before `start` and, in a
        mode that follows the rules, after the player's death."""
        if action not in self.facts.actions:
            raise unknown_name("action", action, self.facts.actions)
        self._check_started()
        painter = self._painter(self.mode)
        if self.died_at is not None:
            if painter.needs_rules:
                raise RequestError("The player has died: start again.")
            self.turn = None
        elif self.turn is not None:
            self.turn = self.game.step(action)
        frame = painter.paint(action, self.words, self.turn)
        self.recording.add(action, frame)
        if self.turn is not None and not self.turn.state.alive:
            self.died_at = len(self.recording.actions)
        return self._show(frame)

    def prompt(self, text: str) -> None:
        """Says what holds from the next step on, such as "night falls"; "" for nothing. It steers
        what networks draw; the rules do not know it. Raises RequestError."""
        self.words = _checked_prompt(text)
        self.recording.change("prompt", self.words)

    def set_mode(self, mode: str) -> Shown:
        """Lets another painter go on from what is on the screen. Raises UnknownNameError, and
        RequestError for a mode that needs rules where there are none, or none any more."""
        self._checked_mode(mode)
        self._check_started()
        painter = self._painter(mode)
        if painter.needs_rules and self.died_at is not None:
            raise RequestError(
                f"The simulator's player died at step {self.died_at}, and the mode {mode} follows"
                " it: start again."
            )
        if painter.needs_rules and self.turn is None:
            raise RequestError(
                f"This session began with a picture, which has no rules: the mode {mode} needs a"
                " start from a seed."
            )
        frames = list(self.recording.frames(PAST_FRAMES))
        actions = self.recording.actions[-(len(frames) - 1) :] if len(frames) > 1 else []
        frame = painter.begin(Past(frames=frames, actions=actions, prompt=self.words), self.turn)
        self.mode = mode
        self.recording.change("mode", mode)
        return self._show(frame)

    def clip(self) -> Clip:
        """The session as a clip. Raises RequestError for one without a step."""
        return self.recording.clip()

    def save(self, path: str | Path) -> Path:
        """Writes the session as an mp4, which takes less memory than `clip` for a long one. Raises
        RequestError for one without a step, and MediaError."""
        return self.recording.save(Path(path))

    def _show(self, frame: np.ndarray) -> Shown:
        reading = self.reader.read(frame)
        drift = None if self.turn is None else measure_drift(reading, self.turn.state)
        self.shown = Shown(
            frame=frame,
            state=None if self.turn is None else self.turn.state,
            inventory=reading.inventory,
            drift=drift,
            step=len(self.recording.actions),
            died_at=self.died_at,
            over=self.died_at is not None and self._painter(self.mode).needs_rules,
        )
        return self.shown

    def _painter(self, mode: str) -> Painter:
        if mode not in self._painters:
            self._painters[mode] = self._painter_of(mode)
        return self._painters[mode]

    def _checked_mode(self, mode: str) -> str:
        if mode not in self.facts.modes:
            raise unknown_name("mode of play", mode, self.facts.modes)
        return mode

    def _check_started(self) -> None:
        if self.shown is None:
            raise RequestError("The session has not begun: call start first.")

    def _frame_of(self, picture: np.ndarray | Image.Image | str | Path) -> np.ndarray:
        """The picture at the size of a frame. Transparency becomes white, as in files."""
        if isinstance(picture, str | Path):
            clip = Clip.load(picture)
        elif isinstance(picture, Image.Image):
            white = Image.new("RGBA", picture.size, "white")
            white.alpha_composite(picture.convert("RGBA"))
            clip = Clip(frames=np.asarray(white.convert("RGB"))[None], fps=1.0)
        else:  # numbers of another type have another scale: a clip refuses them
            clip = Clip(frames=np.asarray(picture)[None], fps=1.0)
        return clip.fit(self.facts.side, self.facts.side).frames[0]


def _checked_seed(seed: int) -> int:
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= MAX_SEED:
        raise RequestError(f"The seed of a world is a whole number from 0 to {MAX_SEED}.")
    return seed


def _checked_prompt(text: str) -> str:
    if not isinstance(text, str) or len(text) > MAX_PROMPT:
        raise RequestError(f"A prompt of play is a text of at most {MAX_PROMPT} characters.")
    return " ".join(text.split())

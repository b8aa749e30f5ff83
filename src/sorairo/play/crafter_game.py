"""The rules of Crafter: its simulator, begun where a prompt says."""

from __future__ import annotations

import numpy as np

from sorairo.play.prompts import named
from sorairo.play.protocol import Past, Turn
from sorairo.world.crafter.names import ACTIONS
from sorairo.world.crafter.simulator import Simulator
from sorairo.world.crafter.start import Start


def start_of(prompt: str) -> Start | None:
    """Where and when a game begins that fits a prompt; None where it names neither."""
    time, place = named(prompt)
    return Start(time=time, place=place) if time or place else None


class CrafterGame:
    """A game of Crafter."""

    actions = ACTIONS

    def __init__(self) -> None:
        self._simulator = Simulator()

    def reset(self, seed: int, prompt: str = "") -> Turn:
        """Begins anew, in the land of a seed, at the place and time that the prompt names."""
        frame = self._simulator.reset(seed, start_of(prompt))
        return Turn(frame=frame, state=self._simulator.state)

    def step(self, action: str) -> Turn:
        """The next turn. An action that is not possible changes nothing."""
        frame, state = self._simulator.step(action)
        return Turn(frame=frame, state=state)


class SimulatorPainter:
    """Shows the frames of the game itself."""

    needs_rules = True

    def begin(self, past: Past, turn: Turn | None) -> np.ndarray:
        """The frame of the turn."""
        assert turn is not None, "the game itself is shown"
        return turn.frame

    def paint(self, action: str, prompt: str, turn: Turn | None) -> np.ndarray:
        """The frame of the turn."""
        assert turn is not None, "the game itself is shown"
        return turn.frame

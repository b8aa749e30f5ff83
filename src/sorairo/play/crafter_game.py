"""The rules of Crafter: its simulator, begun where a prompt says."""

from __future__ import annotations

import numpy as np

from sorairo.play.protocol import Past, Turn
from sorairo.world.crafter.names import ACTIONS
from sorairo.world.crafter.simulator import Simulator
from sorairo.world.crafter.start import PLACES, TIMES, Start

WORDS = {
    **{name: name for name in (*TIMES, *PLACES)},
    **dict.fromkeys(("dark", "midnight", "夜", "晚上", "天黑"), "night"),
    **dict.fromkeys(("noon", "sunny", "白天", "中午"), "day"),
    **dict.fromkeys(("dusk", "sunset", "傍晚", "黄昏"), "evening"),
    **dict.fromkeys(("sunrise", "黎明"), "dawn"),
    **dict.fromkeys(("早上", "早晨"), "morning"),
    **dict.fromkeys(("grass", "grassland", "field", "草地", "草原"), "meadow"),
    **dict.fromkeys(("tree", "trees", "wood", "woods", "森林", "树"), "forest"),
    **dict.fromkeys(("sand", "beach", "沙漠", "沙滩", "沙"), "desert"),
    **dict.fromkeys(("water", "river", "sea", "shore", "湖", "水", "海"), "lake"),
    **dict.fromkeys(("mountains", "stone", "stones", "rock", "rocks", "山", "石头"), "mountain"),
    **dict.fromkeys(("caves", "tunnel", "tunnels", "洞", "隧道"), "cave"),
    **dict.fromkeys(("volcano", "岩浆", "火山"), "lava"),
}
"""Words of prompts, and the time or place that they stand for."""


def start_of(prompt: str) -> Start | None:
    """Where and when a game begins that fits a prompt; None where it names neither."""
    folded = prompt.casefold()
    words = "".join(each if each.isalnum() else " " for each in folded).split()
    chinese = [word for word in WORDS if not word.isascii() and word in folded]
    found = [WORDS[word] for word in (*words, *chinese) if word in WORDS]
    time = next((each for each in found if each in TIMES), "")
    place = next((each for each in found if each in PLACES), "")
    return Start(time=time, place=place) if found else None


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

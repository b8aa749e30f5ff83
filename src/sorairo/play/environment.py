"""A gymnasium environment of a session, so that agents can be trained in the game or in the dream
of it (Hafner, arXiv 2109.06780)."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np

from sorairo.play.facts import SIMULATOR
from sorairo.play.loading import load_world, open_session
from sorairo.play.session import Shown
from sorairo.play.session_limits import MAX_SEED

LENGTH = 10_000  # steps of an episode, as in Crafter


class PlayEnv(gymnasium.Env[np.ndarray, np.int64]):
    """A playable world as a gymnasium environment.

    An observation is a frame, uint8 [side, side, 3]; an action the number of one of
    `facts.actions`. The reward is Crafter's: 1 for each achievement that is unlocked, and a tenth
    of what health changes by, from the rules, whatever draws the frames: `mode` says who does, such
    as "dream". An episode is terminated when the player of the rules dies, of which a dream may
    show nothing, because nothing can be earned after that; `step` then raises ResetNeeded. It is
    truncated after 10,000 steps. `reset(seed=...)` chooses the land among those numbered 0 to
    `lands` - 1; without, it is random. The last four lands begin anew at once, another one takes a
    second or more. `options={"prompt": ...}` chooses the place and the time.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 8}  # noqa: RUF012 as gymnasium has it

    def __init__(
        self,
        name: str = "crafter",
        *,
        mode: str = SIMULATOR,
        lands: int = MAX_SEED,
        render_mode: str | None = None,
    ) -> None:
        self.session = open_session(load_world(name).facts, mode)
        facts = self.session.facts
        self.render_mode, self.lands = render_mode, lands
        self.action_space = gymnasium.spaces.Discrete(len(facts.actions))
        self.observation_space = gymnasium.spaces.Box(0, 255, (facts.side, facts.side, 3), np.uint8)
        self._before: Shown | None = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Begins an episode."""
        super().reset(seed=seed)
        land = int(self.np_random.integers(self.lands))
        self._before = self.session.start(land, prompt=(options or {}).get("prompt", ""))
        return self._before.frame, _facts_of(self._before)

    def step(self, action: np.int64 | int) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """The next frame, its reward, whether the player of the rules has died, and whether time is
        up. Raises ResetNeeded before `reset`, and after a death."""
        before = self._before
        if before is None or before.died_at is not None:
            raise gymnasium.error.ResetNeeded("The episode is over or has not begun: call reset().")
        after = self.session.step(self.session.facts.actions[int(action)])
        assert before.state is not None
        assert after.state is not None
        old, new = before.state, after.state
        unlocked = sum(n > 0 and not old.achievements[k] for k, n in new.achievements.items())
        health = new.inventory["health"] - old.inventory["health"]
        self._before = after
        over = not new.alive
        return after.frame, unlocked + health / 10, over, after.step >= LENGTH, _facts_of(after)

    def render(self) -> np.ndarray | None:
        """The frame, with the render mode "rgb_array"."""
        shown = self._before
        return shown.frame if shown is not None and self.render_mode == "rgb_array" else None


gymnasium.register(id="sorairo/Crafter-v0", entry_point=f"{__name__}:{PlayEnv.__name__}")


def _facts_of(shown: Shown) -> dict[str, Any]:
    state = shown.state
    assert state is not None
    return {
        "inventory": dict(state.inventory),
        "achievements": dict(state.achievements),
        "position": state.position,
        "agreement": None if shown.drift is None else shown.drift.agreement,
    }

"""Windows of games for training: what a network sees, what it is given, and what is true."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sorairo.models.crafter.given import MAP_PLACES, PLACES, SLEEP_PLACE, Truth
from sorairo.models.crafter.network import CENTER
from sorairo.training.data.games.events import EventIndex
from sorairo.training.data.games.latents import NEVER, LatentGame
from sorairo.training.data.games.shards import WISHES
from sorairo.world.crafter.language.lexicon import PLACES as PLACE_WORDS
from sorairo.world.crafter.language.lexicon import TIMES, place_of, time_of
from sorairo.world.crafter.names import ACTIONS, COLUMNS, FACINGS, MOVING, ROWS

_WORKS = [i for i, name in enumerate(ACTIONS) if name == "do" or name.startswith("place")]
NOTHING = PLACES - 1  # a place that shows nothing, ever
_MOVES = [ACTIONS.index(name) for name in FACINGS]


@dataclass(frozen=True, kw_only=True)
class WindowsConfig:
    """How windows are drawn."""

    batch: int = 8
    """Windows of a step."""
    frames: int = 8
    """Frames of a window."""
    first: float = 0.04
    """Share of windows at the beginning of a game."""
    blank: float = 0.06
    """Share of windows whose first frame is given no memory."""
    short: float = 0.1
    """Share of windows whose frames remember the one before and nothing else of the land."""
    begun: float = 0.3
    """Share of windows that remember the inventory from a random frame on, up to 40 before them,
    and not from the beginning of the game."""
    eventful: float = 0.6
    """Share of windows with an event (see `events`), kinds of which are drawn by the root of how
    often they happen; the rest begin anywhere."""
    gains: float = 8.0
    """How many times as often kinds are drawn in which an action gains or costs something, a wish
    turns the light, or rest gives something."""
    true: float = 0.2
    """Share of windows in which the network is told what is true (anchored mode)."""
    prompted: float = 0.5
    """Share of windows with a prompt."""
    wished: float = 1.0
    """The same for windows in which a wish holds: light that turns for no reason teaches a dream to
    fall into night."""


@dataclass(frozen=True, kw_only=True)
class Windows:
    """b windows of f frames."""

    latents: Tensor
    """[b, f, 81, c]."""
    memory: Tensor
    """What was last seen of each place, [b, f, 81, c]."""
    age: Tensor
    """How many steps ago, -1 for never; for places of the inventory, how long it has been so,
    [b, f, 81]."""
    before: Tensor
    """The latents of the frame before each, [b, f, 81, c]; zero before the first."""
    true: Tensor
    """[b, f, 81, t], see `Truth.channels`."""
    anchored: Tensor
    """1 where the network is given what is true (anchored mode), 0 elsewhere, [b]."""
    actions: Tensor
    """[b, f]."""
    target: Tensor
    """The place that each action works on, [b, f]; -1 for actions that work on none, and moves."""
    lively: Tensor
    """Whether something that moves by itself was on each place in the picture before, or on one
    beside it, bool [b, f, 81]."""
    moved: Tensor
    """Whether the player moved, [b, f]; -1 where the action is no move, or there is no frame
    before."""
    place: Tensor
    """Time, x and y of each frame, [b, f, 3]."""
    prompts: tuple[str, ...]
    """One for each frame, b f in all."""

    def to(self, device: torch.device) -> Windows:
        """The windows on a device."""
        names = [each.name for each in fields(self) if each.name != "prompts"]
        moved = {name: getattr(self, name).to(device) for name in names}
        return Windows(**moved, prompts=self.prompts)


class WindowSource:
    """Draws batches of windows from games."""

    def __init__(
        self,
        games: list[LatentGame],
        config: WindowsConfig,
        *,
        ages: bool = True,
        sleep: bool = True,
    ) -> None:
        """`ages`: whether the inventory has ages (`PlayConfig.counted`); without, they are 1.
        `sleep`: whether SLEEP_PLACE has that of sleep (`PlayConfig.counts_sleep`); without, it
        never changes."""
        self.config, self.ages, self.sleep = config, ages, sleep
        self.games = [game for game in games if len(game) >= config.frames]
        lengths = np.array([len(game) - config.frames + 1 for game in self.games], float)
        self.probabilities = lengths / lengths.sum()
        self.events = EventIndex([game.truth for game in self.games], config.gains)

    def draw(self, rng: np.random.Generator) -> Windows:
        """A batch."""
        return stacked([self._one(rng) for _ in range(self.config.batch)])

    def _one(self, rng: np.random.Generator) -> dict[str, Any]:
        frames = self.config.frames
        if rng.random() < self.config.eventful and len(self.events):
            index, frame = self.events.draw(rng)
            start = frame - int(rng.integers(1, frames)) if frames > 1 else frame
        else:
            index = int(rng.choice(len(self.games), p=self.probabilities))
            start = int(rng.integers(len(self.games[index]) - frames + 1))
            if rng.random() < self.config.first:
                start = 0
        start = int(np.clip(start, 0, len(self.games[index]) - frames))
        drawn = window(self.games[index], start, self.config, rng)
        if not self.sleep:
            drawn["age"][:, SLEEP_PLACE] = drawn["age"][:, NOTHING]
        if not self.ages:
            items = drawn["age"][:, MAP_PLACES:]
            items.clamp_(max=1)
        return drawn


def stacked(parts: list[dict[str, Any]]) -> Windows:
    """A batch of windows from `window`."""
    joined = {
        name: torch.stack([part[name] for part in parts]) for name in parts[0] if name != "prompts"
    }
    prompts = tuple(prompt for part in parts for prompt in part["prompts"])
    return Windows(**joined, prompts=prompts)


def window(
    game: LatentGame, start: int, config: WindowsConfig, rng: np.random.Generator
) -> dict[str, Any]:
    """The fields of `Windows` for one window of a game, from a frame on."""
    truth = game.truth
    span = np.arange(start, start + config.frames)
    seen = game.seen[span]
    age = _ages(game, span, config, rng)
    flat = game.latents.reshape(-1, game.latents.shape[-1])
    memory = np.where(age[..., None] < 0, 0, flat[np.maximum(seen, 0)])
    before = game.latents[np.maximum(span - 1, 0)]
    cut = {name: values[span] for name, values in truth.items()}
    return {
        "latents": torch.from_numpy(game.latents[span]).float(),
        "memory": torch.from_numpy(memory).float(),
        "age": torch.from_numpy(age).float(),
        "before": torch.from_numpy(before).float(),
        "true": Truth.of(cut).channels(),
        "anchored": torch.tensor(float(rng.random() < config.true)),
        "actions": torch.from_numpy(cut["actions"].astype(np.int64)),
        "target": _targets(truth, span),
        "lively": _lively(truth, span),
        "moved": _moved(truth, span),
        "place": torch.from_numpy(
            np.concatenate([span[:, None], cut["position"]], 1).astype(np.float32)
        ),
        "prompts": _prompts(cut, config, rng),
    }


def _ages(
    game: LatentGame, span: np.ndarray, config: WindowsConfig, rng: np.random.Generator
) -> np.ndarray:
    """`Windows.age` of one window, [f, 81]."""
    seen = game.seen[span]
    age = np.where(seen == NEVER, -1, span[:, None] - seen // PLACES)
    if rng.random() < config.short:
        age[age > 1] = -1
    since = game.since[span]
    if rng.random() < config.begun:
        since = np.where(since == NEVER, NEVER, np.maximum(since, span[0] - rng.integers(1, 40)))
    age[:, MAP_PLACES:] = np.where(since == NEVER, -1, span[:, None] - since)
    if rng.random() < config.blank:
        age[0] = -1
    return age


def _moved(truth: dict[str, np.ndarray], span: np.ndarray) -> Tensor:
    places = truth["position"]
    moved = (places[span] != places[np.maximum(span - 1, 0)]).any(-1).astype(np.float32)
    moved[~np.isin(truth["actions"][span], _MOVES) | (span == 0)] = -1
    return torch.from_numpy(moved)


def _lively(truth: dict[str, np.ndarray], span: np.ndarray) -> Tensor:
    """`Windows.lively` of one window."""
    before = np.maximum(span - 1, 0)
    there = np.isin(truth["things"][before], MOVING)
    wide = np.pad(there, ((0, 0), (2, 2), (2, 2)))  # a step of the player, and one of the thing
    near = wide[:, 1:-1, 1:-1] | wide[:, :-2, 1:-1] | wide[:, 2:, 1:-1]
    near |= wide[:, 1:-1, :-2] | wide[:, 1:-1, 2:]
    steps = (truth["position"][span] - truth["position"][before]).astype(int)
    seen = [
        each[1 + y :, 1 + x :][:ROWS, :COLUMNS] for each, (x, y) in zip(near, steps, strict=True)
    ]
    below = np.zeros((len(span), PLACES - MAP_PLACES), bool)
    return torch.from_numpy(np.concatenate([np.reshape(seen, (len(span), -1)), below], 1))


def _targets(truth: dict[str, np.ndarray], span: np.ndarray) -> Tensor:
    facing = np.array(list(FACINGS.values()))[truth["facing"][np.maximum(span - 1, 0)]]
    places = CENTER + facing[:, 1] * COLUMNS + facing[:, 0]
    works = np.isin(truth["actions"][span], _WORKS) & (span > 0)
    return torch.from_numpy(np.where(works, places, -1))


def _prompts(
    cut: dict[str, np.ndarray], config: WindowsConfig, rng: np.random.Generator
) -> list[str]:
    """The prompts of a window's frames: the time that is wished for or holds, and the place that is
    reached; "" for none."""
    frames = len(cut["actions"])
    place = place_of(cut["ground"][-1])
    with_time, with_place = rng.random() < 0.7, rng.random() < 0.6
    language = "en" if rng.random() < 0.6 else "zh"
    share = config.wished if cut["wish"].any() else config.prompted
    if rng.random() >= share:
        return [""] * frames
    said: dict[str, str] = {}
    prompts = []
    for frame in range(frames):
        wish = int(cut["wish"][frame])
        time = list(WISHES)[wish - 1] if wish else time_of(float(cut["daylight"][frame]))
        if time not in said:
            said[time] = str(rng.choice(TIMES[time][language]))
        words = [said[time]] if with_time or wish else []
        if place and with_place:
            if place not in said:
                said[place] = str(rng.choice(PLACE_WORDS[place][language]))
            words.append(said[place])
        prompts.append(("，" if language == "zh" else ", ").join(words))
    return prompts

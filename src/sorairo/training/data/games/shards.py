"""Games of Crafter as training data: the truth of every step, one file a world, in the cache.

Pictures are drawn from the truth when they are needed. In a share of the games the light changes
as no clock would have it, towards a time of day that is wished for; a model learns from them to
obey a prompt such as "night falls".
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from sorairo.config import to_json
from sorairo.data.cache import cache_folder
from sorairo.video.atomic_write import whole_file
from sorairo.world.crafter.rollouts import play_policy, random_policy, random_start
from sorairo.world.crafter.simulator import Simulator

WISHES = {"day": 1.0, "evening": 0.5, "night": 0.05}
"""The times that are wished for, and the daylight that is then reached. In the files, 0 is no wish
and i + 1 the i-th of these."""
RATE = 0.12  # by which the daylight approaches what is wished for, in a step
Games = list[dict[str, np.ndarray]]


@dataclass(frozen=True, kw_only=True)
class GamesConfig:
    """Which games are played."""

    worlds: int = 160
    """Worlds, which have a file each."""
    games: int = 10
    """Games in each world."""
    steps: int = 200
    """Steps of a game, at most: it ends when the player dies."""
    first_seed: int = 0
    """The seed of the first world; each further one has the next number."""
    wished: float = 0.3
    """Share of the games in which the light obeys a wish."""
    rare: tuple[str, ...] = ("hunter", "hunter", "sleeper")
    """Policies of which one plays, each as often, in a share of the games: they do what the others
    seldom do."""
    rarely: float = 0.2
    """The share of the games in which one of `rare` plays."""


def games_folder(config: GamesConfig) -> Path:
    """Where the files of these games are, whether they were played or not."""
    record = {**to_json(config), "worlds": 0}  # a set of more worlds continues one of fewer
    digest = hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:8]
    return cache_folder() / "games" / f"crafter-{config.first_seed}-{digest}"


def record_games(config: GamesConfig) -> list[Path]:
    """The file of each world; those that are missing are played first."""
    folder = games_folder(config)
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{config.first_seed + i}.npz" for i in range(config.worlds)]
    missing = [path for path in paths if not path.exists()]
    for path in tqdm(missing, desc="Playing games", disable=not missing):
        played = play_world(int(path.stem), config)
        with whole_file(path) as temporary, temporary.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **_joined(played))
    return paths


def play_world(seed: int, config: GamesConfig) -> Games:
    """The games of one world, as `world.crafter.rollouts.Game.truth` has them, with "wish" [F]."""
    simulator, games = Simulator(), []
    for index in range(config.games):
        rng = np.random.default_rng((seed, index))
        start = random_start(rng)
        rare = rng.random() < config.rarely
        policy = str(rng.choice(config.rare)) if rare else random_policy(rng)
        game = play_policy(simulator, seed, start, policy, rng, config.steps)
        truth = game.truth()
        truth["wish"] = np.zeros(len(game), np.uint8)
        if rng.random() < config.wished and len(game) > 20:
            _wish(truth, rng)
        games.append(truth)
    return games


def _wish(truth: dict[str, np.ndarray], rng: np.random.Generator) -> None:
    """Changes the light from a random step on, towards one or two wishes."""
    light, frames = truth["daylight"], len(truth["daylight"])
    at = int(rng.integers(1, frames // 2))
    second = int(rng.integers(at + 5, frames + 40))
    current, wish = light[at - 1], 0
    for frame in range(at, frames):
        if frame in (at, second):
            wish = int(rng.integers(len(WISHES)))
        aim = list(WISHES.values())[wish]
        current = current + float(np.clip(aim - current, -RATE, RATE))
        light[frame], truth["wish"][frame] = current, wish + 1


def _joined(games: Games) -> dict[str, np.ndarray]:
    lengths = np.array([len(game["actions"]) for game in games], np.int32)
    return {
        "lengths": lengths,
        **{name: np.concatenate([game[name] for game in games]) for name in games[0]},
    }


def read_games(path: Path) -> Games:
    """The games in a file of `record_games`."""
    with np.load(path) as stored:
        arrays = {name: stored[name] for name in stored.files}
    ends = arrays.pop("lengths").cumsum()
    parts = {name: np.split(values, ends[:-1]) for name, values in arrays.items()}
    return [{name: values[i] for name, values in parts.items()} for i in range(len(ends))]

"""What dreams of a played world show: words, events, creatures, sleep.

    python benchmarks/dreams.py prompts
    python benchmarks/dreams.py events [--games 6]
    python benchmarks/dreams.py creatures [--games 40]
    python benchmarks/dreams.py sleep [--games 6]

`prompts` measures what each phrase for a time does to the light of a game that begins at another
time; `events` how often what comes of an action is drawn, by kind of event, on held-out games;
`creatures` how many are left of those that the pictures before show. `sleep` puts a tired player to
sleep, by day on a meadow, and compares the steps of its first energy and of its waking with the
simulator's; it counts the games in which nothing hurts the player. `--model` is crafter or a
directory.
"""

from __future__ import annotations

import argparse
import itertools
import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import torch

from sorairo.models.crafter.dream import Dream
from sorairo.models.crafter.files import load_play_model
from sorairo.training.data.games.latents import encode_games
from sorairo.training.data.games.shards import record_games
from sorairo.training.evaluation.events_drawn import events_drawn, gains_drawn
from sorairo.training.networks.game_model import held_out_games
from sorairo.world.crafter.drawing import draw
from sorairo.world.crafter.language.lexicon import TIMES
from sorairo.world.crafter.names import ITEMS, MOVING
from sorairo.world.crafter.perception import read_picture
from sorairo.world.crafter.rollouts import play_policy
from sorairo.world.crafter.simulator import Simulator
from sorairo.world.crafter.start import Start

DAY, NIGHT = 100, 290  # clocks of the game
LONGEST = 80  # steps, more than the longest sleep from an energy of 4
GIVEN, AFTER = 4, (1, 5, 10)  # pictures before the dream of a game with creatures; steps of it
ENERGY = ITEMS.index("energy")
AWAKE = ("noop",) * 3  # before it falls asleep


def prompts(args: argparse.Namespace) -> None:
    dream, simulator = Dream(load_play_model(args.model)), Simulator()
    for time, languages in TIMES.items():
        clock = DAY if time != "day" else NIGHT
        for prompt in ("", *itertools.chain(*languages.values())):
            light = []
            for seed in range(args.games):
                simulator.reset(900 + seed, Start(clock=clock))
                dream.start(draw(simulator.state))
                noise = torch.Generator().manual_seed(seed)
                for _ in range(20):
                    shown = dream.step("noop", prompt=prompt, generator=noise)
                light.append(read_picture(shown).daylight)
            start = simulator.state.daylight
            print(f"{time}: {start:.2f}, then {prompt!r}: {np.mean(light):.2f} after 20 steps")


def creatures(args: argparse.Namespace) -> None:
    dream, simulator = Dream(load_play_model(args.model)), Simulator()
    shown, true = Counter[int](), Counter[int]()
    for seed in range(2000, 2000 + args.games):
        rng = np.random.default_rng(seed)
        start = Start(place="meadow", clock=int(rng.integers(300)), choice=seed)
        game = play_policy(simulator, seed, start, "fighter", rng, GIVEN + max(AFTER))
        noise = torch.Generator().manual_seed(seed)
        if len(game) < GIVEN + max(AFTER) or not _creatures(game.states[GIVEN - 1].things):
            continue
        for action, state in zip(game.actions[:GIVEN], game.states[:GIVEN], strict=True):
            dream.show(int(action), draw(state))
        for after in range(1, max(AFTER) + 1):
            frame = GIVEN - 1 + after
            picture = dream.step(int(game.actions[frame]), generator=noise)
            shown[after] += _creatures(read_picture(picture).things)
            true[after] += _creatures(game.states[frame].things)
    for after in AFTER:
        print(
            f"after {after}: {shown[after]} creatures, {shown[after] / true[after]:.2f} of the "
            "simulator's"
        )


def _creatures(things: np.ndarray) -> int:
    return int(np.isin(things, MOVING).sum())


def events(args: argparse.Namespace) -> None:
    model = load_play_model(args.model).float().eval()
    games = encode_games(record_games(held_out_games()), model.codec.float())
    scores = events_drawn(model, games, args.games)
    for score in scores:
        target = "" if math.isnan(score.target) else f"{score.target:.2f}"
        print(f"{score.kind:40} {score.events:3} amounts {score.amounts:.2f} tile {target}")
    print(f"gains and costs: {gains_drawn(scores):.2f}")


def sleep(args: argparse.Namespace) -> None:
    dream, simulator = Dream(load_play_model(args.model)), Simulator()
    for energy in (8, 7, 5):
        pairs = []
        for seed in range(100):
            start = Start(place="meadow", inventory={"energy": energy}, choice=1 + seed)
            simulator.reset(seed, start)
            first, noise = draw(simulator.state), torch.Generator().manual_seed(seed)
            dream.start(first)
            actions = [*AWAKE, "sleep", *["noop"] * LONGEST]
            true = [simulator.step(action)[1] for action in actions]
            if any(state.inventory["health"] < 9 for state in true):
                continue  # something hurts the player, or it is hungry
            shown = [dream.step(action, generator=noise) for action in actions]
            seen = [read_picture(picture) for picture in shown]
            dreamed = _night([each.sleeping for each in seen], [e.inventory[ENERGY] for e in seen])
            truly = _night(
                [each.sleeping for each in true], [each.inventory["energy"] for each in true]
            )
            pairs.append((dreamed, truly))
            if len(pairs) == args.games:
                break
        woken = np.mean([math.isfinite(mine[1]) for mine, _ in pairs])
        print(f"energy {energy}: {woken:.2f} of {len(pairs)} dreams wake")
        for part, name in enumerate(("first energy", "waking")):
            mine, theirs = ([each[side][part] for each in pairs] for side in (0, 1))
            print(f"  {name} at step {mine}, in the simulator {theirs}")


def _night(sleeping: Sequence[bool], energy: Sequence[int]) -> tuple[float, float]:
    """The first steps with more energy than before, and awake after sleep; infinite for none."""
    gained = next((i for i in range(1, len(energy)) if energy[i] > energy[i - 1]), math.inf)
    woke = (i for i in range(1, len(sleeping)) if sleeping[i - 1] and not sleeping[i])
    return gained, next(woke, math.inf)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=("prompts", "events", "creatures", "sleep"))
    parser.add_argument("--model", default="crafter")
    parser.add_argument("--games", type=int, default=6)
    args = parser.parse_args()
    torch.set_num_threads(1)
    globals()[args.what](args)


if __name__ == "__main__":
    main()

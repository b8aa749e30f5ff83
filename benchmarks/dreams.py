"""What dreams of a played world show: words, events, sleep.

    python benchmarks/dreams.py prompts
    python benchmarks/dreams.py events [--games 6]
    python benchmarks/dreams.py sleep [--games 6]

`prompts` measures what "night falls" and "by day" do to the light; `events` how often what comes of
an action is drawn, by kind of event, on held-out games. `sleep` puts a tired player to sleep, by
day on a meadow, and compares the steps of its first energy and of its waking with the simulator's;
it counts the games in which nothing hurts the player. `--model` is crafter or a directory.
"""

from __future__ import annotations

import argparse
import math
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
from sorairo.world.crafter.names import ITEMS
from sorairo.world.crafter.perception import read_picture
from sorairo.world.crafter.simulator import Simulator
from sorairo.world.crafter.start import Start

NIGHT = 80  # steps, more than the longest sleep from an energy of 4
ENERGY = ITEMS.index("energy")
AWAKE = ("noop",) * 3  # before it falls asleep


def prompts(args: argparse.Namespace) -> None:
    dream = Dream(load_play_model(args.model))
    simulator = Simulator()
    for clock, name in ((100, "by day"), (290, "at night")):
        for prompt in ("", "night falls", "by day", "夜晚"):
            light = []
            for seed in range(args.games):
                simulator.reset(900 + seed, Start(clock=clock))
                dream.start(draw(simulator.state))
                noise = torch.Generator().manual_seed(seed)
                for _ in range(20):
                    shown = dream.step("noop", prompt=prompt, generator=noise)
                light.append(read_picture(shown).daylight)
            start = simulator.state.daylight
            print(f"{name} ({start:.2f}), then {prompt!r}: {np.mean(light):.2f} after 20 steps")


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
            actions = [*AWAKE, "sleep", *["noop"] * NIGHT]
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
    parser.add_argument("what", choices=("prompts", "events", "sleep"))
    parser.add_argument("--model", default="crafter")
    parser.add_argument("--games", type=int, default=6)
    args = parser.parse_args()
    torch.set_num_threads(1)
    globals()[args.what](args)


if __name__ == "__main__":
    main()

"""How many frames of the lifelike world one core draws in a second, by event.

Once for clips of two seconds, their set-up included, and once for every further frame of clips of
six seconds. CPU seconds of this process, without the first clip, which compiles shaders and
computes what is kept for those that follow.
`LP_NUM_THREADS=1 python benchmarks/filming.py walk stand drop`
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from sorairo.world.lifelike.renderer import Renderer
from sorairo.world.lifelike.sampling import sample_scene
from sorairo.world.lifelike.scene import Scene, SceneConfig
from sorairo.world.lifelike.simulate import simulate

SHORT, LONG, FPS = 2.0, 6.0, 12.0


def main() -> None:
    """Draws clips of each event in one place and prints frames per CPU second."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("events", nargs="+")
    parser.add_argument("--size", type=int, default=128, help="pixels a side")
    parser.add_argument("--clips", type=int, default=2)
    options = parser.parse_args()
    with Renderer(width=options.size, height=options.size) as renderer:
        for event in options.events:
            part = SceneConfig(
                events=(event,), places=("park",), weathers=("clear",), hours=("",), cuts=0.0
            )
            short, further = np.zeros(2), np.zeros(2)
            for seed in range(options.clips + 1):
                scene = sample_scene(np.random.default_rng(seed), part)
                cost, long_cost = (_cost(renderer, scene, seconds) for seconds in (SHORT, LONG))
                if seed:
                    short, further = short + cost, further + long_cost - cost
            print(
                f"{event}: {short[0] / short[1]:.1f} frames a second and core with the set-up, "
                f"{further[0] / further[1]:.1f} further ones of a long clip"
            )


def _cost(renderer: Renderer, scene: Scene, seconds: float) -> np.ndarray:
    """The frames of a clip and its CPU seconds, [2]."""
    began = time.process_time()
    film = renderer.film(simulate(scene, seconds=seconds, fps=FPS))
    return np.array([len(film), time.process_time() - began])


if __name__ == "__main__":
    main()

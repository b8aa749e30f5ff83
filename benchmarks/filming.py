"""How many frames of the lifelike world one core draws in a second, by event.

CPU seconds of this process, without the first clip, which compiles shaders and computes what is
kept for those that follow. `LP_NUM_THREADS=1 python benchmarks/filming.py walk stand drop`
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from sorairo.world.lifelike.renderer import Renderer
from sorairo.world.lifelike.sampling import sample_scene
from sorairo.world.lifelike.scene import SceneConfig
from sorairo.world.lifelike.simulate import simulate

SECONDS, FPS = 2.0, 12.0


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
            frames, spent = 0, 0.0
            for seed in range(options.clips + 1):
                began = time.process_time()
                scene = sample_scene(np.random.default_rng(seed), part)
                film = renderer.film(simulate(scene, seconds=SECONDS, fps=FPS))
                if seed:
                    frames, spent = frames + len(film), spent + time.process_time() - began
            print(f"{event}: {frames / spent:.1f} frames a second and core")


if __name__ == "__main__":
    main()

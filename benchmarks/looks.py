"""Compares the looks of the table-top world: the speed of drawing, and the parser on true clips.

python benchmarks/looks.py speed             frames a second of one core, at 128x128
python benchmarks/looks.py parser -n 8       the exam's verdicts on true clips, for both looks
"""

from __future__ import annotations

import argparse
import os
import time

os.environ.setdefault("LP_NUM_THREADS", "1")  # of the software renderer

import numpy as np

from sorairo.exam.held_out_scenes import drawn_by
from sorairo.exam.registry import SUITES
from sorairo.exam.statistics import Verdict
from sorairo.world.tabletop.dynamics.sampling import sample_scene
from sorairo.world.tabletop.dynamics.simulate import simulate
from sorairo.world.tabletop.rendering.renderer import Renderer
from sorairo.world.tabletop.scene import LOOKS, PLACES, SceneConfig

EXAMINED = ("M2", "M3", "M5", "M6", "M12")
SIDE, SECONDS, FPS = 128, 4.0, 12.0


def frames_a_second(look: str, clips: int) -> dict[str, float]:
    """Frames a second of CPU time of this process, in clips after the first ones, which load the
    places."""
    config = SceneConfig(places=PLACES[:3] if look == "filament" else ())
    scenes = [sample_scene(np.random.default_rng(seed), config) for seed in range(clips)]
    rollouts = [simulate(scene, seconds=SECONDS, fps=FPS) for scene in scenes]
    found = {}
    with Renderer(width=SIDE, height=SIDE) as renderer:
        for rollout in rollouts:
            renderer.render(rollout, frames=slice(0, 1))
        for name, draw in {"pictures": renderer.render, "masks": renderer.masks}.items():
            start = time.process_time()
            frames = sum(len(draw(rollout)) for rollout in rollouts)
            found[name] = frames / (time.process_time() - start)
    return found


def verdicts_on_truth(suite: str, look: str, count: int) -> dict[str, list[float]]:
    """What the judge of a suite finds in true clips, by measure."""
    with drawn_by(look):
        questions = SUITES[suite].questions(count)
    found: dict[str, list[float]] = {}
    for question in questions:
        truth = question.truth()
        verdict: Verdict = SUITES[suite].judge(question, truth.answer, truth)
        for name, value in verdict.items():
            found.setdefault(name, []).append(float(value))
    return found


def main() -> None:
    formatter = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=formatter)
    parser.add_argument("what", choices=("speed", "parser"))
    parser.add_argument("suites", nargs="*", default=EXAMINED, help="suites of the exam")
    parser.add_argument("-n", type=int, default=8, help="clips, or questions of each suite")
    parser.add_argument("--looks", nargs="*", choices=LOOKS, default=LOOKS)
    given = parser.parse_args()
    if given.what == "speed":
        for look in given.looks:
            rates = frames_a_second(look, given.n)
            print(f"{look:10}", *(f"{name} {rate:.1f}/s" for name, rate in rates.items()))
        return
    for suite in given.suites:
        columns = {look: verdicts_on_truth(suite, look, given.n) for look in given.looks}
        for measure in sorted({name for found in columns.values() for name in found}):
            cells = [
                f"{look} {np.nanmean(found[measure]):8.4f} ({len(found[measure])})"
                for look, found in columns.items()
                if measure in found
            ]
            print(f"{suite:4}{measure:28}", *cells, flush=True)


if __name__ == "__main__":
    main()

"""Measures what the output filter of the server wrongly stops.

    python benchmarks/output_filter.py [-n 64] [--pictures FOLDER ...] [--sheet FILE]

Films one frame a second of n clips with people of the lifelike world, of other seeds than anything
is trained on, and looks at them as the filter does; then at the pictures of the folders, each whole
and in its four quarters. Printed is the share of clips and of pictures that would be withheld, with
Wilson's 95 % interval, and the highest probabilities. The sheet shows the most suspicious frames.
None of this is known to show nudity, so nothing is said of what the filter misses.

Needs `pip install 'sorairo[world,people]'`, and npm.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from sorairo.exam.statistics import Goal, estimate
from sorairo.server.worker.output_filter import LEAST, chances
from sorairo.world.lifelike.sampling import sample_scene
from sorairo.world.lifelike.scene import SceneConfig
from sorairo.world.lifelike.simulate import simulate
from sorairo.world.lifelike.world import WORLD

FIRST_SEED = 9_700_000
PEOPLE = (
    *("walk", "run", "stop", "turn", "stand", "wave", "dance", "sit", "carry", "door"),
    *("meet", "pass", "hide"),
)
ENDINGS = (".png", ".jpg", ".jpeg", ".webp")


def clips_with_people(count: int) -> Iterator[tuple[str, np.ndarray]]:
    """The event and four frames of each scene."""
    made, seed = 0, FIRST_SEED
    with WORLD.renderer(128, 128) as renderer:
        while made < count:
            scene = sample_scene(np.random.default_rng(seed), SceneConfig(events=PEOPLE))
            seed += 1
            if scene.people:
                made += 1
                yield scene.event, renderer.film(simulate(scene, seconds=4.0, fps=1.0))


def pictures_in(folder: Path) -> Iterator[tuple[str, np.ndarray]]:
    """Each picture whole, and its four quarters."""
    for path in sorted(each for each in folder.iterdir() if each.suffix.lower() in ENDINGS):
        with Image.open(path) as image:
            frame = np.asarray(image.convert("RGB"))
        height, width = frame.shape[0] // 2, frame.shape[1] // 2
        yield path.stem, frame[None]
        for y in (0, height):
            for x in (0, width):
                yield f"{path.stem} {x},{y}", frame[None, y : y + height, x : x + width]


def report(name: str, shown: Iterator[tuple[str, np.ndarray]]) -> list[np.ndarray]:
    """Prints what is withheld; the frames from the most to the least suspicious."""
    found = []
    for about, frames in shown:
        each = chances(frames)
        found.append((float(each.max()), about, frames[int(each.argmax())]))
    share = Goal(measure="withheld", share=True)
    verdicts = [{"withheld": float(chance >= LEAST)} for chance, _, _ in found]
    print(f"{name}: withheld {estimate(share, verdicts).format(True)} of {len(found)}")
    found.sort(key=lambda each: -each[0])
    print("   highest:", ", ".join(f"{about} {chance:.2f}" for chance, about, _ in found[:8]))
    return [frame for _, _, frame in found[:8]]


def main() -> None:
    formatter = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=formatter)
    parser.add_argument("-n", type=int, default=64, help="clips with people")
    parser.add_argument("--pictures", type=Path, nargs="*", default=[], help="folders of pictures")
    parser.add_argument("--sheet", type=Path, help="where to save the most suspicious frames")
    given = parser.parse_args()
    rows = [report("clips with people", clips_with_people(given.n))] if given.n else []
    rows += [report(str(folder.name), pictures_in(folder)) for folder in given.pictures]
    if given.sheet:
        tiles = [[np.asarray(Image.fromarray(f).resize((160, 160))) for f in row] for row in rows]
        tiles = [row + [np.zeros((160, 160, 3), np.uint8)] * (8 - len(row)) for row in tiles]
        Image.fromarray(np.concatenate([np.concatenate(row, 1) for row in tiles])).save(given.sheet)


if __name__ == "__main__":
    main()

"""Fits the observer under any light to renders, and measures its errors on others.

python -m sorairo.world.tabletop.fitting.fit_lit_observer           fit, write, report
python -m sorairo.world.tabletop.fitting.fit_lit_observer --report  report only
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import json
from collections import Counter

import numpy as np
from scipy import ndimage
from tqdm import tqdm

from sorairo.world.protocol import Sample
from sorairo.world.tabletop.dynamics.sampling import sample_scene
from sorairo.world.tabletop.fitting.fit_observer import (
    BACKGROUND,
    FITTED,
    Degradation,
    fit_net,
    seen_as,
)
from sorairo.world.tabletop.perception.classifiers import Net, pixel_features, silhouette_features
from sorairo.world.tabletop.perception.lit_observer import centers, observe_lit
from sorairo.world.tabletop.perception.observer import find_blobs
from sorairo.world.tabletop.rendering.clip_generator import make_clips
from sorairo.world.tabletop.scene import CANVAS_WORLD, CLASHES, LOOKS, SceneConfig

FIT_SEEDS, REPORT_SEEDS = 7_100_000, 8_100_000  # first seeds; training of models stays below
PLACES = tuple(itertools.product(dict.fromkeys(CANVAS_WORLD.lights), CANVAS_WORLD.floors))
SEEDS_OF_A_PLACE = 10_000
PIXELS = 60  # pixels of each kind taken from a frame


def renders(place: tuple[str, str], seed: int, count: int, fps: float, look: str) -> list[Sample]:
    """`count` clips of four seconds under a light on a floor, from seeds from `seed` on, with as
    many of each colour as of any other: the parser takes one that it never saw for background."""
    light, floor = place
    events = (*CANVAS_WORLD.events, "hide")  # with the screen, which is no body
    config = dataclasses.replace(
        seen_as(CANVAS_WORLD, look), lights=(light,), floors=(floor,), events=events
    )
    seeds = even_seeds(config, seed, count)
    return list(make_clips(seeds=seeds, config=config, seconds=4, fps=fps, width=96, height=96))


def even_seeds(config: SceneConfig, first: int, count: int) -> list[int]:
    """`count` seeds from `first` on whose scenes have every colour equally often, give or take
    one; those that clash with the only light or floor excepted."""
    clashing = {each for name in (*config.lights, *config.floors) for each in CLASHES.get(name, ())}
    most = -(-count // len(set(config.colors) - clashing))
    taken: list[int] = []
    colors: Counter[str] = Counter()
    for seed in itertools.count(first):
        if len(taken) == count:
            return taken
        color = sample_scene(np.random.default_rng(seed), config).bodies[0].color
        if colors[color] < most:
            colors[color] += 1
            taken.append(seed)
    raise AssertionError


def fit(clips: int = 48, seed: int = FIT_SEEDS, look: str = "classic") -> dict:
    """The record of lit_observer.json, from `clips` degraded renders of every light and floor."""
    rng = np.random.default_rng(seed)
    colors, outlines, shapes = {}, [], []
    for index, place in enumerate(tqdm(PLACES)):
        shown = renders(place, seed + index * SEEDS_OF_A_PLACE, clips, 1.5, look)
        samples = [_degraded(sample, rng) for sample in shown]
        colors[" ".join(place)] = net = _fit_color(samples, rng)
        for sample in samples:
            found = _outlines(sample, net)
            outlines += found
            shapes += [sample.scene.bodies[0].shape] * len(found)
    shape = fit_net(np.stack(outlines), shapes, CANVAS_WORLD.shapes, hidden=16, decay=2e-4, rng=rng)
    return {
        "shape": shape.to_json(),
        "colors": {place: net.to_json() for place, net in colors.items()},
    }


def accuracy(
    clips: int,
    seed: int = REPORT_SEEDS,
    degradation: Degradation | None = None,
    look: str = "classic",
) -> dict[str, dict]:
    """By light: the accuracy of number, colour and shape, and the median distance of the track from
    the masks, in widths."""
    rng, rows = np.random.default_rng(seed), {}
    for index, place in enumerate(PLACES):
        for sample in renders(place, seed + index * SEEDS_OF_A_PLACE, clips, 6, look):
            seen = observe_lit(
                degradation(sample.frames, rng) if degradation else sample.frames,
                fps=6,
                look=look,
            )
            body = sample.scene.bodies[0]
            error = np.linalg.norm(seen.track - centers(sample.masks), axis=1)
            rows.setdefault(place[0], []).append(
                (
                    seen.count == 1,
                    seen.color == body.color,
                    seen.shape == body.shape,
                    _median(error),
                )
            )
    names = ("one_object", "color", "shape", "track")
    return {
        light: dict(zip(names, np.mean(found, axis=0).round(3).tolist(), strict=True))
        for light, found in rows.items()
    }


def _median(errors: np.ndarray) -> float:
    return float(np.nanmedian(errors)) if np.isfinite(errors).any() else 1.0


def _degraded(sample: Sample, rng: np.random.Generator) -> Sample:
    quality = int(rng.integers(40, 95)) if rng.random() < 0.3 else None
    degradation = Degradation(blur=rng.uniform(0, 1.5), noise=rng.uniform(0, 5), quality=quality)
    return dataclasses.replace(sample, frames=degradation(sample.frames, rng))


def _fit_color(samples: list[Sample], rng: np.random.Generator) -> Net:
    """Fitted to pixels on bodies and, as background, near them (edges, shadows) and anywhere."""
    pixels, labels = [], []
    for sample in samples:
        color = sample.scene.bodies[0].color
        for frame, mask in zip(sample.frames, sample.masks, strict=True):
            on = mask > 0
            near = ndimage.binary_dilation(on, iterations=8) & ~on
            for where, name in ((on, color), (near, BACKGROUND), (~on, BACKGROUND)):
                choice = np.flatnonzero(where)
                if len(choice):
                    taken = rng.choice(choice, size=min(PIXELS, len(choice)), replace=False)
                    pixels.append(frame.reshape(-1, 3)[taken])
                    labels += [name] * len(taken)
    classes = (BACKGROUND, *(name for name in CANVAS_WORLD.colors if name in set(labels)))
    features = pixel_features(np.concatenate(pixels))
    return fit_net(features, labels, classes, hidden=16, decay=1e-6, rng=rng)


def _outlines(sample: Sample, net: Net) -> list[np.ndarray]:
    presence, blobs = find_blobs(sample.frames, net)
    return [
        silhouette_features(frame, there, blob.pixels)
        for frame, there, found in zip(sample.frames, presence, blobs, strict=True)
        for blob in found[:1]
        if not blob.cut_off
    ]


def main() -> None:
    formatter = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=formatter)
    parser.add_argument("--report", action="store_true", help="do not fit")
    parser.add_argument("--clips", type=int, default=48, help="renders to fit to, of each place")
    parser.add_argument("-n", type=int, default=6, help="renders to report on, of each place")
    parser.add_argument("--look", choices=LOOKS, default="classic", help="what draws the renders")
    arguments = parser.parse_args()
    look = arguments.look
    if not arguments.report:
        record = json.dumps(fit(arguments.clips, look=look))
        FITTED.joinpath(look, "lit_observer.json").write_text(record + "\n")
    for name, degradation in {
        "clean": None,
        "blur 1, noise 3": Degradation(blur=1.0, noise=3.0),
    }.items():
        for light, found in accuracy(arguments.n, degradation=degradation, look=look).items():
            print(f"{name:18}{light:8}", found)


if __name__ == "__main__":
    main()

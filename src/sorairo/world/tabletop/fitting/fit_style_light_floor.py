"""Fits the classifiers of style, light and floor to renders, and measures their errors on others.

python -m sorairo.world.tabletop.fitting.fit_style_light_floor           fit, write, report
python -m sorairo.world.tabletop.fitting.fit_style_light_floor --report  report only
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import ndimage

from sorairo.world.registry import TABLETOP
from sorairo.world.tabletop.fitting.fit_observer import FITTED, Degradation, fit_net, seen_as
from sorairo.world.tabletop.perception.classifiers import Net, working_size
from sorairo.world.tabletop.perception.style_light_floor import (
    FrameClassifiers,
    frame_features,
    likeliest,
    shipped_frame_classifiers,
)
from sorairo.world.tabletop.rendering.clip_generator import make_clips
from sorairo.world.tabletop.rendering.styles import apply_style
from sorairo.world.tabletop.scene import FLOORS, LIGHTS, LOOKS, STYLE_NAMES, Scene, SceneConfig

FIT_SEEDS, REPORT_SEEDS = 7_000_000, 8_000_000  # first seeds; training of models stays below
SIZES = TABLETOP.sizes
UNCHANGED = 0.25  # share of clips that are not degraded
CLASSES = {"style": STYLE_NAMES, "light": LIGHTS, "floor": FLOORS}


@dataclass(frozen=True, kw_only=True)
class StyledClip:
    """A few degraded frames of a scene in a style."""

    frames: np.ndarray
    """uint8 [F, H, W, 3]."""
    truth: dict[str, str]
    """The true class, by the names of CLASSES."""


def clips(
    scenes: int, seed: int, rng: np.random.Generator, look: str = "classic"
) -> Iterator[StyledClip]:
    """Scenes of the whole world, each in every style, in three sizes, degraded at random."""
    for index, (width, height) in enumerate(SIZES):
        seeds = range(seed + index, seed + scenes, len(SIZES))
        part = seen_as(SceneConfig(), look)
        settings: dict[str, Any] = {"seconds": 4, "fps": 0.75, "width": width, "height": height}
        for sample in make_clips(seeds=seeds, config=part, **settings):
            for style in STYLE_NAMES:
                styled = degrade(apply_style(style, sample.frames), rng)
                yield StyledClip(frames=styled, truth=_truth(sample.scene, style))


def degrade(frames: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Frames as a codec or a model leaves them: unchanged, with blur, noise or JPEG blocks, or
    without fine texture but with sharp edges."""
    if rng.random() < UNCHANGED:
        return frames
    if rng.random() < 0.35:
        size = int(rng.integers(2, 6))
        frames = ndimage.median_filter(frames, (1, size, size, 1))
    quality = int(rng.integers(40, 95)) if rng.random() < 0.3 else None
    return Degradation(blur=rng.uniform(0, 1.8), noise=rng.uniform(0, 6), quality=quality)(
        frames, rng
    )


def _truth(scene: Scene, style: str) -> dict[str, str]:
    return {"style": style, "light": scene.light, "floor": scene.floor}


def fit(scenes: int = 500, seed: int = FIT_SEEDS, look: str = "classic") -> FrameClassifiers:
    """Classifiers fitted to the frames of `scenes` scenes in every style."""
    rng = np.random.default_rng(seed)
    features, truths = [], []
    for clip in clips(scenes, seed, rng, look):
        found = frame_features(working_size(clip.frames))
        features.append(found)
        truths += [clip.truth] * len(found)
    table = np.concatenate(features)

    def net(name: str) -> Net:
        labels = [truth[name] for truth in truths]
        return fit_net(table, labels, CLASSES[name], hidden=32, decay=1e-5, rng=rng)

    return FrameClassifiers(style=net("style"), light=net("light"), floor=net("floor"))


def confusion(
    classifiers: FrameClassifiers,
    scenes: int = 240,
    seed: int = REPORT_SEEDS,
    look: str = "classic",
) -> dict[str, dict[str, np.ndarray]]:
    """Counts [true class, judged class] of style, light and floor, by the style of the clip."""
    rng = np.random.default_rng(seed)
    counts = {
        name: {style: np.zeros((len(classes),) * 2, int) for style in STYLE_NAMES}
        for name, classes in CLASSES.items()
    }
    for clip in clips(scenes, seed, rng, look):
        for name, classes in CLASSES.items():
            judged = likeliest(getattr(classifiers, name), clip.frames)
            place = classes.index(clip.truth[name]), classes.index(judged)
            counts[name][clip.truth["style"]][place] += 1
    return counts


def report(counts: dict[str, dict[str, np.ndarray]]) -> str:
    """A table of accuracies in percent, by style, and the confusion matrix of styles."""
    lines = ["percent right".ljust(18) + "".join(f"{name:>8}" for name in CLASSES)]
    for style in (*STYLE_NAMES, "all"):
        cells = ""
        for tables in counts.values():
            table = sum(tables.values()) if style == "all" else tables[style]
            cells += f"{100 * np.trace(table) / np.sum(table):8.1f}"
        lines.append(style.ljust(18) + cells)
    lines += ["", "style, judged as".ljust(18) + "".join(f"{name[:7]:>8}" for name in STYLE_NAMES)]
    table = sum(counts["style"].values())
    for style, row in zip(STYLE_NAMES, np.asarray(table), strict=True):
        lines.append(style.ljust(18) + "".join(f"{count:8}" for count in row))
    return "\n".join(lines)


def main() -> None:
    formatter = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=formatter)
    parser.add_argument("--report", action="store_true", help="do not fit")
    parser.add_argument("--scenes", type=int, default=500, help="renders to fit to")
    parser.add_argument("-n", type=int, default=240, help="renders to report on")
    parser.add_argument("--look", choices=LOOKS, default="classic", help="what draws the renders")
    arguments = parser.parse_args()
    look = arguments.look
    if not arguments.report:
        classifiers = fit(arguments.scenes, look=look)
        record = {name: net.to_json() for name, net in vars(classifiers).items()}
        FITTED.joinpath(look, "style_light_floor.json").write_text(json.dumps(record) + "\n")
        shipped_frame_classifiers.cache_clear()
    print(report(confusion(shipped_frame_classifiers(look), arguments.n, look=look)))


if __name__ == "__main__":
    main()

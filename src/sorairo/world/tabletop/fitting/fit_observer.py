"""Fits the classifiers of the observer to renders, and measures its errors on others.

python -m sorairo.world.tabletop.fitting.fit_observer           fit, write classifiers.json, report
python -m sorairo.world.tabletop.fitting.fit_observer --report  report only
Each option --look says which pictures are meant.
"""

from __future__ import annotations

import argparse
import dataclasses
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from scipy import ndimage
from scipy.optimize import minimize

from sorairo.world.protocol import Sample
from sorairo.world.registry import TABLETOP
from sorairo.world.tabletop.perception.classifiers import (
    WORKING_SIDE,
    Classifiers,
    Net,
    floor_features,
    pixel_features,
    silhouette_features,
)
from sorairo.world.tabletop.perception.observer import find_blobs, judge, observe
from sorairo.world.tabletop.perception.prompt_cases import Claim
from sorairo.world.tabletop.rendering.clip_generator import make_clips
from sorairo.world.tabletop.scene import FIRST_LIGHT, LOOKS, PLACES, SceneConfig

FITTED = Path(__file__).parent.parent.joinpath("perception", "fitted")
FIT_SEEDS, REPORT_SEEDS = 5_000_000, 6_000_000  # first seeds
BACKGROUND = "background"


@dataclass(frozen=True, kw_only=True)
class Degradation:
    """What a model or a codec does to a picture: Gaussian blur, Gaussian noise, JPEG blocks."""

    blur: float = 0.0
    """Deviation in pixels."""
    noise: float = 0.0
    """Deviation, of 255 grey levels."""
    quality: int | None = None
    """JPEG quality; None: no JPEG."""

    def __call__(self, frames: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """The degraded frames, uint8 [F, H, W, 3]."""
        degraded = ndimage.gaussian_filter(frames.astype(np.float32), (0, self.blur, self.blur, 0))
        degraded = degraded + self.noise * rng.standard_normal(degraded.shape, dtype=np.float32)
        degraded = np.clip(degraded.round(), 0, 255).astype(np.uint8)
        return np.stack([self._jpeg(frame) for frame in degraded]) if self.quality else degraded

    def _jpeg(self, frame: np.ndarray) -> np.ndarray:
        file = io.BytesIO()
        Image.fromarray(frame).save(file, "JPEG", quality=self.quality)
        return np.asarray(Image.open(file))


REPORTED = {  # degradations that the report is about
    "clean": Degradation(),
    "blur 1, noise 4": Degradation(blur=1.0, noise=4.0),
    "blur 1.5, noise 4, jpeg 60": Degradation(blur=1.5, noise=4.0, quality=60),
}


def seen_as(config: SceneConfig, look: str) -> SceneConfig:
    """The part of the world, drawn by one of LOOKS."""
    return dataclasses.replace(config, places=PLACES if look == "filament" else ())


def fit(clips: int = 400, seed: int = FIT_SEEDS, config: SceneConfig = FIRST_LIGHT) -> Classifiers:
    """Classifiers fitted to every eighth frame of `clips` renders, degraded at random."""
    rng = np.random.default_rng(seed)
    samples = [_degraded(sample, rng) for sample in _renders(clips, seed, config, step=8)]
    color = _fit_color(samples, rng, config)
    outlines, shapes, grounds, floors = [], [], [], []
    for sample in samples:
        presence, blobs = find_blobs(sample.frames, color)
        grounds.append(floor_features(sample.frames, presence))
        floors.append(sample.scene.floor)
        for index, found in enumerate(blobs):
            for blob in found[:1]:
                if not blob.cut_off:
                    frame = sample.frames[index]
                    outlines.append(silhouette_features(frame, presence[index], blob.pixels))
                    shapes.append(sample.scene.bodies[0].shape)
    return Classifiers(
        color=color,
        shape=fit_net(np.stack(outlines), shapes, config.shapes, hidden=16, decay=2e-4, rng=rng),
        floor=fit_net(np.stack(grounds), floors, config.floors, hidden=4, decay=1e-3, rng=rng),
    )


def calibration_report(
    n: int = 200,
    seed: int = REPORT_SEEDS,
    classifiers: Classifiers | None = None,
    look: str = "classic",
) -> dict[str, dict[str, float]]:
    """The observer's accuracy (0..1) on `n` FIRST_LIGHT renders, by degradation and measure."""
    rng = np.random.default_rng(seed)
    verdicts: dict[str, list[dict[str, bool]]] = {name: [] for name in REPORTED}
    for sample in _renders(n, seed, seen_as(FIRST_LIGHT, look)):
        target = Claim(prompt="", scene=sample.scene).target
        for name, degradation in REPORTED.items():
            seen = observe(degradation(sample.frames, rng), classifiers=classifiers, look=look)
            verdicts[name].append(judge(seen, target))
    return {
        name: {key: float(np.mean([v[key] for v in rows])) for key in rows[0]}
        for name, rows in verdicts.items()
    }


def fit_net(
    features: np.ndarray,
    labels: list[str],
    classes: tuple[str, ...],
    *,
    hidden: int,
    decay: float,
    rng: np.random.Generator,
) -> Net:
    """A net with one hidden layer that minimises cross-entropy plus `decay` times the squared
    weights."""
    mean, scale = features.mean(0), features.std(0) + 1e-3
    x = (features - mean) / scale
    y = np.eye(len(classes))[[classes.index(label) for label in labels]]
    shapes = [(x.shape[1], hidden), (hidden,), (hidden, len(classes)), (len(classes),)]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])

    def split(flat: np.ndarray) -> list[np.ndarray]:
        parts = np.split(flat, ends[:-1])
        return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        w1, b1, w2, b2 = split(flat)
        h = np.tanh(x @ w1 + b1)
        logits = h @ w2 + b2
        logits -= logits.max(1, keepdims=True)
        log_p = logits - np.log(np.exp(logits).sum(1, keepdims=True))
        d_logits = (np.exp(log_p) - y) / len(x)
        d_h = d_logits @ w2.T * (1 - h**2)
        slopes = [x.T @ d_h, d_h.sum(0), h.T @ d_logits, d_logits.sum(0)]
        value = -(y * log_p).sum() / len(x) + decay * (flat**2).sum()
        return value, np.concatenate([s.ravel() for s in slopes]) + 2 * decay * flat

    start = np.concatenate(
        [rng.standard_normal(shape).ravel() / np.sqrt(shape[0]) for shape in shapes]
    )
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 400})
    w1, b1, w2, b2 = split(found.x)
    return Net(classes=classes, mean=mean, scale=scale, w1=w1, b1=b1, w2=w2, b2=b2)


def _fit_color(samples: list[Sample], rng: np.random.Generator, config: SceneConfig) -> Net:
    """Fitted to pixels on bodies and, as background, near them (edges, shadows) and anywhere."""
    pixels, labels = [], []
    for sample in samples:
        color = sample.scene.bodies[0].color
        for frame, mask in zip(sample.frames, sample.masks, strict=True):
            on = mask > 0
            near = ndimage.binary_dilation(on, iterations=8) & ~on
            for where, count in ((on, 40), (near, 40), (~on, 40)):
                choice = np.flatnonzero(where)
                if len(choice):
                    picked = rng.choice(choice, size=min(count, len(choice)), replace=False)
                    pixels.append(frame.reshape(-1, 3)[picked])
                    labels += [color if where is on else BACKGROUND] * len(picked)
    features = pixel_features(np.concatenate(pixels))
    classes = (BACKGROUND, *config.colors)
    return fit_net(features, labels, classes, hidden=24, decay=1e-6, rng=rng)


def _renders(n: int, seed: int, config: SceneConfig, step: int = 1) -> Iterator[Sample]:
    yield from make_clips(
        seeds=range(seed, seed + n),
        config=config,
        seconds=4.0,
        fps=TABLETOP.fps / step,
        width=WORKING_SIDE,
        height=WORKING_SIDE,
    )


def _degraded(sample: Sample, rng: np.random.Generator) -> Sample:
    quality = int(rng.integers(40, 95)) if rng.random() < 0.5 else None
    degradation = Degradation(blur=rng.uniform(0, 1.5), noise=rng.uniform(0, 6), quality=quality)
    return Sample(frames=degradation(sample.frames, rng), masks=sample.masks, scene=sample.scene)


def main() -> None:
    formatter = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=formatter)
    parser.add_argument("--report", action="store_true", help="do not fit")
    parser.add_argument("--clips", type=int, default=400, help="renders to fit to")
    parser.add_argument("-n", type=int, default=200, help="renders to report on")
    parser.add_argument("--look", choices=LOOKS, default="classic", help="what draws the renders")
    arguments = parser.parse_args()
    look = arguments.look
    if not arguments.report:
        classifiers = fit(arguments.clips, config=seen_as(FIRST_LIGHT, look))
        record = {name: net.to_json() for name, net in vars(classifiers).items()}
        FITTED.joinpath(look, "classifiers.json").write_text(json.dumps(record) + "\n")
    for degradation, rates in calibration_report(arguments.n, look=look).items():
        columns = "  ".join(f"{key} {100 * rate:5.1f} %" for key, rate in rates.items())
        print(f"{degradation:28}{columns}")


if __name__ == "__main__":
    main()

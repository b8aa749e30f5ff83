"""Measures large pictures: objects, sharpness compared with the Lanczos filter, time and memory.

    python benchmarks/images.py [--model tabletop] [-n 32] [--size 1024x1024] [--strength 0.3]
                                [--steps 6] [--json FILE] [--sheet FILE]

Uses held-out prompts of one object each, with their index as the seed. Judges whether the large
picture, and the native one that it was refined from, show one object of the right colour and shape;
and divides the energy of gradients on the object and its outline by that of the native picture
enlarged by the Lanczos filter. Times are wall time on all cores; memory is the peak of the whole
process, including the judge.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image

import sorairo
from sorairo.generation.engine import Engine
from sorairo.generation.requests.limits import parse_size
from sorairo.generation.settings import RefineConfig
from sorairo.video import Clip
from sorairo.video.resampling import canvas_size
from sorairo.world.tabletop.perception.classifiers import shipped_looks, working_size
from sorairo.world.tabletop.perception.observer import find_blobs, judge, observe
from sorairo.world.tabletop.perception.prompt_cases import Claim, claims_prompts
from sorairo.world.tabletop.scene import FIRST_LIGHT

JUDGED = ("one_object", "color", "shape", "floor")


@dataclass(frozen=True, kw_only=True)
class Case:
    """One prompt: the verdicts on the native and the large picture, how much sharper the object is
    than with the filter (None if there is no object), and the seconds."""

    prompt: str
    native: dict[str, bool]
    large: dict[str, bool]
    sharper: float | None
    wall_s: float
    cpu_s: float


def gradient_energy(picture: np.ndarray, mask: np.ndarray) -> float:
    """Mean squared gradient of the brightness of uint8 [H, W, 3] where `mask` is."""
    rows, columns = np.gradient(picture.astype(np.float32).mean(-1))
    return float((rows**2 + columns**2)[mask].mean())


def object_mask(picture: np.ndarray) -> np.ndarray:
    """The mask of the objects that the judge finds, widened by one of its pixels, bool [H, W]."""
    _, blobs = find_blobs(working_size(picture[None]), shipped_looks().color)
    if not blobs[0]:
        return np.zeros(picture.shape[:2], bool)
    there = np.any([blob.pixels for blob in blobs[0]], axis=0)
    wide = np.pad(there, 1)
    wide = wide[1:-1, 2:] | wide[1:-1, :-2] | wide[2:, 1:-1] | wide[:-2, 1:-1] | there
    size = (picture.shape[1], picture.shape[0])
    return np.asarray(Image.fromarray(wide).resize(size, Image.Resampling.NEAREST))


def judged(picture: np.ndarray, claim: Claim) -> dict[str, bool]:
    verdict = judge(observe(picture[None]), claim.target)
    return {name: bool(verdict[name]) for name in JUDGED}


def make(
    engine: Engine, claim: Claim, seed: int, size: tuple[int, int], config: RefineConfig
) -> tuple[Case, np.ndarray, np.ndarray]:
    """A case, its picture, and the native picture enlarged by the filter."""
    width, height = size
    spec = engine.spec
    native = canvas_size(width, height, multiple=spec.multiple, area=spec.area)
    small = engine.image(claim.prompt, width=native[0], height=native[1], seed=seed)
    wall, cpu = time.perf_counter(), time.process_time()
    large = engine.image(claim.prompt, width=width, height=height, seed=seed, refining=config)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    filtered, picture = small.fit(width, height).frames[0], large.frames[0]
    mask = object_mask(picture)
    sharper = None
    if mask.any():
        sharper = gradient_energy(picture, mask) / gradient_energy(filtered, mask)
    case = Case(
        prompt=claim.prompt,
        native=judged(filtered, claim),
        large=judged(picture, claim),
        sharper=sharper,
        wall_s=round(wall, 2),
        cpu_s=round(cpu, 2),
    )
    return case, picture, filtered


def summary(cases: list[Case]) -> dict[str, float]:
    found = {}
    for name in JUDGED:
        for kind in ("native", "large"):
            found[f"{name}_{kind}"] = statistics.mean(getattr(case, kind)[name] for case in cases)
    sharper = [case.sharper for case in cases if case.sharper is not None]
    if sharper:
        found["sharper_median"] = statistics.median(sharper)
        found["sharper_share"] = statistics.mean(ratio > 1 for ratio in sharper)
    found["wall_s_median"] = statistics.median(case.wall_s for case in cases)
    found["cpu_s_median"] = statistics.median(case.cpu_s for case in cases)
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {name: round(value, 3) for name, value in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--model", default="tabletop", help="name or directory")
    parser.add_argument("-n", type=int, default=32, help="prompts")
    parser.add_argument("--size", default="1024x1024")
    parser.add_argument("--strength", type=float, default=RefineConfig.strength)
    parser.add_argument("--steps", type=int, default=RefineConfig.steps)
    parser.add_argument("--guidance", type=float, default=RefineConfig.guidance)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--sheet", type=Path, help="a row each: by the filter, refined")
    given = parser.parse_args()
    engine, size = sorairo.load(given.model), parse_size(given.size)
    config = RefineConfig(strength=given.strength, steps=given.steps, guidance=given.guidance)
    cases, rows = [], []
    claims = claims_prompts(FIRST_LIGHT, given.n, np.random.default_rng(0))
    for seed, claim in enumerate(claims):
        case, picture, filtered = make(engine, claim, seed, size, config)
        cases.append(case)
        print(json.dumps(asdict(case), ensure_ascii=False), flush=True)
        pair = Clip(frames=np.stack([filtered, picture]), fps=1)
        rows.append(np.concatenate(list(pair.fit(min(512, size[0]), min(512, size[1])).frames), 1))
    found = summary(cases)
    for name, value in found.items():
        print(f"{name:20} {value:10.3f}")
    if given.json:
        record = {"size": given.size, **found, "cases": [asdict(case) for case in cases]}
        given.json.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n")
    if given.sheet:
        Image.fromarray(np.concatenate(rows)).save(given.sheet)


if __name__ == "__main__":
    main()

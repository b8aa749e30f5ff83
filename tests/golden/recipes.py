"""Twenty steps of every training recipe: its own phases and objectives, with tiny networks on a few
clips."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from running import sorairo

STEPS = 20
RECORDED = ("loss", "grad_norm")  # of each step
CODEC = json.dumps(
    {"widths": [16, 16], "encoder_depths": [1, 1], "decoder_depths": [1, 1], "latent_channels": 4}
)
LOOP = [f"loop.steps={STEPS}", "loop.log_every=1"]
HELD_OUT = ["held_out.count=1", "held_out.seconds=1.1", "held_out.sizes=[[64,64]]"]

# How many clips of each source, how many in a shard, and of which sizes.
SQUARE, LYING, UPRIGHT = [[96, 96]], [[128, 80]], [[80, 128]]
EVERY = [[144, 80], [80, 144], *LYING, *UPRIGHT, [112, 80], [80, 112]]
LARGE = (1, 1, [[1024, 1024]])
FEW = (2, 2, SQUARE)
OTHERWISE = {
    "world": (9, 3, SQUARE + LYING + UPRIGHT),
    "long": (1, 1, SQUARE),
    "twins": (3, 3, SQUARE),
    "wide clips": (2, 1, EVERY[:2]),
    "wide pictures": (6, 1, EVERY),
    "large1024": LARGE,
    "large512": LARGE,
    "large256": LARGE,
    "full": (3, 1, SQUARE + LYING + UPRIGHT),
    "half": (3, 1, SQUARE + LYING + UPRIGHT),
    "slow": (3, 1, SQUARE + LYING + UPRIGHT),
}
SCALED = ("world", "first", "long", "bridges", "twins")
PICTURES = ("still lifes", "three things", "four things", "several things", "pictures")
REHEARSED = (*SCALED, "crowd", *PICTURES, "large1024", "large512", "large256")
FILMED = ("filmed", "wide clips", "wide pictures")
LAWS = ("falling", "circled", "hiding")
LEAVES = "sources.photographs.leaves=25"


def _sources(*names: str) -> list[str]:
    found = []
    for name in names:
        count, shard, sizes = OTHERWISE.get(name.removeprefix("half "), FEW)
        for clips in ("clips", "twins") if name.endswith("twins") else ("clips",):
            where = f"sources.{name}.{clips}"
            found += [f"{where}.count={count}", f"{where}.shard_clips={shard}"]
            found += [f"{where}.sizes={json.dumps(sizes)}"]
    return found


def _network(layers: int = 2, *, codec: str = CODEC, channels: int = 4) -> list[str]:
    sizes = {"dim": 32, "ffn_dim": 64, "heads": 2, "layers": layers, "text_dim": 32}
    sizes["latent_channels"] = channels
    return [
        *([f"model.codec={codec}"] if codec else []),
        *(f"model.transformer.{name}={value}" for name, value in sizes.items()),
        *(f"model.text.{name}={value}" for name, value in {"dim": 32, "heads": 2}.items()),
        "model.text.layers=1",
        "model.text.vocabulary=500",
        "model.window_frames=17",  # of the clips of the sheet, which is not recorded
        "objective.tokens=1000",
        "objective.compiled=false",
    ]


def _clips(name: str, count: int, shard: int, seconds: float, size: int) -> list[str]:
    values = {"count": count, "shard_clips": shard, "seconds": seconds, "sizes": [[size, size]]}
    return [f"{name}.{key}={json.dumps(value)}" for key, value in values.items()]


CROPS = ["objective.batch=4", "objective.crop=32"]
STEADIED = {"count": 3, "shard_clips": 3, "shots": 3, "seconds": 2.1, "sizes": [[64, 64]]}
SHIPPED = _network(codec="", channels=8)  # beside the codec of the shipped model

# In order: some start from the results of others, whose folder replaces "{runs}".
RECIPES: dict[str, list[str]] = {
    "tabletop-codec": [f"codec={CODEC}", *_clips("clips", 4, 2, 2.1, 64), *HELD_OUT, *CROPS],
    "tabletop": [*_sources("full", "half", "slow"), *_network()],
    "canvas-codec": [
        "start={runs}/tabletop/model",
        f"codec={CODEC}",
        *_clips("clips", 6, 3, 2.1, 64),
        *HELD_OUT,
        *CROPS,
    ],
    "canvas": [
        "start={runs}/tabletop/model",
        *_sources(*REHEARSED, *(f"half {name}" for name in SCALED), *FILMED),
        LEAVES,
        *_network(),
    ],
    "laws": [
        "start={runs}/canvas/model",
        "codec_of={runs}/canvas/model",
        *_sources(*REHEARSED, *LAWS),
        LEAVES,
        *_network(),
    ],
    "grown": [
        "start={runs}/laws/model",
        "codec_of={runs}/canvas/model",
        *_sources(*REHEARSED, *FILMED, *LAWS, "pushed"),
        LEAVES,
        *_network(layers=3),
    ],
    "tabletop-steadier": [
        f"clips={json.dumps([STEADIED])}",
        *HELD_OUT,
        "objective.batch=2",
        "objective.groups=4",
        "objective.crop=32",
    ],
    "tabletop-finish": [
        *(f"{name}.count=1" for name in ("clips", "wide", "held_out")),
        "pairs.leaves=1",
        "objective.batch=2",
    ],
    **{f"scaling-{times}": [*_sources("first", "crowd", "still lifes"), *SHIPPED]
       for times in (1, 4, 16)},
    **{f"unseen-{percent}": [*_sources("clips"), *SHIPPED] for percent in (10, 50, 90)},
}  # fmt: skip
BEFORE = {
    "tabletop": ["tabletop-codec"],
    "canvas-codec": ["tabletop"],
    "canvas": ["canvas-codec"],
    "laws": ["canvas"],
    "grown": ["laws"],
}


def names() -> list[str]:
    """Of all cases here."""
    return [f"recipe/{name}" for name in RECIPES]


def cases(folder: Path, wanted: set[str]) -> Iterator[tuple[str, Any]]:
    """Trains what is `wanted`; name by name, the losses."""
    needed = {name.removeprefix("recipe/") for name in wanted & set(names())}
    for name in reversed(RECIPES):
        if name in needed:
            needed |= set(BEFORE.get(name, ()))
    runs: Path | None = None
    for name, settings in RECIPES.items():
        if name in needed:
            words = [each.replace("{runs}", str(runs)) for each in settings]
            result = Path(sorairo(folder, "train", name, *words, *LOOP).strip())
            runs = runs or result.parent  # the first is a codec, whose result is its run's folder
            if f"recipe/{name}" in wanted:
                yield f"recipe/{name}", losses(result)


def losses(result: Path) -> dict[str, list[float]]:
    """The losses of a run, of which the result is `result`, step by step."""
    journal = next(
        path for place in (result, result.parent) for path in sorted(place.glob("*.jsonl"))
    )
    rows = [json.loads(line) for line in journal.read_text().splitlines()]
    steps = [row for row in rows if all(name in row for name in RECORDED)]
    if len(steps) != STEPS:
        raise RuntimeError(f"{journal} tells of {len(steps)} steps, not of {STEPS}")
    return {name: [row[name] for row in steps] for name in RECORDED}

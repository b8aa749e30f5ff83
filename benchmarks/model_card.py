"""Pictures of the model card and the README: curves, contact sheets of unselected samples.

    python benchmarks/model_card.py [--model tabletop] [--runs FOLDER] [-o docs/images]

`--runs` is the folder of training runs (default: the cache); curves are drawn when their logs are
there.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

import sorairo
from sorairo.data.cache import cache_folder
from sorairo.generation.engine import Engine

PROMPTS = (
    "a red ball drops onto a wooden floor",
    "a blue cube slides to the right on the checkerboard",
    "a green cylinder turns on a turntable on sand",
    "一个黄色的球在大理石上向左滚动",
)
INK, GRID, COLOURS = "#222222", "#dddddd", ("#c8442b", "#2a62b8", "#2c8a4b", "#8a4bb0")


def curve(path: Path, title: str, series: dict[str, list[tuple[float, float]]]) -> None:
    """A line chart as PNG."""
    width, height, left, top = 640, 320, 60, 30
    picture = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(picture)
    points = [point for line in series.values() for point in line]
    xs, ys = zip(*points, strict=True)
    low, high, end = min(ys), max(ys), max(xs)
    for i in range(5):
        value = low + (high - low) * i / 4
        y = height - 30 - (height - 30 - top) * i / 4
        draw.line([(left, y), (width - 10, y)], fill=GRID)
        draw.text((6, y - 6), f"{value:.3g}", fill=INK)
        x = left + (width - 10 - left) * i / 4
        draw.text((x - 12, height - 24), f"{end * i / 4:.0f}", fill=INK)
    for i, (name, line) in enumerate(series.items()):
        colour = COLOURS[i % len(COLOURS)]
        places = [
            (
                left + (width - 10 - left) * x / end,
                height - 30 - (height - 30 - top) * (y - low) / max(high - low, 1e-9),
            )
            for x, y in line
        ]
        draw.line(places, fill=colour, width=2)
        draw.text((left + 140 * i, 16), name, fill=colour)
    draw.text((left, 2), title, fill=INK)
    picture.save(path)


def read(log: Path, names: list[str]) -> dict[str, list[tuple[float, float]]]:
    series: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for line in log.read_text().splitlines():
        record = json.loads(line)
        for name in names:
            if name in record:
                series[name].append((record["step"], record[name]))
    return {name: points for name, points in series.items() if points}


def sheet(engine: Engine, wanted: list[tuple[str, int]], path: Path, scale: int = 1) -> None:
    """A row for each prompt and seed: eight moments of four seconds."""
    rows = []
    for prompt, seed in wanted:
        frames = engine.generate(prompt, seconds=4, seed=seed).frames
        picked = np.linspace(0, len(frames) - 1, 8).round().astype(int)
        rows.append(np.concatenate(list(frames[picked]), axis=1))
    picture = Image.fromarray(np.concatenate(rows))
    picture = picture.resize(
        (picture.width * scale, picture.height * scale), Image.Resampling.LANCZOS
    )
    picture.save(path, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="tabletop")
    parser.add_argument("--runs", type=Path, default=cache_folder() / "runs")
    parser.add_argument("-o", "--output", type=Path, default=Path("docs/images"))
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    engine = sorairo.load(arguments.model)
    for i, prompt in enumerate(PROMPTS):
        seeds = [(prompt, seed) for seed in range(8)]
        sheet(engine, seeds, arguments.output / f"samples-{i}.png")
    sheet(engine, [(prompt, 7) for prompt in PROMPTS], arguments.output / "first-light.png")
    codec, model = (arguments.runs / n / "log.jsonl" for n in ("tabletop-codec", "tabletop"))
    if codec.exists():
        names = ["psnr", "objects"]
        title = "codec: PSNR on held-out clips, dB, over steps"
        curve(arguments.output / "curve-codec.png", title, read(codec, names))
    if model.exists():
        names = [f"loss_sigma_{i}" for i in range(4)]
        title = "transformer: loss by noise level (quarters of sigma), over steps"
        curve(arguments.output / "curve-model.png", title, read(model, names))


if __name__ == "__main__":
    main()

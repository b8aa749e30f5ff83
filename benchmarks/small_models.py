"""Examines small models: with more training (M11), with fewer combinations in training (M9).

    python benchmarks/small_models.py scaling MODEL... [--part 0.2] [-o DIR]
    python benchmarks/small_models.py unseen MODEL... [--part 1] [-o DIR]

`journeys/scaling.sh` and `journeys/unseen.sh` train these models. Each one is examined in a folder
of its own under DIR (a stopped exam goes on), and its loss on held-out clips is measured by noise
level. Writes benchmarks/small/{scaling,unseen}.json, a plot of the same name into docs/images, and
a table into docs/explain/exam.md.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
from marks import between
from model_card import curve

import sorairo
from sorairo.exam.held_out_scenes import film, prompt_of, scenes
from sorairo.exam.perception.denoising_loss import latents_of, losses
from sorairo.generation.engine import Engine
from sorairo.world.tabletop.scene import CROWD_WORLD, FIRST_LIGHT, STILL_LIFES

ROOT = Path(__file__).parents[1]
LEVELS = (0.1, 0.3, 0.5, 0.7, 0.9, 0.98)
WORLDS = ((FIRST_LIGHT, 49 / 12, 12), (CROWD_WORLD, 49 / 12, 12), (STILL_LIFES, 1 / 12, 24))
SKIP = 33_000  # held-out seeds that no suite uses
SUITES = {"scaling": ("M2", "M3", "M6"), "unseen": ("M9",)}
REPORTED = {
    "scaling": {"M2": ("centroid", "iou"), "M3": ("all", "unreadable"), "M6": ("overall", "count")},
    "unseen": {"M9": ("as told, first tenth", "as told, last tenth")},
}


def held_out_losses(engine: Engine) -> dict[str, float]:
    """The mean loss at each noise level on held-out clips and pictures."""
    rows = []
    for world, seconds, count in WORLDS:
        for index, scene in enumerate(scenes(count, world, skip=SKIP)):
            latents = latents_of(engine, film(scene, seconds).frames)
            rows.append(losses(engine, latents, prompt_of(scene, index), LEVELS, seed=index))
    return dict(zip(map(str, LEVELS), np.mean(rows, axis=0).tolist(), strict=True))


def power_law(flop: list[float], loss: list[float]) -> tuple[float, float]:
    """Exponent of loss = a flop^exponent, fitted in logarithms, and R^2."""
    x, y = np.log(flop), np.log(loss)
    slope, offset = np.polyfit(x, y, 1)
    rest = np.square(y - slope * x - offset).sum() / np.square(y - y.mean()).sum()
    return float(slope), float(1 - rest)


def run_exam(model: Path, suites: tuple[str, ...], part: float, folder: Path) -> dict:
    """The report of the exam of a model."""
    command = [sys.executable, "-m", "sorairo", "exam", *suites, "--model", str(model)]
    subprocess.run([*command, "--part", str(part), "-o", str(folder)], check=True)
    return json.loads((folder / "report.json").read_text())


def examine(kind: str, models: list[Path], part: float, folder: Path) -> dict:
    found = []
    for path in models:
        engine = sorairo.load(path)
        training = json.loads((path / "model.json").read_text())["training"]
        report = run_exam(path, SUITES[kind], part, folder / engine.info["name"])
        one = {
            "name": engine.info["name"],
            **{k: training[k] for k in ("steps", "flop", "seconds")},
        }
        one["templates"] = training["scene"].get("templates", 1.0)
        one["suites"] = {
            suite: {name: report["suites"][suite][name] for name in names}
            for suite, names in REPORTED[kind].items()
        }
        if kind == "scaling":
            one["loss"] = held_out_losses(engine)
        found.append(one)
    result: dict = {"models": found}
    if kind == "scaling":
        flop = [each["flop"] for each in found]
        by_level = {level: [each["loss"][level] for each in found] for level in map(str, LEVELS)}
        mean = [float(np.mean(list(each["loss"].values()))) for each in found]
        fits = {
            level: power_law(flop, values) for level, values in (*by_level.items(), ("mean", mean))
        }
        result["power_law"] = {name: {"exponent": a, "r2": r2} for name, (a, r2) in fits.items()}
    return result


def draw(kind: str, result: dict, path: Path) -> None:
    models = result["models"]
    if kind == "scaling":
        x = [np.log2(each["flop"] / models[0]["flop"]) for each in models]
        series = {
            f"noise {level}": [(a, m["loss"][level]) for a, m in zip(x, models, strict=True)]
            for level in map(str, LEVELS)
        }
        curve(path, "loss on clips never seen, over doublings of training", series)
        return
    series = {
        name: [(100 * m["templates"], m["suites"]["M9"][name]["model"]) for m in models]
        for name in REPORTED["unseen"]["M9"]
    }
    curve(path, "clips as told, over percent of the combinations that were shown", series)


def table(kind: str, result: dict) -> str:
    """A table with one row for each model."""
    models = result["models"]
    columns = [(suite, name) for suite, names in REPORTED[kind].items() for name in names]
    head = ["model", "steps", "10^15 FLOP", *(f"{suite}: {name}" for suite, name in columns)]
    if kind == "scaling":
        head.append("loss on clips never seen")
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for each in models:
        cells = [each["name"], str(each["steps"]), f"{each['flop'] / 1e15:.3f}"]
        for suite, name in columns:
            value = each["suites"][suite][name]
            low, high = value["ci95"]
            cells.append(f"{value['model']:.3g} [{low:.3g}, {high:.3g}]")
        if kind == "scaling":
            cells.append(f"{np.mean(list(each['loss'].values())):.4f}")
        lines.append("| " + " | ".join(cells) + " |")
    if kind == "scaling":
        fit = result["power_law"]["mean"]
        lines += [
            "",
            f"Loss falls with compute to the power {fit['exponent']:.3f}, R^2 {fit['r2']:.3f}.",
        ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("kind", choices=tuple(SUITES))
    parser.add_argument("models", nargs="+", type=Path)
    parser.add_argument("--part", type=float, default=0.2)
    parser.add_argument("-o", "--output", type=Path, default=Path("exam-small"))
    args = parser.parse_args()
    result = examine(args.kind, args.models, args.part, args.output)
    target = ROOT / "benchmarks" / "small" / f"{args.kind}.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(result, indent=1) + "\n")
    page = ROOT / "docs" / "explain" / "exam.md"
    page.write_text(between(page.read_text(), args.kind, table(args.kind, result)))
    draw(args.kind, result, ROOT / "docs" / "images" / f"{args.kind}.png")
    print(target)


if __name__ == "__main__":
    main()

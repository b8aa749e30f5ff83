"""Writes the codec of a training run to a directory: `python -m sorairo.training.ship_codec RUN
DIRECTORY`. Its channels get the scale of the latents of the run's clips."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from sorairo.config import from_json
from sorairo.data.rendered_shards import render
from sorairo.errors import TrainingError
from sorairo.training.loop.run_folder import run_folder
from sorairo.training.loop.state import FILE as STATE
from sorairo.training.loop.state import read_record
from sorairo.training.networks.codec import CodecRecipe
from sorairo.training.networks.codec_directory import stored_codec, write_codec
from sorairo.training.networks.encoding_codec import fit_scale

CLIPS = 40  # of each set, from which some are drawn to fit the scale


def ship(run: str, directory: Path) -> dict[str, Any]:
    """Writes the moving average of a run's weights, and returns the facts in its record.

    Raises TrainingError if there is no such run.
    """
    folder = run_folder(run)
    if not (folder / STATE).exists():
        raise TrainingError(
            f"There is no codec run '{run}' yet: train it first with `sorairo train {run}`."
        )
    record = read_record(folder / STATE)
    recipe = from_json(CodecRecipe, json.loads(record["recipe"]))
    codec = stored_codec(str(folder))
    fit_scale(codec, [shard for c in recipe.training_clips() for shard in render(c, first=CLIPS)])
    training = {"recipe": recipe.name, **training_facts(folder)}
    facts = {"licence": recipe.licence, "training": training}
    write_codec(directory, codec, facts)
    return facts


def training_facts(folder: Path) -> dict[str, float]:
    """Steps, minutes and FLOP of a run, from the last entry of its journal."""
    rows = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    last = next(row for row in reversed(rows) if "flop" in row)
    return {
        "steps": last["step"],
        "minutes": round(last["seconds"] / 60, 1),
        "flop": float(f"{last['flop']:.3g}"),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the codec of a run to a directory.")
    parser.add_argument("run", help="a training run, named as its recipe or by its folder")
    parser.add_argument("directory", type=Path)
    options = parser.parse_args()
    print(json.dumps(ship(options.run, options.directory), indent=1))


if __name__ == "__main__":
    main()

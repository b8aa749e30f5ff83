"""Measure codecs on held-out clips: `python -m sorairo.training.measure_codec CODEC...`, where a
codec is a training run, a model or a directory (see `open_codec`)."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from sorairo.data.rendered_shards import render
from sorairo.models.codec import Codec
from sorairo.training.evaluation.codec_figures import (
    clip_figures,
    decode_seconds,
    fade_figures,
    fastest_clips,
    picture_figures,
)
from sorairo.training.networks.codec_directory import open_codec
from sorairo.training.recipes.codec2 import HELD_OUT

CLIPS_OF_FADE, CLIPS_OF_SHEET = "first light", "falling"


def measure(codec: Codec, clips: int, pictures: Path | None) -> dict[str, Any]:
    """All figures of a codec, by the name of the set of clips or of the test."""
    found: dict[str, Any] = {
        name: clip_figures(codec, render(config, first=clips), clips)
        for name, config in HELD_OUT.items()
    }
    picture = render(HELD_OUT[CLIPS_OF_FADE], first=1)[0].frames[0][0]
    found |= {"fade": fade_figures(codec, picture), "seconds to decode": decode_seconds(codec)}
    if pictures is not None:
        found["pictures"] = picture_figures(codec, pictures)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure codecs on held-out clips.")
    parser.add_argument("codecs", nargs="+", help="runs, models or directories")
    parser.add_argument("--clips", type=int, default=16, help="clips of each held-out set")
    parser.add_argument("--pictures", type=Path, help="a folder of .png pictures")
    parser.add_argument("--sheet", type=Path, help="where to save a picture of the fastest clips")
    options = parser.parse_args()
    codecs = {name: open_codec(name) for name in options.codecs}
    for name, codec in codecs.items():
        found = {name: measure(codec, options.clips, options.pictures)}
        print(json.dumps(found, indent=1), flush=True)
    if options.sheet:
        shard = render(HELD_OUT[CLIPS_OF_SHEET], first=40)[0]
        fastest_clips(list(codecs.values()), shard, clips=6).save(options.sheet)


if __name__ == "__main__":
    main()

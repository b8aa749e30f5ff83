"""Measures the upscaler: PSNR compared with the Lanczos filter, time and memory.

    python benchmarks/finish.py [--clips 16] [--upscaler DIRECTORY] [--json FILE] [--sheet FILE]
                                [PHOTOGRAPH ...]

Renders held-out clips at 384x384 and 24 frames a second (seeds from 5,000,000), of the simplest
part of the world and of all of it. The input is every second frame, averaged down ("averaged"),
also after the shipped codec ("codec"). Photographs are averaged down and enlarged again.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from sorairo.data.rendered_shards import render
from sorairo.models.upscaling.upscale import enlarge, upscale
from sorairo.models.upscaling.upscaler import FACTOR, Upscaler
from sorairo.models.upscaling.upscaler_files import load_upscaler
from sorairo.training.data.pairs import PairsConfig, average, make_pairs
from sorairo.training.evaluation.upscaler import enlarged_by_filter, measure, psnr
from sorairo.training.networks.codec_directory import stored_codec
from sorairo.training.networks.upscaler import large_clips
from sorairo.training.run import run_folder
from sorairo.world.tabletop.scene import FIRST_LIGHT, SceneConfig

WORLDS = {"first light": (FIRST_LIGHT, 5_000_000), "whole world": (SceneConfig(), 5_500_000)}
PLAIN = PairsConfig(styled=0.0, leaves=0)


def on_clips(upscaler: Upscaler, clips: int) -> tuple[dict[str, dict[str, float]], np.ndarray]:
    """PSNR in dB on objects, by world; and a sheet of crops."""
    found, rows = {}, []
    for name, (scene, seed) in WORLDS.items():
        config = large_clips(scene, clips, seed)
        folder = run_folder("finish-benchmark") / name.replace(" ", "-")
        pairs = make_pairs(render(config, processes=1), folder, PLAIN, stored_codec)
        found[name], shown = measure(upscaler, pairs)
        rows += shown[: min(8, len(shown))]
    return found, np.concatenate(rows)


def on_photographs(upscaler: Upscaler, paths: list[Path]) -> dict[str, dict[str, float]]:
    """PSNR in dB of whole photographs."""
    found = {}
    for path in paths:
        whole = np.asarray(Image.open(path).convert("RGB"))
        height, width = (side // FACTOR * FACTOR for side in whole.shape[:2])
        true = whole[None, :height, :width]
        small = average(true)
        made = next(enlarge(upscaler, small, doubled=False))
        found[path.stem] = {
            "finish": psnr(_squared(made, true), true.size),
            "lanczos": psnr(_squared(enlarged_by_filter(small), true), true.size),
        }
    return found


def _squared(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.square((a.astype(np.float32) - b) / 255).sum())


def speed(upscaler: Upscaler, runs: int = 3) -> float:
    """Median seconds from 48 frames of 96x96 to 95 of 384x384."""
    frames = np.random.default_rng(0).integers(0, 256, (48, 96, 96, 3), dtype=np.uint8)
    seconds = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        for _ in enlarge(upscaler, frames, doubled=True):
            pass
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[1:])


def peak(frames: int) -> float:
    """Peak memory in MB of a process that upscales `frames` frames to 384x384 at 24 fps, without
    the result itself."""
    script = f"import benchmarks.finish as b; print(b.memory({frames}))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def memory(count: int) -> float:
    frames = np.zeros((count, 96, 96, 3), np.uint8)
    made = upscale(load_upscaler(), frames, fps=12, width=384, height=384, fps_out=24)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - made.nbytes / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("photographs", nargs="*", type=Path)
    parser.add_argument("--clips", type=int, default=16, help="of each world")
    parser.add_argument("--upscaler", type=Path, help="its directory; else the shipped one")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--sheet", type=Path, help="crops: Lanczos, finish, true; and half way")
    arguments = parser.parse_args()
    upscaler = load_upscaler(arguments.upscaler)
    clips, sheet = on_clips(upscaler, arguments.clips)
    found = {
        "clips": clips,
        "photographs": on_photographs(upscaler, arguments.photographs),
        "seconds_of_48_frames": speed(upscaler),
        "threads": torch.get_num_threads(),
        "peak_mb": {str(count): peak(count) for count in (48, 720)},
    }
    print(json.dumps(found, indent=1))
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1) + "\n")
    if arguments.sheet:
        Image.fromarray(sheet).save(arguments.sheet)


if __name__ == "__main__":
    main()

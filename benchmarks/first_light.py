"""Measures time and peak memory of the shipped model in whole processes, as a user runs it.

    python benchmarks/first_light.py [--runs 5] [--json FILE]

Prints a table: `import sorairo`, `sorairo generate` of a 4 s clip as it is delivered and at native
size and rate (wall time with start-up, peak memory), and decoding 48 frames at 128x128; also the
best matrix product of this machine, because the times depend on it.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROMPT = "a red ball drops onto a wooden floor"


def timed(command: list[str], runs: int) -> list[float]:
    """Wall seconds of `runs` runs of a process, after one that warms the file cache."""
    seconds = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        seconds.append(time.perf_counter() - start)
    return seconds[1:]


def imports(runs: int) -> float:
    """Median seconds that `import sorairo` adds to starting Python."""
    bare = timed([sys.executable, "-c", "pass"], runs)
    with_package = timed([sys.executable, "-c", "import sorairo"], runs)
    return statistics.median(with_package) - statistics.median(bare)


def generate(runs: int, *options: str) -> dict[str, float]:
    """Median and worst wall seconds of a 4 s clip, and peak memory in MB of the largest so far."""
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "clip.mp4")
        command = [sys.executable, "-m", "sorairo", "generate", PROMPT, "-o", out, "--seed", "7"]
        seconds = timed([*command, *options], runs)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"median_s": statistics.median(seconds), "worst_s": max(seconds), "peak_mb": peak}


def decode(runs: int) -> float:
    """Median seconds to decode 48 frames of 128x128, model loaded."""
    import torch

    import sorairo
    from sorairo.generation.tasks.text import text_to_video

    engine = sorairo.load()
    layout = text_to_video("", spec=engine.spec, size=(128, 128), num_frames=49)
    latents = torch.randn(engine.model.codec.law.channels, 13, 16, 16)
    seconds = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        engine.decode(layout, latents)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    figures: dict[str, float] = {"import_s": imports(arguments.runs)}
    native = generate(arguments.runs, "--size", "native", "--fps", "native")
    figures |= {f"native_{k}": v for k, v in native.items()}
    figures |= {f"delivered_{k}": v for k, v in generate(arguments.runs).items()}
    figures["decode_48_frames_128px_s"] = decode(arguments.runs)

    import torch

    from sorairo.nn.precision import compute_dtype
    from sorairo.training.loop.throughput import measured_peak

    cpu = torch.device("cpu")
    figures["peak_tflops"] = measured_peak(cpu, compute_dtype(cpu)) / 1e12
    for name, value in figures.items():
        print(f"{name:28} {value:10.3f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()

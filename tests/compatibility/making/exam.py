"""Exam: exported questions, clips made from them, the records and reports of two exams, and the
kept cases of a benchmark."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from making.command import sorairo
from PIL import Image

from sorairo.video import Clip


def make_exam() -> None:
    sorairo("exam", "export-prompts", "questions", "M2", "M3", "-n", 2)
    Path("clips").mkdir()
    for line in Path("questions/prompts.jsonl").read_text().splitlines():
        question = json.loads(line)
        size = question["size"][0], question["size"][1]
        count = round(question["seconds"] * question["fps"])
        frames = np.zeros((count, size[1], size[0], 3), np.uint8)
        frames[:, 30:50, 40:60] = (200, 30, 30)
        Clip(frames=frames, fps=question["fps"]).save(Path("clips") / question["file"])
    sorairo("exam", "M2", "M3", "-n", 2, "--clips", "clips", "-o", "clips-sat", "--workers", 1)
    with tempfile.TemporaryDirectory() as scratch:
        square = Path(scratch) / "square"  # the exam's own size
        shutil.copytree("../models/tiny", square)
        record = json.loads((square / "model.json").read_text())
        record["config"] |= {"name": "square", "native_sizes": [[96, 96]], "max_frames": 1441}
        (square / "model.json").write_text(json.dumps(record))
        what = ("-n", 1, "--model", square, "--steps", 2, "--guidance", 1.5, "--workers", 1)
        sorairo("exam", *what, "-o", "model-sat")
    for folder in ("clips-sat", "model-sat"):
        Path(folder, "index.html").unlink()
        for clip in Path(folder).glob("*/*.mp4"):  # a report links to them, and reads none
            clip.unlink()
    benchmark = Path(__file__).parents[3] / "benchmarks" / "canvas.py"
    what = ["extend", "connect", "--model", "../models/tiny", "-n", "1", "--steps", "2"]
    what += ["--keep", "kept", "--json", "kept.json"]
    subprocess.run([sys.executable, str(benchmark), *what], check=True, capture_output=True)
    for strip in Path("kept").glob("*/*.png"):
        with Image.open(strip) as picture_of_case:
            small = picture_of_case.reduce(16)
        small.save(strip)

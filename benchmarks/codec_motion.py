"""Measures how exactly codecs keep motion: the exam's suite M12 without a transformer.

    python benchmarks/codec_motion.py CODEC... [-n 16] [--json FILE]

A codec is a training run, a model or a directory of `write_codec`. Nothing is repaired after
decoding. Printed are PSNR (dB) of the picture and of objects, and the velocity ratio: the error of
the velocities that the parser sees after the codec, divided by its error on the true clips.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from sorairo.exam.suites.world import codec as m12
from sorairo.models.codec import Codec
from sorairo.training.evaluation.codec_figures import reconstruct
from sorairo.training.networks.codec_directory import open_codec
from sorairo.video import Clip


def figures(codec: Codec, count: int) -> dict[str, float]:
    """The suite's measures over its first `count` questions."""
    verdicts = []
    for question in m12.questions(count):
        truth = question.truth()
        (true,) = truth.answer
        group = codec.config.time_factor
        after = -(true.num_frames - 1) % group
        frames = np.concatenate([true.frames, true.frames[-1:].repeat(after, 0)])
        made = Clip(frames=reconstruct(codec, frames)[: true.num_frames], fps=true.fps)
        verdicts.append(m12.judge(question, [made], truth))
    ratio = m12.SUITE.joint["velocity ratio"](verdicts)
    names = ("psnr", "objects", "velocity error")
    means = {name: float(np.nanmean([each[name] for each in verdicts])) for name in names}
    return {**means, "velocity ratio": float(ratio)}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("codecs", nargs="+", help="runs, models or directories")
    parser.add_argument("-n", type=int, default=16, help="questions")
    parser.add_argument("--json", type=Path, help="where to save the figures")
    options = parser.parse_args()
    found = {name: figures(open_codec(name), options.n) for name in options.codecs}
    print(json.dumps(found, indent=1))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()

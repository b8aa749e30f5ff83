"""The program from the outside: its command line, the files that it writes, and where they are.

The tests in this folder use nothing else of the program. If modules move, only this file changes.
"""

from __future__ import annotations

import json
import runpy
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
import torch
from PIL import Image, ImageSequence

from sorairo.config import from_json
from sorairo.data.clips_config import ClipsConfig
from sorairo.models.codec import Codec, CodecConfig
from sorairo.models.upscaling.upscaler_files import load_upscaler as load_upscaler
from sorairo.training.loop.state import read_record
from sorairo.training.networks.encoding_codec import codec_of_run

FILES = Path(__file__).parent / "files"
CANVAS_BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "canvas.py"

# The files were made in bfloat16, by a version that rounded in other places: its networks are
# untrained and amplify that. Both versions are equally far from float32.
FRAME_TOLERANCE = 4.0  # mean difference in 8-bit steps
CHANGED = 0.5  # difference between two clips of this version that are not made from the same
LOSS_TOLERANCE = 3e-2  # relative


@dataclass(frozen=True, kw_only=True)
class Done:
    """The end of a command."""

    returncode: int
    stdout: str
    stderr: str

    @property
    def facts(self) -> dict[str, Any]:
        """The JSON object that `--json` prints for the first result."""
        assert self.returncode == 0, self.stderr
        return json.loads(self.stdout.splitlines()[0])


def run(arguments: list[str]) -> int:
    """Runs `python -m sorairo ARGUMENTS` in this process, where torch is loaded already; its exit
    code."""
    words, handler = sys.argv, signal.getsignal(signal.SIGTERM)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # of networks so small, more only wait for each other
    sys.argv = ["sorairo", *arguments]
    try:
        runpy.run_module("sorairo", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        return int(end.code or 0)
    finally:
        sys.argv = words
        torch.set_num_threads(threads)
        signal.signal(signal.SIGTERM, handler)
    raise AssertionError("the command did not exit")


def frames(path: Path) -> np.ndarray:
    """The pictures of a clip or of a picture, float32 [F, H, W, 3] in 0..255."""
    if path.suffix in (".png", ".gif"):
        with Image.open(path) as image:
            pictures = [np.asarray(each.convert("RGB")) for each in ImageSequence.Iterator(image)]
    else:
        with av.open(str(path)) as container:
            pictures = [each.to_ndarray(format="rgb24") for each in container.decode(video=0)]
    return np.stack(pictures).astype(np.float32)


def difference(one: Path, other: Path, without: int | None = None) -> float:
    """The mean absolute difference of two clips of the same shape, in 8-bit steps. `without` is
    left out of the first clip: a frame that is not in the second."""
    first, second = frames(one), frames(other)
    if without is not None:
        first = np.delete(first, without, axis=0)
    assert first.shape == second.shape
    return float(np.abs(first - second).mean())


def record(path: Path) -> dict[str, Any]:
    """The JSON object in the comment of a clip or picture."""
    if path.suffix == ".gif":
        with Image.open(path) as image:
            return json.loads(image.info["comment"])
    if path.suffix == ".png":
        with Image.open(path) as image:
            return json.loads(image.text["comment"])  # type: ignore[attr-defined]
    with av.open(str(path)) as container:
        return json.loads(container.metadata["comment"])


def run_codec(folder: Path) -> Codec:
    """The codec of a training run, as other recipes open it."""
    recipe = json.loads(read_record(folder / "state.safetensors")["recipe"])
    config = from_json(CodecConfig, recipe["codec"])
    clips = from_json(ClipsConfig, recipe["clips"])
    return codec_of_run(folder.name, "a-test", config, clips).codec

"""Measures what each repair after decoding does to round trips through a codec.

    python benchmarks/codec_repairs.py CODEC... [--clips 8] [--json FILE] [--sheet FILE]

A codec is a training run, a model or a directory of `write_codec`. The transformer is left out:
the latents are those of the true frames, so whatever is wrong in the result comes from the codec
and the repairs. Each case is assembled with all repairs, with none, and with each one left out.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from sorairo.data.rendered_shards import render
from sorairo.exam.perception.seam_metrics import change, excess, pulse, tint
from sorairo.generation.output import assembly, decode
from sorairo.generation.output.delivery import deliver
from sorairo.generation.output.seams import correct
from sorairo.generation.tasks.bridge import connect, loop
from sorairo.generation.tasks.extend import extend_backward, extend_forward
from sorairo.generation.tasks.layout import (
    CanvasLayout,
    CanvasSpec,
    GeneratedSegment,
    single_prompt,
)
from sorairo.models.loading import load_model
from sorairo.models.protocols import VideoModel
from sorairo.models.sizing.placement import Placement
from sorairo.models.tabletop import TabletopModel
from sorairo.models.upscaling import postprocess
from sorairo.training.networks.codec_directory import open_codec
from sorairo.training.recipes.codec2 import HELD_OUT
from sorairo.video import Clip

FPS = 12.0
GIVEN, MADE = 24, 24  # frames
FADE = 2.7  # levels of 255 a frame


@dataclass(frozen=True)
class Case:
    """A canvas whose true frames are known."""

    layout: CanvasLayout
    canvas: np.ndarray
    """The canvas's true frames, uint8 [n, H, W, 3]."""
    result: np.ndarray
    """The result's true frames."""
    joints: tuple[int, ...]
    """The frames of the result after which given and generated frames meet."""


def spec_of(size: tuple[int, int]) -> CanvasSpec:
    return CanvasSpec(fps=FPS, multiple=16, area=size[0] * size[1], size=size)


def clip_case(frames: np.ndarray) -> Case:
    """A whole clip, nothing of it given."""
    count, (height, width) = len(frames), frames.shape[1:3]
    prompts, weights = single_prompt("", count)
    layout = CanvasLayout(
        spec=spec_of((width, height)),
        num_frames=count,
        width=width,
        height=height,
        prompts=prompts,
        prompt_weights=weights,
        segments=(GeneratedSegment(first=0, last=count),),
    )
    return Case(layout, frames, frames, ())


def fade_case(frames: np.ndarray) -> Case:
    """The first frame, which becomes brighter by FADE a frame."""
    levels = FADE * np.arange(33, dtype=np.float32)[:, None, None, None]
    return clip_case((frames[:1] * 0.4 + levels).round().clip(0, 255).astype(np.uint8))


def forward_case(frames: np.ndarray) -> Case:
    """The first two seconds are given."""
    clip = Clip(frames=frames[:GIVEN], fps=FPS)
    layout = extend_forward(clip, "", spec=spec_of(frames.shape[2:0:-1]), num_frames=MADE)
    return Case(layout, frames[: GIVEN + MADE], frames[: GIVEN + MADE], (GIVEN - 1,))


def backward_case(frames: np.ndarray) -> Case:
    """The last two seconds are given."""
    clip = Clip(frames=frames[MADE : MADE + GIVEN], fps=FPS)
    layout = extend_backward(clip, "", spec=spec_of(frames.shape[2:0:-1]), num_frames=MADE)
    return Case(layout, frames[: MADE + GIVEN], frames[: MADE + GIVEN], (MADE - 1,))


def connect_case(frames: np.ndarray) -> Case:
    """A third of the clip on either side is given."""
    before, after = (Clip(frames=part, fps=FPS) for part in (frames[:16], frames[32:48]))
    spec = spec_of(frames.shape[2:0:-1])
    layout = connect(before, after, ("", ""), spec=spec, num_frames=16)
    return Case(layout, frames[:48], frames[:48], (15, 31))


def loop_case(frames: np.ndarray) -> Case:
    """The clip is given; the bridge leads back through the same frames."""
    clip = Clip(frames=frames[:24], fps=FPS)
    layout = loop(clip, "", spec=spec_of(frames.shape[2:0:-1]), num_frames=24)
    back = frames[23::-1]
    result = np.concatenate([frames[:24], back])
    canvas = np.concatenate([frames[:24], back, frames[:24]])[: layout.num_frames]
    return Case(layout, canvas, result, (23,))


CASES: dict[str, Callable[[np.ndarray], Case]] = {
    "clip": clip_case,
    "fade": fade_case,
    "extend": forward_case,
    "extend backward": backward_case,
    "connect": connect_case,
    "loop": loop_case,
}
Repairs = dict[str, tuple[object, str, object]]


def repairs() -> Repairs:
    """By name: where a repair is called, its name there, and what leaves the frames as they are."""
    return {
        "deflicker network": (postprocess, "apply_network", lambda _net, frames, *_: frames),
        "filters in time": (postprocess, "apply_filters", lambda frames, _starts: frames),
        "canvas difference": (correct, "fade_canvas_difference", lambda frames, *_: frames),
        "carried difference": (correct, "carry_difference", lambda frames, *_: frames),
        "retiming": (correct, "retime_jerks", lambda frames, *_: frames),
        "color ramp": (correct, "ramp_colors", lambda frames, *_: frames),
    }


@contextmanager
def without(names: list[str]) -> Iterator[None]:
    """Switches repairs off."""
    known = repairs()
    kept = {name: getattr(*known[name][:2]) for name in names}
    try:
        for name in names:
            setattr(*known[name])
        yield
    finally:
        for name in names:
            setattr(*known[name][:2], kept[name])


def made_of(model: VideoModel, case: Case) -> np.ndarray:
    """The result of a case."""
    frames, padding = case.canvas, case.layout.padding_frames
    count = model.codec.law.time_factor
    whole = np.concatenate([frames[:1].repeat(padding, 0), frames])
    whole = np.concatenate([whole, whole[-1:].repeat(-len(whole) % count, 0)])
    latents = decode.encode_frames(model, whole)
    canvas = decode.decode_layout(model, case.layout, latents)
    height, width = frames.shape[1:3]
    clip = assembly.assemble(
        case.layout,
        canvas,
        width=width,
        height=height,
        fps=FPS,
        deliver=partial(deliver, upscale=model.upscale),
    )
    return clip.frames


def figures_of(made: np.ndarray, case: Case) -> dict[str, float]:
    """The squared error of all frames, the worst joint, and how evenly frames change."""
    true = case.result
    error = np.square(made.astype(np.float32) - true).mean() / 255**2
    joints = {
        "change at joints": [excess(made, at) / max(excess(true, at), 1.0) for at in case.joints],
        "color at joints": [abs(tint(made, at) - tint(true, at)) for at in case.joints],
    }
    steps = np.diff(made.mean((1, 2, 3)))
    return {
        "squared error": float(error),
        "pulse": pulse(made) / max(pulse(true), 1.0),
        "flicker": float(np.mean([change(*p) for p in _still(made, true)] or [0.0])),
        "fade error": float(np.abs(steps - np.diff(true.mean((1, 2, 3)))).max()),
        **{name: max(values) for name, values in joints.items() if values},
    }


def _still(made: np.ndarray, true: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Pixels of neighbouring frames where the true clip does not change."""
    found = []
    for i in range(len(true) - 1):
        same = (true[i] == true[i + 1]).all(-1)
        if same.mean() > 0.05:
            found.append((made[i][same], made[i + 1][same]))
    return found


def measured(model: VideoModel, clips: list[np.ndarray]) -> dict[str, dict[str, dict[str, float]]]:
    """Figures by case and by the repairs that are used; medians over clips, PSNR pooled."""
    names = list(repairs())
    variants = {"all": [], "none": names, **{f"all but {name}": [name] for name in names}}
    found: dict[str, dict[str, dict[str, float]]] = {}
    for kind, make in CASES.items():
        cases = [make(frames) for frames in clips]
        found[kind] = {}
        for variant, off in variants.items():
            with without(off), torch.inference_mode():
                each = [figures_of(made_of(model, case), case) for case in cases]
            pooled = float(np.mean([one.pop("squared error") for one in each]))
            found[kind][variant] = {
                "psnr": -10 * np.log10(max(pooled, 1e-10)),
                **{name: float(np.median([one[name] for one in each])) for name in each[0]},
            }
    return found


def model_with(codec: str) -> VideoModel:
    """The shipped model with another codec; its denoiser is not used."""
    model = load_model("tabletop", Placement(device=torch.device("cpu")))
    assert isinstance(model, TabletopModel)
    model.network.codec = open_codec(codec)
    return model


def table(found: dict[str, dict[str, dict[str, float]]]) -> str:
    """Markdown: a row for each case and variant."""
    columns = ("psnr", "pulse", "flicker", "fade error", "change at joints", "color at joints")
    lines = ["| case | repairs | " + " | ".join(columns) + " |", "|---" * (2 + len(columns)) + "|"]
    for case, variants in found.items():
        for variant, values in variants.items():
            cells = [f"{values[c]:.2f}" if c in values else "" for c in columns]
            lines.append(f"| {case} | {variant} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def sheet(models: list[VideoModel], frames: np.ndarray) -> Image.Image:
    """The frames around a joint: true, and for each codec with and without repairs."""
    case = forward_case(frames)
    shown = slice(GIVEN - 3, GIVEN + 9)
    rows = [case.result[shown]]
    for model in models:
        for off in ([], list(repairs())):
            with without(off), torch.inference_mode():
                rows.append(made_of(model, case)[shown])
    return Image.fromarray(np.concatenate([np.concatenate(list(row), 1) for row in rows]))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("codecs", nargs="+", help="runs, models or directories")
    parser.add_argument("--clips", type=int, default=8, help="clips of each held-out set")
    parser.add_argument("--json", type=Path, help="where to save the figures")
    parser.add_argument("--sheet", type=Path, help="where to save a picture of a joint")
    options = parser.parse_args()
    clips = [
        np.array(frames[: GIVEN + MADE + 1])
        for config in HELD_OUT.values()
        for frames in render(config, first=options.clips)[0].frames[: options.clips]
    ]
    models, found = [model_with(codec) for codec in options.codecs], {}
    for name, model in zip(options.codecs, models, strict=True):
        found[name] = measured(model, clips)
        print(f"\n{name}\n\n{table(found[name])}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")
    if options.sheet:
        sheet(models, clips[0]).save(options.sheet)


if __name__ == "__main__":
    main()

"""`sorairo generate`: a clip from a sentence."""

from __future__ import annotations

import dataclasses
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sorairo.cli.output import Outputs, plan_outputs
from sorairo.cli.prompts import prompt_warnings
from sorairo.cli.terminal import progress_bar, say
from sorairo.errors import MediaError
from sorairo.generation.request import GenerateRequest, Limits, parse_size

if TYPE_CHECKING:
    from sorairo.generation.engine import Engine
    from sorairo.models.hub import ModelInfo
    from sorairo.video.clip import Clip


@click.command(
    epilog="""\b
    Examples:
      sorairo generate "a red ball drops onto a wooden floor"
      sorairo generate "一个蓝色的方块滑过沙地" --seed 3 --size 256x256 -o slide.mp4"""
)
@click.argument("prompt")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="File to write: .mp4, .gif or, for one frame, .png.  [default: from prompt and seed]",
)
@click.option("--seconds", default=4.0, show_default=True, help="Length; short enough: a picture.")
@click.option("--size", metavar="WxH", help="Width x height in pixels.  [default: the model's own]")
@click.option("--fps", type=float, help="Frames a second.  [default: the model's own]")
@click.option("--seed", default=0, show_default=True, help="Same seed, same clip.")
@click.option("--steps", type=int, help="Sampling steps: more is slower and finer.")
@click.option("--guidance", type=float, help="How closely to follow the prompt; 1 is off.")
@click.option("--negative", default="", help="What the clip should not look like.")
@click.option("-n", "--n", "count", type=click.IntRange(1, 1000), default=1, help="Clips to make.")
@click.option("--model", default="tabletop", show_default=True, help="A name or a model directory.")
@click.option("--contact-sheet", is_flag=True, help="Also write a picture of the clip's frames.")
@click.option("--gif", is_flag=True, help="Also write an animated GIF.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each clip.")
@click.option("--device", help="cpu, cuda, ...  [default: a GPU if there is one]")
def generate(
    output: Path | None,
    size: str | None,
    count: int,
    contact_sheet: bool,
    gif: bool,
    as_json: bool,
    device: str | None,
    **asked: Any,
) -> None:
    """Make a clip of what PROMPT says, in English or Chinese.

    With --n 3 the clips get the seeds SEED, SEED+1 and SEED+2.
    """
    from sorairo.models import hub

    model = hub.info(hub.find(asked["model"]))
    requests = _requests(model, size, count, asked)
    plans = plan_outputs(
        output, requests[0].prompt, [each.seed for each in requests], gif=gif, sheet=contact_sheet
    )
    _check_picture(plans[0].clip, requests[0])
    for warning in prompt_warnings(requests[0].prompt, model):
        say(f"Warning: {warning}")

    from sorairo.generation import engine

    loaded = engine.load(model.path, device=device)
    for index, (request, outputs) in enumerate(zip(requests, plans, strict=True), start=1):
        started = time.monotonic()
        label = f"clip {index}/{count}" if count > 1 else "sampling"
        with progress_bar(label) as progress:
            clip, native = _sample(loaded, request, progress, told=index > 1)
        _write(clip, outputs)
        facts = _facts(model, request, clip, native, outputs)
        facts["wall_seconds"] = round(time.monotonic() - started, 3)
        lines = [json.dumps(facts, ensure_ascii=False)] if as_json else map(str, outputs.paths)
        click.echo("\n".join(lines))


def _requests(
    model: ModelInfo, size: str | None, count: int, asked: dict[str, Any]
) -> list[GenerateRequest]:
    """One request for each clip, all of them possible for this model."""
    settings = model.record["config"]
    limits = Limits(max_frames=settings["max_frames"], native_fps=settings["fps"])
    width, height = parse_size(size) if size is not None else (None, None)
    fps = limits.native_fps if asked["fps"] is None else asked["fps"]
    first = GenerateRequest(**{**asked, "width": width, "height": height, "fps": fps})
    requests = [dataclasses.replace(first, seed=first.seed + i) for i in range(count)]
    for request in requests:
        request.validate(limits)
    return requests


def _check_picture(path: Path, request: GenerateRequest) -> None:
    if path.suffix.lower() == ".png" and request.num_frames > 1:
        raise MediaError(
            f"{path} can hold one frame, not {request.num_frames}:"
            f" ask for --seconds {1 / request.fps:.3g}, or end the name in .mp4 or .gif."
        )


def _sample(
    engine: Engine, request: GenerateRequest, progress: Any, *, told: bool
) -> tuple[Clip, tuple[int, int]]:
    """The clip at the size asked for, and the size that it was made at."""
    native = _native_size(engine, request)
    clip = engine.generate(
        request.prompt,
        seconds=request.seconds,
        width=request.width,
        height=request.height,
        fps=request.fps,
        seed=request.seed,
        steps=request.steps,
        guidance=request.guidance,
        negative=request.negative,
        watch=lambda moment: progress(moment.done, moment.total),
    )
    if (clip.width, clip.height) != native and not told:
        say(
            f"Made at {native[0]}x{native[1]}, the model's own size, and brought to"
            f" {clip.width}x{clip.height} by the upscaler."
        )
    comment = request.to_comment(model_digest=engine.info["digest"])
    clip = dataclasses.replace(clip, metadata={**clip.metadata, "comment": comment})
    return clip, native


def _native_size(engine: Engine, request: GenerateRequest) -> tuple[int, int]:
    from sorairo.video.fitting import canvas_size

    if not (request.width and request.height):
        width, height = engine.info["native_sizes"][0]
        return width, height
    surface = engine.surface
    return canvas_size(request.width, request.height, multiple=surface.multiple, area=surface.area)


def _write(clip: Clip, outputs: Outputs) -> None:
    clip.save(outputs.clip)
    if outputs.gif:
        clip.save(outputs.gif)
    if outputs.sheet:
        from sorairo.video.atomic import whole_file

        with whole_file(outputs.sheet) as temporary:
            clip.contact_sheet().save(temporary, format="PNG")


def _facts(
    model: ModelInfo,
    request: GenerateRequest,
    clip: Clip,
    native: tuple[int, int],
    outputs: Outputs,
) -> dict[str, Any]:
    return {
        "path": str(outputs.clip),
        "gif": str(outputs.gif) if outputs.gif else None,
        "contact_sheet": str(outputs.sheet) if outputs.sheet else None,
        "prompt": request.prompt,
        "negative": request.negative,
        "seed": request.seed,
        "size": f"{clip.width}x{clip.height}",
        "native_size": f"{native[0]}x{native[1]}",
        "fps": clip.fps,
        "frames": clip.num_frames,
        "seconds": round(clip.duration, 3),
        "model": model.name,
        "model_digest": model.digest,
    }

"""Makes the results of a request: checks everything, loads the model, then makes and writes the
results one by one."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sorairo.cli.console import progress_bar, say
from sorairo.cli.inputs import read_inputs, with_inputs
from sorairo.cli.options import CommonOptions
from sorairo.cli.output_paths import check_suffix, check_writable, plan_outputs
from sorairo.cli.prompt_warnings import prompt_warnings
from sorairo.errors import MediaError
from sorairo.generation.output.output_files import OutputFiles
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.limits import Size

if TYPE_CHECKING:
    from sorairo.video.clip import Clip


def check(request: Request, common: CommonOptions) -> None:
    """Raises RequestError and MediaError for errors that can be found without reading the input
    files."""
    request.validate(common.limits)
    if common.output is not None:
        check_suffix(common.output)
        check_writable(common.output)


def make(first: Request, clips: Sequence[Clip], common: CommonOptions) -> None:
    """Make the results of the request from the input clips, one for each seed; print their paths.

    Raises RequestError and MediaError before the model is loaded.
    """
    requests = [dataclasses.replace(first, seed=first.seed + i) for i in range(common.count)]
    for request in requests:
        request.validate(common.limits)
    first.validate_inputs(clips, common.limits)
    plans = _plans(requests, clips, common)
    if common.expander is not None:
        requests = common.expander(requests, common.model)
        requests[0].validate(common.limits)
    warned = [
        warning
        for text in dict.fromkeys(requests[0].texts_in(common.model.world))
        for warning in (prompt_warnings(text, common.model) if text else [])
    ]
    for warning in warned:
        say(f"Warning: {warning}")

    from sorairo.generation import engine
    from sorairo.generation.output.export import export
    from sorairo.generation.requests.defaults import generated_size

    native = generated_size(first, clips, common.limits)
    loaded = engine.load(common.model.path, device=common.device)
    for number, (request, outputs) in enumerate(zip(requests, plans, strict=True), start=1):
        started = time.monotonic()
        with progress_bar(_label(first, clips, number, common.count)) as progress:
            clip = loaded.make(
                request, clips, on_progress=lambda now: progress(now.done, now.total)
            )
        notes = _notes(clip, native, common.limits.native_fps)
        for note in notes if number == 1 else []:
            say(note)
        export(clip, request, outputs, model_digest=loaded.info["digest"])
        facts = _facts(common, request, clip, outputs)
        facts["native_size"], facts["native_fps"] = _size(native), common.limits.native_fps
        facts["notes"] = [*warned, *notes]
        facts["wall_seconds"] = round(time.monotonic() - started, 3)
        _print_result(facts, outputs, common)


def make_from_clip(request: Request, clip: Path, prompt: str | None, common: CommonOptions) -> None:
    """Check a request that begins with one clip, read the clip, and make the results. If `prompt`
    is None, the prompt that is stored in the clip is used."""
    check(request, common)
    inputs = read_inputs(type(request), clip)
    make(with_inputs(request, inputs, prompt, common), [inputs[0].clip], common)


def _plans(
    requests: list[Request], clips: Sequence[Clip], common: CommonOptions
) -> list[OutputFiles]:
    first = requests[0]
    picture = first.makes_picture(clips)
    plans = plan_outputs(
        common.output,
        _title(first),
        [each.seed for each in requests],
        suffix=".png" if picture else ".mp4",
        gif=common.gif,
        sheet=common.contact_sheet,
        latents=first.keep_latents,
    )
    path = plans[0].clip
    if path.suffix.lower() == ".png" and not picture:
        raise MediaError(
            f"{path} can hold only one frame, but the result is a clip: end the name in .mp4 or"
            " .gif."
        )
    return plans


def _title(request: Request) -> str:
    """The text that a result's file is named after."""
    files = [Path(source.name).stem for source in request.inputs[:1]]
    return " ".join(
        [*files, *([request.command] if files or not request.prompt else []), request.prompt]
    )


def _label(request: Request, clips: Sequence[Clip], number: int, count: int) -> str:
    kind = "picture" if request.makes_picture(clips) else "clip"
    return f"Making {kind} {number} of {count}" if count > 1 else f"Making the {kind}"


def _notes(clip: Clip, native: Size, native_fps: float) -> list[str]:
    """How the size and frame rate of the result differ from those of the generated frames."""
    size = clip.width, clip.height
    pairs = [(_size(native), _size(size))]
    if clip.num_frames > 1 and clip.fps > native_fps:
        pairs.append((f"{native_fps:g} fps", f"{clip.fps:g} fps"))
    changed = [pair for pair in pairs if pair[0] != pair[1]]
    if not changed:
        return []
    before, after = (", ".join(each) for each in zip(*changed, strict=True))
    return [f"Generated at {before}; {_scaling(native, size)} to {after}."]


def _scaling(native: Size, size: Size) -> str:
    if native == size:
        return "interpolated"
    return "upscaled" if size[0] * size[1] >= native[0] * native[1] else "scaled down"


def _size(size: Size) -> str:
    return f"{size[0]}x{size[1]}"


def _facts(
    common: CommonOptions, request: Request, clip: Clip, outputs: OutputFiles
) -> dict[str, Any]:
    def name(path: Path | None) -> str | None:
        return str(path) if path else None

    return {
        "path": str(outputs.clip),
        "gif": name(outputs.gif),
        "contact_sheet": name(outputs.sheet),
        "latents": name(outputs.latents),
        "command": request.command,
        "prompt": request.prompt,
        "expanded": request.expanded or None,
        "style": request.style,
        "negative": request.negative,
        "inputs": [source.name for source in request.inputs],
        "seed": request.seed,
        "size": _size((clip.width, clip.height)),
        "fps": clip.fps,
        "frames": clip.num_frames,
        "seconds": round(clip.duration, 3),
        "model": common.model.name,
        "model_digest": common.model.digest,
    }


def _print_result(facts: dict[str, Any], outputs: OutputFiles, common: CommonOptions) -> None:
    if common.as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
    else:
        click.echo("\n".join(map(str, outputs.paths)))

"""From a request to files: everything is judged first, then the model is loaded, then results are
made one by one."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sorairo.cli.console import progress_bar, say
from sorairo.cli.options import Common
from sorairo.cli.output_paths import check_suffix, check_writable, plan_outputs
from sorairo.cli.prompt_warnings import prompt_warnings
from sorairo.errors import MediaError
from sorairo.generation.output.output_files import OutputFiles
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.defaults import painted_size
from sorairo.generation.requests.limits import Size

if TYPE_CHECKING:
    from sorairo.video.clip import Clip


def judge(request: Request, common: Common) -> None:
    """Raises RequestError and MediaError for what can be told to be impossible before the inputs
    are read."""
    request.validate(common.limits)
    if common.output is not None:
        check_suffix(common.output)
        check_writable(common.output)


def make(first: Request, clips: Sequence[Clip], common: Common) -> None:
    """Makes what was asked for, of the clips given, with one seed after another; says where it is.

    Raises RequestError and MediaError before anything is loaded.
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
        for text in dict.fromkeys(requests[0].texts)
        for warning in (prompt_warnings(text, common.model) if text else [])
    ]
    for warning in warned:
        say(f"Warning: {warning}")

    from sorairo.generation import engine
    from sorairo.generation.output.export import export

    native = painted_size(first, clips, common.limits)
    loaded = engine.load(common.model.path, device=common.device)
    for number, (request, outputs) in enumerate(zip(requests, plans, strict=True), start=1):
        started = time.monotonic()
        label = f"{number}/{common.count}" if common.count > 1 else "sampling"
        with progress_bar(label) as progress:
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
        _tell(facts, outputs, common)


def _plans(requests: list[Request], clips: Sequence[Clip], common: Common) -> list[OutputFiles]:
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
            f"{path} can hold one frame, and this makes a clip: end its name in .mp4 or .gif."
        )
    return plans


def _title(request: Request) -> str:
    """What a result is called that nobody named."""
    files = [Path(source.name).stem for source in request.inputs[:1]]
    return " ".join(
        [*files, *([request.command] if files or not request.prompt else []), request.prompt]
    )


def _notes(clip: Clip, native: Size, native_fps: float) -> list[str]:
    """What the upscaler did to what was painted."""
    pairs = [(_size(native), _size((clip.width, clip.height)))]
    if clip.num_frames > 1 and clip.fps > native_fps:
        pairs.append((f"{native_fps:g} frames a second", f"{clip.fps:g}"))
    changed = [pair for pair in pairs if pair[0] != pair[1]]
    if not changed:
        return []
    before, after = (" and ".join(each) for each in zip(*changed, strict=True))
    return [f"Made at {before}, the model's own, and brought to {after} by the upscaler."]


def _size(size: Size) -> str:
    return f"{size[0]}x{size[1]}"


def _facts(common: Common, request: Request, clip: Clip, outputs: OutputFiles) -> dict[str, Any]:
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


def _tell(facts: dict[str, Any], outputs: OutputFiles, common: Common) -> None:
    if common.as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
    else:
        click.echo("\n".join(map(str, outputs.paths)))

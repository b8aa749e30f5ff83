"""`--dry-run`: what a command would make, without making it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sorairo.cli.console import show, show_json
from sorairo.cli.options import CommonOptions
from sorairo.cli.progress import duration_text
from sorairo.cli.results import size_text
from sorairo.cli.speed import estimated_seconds
from sorairo.generation.output.output_files import OutputFiles
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.edit import EditRequest
from sorairo.generation.requests.extend import ExtendRequest
from sorairo.generation.requests.limits import Size
from sorairo.models.sizing.shape import needs_of

if TYPE_CHECKING:
    from sorairo.video.clip import Clip


@dataclass(frozen=True, kw_only=True)
class Work:
    """The sizes and lengths of a result, from its request."""

    size: Size
    """Pixels of the result."""
    fps: float
    """Frames a second of the result."""
    frames: int
    """Frames of the result."""
    native_size: Size
    """Pixels of what the model generates."""
    native_frames: int
    """Frames that the model generates."""
    steps: int
    """Steps of the sampler."""

    @property
    def units(self) -> float:
        """What it costs in steps: one is a step of sampling over four seconds, and takes about as
        long as upscaling eight frames."""
        native = self.native_size[0] * self.native_size[1], self.native_frames
        sampled = self.steps * max(1, self.native_frames) / 48
        same = self.size[0] * self.size[1], self.frames
        return sampled + (0 if native == same else self.native_frames / 8)


def work_of(request: Request, clips: Sequence[Clip], common: CommonOptions) -> Work:
    """The work of a request with its input clips."""
    from sorairo.generation.requests.defaults import generated_size

    native = generated_size(request, clips, common.limits)
    facts = common.model.facts
    films = [clip for clip in clips if clip.num_frames > 1]
    own = (films[0].width, films[0].height) if films else native
    fps = request.fps or (films[0].fps if films else facts.fps)
    given, generated = _seconds(request, clips)
    picture = request.makes_picture(clips)
    return Work(
        size=(request.width or own[0], request.height or own[1]),
        fps=fps,
        frames=1 if picture else max(1, round((given + generated) * fps)),
        native_size=native,
        native_frames=1 if picture else max(1, round(generated * facts.fps)),
        steps=request.steps or facts.sampling.steps,
    )


def print_plan(
    requests: Sequence[Request],
    clips: Sequence[Clip],
    common: CommonOptions,
    files: Sequence[OutputFiles],
) -> None:
    """Print what would be made of each request, to stdout."""
    for request, outputs in zip(requests, files, strict=True):
        facts = _facts(request, work_of(request, clips, common), clips, common, outputs)
        if common.as_json:
            show_json(facts)
        else:
            show("\n".join(_lines(facts)))


def _facts(
    request: Request,
    work: Work,
    clips: Sequence[Clip],
    common: CommonOptions,
    outputs: OutputFiles,
) -> dict[str, Any]:
    return {
        "command": request.command,
        "texts": [text for text in dict.fromkeys(request.texts_in(common.model.world)) if text],
        "seed": request.seed,
        "size": size_text(work.size),
        "fps": work.fps,
        "frames": work.frames,
        "seconds": round(work.frames / work.fps, 3),
        "native_size": size_text(work.native_size),
        "native_fps": common.limits.native_fps,
        "steps": work.steps,
        "model": common.model.name,
        "memory_bytes": round(_memory(work, clips, common)),
        "estimated_seconds": estimated_seconds(work.units, common),
        "files": [str(path) for path in outputs.paths],
    }


def _lines(facts: dict[str, Any]) -> list[str]:
    """The facts in words."""
    took = facts["estimated_seconds"]
    time = (
        "not known yet: nothing was made with this model here"
        if took is None
        else (f"about {duration_text(took)}, as fast as last time")
    )
    length = f"{facts['seconds']:g} s, {facts['frames']} frames at {facts['fps']:g} a second"
    lines = {
        "reads": "; ".join(facts["texts"]) or "no prompt",
        "seed": facts["seed"],
        "size": f"{facts['size']}, generated at {facts['native_size']}",
        "length": "a picture" if facts["frames"] == 1 else length,
        "model": f"{facts['model']}, {facts['steps']} steps",
        "memory": f"about {facts['memory_bytes'] / 1e9:.1f} GB",
        "time": time,
        "files": ", ".join(facts["files"]),
    }
    return [f"{key + ':':<8} {value}" for key, value in lines.items()]


def _memory(work: Work, clips: Sequence[Clip], common: CommonOptions) -> float:
    """Peak memory in bytes."""
    from sorairo.generation.memory_estimate import COPIES, WHOLE, frame_bytes, peak_bytes

    return peak_bytes(
        frame_bytes(work.frames, *work.size),
        copies=COPIES if clips else WHOLE,
        given=sum(clip.frames.nbytes for clip in clips),
        native=frame_bytes(work.native_frames, *work.native_size),
        upscaled=work.size != work.native_size or work.fps != common.limits.native_fps,
        needs=needs_of(common.model),
    )


def _seconds(request: Request, clips: Sequence[Clip]) -> tuple[float, float]:
    """Seconds of the result that are given, and that are generated."""
    given = sum(clip.duration for clip in clips if clip.num_frames > 1)
    if isinstance(request, EditRequest):
        end = given if request.end is None else min(request.end, given)
        changed = max(0.0, end - request.start)
        return given - changed, changed
    if isinstance(request, ExtendRequest):
        return given, request.forward + request.backward
    seconds: float = getattr(request, "seconds", 0.0)
    if request.command == "storyboard":
        return given, max(0.0, seconds - given)
    return given, seconds

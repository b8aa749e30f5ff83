"""`--dry-run`: what a command would make, without making it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sorairo.cli.console import show, show_json
from sorairo.cli.job_memory import PlannedJob, few_steps_of, is_guided, planned_job
from sorairo.cli.options import CommonOptions
from sorairo.cli.progress import duration_text
from sorairo.cli.results import size_text
from sorairo.cli.speed import estimated_seconds
from sorairo.generation.output.output_files import OutputFiles
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.edit import EditRequest
from sorairo.generation.requests.effort import computed_steps
from sorairo.generation.requests.extend import ExtendRequest
from sorairo.generation.requests.limits import Size

if TYPE_CHECKING:
    from sorairo.video.clip import Clip

FRAMES_A_UNIT = 48  # of the canvas: a unit of work is a step of sampling over so many


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
    computed_steps: float
    """In how many of them the network runs, as a rule."""

    @property
    def units(self) -> float:
        """What it costs in steps: one is a step of sampling over four seconds, and takes about as
        long as upscaling eight frames."""
        native = self.native_size[0] * self.native_size[1], self.native_frames
        sampled = self.computed_steps * max(1, self.native_frames) / FRAMES_A_UNIT
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
    picture, few = request.makes_picture(clips), few_steps_of(request)
    usual = len(few.sigmas) - 1 if few else facts.sampling.steps
    steps = request.steps or usual
    return Work(
        size=(request.width or own[0], request.height or own[1]),
        fps=fps,
        frames=1 if picture else max(1, round((given + generated) * fps)),
        native_size=native,
        native_frames=1 if picture else max(1, round(generated * facts.fps)),
        steps=steps,
        computed_steps=computed_steps(steps, request.quality),
    )


def print_plan(
    requests: Sequence[Request],
    clips: Sequence[Clip],
    common: CommonOptions,
    files: Sequence[OutputFiles],
) -> None:
    """Print what would be made of each request, to stdout."""
    job = planned_job(requests[0], clips, common)
    seconds, measured = _time(requests[0], work_of(requests[0], clips, common), common)
    for request, outputs in zip(requests, files, strict=True):
        work = work_of(request, clips, common)
        if job is not None and job.frames is not None and not request.makes_picture(clips):
            work = replace(work, frames=job.frames)
        facts = _facts(request, work, common, outputs)
        facts |= _memory_facts(job)
        facts |= {"estimated_seconds": seconds, "estimated_from": measured}
        facts["files"] = [str(path) for path in outputs.paths]
        if common.as_json:
            show_json(facts)
        else:
            show("\n".join(_lines(facts)))


def _facts(
    request: Request, work: Work, common: CommonOptions, outputs: OutputFiles
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
        "computed_steps": round(work.computed_steps, 1),
        "model": common.model.name,
    }


def _memory_facts(memory: PlannedJob | None) -> dict[str, Any]:
    """The memory of the host and of a device, and whether it fits here."""
    if memory is None:
        return {"memory_bytes": None, "device_bytes": None, "fits": None, "problem": ""}
    return {
        "memory_bytes": round(memory.host),
        "device_bytes": round(memory.device),
        "fits": memory.problem is None,
        "problem": str(memory.problem or ""),
    }


def _time(request: Request, work: Work, common: CommonOptions) -> tuple[float | None, str]:
    """Seconds that a result takes, and what they are computed from: "results" that were made here,
    or one "block" of the network, which is timed."""
    known = estimated_seconds(work.units, common)
    if known is not None:
        return known, "results"
    from sorairo.cli.model_costs import speed_of
    from sorairo.generation.memory.planned import canvas_on_disk
    from sorairo.models.sizing.shape import shape_of

    shape, spec = shape_of(common.model), canvas_on_disk(common.model)
    if shape is None or spec is None:
        return None, ""
    window = min(work.native_frames, shape.law.frames_held(spec.window))
    guided = is_guided(request, common)
    steps = work.computed_steps
    flops = shape.request_flops(work.native_size, window, steps=steps, guided=guided)
    flops *= work.native_frames / window
    if not shape.decode_flops_per_pixel:  # decoding and upscaling count as steps do
        flops *= work.units * FRAMES_A_UNIT / (steps * max(1, work.native_frames))
    return round(flops / speed_of(shape, common.device)[1], 3), "block"


def _steps_text(facts: dict[str, Any]) -> str:
    steps, computed = facts["steps"], facts["computed_steps"]
    drafted = "" if computed == steps else f", about {computed:g} of them computed"
    return f"{steps} steps{drafted}"


def _memory_text(facts: dict[str, Any]) -> str:
    if facts["memory_bytes"] is None:
        return "not known"
    text = f"about {facts['memory_bytes'] / 1e9:.1f} GB"
    if facts["device_bytes"]:
        text += f", and {facts['device_bytes'] / 1e9:.1f} GB of the device's"
    return text if facts["fits"] else f"{text}. {facts['problem']}"


def _lines(facts: dict[str, Any]) -> list[str]:
    """The facts in words."""
    took = facts["estimated_seconds"]
    time = "not known yet: nothing was made with this model here"
    if took is not None:
        how = {"results": "as fast as last time", "block": "as fast as one block, timed now"}
        time = f"about {duration_text(took)}, {how[facts['estimated_from']]}"
    length = f"{facts['seconds']:g} s, {facts['frames']} frames at {facts['fps']:g} a second"
    lines = {
        "reads": "; ".join(facts["texts"]) or "no prompt",
        "seed": facts["seed"],
        "size": f"{facts['size']}, generated at {facts['native_size']}",
        "length": "a picture" if facts["frames"] == 1 else length,
        "model": f"{facts['model']}, {_steps_text(facts)}",
        "memory": _memory_text(facts),
        "time": time,
        "files": ", ".join(facts["files"]),
    }
    return [f"{key + ':':<8} {value}" for key, value in lines.items()]


def _seconds(request: Request, clips: Sequence[Clip]) -> tuple[float, float]:
    """Seconds of the result that are given, and that are generated."""
    given = sum(clip.duration for clip in clips if clip.num_frames > 1)
    if isinstance(request, EditRequest):
        end = given if request.end is None else min(request.end, given)
        changed = max(0.0, end - request.start)
        return given - changed, changed
    if isinstance(request, ExtendRequest):
        return request.kept_seconds(given), request.forward + request.backward
    seconds: float = getattr(request, "seconds", 0.0)
    if request.command == "storyboard":
        return given, max(0.0, seconds - given)
    return given, seconds

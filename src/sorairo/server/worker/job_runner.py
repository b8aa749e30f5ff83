"""Runs one job: reads the given files, generates the clip and stores its files."""

from __future__ import annotations

import itertools
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from sorairo import __version__
from sorairo.generation.engine import Engine
from sorairo.generation.output.export import export
from sorairo.generation.output.output_files import OutputFiles
from sorairo.generation.requests.base import InputFile, Request
from sorairo.generation.requests.defaults import generated_size
from sorairo.generation.requests.storyboard.request import Storyboard
from sorairo.generation.sampling.checkpoint import INTERVAL, SamplingCheckpoint
from sorairo.interruption import interruptible
from sorairo.jobs.job import Job
from sorairo.notes import details_of
from sorairo.server.job_spec import JobSpec
from sorairo.server.uploads.media_store import MediaStore
from sorairo.server.uploads.sandbox import decode
from sorairo.server.video_object import CHECKPOINTS, PICTURE, VARIANTS
from sorairo.server.worker.job_reporter import JobReporter
from sorairo.server.worker.output_filter import refuse_nudity
from sorairo.server.worker.prompt_score import score_of
from sorairo.video.clip import Clip


def run_job(
    engine: Engine,
    media: MediaStore,
    job: Job,
    reporter: JobReporter,
    keep_every: float = INTERVAL,
) -> dict[str, Any]:
    """The result of the job, to be committed. Its sampling is recorded every `keep_every` seconds
    at most. Raises errors of the request, of the media store, and those by which the reporter stops
    the job."""
    spec = JobSpec.from_json(job.payload)
    with tempfile.TemporaryDirectory() as name, interruptible(reporter.check):
        folder = Path(name)
        clips = _given_clips(spec, media, folder, reporter)
        inputs = [InputFile(name=f"given {i + 1}", sha256="") for i in range(len(clips))]
        request = replace(spec.request, inputs=tuple(inputs), model=engine.info["name"])
        request.validate_inputs(clips, engine.limits)
        clip = engine.make(
            request,
            clips,
            on_progress=reporter.on_progress,
            checkpoint=_checkpoint(engine, media, job, folder, keep_every),
        )
        if spec.filtered:
            refuse_nudity(clip)
        reporter.check()
        score = score_of(clip, request, engine.limits) if spec.video.videos else {}
        stored, size = _store_files(engine, media, job, clip, request, folder, reporter)
    native = generated_size(request, clips, engine.limits)
    return {
        "folder": stored,
        "bytes": size,
        "size": f"{clip.width}x{clip.height}",
        "seconds": f"{round(clip.duration, 3):g}",
        "fps": clip.fps,
        "native_size": f"{native[0]}x{native[1]}",
        **({"loras": list(engine.model_notes)} if engine.model_notes else {}),
        **_notes(engine.prompt_notes),
        "model_name": engine.info["name"],
        "model_digest": engine.info["digest"],
        "sorairo_version": __version__,
        **score,
    }


def _notes(notes: tuple[str, ...]) -> dict[str, Any]:
    """What is known of the prompts only now: how much of them the model reads."""
    return {"notes": list(notes), "note_details": details_of(notes)} if notes else {}


def _given_clips(
    spec: JobSpec, media: MediaStore, folder: Path, reporter: JobReporter
) -> list[Clip]:
    """The decoded given files."""
    clips, request = [], spec.request
    for index, name in enumerate(spec.media):
        path = folder / f"given-{index}"
        media.get(name, path)
        seconds, side = request.given_seconds, request.reading_side
        if isinstance(request, Storyboard):
            seconds = request.seconds_shown[index]
        clips.append(decode(path, side, on_poll=reporter.check_cancelled, seconds=seconds))
    return clips


def _store_files(
    engine: Engine,
    media: MediaStore,
    job: Job,
    clip: Clip,
    request: Request,
    folder: Path,
    reporter: JobReporter,
) -> tuple[str, int]:
    """Writes the files of a finished clip; returns their folder in the media store and their size
    in bytes. Every claim has a folder of its own, so that a worker that lost its lease overwrites
    nothing."""
    files = OutputFiles(
        clip=folder / VARIANTS["video"][0],
        thumbnail=folder / VARIANTS["thumbnail"][0],
        spritesheet=folder / VARIANTS["spritesheet"][0],
    )
    export(clip, request, files, model_digest=engine.info["digest"])
    reporter.check()
    stored = f"{job.id}/{job.fence}"
    names = [name for name, _ in VARIANTS.values()]
    if clip.num_frames == 1:
        comment = request.to_comment(model_digest=engine.info["digest"])
        replace(clip, metadata={"comment": comment}).save(folder / PICTURE[0])
        names.append(PICTURE[0])
    size = 0
    for name in names:
        media.put(f"{stored}/{name}", folder / name)
        size += (folder / name).stat().st_size
    return stored, size


def _checkpoint(
    engine: Engine, media: MediaStore, job: Job, folder: Path, keep_every: float
) -> SamplingCheckpoint:
    """The checkpoint that earlier workers left for this job, to be continued by this one."""
    stored = f"{job.id}/{CHECKPOINTS}"
    checkpoint = SamplingCheckpoint(
        folder=folder,
        model=engine.info["digest"],
        written=lambda path: media.put(f"{stored}/{path.name}", path),
        interval=keep_every,
    )
    for number in itertools.count():
        name = checkpoint.name(number)
        if media.size(f"{stored}/{name}") is None:
            break
        media.get(f"{stored}/{name}", folder / name)
    return checkpoint

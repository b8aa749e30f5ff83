"""Workers: completed, deleted, lost, stopped and failing jobs."""

from __future__ import annotations

import dataclasses
import gc
import importlib
import threading
import time
import weakref
from pathlib import Path

import pytest
from PIL import Image

import sorairo
from sorairo.generation.engine import Engine
from sorairo.generation.progress import Progress
from sorairo.generation.requests.animate import AnimateRequest
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.generation.requests.metadata import request_of
from sorairo.jobs.database import open_database
from sorairo.jobs.forecast import Forecaster
from sorairo.jobs.job import COMPLETED, FAILED, QUEUED, Job
from sorairo.jobs.queue import Queue
from sorairo.jobs.stored.expected_rates import read_expected
from sorairo.jobs.work_rates import Work
from sorairo.server.job_spec import JobSpec, VideoFields
from sorairo.server.uploads.media_store import MediaStore
from sorairo.server.video_object import video_of
from sorairo.server.worker.job_reporter import JobReporter
from sorairo.server.worker.speed_meter import SpeedMeter
from sorairo.server.worker.worker import Worker
from sorairo.video import Clip
from tiny_wan import write_wan


@pytest.fixture(scope="module")
def engine() -> Engine:
    return sorairo.load()


@pytest.fixture
def worker(engine: Engine, tmp_path: Path) -> Worker:
    database = open_database(f"sqlite:///{tmp_path}/jobs.db")
    return Worker(engine, Queue(database), MediaStore(str(tmp_path / "media")))


def claimed(
    worker: Worker,
    *,
    request=None,
    media: tuple[str, ...] = (),
    videos: tuple[str, ...] | None = None,
) -> Job:
    request = request or GenerateRequest(prompt="a red ball", seconds=0.5, steps=2)
    video = VideoFields(model="sora-2", prompt="x", videos=videos)
    spec = JobSpec(request=request, video=video, media=media)
    worker.queue.submit("video_1", spec.to_json())
    job = worker.queue.claim("me")
    assert job is not None
    return job


def files(worker: Worker) -> set[str]:
    root = Path(worker.media.root)
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def now(worker: Worker) -> Job:
    job = worker.queue.get("video_1")
    assert job is not None
    return job


def test_a_job_is_run_and_committed(worker: Worker):
    worker.run_job(claimed(worker))
    job = now(worker)
    assert job.status == COMPLETED
    assert job.result is not None
    assert job.result["folder"] == "video_1/1"
    kept = {"video.mp4", "thumbnail.webp", "spritesheet.jpg"}
    assert files(worker) == {f"video_1/1/{name}" for name in kept}
    assert "score" not in video_of(job), "only one of several is judged"


def test_a_clip_names_the_model_that_made_it(worker: Worker):
    request = GenerateRequest(prompt="a red ball", seconds=0.5, steps=2, model="another")
    worker.run_job(claimed(worker, request=request))
    stored = request_of(Clip.load(Path(worker.media.root) / "video_1/1/video.mp4"))
    assert stored is not None
    assert stored.model == "tabletop"


def test_variations_are_judged(worker: Worker):
    worker.run_job(claimed(worker, videos=("video_1", "video_2")))
    video = video_of(now(worker))
    assert set(video["score_parts"]) == {"objects", "color", "shape"}
    assert video["score"] == pytest.approx(sum(video["score_parts"].values()) / 3, abs=0.002)


def test_the_end_of_a_prompt_that_is_too_long_is_named(worker: Worker):
    """After what was known when the job was accepted, which has no details in old jobs."""
    said = f"{'a red ball drops onto a wooden floor, ' * 8}pencil drawing"
    request = GenerateRequest(prompt=said, seconds=0.25, steps=1, width=96, height=96)
    worker.run_job(claimed(worker, request=request))
    job = now(worker)
    video = video_of(job)
    (note,), (detail,) = video["notes"], video["note_details"]
    start, _, end = note.partition("): ")
    assert start == "Ignored (too long for the model, which reads no further"
    assert said.endswith(end)
    assert detail == {"code": "unread", "values": {"text": end}}
    earlier = {**job.payload, "video": {**job.payload["video"], "notes": ["Read as: a ball"]}}
    video = video_of(dataclasses.replace(job, payload=earlier))
    assert video["notes"] == ["Read as: a ball", note]
    assert video["note_details"] == [{"code": "", "values": {}}, detail]
    worker.queue.delete("video_1")
    worker.run_job(claimed(worker))
    assert "notes" not in video_of(now(worker)), "that of another job"


def test_a_deleted_job_leaves_no_files(worker: Worker):
    job = claimed(worker)
    worker.queue.delete("video_1")
    worker.run_job(job)
    assert not files(worker)


def test_the_slower_of_two_workers_commits_nothing(worker: Worker):
    slow = claimed(worker)
    worker.queue.clock = lambda: slow.created_at + 100
    quick = worker.queue.claim("another")
    assert quick is not None
    worker.run_job(quick)
    worker.run_job(slow)
    job = now(worker)
    assert job.result is not None
    assert job.result["folder"] == "video_1/2"
    assert {name.split("/")[1] for name in files(worker)} == {"2"}


def test_a_stopping_worker_releases_its_job(worker: Worker):
    job = claimed(worker)
    worker.stopping.set()
    worker.run_job(job)
    assert (now(worker).status, now(worker).attempts) == (QUEUED, 0)


def test_a_job_continues_from_its_checkpoint(worker: Worker):
    """Windows that were done are not done again, and the bytes are those of one that was never
    disturbed."""
    request = GenerateRequest(prompt="a red ball on a turntable", seconds=8, steps=3, seed=5)
    request = dataclasses.replace(request, width=96, height=96, fps=12)  # as it is generated
    steps: list[int] = []
    whole = stepping(worker, claimed(worker, request=request), steps)
    worker.queue.delete("video_1")
    job, made = claimed(worker, request=request), len(steps)
    stop = made // 2  # in the second of three windows
    stepping(worker, job, steps, stop=stop)
    assert now(worker).status == QUEUED
    assert any("/stages/" in name for name in files(worker))
    again = worker.queue.claim("another")
    assert again is not None
    steps.clear()
    assert stepping(worker, again, steps) == whole
    assert len(steps) <= made - 3, "not from the beginning"
    assert not any("/stages/" in name for name in files(worker))


def test_a_job_of_one_window_goes_on_at_its_last_step(worker: Worker):
    request = GenerateRequest(prompt="a red ball", seconds=0.5, steps=6, seed=5)
    worker.keep_every = 0.0
    whole = stepping(worker, claimed(worker, request=request), [])
    worker.queue.delete("video_1")
    stepping(worker, claimed(worker, request=request), [], stop=4)
    again, steps = worker.queue.claim("another"), []
    assert again is not None
    assert stepping(worker, again, steps) == whole
    assert [done for done in steps if done <= 6] == [5, 6]


def stepping(worker: Worker, job: Job, steps: list[int], stop: int | None = None) -> bytes:
    """Does a job; notes every step, and has the worker stop after `stop` of them. Its video."""
    before, report = len(steps), JobReporter.on_progress

    def counted(reporter: JobReporter, progress: Progress) -> None:
        steps.append(progress.done)
        if stop is not None and len(steps) - before >= stop:
            worker.stopping.set()
        report(reporter, progress)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JobReporter, "on_progress", counted)
        worker.run_job(job)
    worker.stopping.clear()
    result = now(worker).result
    return b"".join(worker.media.read(f"{result['folder']}/video.mp4")) if result else b""


def test_an_unreadable_file_fails_with_a_message(worker: Worker):
    worker.media.put("video_1/given/0", b"no picture at all")
    request = AnimateRequest(prompt="it moves", seconds=0.5, steps=2)
    worker.run_job(claimed(worker, request=request, media=("video_1/given/0",)))
    job = now(worker)
    assert job.status == FAILED
    assert job.error is not None
    assert job.error["code"] == "invalid_request"
    assert "/tmp" not in job.error["message"]


def test_previews_exist_while_a_job_runs(worker: Worker):
    """A frame and an animation of all latent frames at their rate; both go with the end."""
    request = GenerateRequest(prompt="a red ball", seconds=2, steps=3, seed=5)
    job = claimed(worker, request=request)
    stepping(worker, job, [], stop=2)
    folder = Path(worker.media.root) / "video_1" / "preview"
    with Image.open(folder / "still.webp") as still, Image.open(folder / "moving.webp") as moving:
        assert (still.size, still.n_frames) == ((48, 48), 1)
        assert (moving.size, moving.n_frames) == ((48, 48), 7)
        moving.load()
        assert moving.info["duration"] == 333
    again = worker.queue.claim("another")
    assert again is not None
    assert stepping(worker, again, [])
    assert not any("/preview/" in name for name in files(worker))


def test_a_cancelled_job_leaves_no_tensors(worker: Worker, monkeypatch: pytest.MonkeyPatch):
    """At once, and not when the garbage collector finds them."""
    report, canvases = JobReporter.on_progress, []

    def cancelled(reporter: JobReporter, progress: Progress) -> None:
        canvases.append(weakref.ref(progress.preview.args[0]))
        worker.queue.cancel("video_1")
        report(reporter, progress)

    monkeypatch.setattr(JobReporter, "on_progress", cancelled)
    job = claimed(worker, request=GenerateRequest(prompt="a red ball", seconds=2, steps=9))
    gc.collect()
    gc.disable()
    try:
        worker.run_job(job)
        assert [each() for each in canvases] == [None]
    finally:
        gc.enable()


STAGES = {
    "decoding": "sorairo.generation.output.decode.decode_latents",
    "flicker": "sorairo.models.tabletop.remove_flicker",
    "upscaling": "sorairo.models.tabletop.upscale",
    "encoding": "sorairo.video.writing.mp4_writer.write_mp4",
}
CANCELLED_WITHIN = 3.0  # seconds; on a quiet machine it is less than one


@pytest.mark.parametrize("way", ["cancel", "delete"])
@pytest.mark.parametrize("stage", STAGES)
def test_a_job_is_stopped_in_every_stage(
    worker: Worker, stage: str, way: str, monkeypatch: pytest.MonkeyPatch
):
    """When a stage after sampling begins, the client cancels: it is not finished first."""
    module, _, name = STAGES[stage].rpartition(".")
    work, begun = getattr(importlib.import_module(module), name), []

    def stopped(*given, **options):
        getattr(worker.queue, way)("video_1")
        begun.append(time.monotonic())
        repeated = [work(*given, **options) for _ in range(200)]  # as of a long clip
        return repeated[0]

    monkeypatch.setattr(STAGES[stage], stopped)
    request = GenerateRequest(
        prompt="a red ball", seconds=1, steps=2, width=256, height=256, fps=24
    )
    worker.run_job(claimed(worker, request=request))
    assert time.monotonic() - begun[0] < CANCELLED_WITHIN
    assert len(begun) == 1
    job = worker.queue.get("video_1")
    assert job is None if way == "delete" else job and job.error
    assert not files(worker)


def test_an_idle_worker_measures_its_model_and_open_weights(
    worker: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Each once; forecasts of a first clip follow from it, also for a model that is not loaded."""
    monkeypatch.setenv("SORAIRO_MODELS", str(tmp_path / "models"))
    write_wan(tmp_path / "models" / "wan2.1-1.3b", "wan2.1-1.3b")
    database = worker.queue.database

    def expected(model: str, side: int, effort: float = 1.0) -> int | None:
        work = Work(kind=("generate", model), pixels=side**2, length=2.0, effort=effort)
        return Forecaster(database).of_new(work).seconds

    assert expected("", 128) is None
    SpeedMeter(worker.models, database, threading.Event(), idle=1e9).rest()
    assert expected("", 128) is None, "it was not idle for long"
    worker.stopping.set()
    SpeedMeter(worker.models, database, worker.stopping, idle=0).rest()
    assert expected("", 128) is None, "it stops with the worker"
    meter = SpeedMeter(worker.models, database, threading.Event(), idle=0)
    worker.queue.release(claimed(worker))
    for _ in range(3):
        meter.rest()
    with database.begin() as connection:
        assert not read_expected(connection), "a job is waiting"
    worker.queue.cancel("video_1")
    for _ in range(3):
        meter.rest()
    assert (expected("", 128) or 0) > 0
    small, large = (expected("wan2.1-1.3b", side) or 0 for side in (256, 1024))
    assert 0 < 10 * small < large
    few = expected("wan2.1-1.3b", 1024, 4 / 100) or 0
    assert 0.0399 < few / large < 0.12, "four steps without guidance, and the decoding"
    with database.begin() as connection:
        assert set(read_expected(connection)) == {"", "wan2.1-1.3b"}

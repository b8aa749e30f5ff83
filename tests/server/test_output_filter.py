"""The output filter: its network is NSFWJS, and what it refuses is never stored."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

import sorairo
from services import new_service
from sorairo.cli.main import app as command_line
from sorairo.errors import ContentRefusedError
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.jobs.database import open_database
from sorairo.jobs.job import COMPLETED, FAILED
from sorairo.jobs.queue import Queue
from sorairo.server import supervisor
from sorairo.server.app import create_app
from sorairo.server.job_spec import JobSpec, VideoFields
from sorairo.server.uploads.media_store import MediaStore
from sorairo.server.worker import output_filter
from sorairo.server.worker.job_reporter import JobReporter
from sorairo.server.worker.nsfw_network import CLASSES, NsfwNetwork
from sorairo.server.worker.output_filter import looked_at, refuse_nudity
from sorairo.server.worker.worker import Worker
from sorairo.video import Clip

NOISE = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
# What NSFWJS itself, in Node.js, says of two pictures: waves of color, and noise.
REFERENCE = (
    {"drawing": 0.6640, "neutral": 0.2874, "hentai": 0.0268, "porn": 0.0191, "sexy": 0.0027},
    {"neutral": 0.9972, "porn": 0.0028, "drawing": 0.0, "sexy": 0.0, "hentai": 0.0},
)


def waves() -> np.ndarray:
    """A smooth picture, uint8 [120, 160, 3]."""
    y, x = np.mgrid[:120, :160]
    parts = [128 + 100 * np.sin(x / 17), 128 + 90 * np.cos(y / 23), 100 + 60 * np.sin((x + y) / 31)]
    return np.stack(parts, -1).astype(np.uint8)


def test_the_network_says_what_nsfwjs_says():
    network = NsfwNetwork()
    for picture, expected in zip((waves(), NOISE), REFERENCE, strict=True):
        found = dict(zip(CLASSES, network(picture[None])[0].tolist(), strict=True))
        assert found == pytest.approx(expected, abs=2e-4)


def test_the_first_the_last_and_two_frames_a_second_are_looked_at():
    frames = np.arange(48, dtype=np.uint8)[:, None, None, None].repeat(3, -1)
    seen = looked_at(Clip(frames=frames, fps=12.0))[:, 0, 0, 0].tolist()
    assert (seen[0], seen[-1], len(seen)) == (0, 47, 9)
    assert max(np.diff(seen)) <= 6
    assert len(looked_at(Clip(frames=frames[:1], fps=12.0))) == 1


def test_one_frame_is_enough(monkeypatch: pytest.MonkeyPatch):
    frames = np.stack([waves()] * 12 + [np.ascontiguousarray(waves()[::-1])])
    clip = Clip(frames=frames, fps=12.0)
    refuse_nudity(clip)
    last = float(output_filter.chances(frames[-1:])[0])
    others = float(output_filter.chances(frames[:1])[0])
    monkeypatch.setattr(output_filter, "LEAST", (last + others) / 2)
    if last > others:
        with pytest.raises(ContentRefusedError, match="change the prompt"):
            refuse_nudity(clip)
    else:
        with pytest.raises(ContentRefusedError, match="change the prompt"):
            refuse_nudity(Clip(frames=frames[::-1], fps=12.0))


@pytest.fixture
def worker(tmp_path: Path) -> Worker:
    database = open_database(f"sqlite:///{tmp_path}/jobs.db")
    return Worker(sorairo.load(), Queue(database), MediaStore(str(tmp_path / "media")))


@pytest.mark.parametrize(("least", "status"), [(0.9, COMPLETED), (0.0, FAILED)])
def test_what_is_refused_is_not_stored(
    worker: Worker, monkeypatch: pytest.MonkeyPatch, least: float, status: str
):
    """With a threshold of 0 every clip is refused."""
    monkeypatch.setattr(output_filter, "LEAST", least)
    request = GenerateRequest(prompt="a red ball", seconds=0.5, steps=2)
    spec = JobSpec(request=request, video=VideoFields(prompt="x"), filtered=True)
    assert JobSpec.from_json(spec.to_json()) == spec
    worker.queue.submit("video_1", spec.to_json())
    job = worker.queue.claim("me")
    assert job is not None
    assert not JobReporter(worker.queue, job, worker.stopping, worker.media).has_preview
    worker.run_job(job)
    done = worker.queue.get("video_1")
    assert done is not None
    assert done.status == status
    stored = [path for path in Path(worker.media.root).rglob("*") if path.is_file()]
    if status == FAILED:
        assert done.error is not None
        assert done.error["code"] == "moderation_blocked"
        assert "withheld" in done.error["message"]
        assert not stored
    else:
        assert stored


@pytest.mark.parametrize("filtered", [False, True])
def test_the_server_decides_for_its_jobs(tmp_path: Path, filtered: bool):
    service = dataclasses.replace(new_service(tmp_path), filter_output=filtered)
    with TestClient(create_app(service)) as client:
        created = client.post("/v1/videos", json={"prompt": "a red ball"})
    assert created.status_code == 200, created.text
    job = service.queue.get(created.json()["id"])
    assert job is not None
    assert JobSpec.from_json(job.payload).filtered is filtered


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], False),
        (["--host", "127.0.0.2"], False),
        (["--host", "0.0.0.0"], True),
        (["--trust-proxy", "10.0.0.5"], True),
        (["--host", "0.0.0.0", "--no-filter-output"], False),
        (["--filter-output"], True),
    ],
)
def test_it_is_on_where_other_machines_can_reach_the_server(
    words: list[str], expected: bool, monkeypatch: pytest.MonkeyPatch
):
    asked: list[bool] = []
    monkeypatch.setattr(
        supervisor, "serve", lambda *_, filter_output, **__: asked.append(filter_output)
    )
    done = CliRunner().invoke(command_line, ["serve", *words])
    assert done.exit_code == 0, done.output
    assert asked == [expected]


def test_without_npm_a_sentence_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    done = CliRunner().invoke(command_line, ["serve", "--host", "0.0.0.0"])
    assert done.exit_code != 0
    assert "--no-filter-output serves without" in str(done.exception)

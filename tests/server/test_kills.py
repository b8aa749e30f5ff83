"""A small kill loop: workers are killed at random moments, and no accepted job is lost."""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path

import httpx
import psutil
import pytest

from serving import Running, serving

JOBS, KILLS, LEASE = 8, 2, 1.0
DONE_WITHIN = 120.0  # seconds
ASKED = {"prompt": "a red ball", "seconds": "0.5", "size": "64x64", "fps": 12}


def workers(server: Running) -> list[psutil.Process]:
    return psutil.Process(server.process.pid).children()


def submitted(client: httpx.Client, seed: int) -> str:
    answer = client.post("/v1/videos", json={**ASKED, "seed": seed}).raise_for_status()
    return answer.json()["id"]


def holders(folder: Path) -> set[int]:
    """The processes with temporary files, which have begun to work."""
    return {int(path.name.split("-")[0]) for path in folder.glob("sorairo-*/*-*")}


def test_no_job_is_lost_when_workers_are_killed(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Each is completed once, with the bytes of the others of its seed; the temporary files of the
    killed workers are removed."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    rng = random.Random(0)
    options = ("--model", str(tiny_model), "--lease", str(LEASE), "--attempts", "1000")
    with serving(tmp_path, workers=2, options=options) as server:
        with httpx.Client(base_url=server.url, timeout=60) as client:
            accepted = {
                client.post("/v1/videos", json={**ASKED, "seed": number % 2}).json()["id"]: number
                % 2
                for number in range(JOBS)
            }
            killed: set[int] = set()
            while len(killed) < KILLS:
                time.sleep(rng.uniform(0.1, 1.0))
                begun = holders(tmp_path)
                for worker in [each for each in workers(server) if each.pid in begun][:1]:
                    worker.kill()
                    killed.add(worker.pid)
            end = time.monotonic() + DONE_WITHIN
            while time.monotonic() < end:
                videos = client.get("/v1/videos?limit=100").json()["data"]
                if all(video["status"] in ("completed", "failed") for video in videos):
                    break
                time.sleep(0.1)
            assert {video["id"]: video["status"] for video in videos} == dict.fromkeys(
                accepted, "completed"
            )
            clips = {
                (seed, client.get(f"/v1/videos/{name}/content").content)
                for name, seed in accepted.items()
            }
            assert len(clips) == 2
        while holders(tmp_path) & killed and time.monotonic() < end:
            time.sleep(0.2)
        assert not holders(tmp_path) & killed

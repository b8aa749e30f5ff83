"""A real server: events, restarts, and large bodies."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest

from serving import Running, serving

QUICK = {"num_inference_steps": 2, "fps": 12, "size": "128x128", "seconds": "0.5"}


def submitted(server: Running, **fields: object) -> str:
    """The id of a video that was accepted."""
    answer = httpx.post(f"{server.url}/v1/videos", json=fields).raise_for_status()
    assert answer.json()["status"] == "queued"
    return answer.json()["id"]


def test_events_report_every_step(server: Running):
    """Progress never goes back, and is 100 only when the file is there."""
    video = submitted(server, prompt="a ball", seconds="4", size="512x512")
    events, previews = [], 0
    with httpx.stream("GET", f"{server.url}/v1/videos/{video}/events", timeout=120) as lines:
        for line in lines.iter_lines():
            if not line.startswith("data: "):
                continue
            events.append(json.loads(line.removeprefix("data: ")))
            if events[-1]["progress"] == 100:
                file = httpx.get(f"{server.url}/v1/videos/{video}/content")
                assert file.content[4:8] == b"ftyp"
            shown = httpx.get(f"{server.url}/v1/videos/{video}/preview")
            previews += shown.status_code == 200 and shown.content[8:12] == b"WEBP"
    progress = [each["progress"] for each in events]
    assert progress == sorted(progress)
    assert len(set(progress)) > 4, "true progress, not 0 and then 100"
    assert previews > 0
    assert [each["status"] for each in events][-1] == "completed"
    assert {each["status"] for each in events} <= {"queued", "in_progress", "completed"}


def test_urls_are_hidden_and_files_are_private(server: Running):
    """Other users of the machine see neither passwords in URLs nor prompts and clips."""
    video = submitted(server, prompt="a red ball", **QUICK)
    httpx.get(f"{server.url}/v1/videos/{video}/events", timeout=120)
    (worker,) = psutil.Process(server.process.pid).children()
    urls = {name: worker.environ()[name] for name in ("SORAIRO_DATABASE", "SORAIRO_MEDIA")}
    assert not [word for word in worker.cmdline() for url in urls.values() if url in word]
    database = Path(urls["SORAIRO_DATABASE"].removeprefix("sqlite:///"))
    media = Path(urls["SORAIRO_MEDIA"])
    private = [*database.parent.glob("jobs.db*"), media, *media.rglob("*")]
    assert {path.name for path in private} >= {"jobs.db", "jobs.db-wal", "video.mp4", video}
    assert not [path for path in private if path.stat().st_mode & 0o077]


@pytest.mark.skipif(not hasattr(os, "sched_getscheduler"), reason="Linux only")
def test_a_worker_has_its_share_of_busy_cores(server: Running):
    """It is not niced, which would starve it, and does not delay the server either."""
    (worker,) = psutil.Process(server.process.pid).children()
    end = time.monotonic() + 20
    while os.sched_getscheduler(worker.pid) != os.SCHED_BATCH and time.monotonic() < end:
        time.sleep(0.1)
    assert os.sched_getscheduler(worker.pid) == os.SCHED_BATCH
    assert worker.nice() == psutil.Process(server.process.pid).nice()


def test_accepted_jobs_run_after_a_restart(tmp_path: Path):
    with serving(tmp_path, workers=0) as first:
        accepted = submitted(first, prompt="a red ball", **QUICK)
    with serving(tmp_path) as second:
        events = httpx.get(f"{second.url}/v1/videos/{accepted}/events", timeout=120).text
        assert "event: video.completed" in events


def test_large_bodies_are_rejected_before_they_are_read(server: Running):
    """With and without a declared length."""
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(500):
            sent += 1
            yield bytes(2**20)

    with suppress(httpx.WriteError, httpx.RemoteProtocolError):
        answer = httpx.post(f"{server.url}/v1/videos", content=endless(), timeout=60)
        assert answer.status_code == 413
    assert sent < 200
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as one:
        one.sendall(
            b"POST /v1/videos HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500000000\r\n\r\n"
        )
        assert one.recv(100).startswith(b"HTTP/1.1 413")
    assert httpx.get(f"{server.url}/healthz").status_code == 200


def test_a_client_that_went_away_and_comes_back_gets_a_new_run(server: Running):
    """With the same Idempotency-Key; but a job for which another client waits goes on."""
    body = json.dumps({"prompt": "a red ball", **QUICK, "num_inference_steps": 40}).encode()
    head = (
        "POST /v1/videos/sync HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Idempotency-Key: again\r\nContent-Length: {len(body)}\r\n\r\n"
    )

    def newest() -> dict:
        return httpx.get(f"{server.url}/v1/videos?limit=1").json()["data"][0]

    before = newest()["id"]
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as one:
        one.sendall(head.encode() + body)
        while (first := newest()["id"]) == before:
            time.sleep(0.05)
    while newest()["status"] not in ("failed", "completed"):
        time.sleep(0.05)
    assert newest()["error"]["code"] == "cancelled"
    headers = {"idempotency-key": "again", "content-type": "application/json"}
    again = httpx.post(
        f"{server.url}/v1/videos/sync", content=body, headers=headers, timeout=120
    ).raise_for_status()
    assert again.content[4:8] == b"ftyp"
    assert newest()["id"] != first


def test_reads_do_not_wait_for_a_held_database(server: Running):
    (worker,) = psutil.Process(server.process.pid).children()
    path = worker.environ()["SORAIRO_DATABASE"].removeprefix("sqlite:///")
    video = submitted(server, prompt="a red ball", **QUICK)
    holder = sqlite3.connect(path, isolation_level=None, timeout=30)
    holder.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(50) as pool, holder:
        writing = [
            pool.submit(
                httpx.post, f"{server.url}/v1/videos", json={"prompt": "a ball"}, timeout=60
            )
            for _ in range(50)
        ]
        time.sleep(0.5)
        begun = time.monotonic()
        for path in (f"/v1/videos/{video}", "/v1/videos", "/readyz", "/v1/models"):
            httpx.get(f"{server.url}{path}", timeout=30).raise_for_status()
        assert time.monotonic() - begun < 8, "waiting for a writer takes up to 30 s"
        answers = [each.result() for each in writing]
    holder.close()
    assert {(each.status_code, "retry-after" in each.headers) for each in answers} == {(503, True)}

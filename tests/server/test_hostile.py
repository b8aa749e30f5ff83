"""Hostile files: each is rejected or fails its job with a fixed message, and the server keeps
running."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from fastapi.testclient import TestClient

import hostile
import sorairo
from serving import Running
from sorairo.errors import MediaError
from sorairo.generation.engine import Engine
from sorairo.jobs.job import FAILED
from sorairo.server.api.service import Service
from sorairo.server.uploads.sandbox import ERROR_MESSAGES, decode
from sorairo.server.worker.worker import Worker

MOST_MEMORY = 250 * 2**20  # bytes; the libraries alone take 50 MB
PROMPT = {"prompt": "a red ball drops"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("hostile")
    return {name: make(folder) for name, (make, _) in hostile.FILES.items()}


@pytest.fixture(scope="module")
def engine() -> Engine:
    return sorairo.load()


@contextmanager
def measured() -> Iterator[list[int]]:
    """The most memory (bytes) that a process which was started meanwhile has had."""
    most, done = [0], threading.Event()
    own = psutil.Process()

    def look() -> None:
        while not done.wait(0.02):
            for child in own.children():
                with suppress(psutil.Error):
                    # Until a child runs its own program, it has the memory of this process.
                    if child.cmdline() != own.cmdline():
                        most[0] = max(most[0], child.memory_info().rss)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield most
    finally:
        done.set()
        thread.join()


@pytest.mark.parametrize("name", hostile.FILES)
def test_decoding_a_hostile_file_gives_a_fixed_message(
    tmp_path: Path, made: dict[str, bytes], name: str
):
    path = tmp_path / name
    path.write_bytes(made[name])
    with measured() as most, pytest.raises(MediaError) as caught:
        decode(path, 2048)
    assert str(caught.value) == ERROR_MESSAGES[hostile.FILES[name][1]]
    assert most[0] < MOST_MEMORY


@pytest.mark.parametrize("name", hostile.FILES)
def test_a_hostile_file_is_rejected_or_fails_its_job(
    service: Service, client: TestClient, engine: Engine, made: dict[str, bytes], name: str
):
    film = name.endswith((".mp4", ".mov", ".webm", ".mkv"))
    route, field = ("videos/edits", "video") if film else ("videos", "input_reference")
    answer = client.post(f"/v1/{route}", data=PROMPT, files={field: (name, made[name])})
    if answer.status_code == 200:
        job = service.queue.claim("me")
        assert job is not None
        Worker(engine, service.queue, service.media).run_job(job)
        video = client.get(f"/v1/videos/{job.id}").json()
        assert video["status"] == FAILED
        assert video["error"]["code"] == "invalid_request"
        assert video["error"]["message"] == ERROR_MESSAGES[hostile.FILES[name][1]]
    else:
        assert answer.status_code == 400
        error = answer.json()["error"]
        assert error["type"] == "invalid_request_error"
        assert service.media.root not in error["message"]
    assert client.get("/readyz").json() == {"status": "ok", "waiting": 0}


@pytest.mark.parametrize(
    "name",
    [
        b"../../../../etc/cron.d/escaped.png",
        b"..\\\\..\\\\escaped.png",
        b"/escaped.png",
        b"escaped\0.png",
        b"escaped" + b"x" * 10_000 + b".png",
        b"escaped\xff\xfe.png",
        b"",
    ],
)
def test_file_names_write_no_other_file(service: Service, client: TestClient, name: bytes):
    parts = (
        b"--cut\r\n",
        b'Content-Disposition: form-data; name="prompt"\r\n\r\nit moves\r\n--cut\r\n',
        b'Content-Disposition: form-data; name="input_reference"; filename="',
        name,
        b'"\r\nContent-Type: image/png\r\n\r\n',
        hostile.saved("PNG"),
        b"\r\n--cut--\r\n",
    )
    kind = {"content-type": "multipart/form-data; boundary=cut"}
    answer = client.post("/v1/videos", content=b"".join(parts), headers=kind)
    assert answer.status_code in (200, 400)
    assert set(answer.json()) >= ({"error"} if answer.status_code == 400 else {"id"})
    root = Path(service.media.root)
    assert not list(root.parent.rglob("*escaped*"))
    if answer.status_code == 200:
        client.delete(f"/v1/videos/{answer.json()['id']}")


def ended(server: Running, video: dict[str, Any]) -> dict[str, Any]:
    end = time.monotonic() + 120
    while video["status"] in ("queued", "in_progress"):
        assert time.monotonic() < end
        time.sleep(0.2)
        video = httpx.get(f"{server.url}/v1/videos/{video['id']}", timeout=30).json()
    return video


@pytest.mark.slow
def test_a_real_server_survives_hostile_files(server: Running, made: dict[str, bytes]):
    workers = {child.pid for child in psutil.Process(server.process.pid).children()}
    url = f"{server.url}/v1/videos"
    for name in ("pages.png", "huge.jpg"):
        files = {"input_reference": (name, made[name])}
        answer = httpx.post(url, data=PROMPT, files=files, timeout=30)
        if answer.status_code == 200:
            error = ended(server, answer.json())["error"]
            assert error["message"] in ERROR_MESSAGES.values()
        else:
            assert answer.status_code == 400
    files = {"input_reference": ("good.png", hostile.saved("PNG"))}
    fields = {**PROMPT, "seconds": "0.5", "size": "64x64", "num_inference_steps": "1"}
    video = httpx.post(url, data=fields, files=files, timeout=30).json()
    assert ended(server, video)["status"] == "completed"
    assert workers == {child.pid for child in psutil.Process(server.process.pid).children()}

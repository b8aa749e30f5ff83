"""OpenAI's own Python SDK against a real server with the shipped model: code written for Sora runs
unchanged."""

from __future__ import annotations

import io
import json
import queue
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import numpy as np
import openai
import pytest
from PIL import Image

from serving import Running, serving
from sorairo.video import Clip

pytestmark = pytest.mark.filterwarnings("ignore:The Sora API is scheduled:DeprecationWarning")

QUICK = {"num_inference_steps": 2, "fps": 12}
SIZE = {"size": "128x128", "seconds": "0.5"}


@pytest.fixture(scope="module")
def client(server: Running) -> Iterator[openai.OpenAI]:
    with sdk(server) as client:
        yield client


def sdk(server: Running, **more: str) -> openai.OpenAI:
    """OpenAI's SDK, to be used as a context."""
    return openai.OpenAI(base_url=f"{server.url}/v1", api_key="any", max_retries=0, **more)


@pytest.fixture(scope="module")
def made(client: openai.OpenAI):
    """A finished video, as a program of Sora's days asked for it."""
    return client.videos.create_and_poll(
        model="sora-2", prompt="a red ball drops", size="720x1280", seconds="4", extra_body=QUICK
    )


def test_create_and_poll(made):
    assert made.status == "completed"
    assert made.progress == 100
    assert made.object == "video"
    assert (made.model, made.size, made.seconds) == ("sora-2", "720x1280", "4")
    assert made.prompt == "a red ball drops"
    assert made.completed_at >= made.created_at
    assert made.error is None
    assert made.remixed_from_video_id is None
    assert made.native_size == "80x144", "upright, as it was painted"


def test_all_variants(client: openai.OpenAI, made, tmp_path: Path):
    file = tmp_path / "clip.mp4"
    client.videos.download_content(made.id).write_to_file(file)
    clip = Clip.load(file)
    assert (clip.width, clip.height, clip.num_frames, clip.fps) == (720, 1280, 48, 12)
    for variant, kind in (("thumbnail", "WEBP"), ("spritesheet", "JPEG")):
        content = client.videos.download_content(made.id, variant=variant)
        picture = Image.open(io.BytesIO(content.read()))
        assert picture.format == kind
        assert np.asarray(picture).std() > 5


def test_a_seed_repeats_a_clip(client: openai.OpenAI):
    asked = {"prompt": "a blue cube", **SIZE, "extra_body": {**QUICK, "seed": 5}}
    both = [client.videos.create_and_poll(**asked) for _ in range(2)]
    one, two = (client.videos.download_content(each.id).read() for each in both)
    assert both[0].seed == 5
    assert one == two


def test_a_reference_is_the_first_frame(client: openai.OpenAI, tmp_path: Path):
    picture = np.zeros((128, 128, 3), np.uint8)
    picture[:, :64] = (200, 40, 40)
    file = io.BytesIO()
    Image.fromarray(picture).save(file, format="PNG")
    video = client.videos.create_and_poll(
        prompt="it moves",
        input_reference=("../../picture.png", file.getvalue(), "image/png"),
        **SIZE,
        extra_body=QUICK,
    )
    assert video.status == "completed", video.error
    path = tmp_path / "clip.mp4"
    client.videos.download_content(video.id).write_to_file(path)
    assert np.abs(Clip.load(path).frames[0].astype(int) - picture).mean() < 12


def test_remix_edit_and_extend(client: openai.OpenAI, made, tmp_path: Path):
    remixed = client.videos.remix(made.id, prompt="a green ball drops")
    remixed = client.videos.poll(remixed.id)
    assert remixed.status == "completed"
    assert remixed.remixed_from_video_id == made.id
    assert (remixed.prompt, remixed.size) == ("a green ball drops", made.size)

    small = client.videos.create_and_poll(prompt="a red ball", **SIZE, extra_body=QUICK)
    file = tmp_path / "clip.mp4"
    client.videos.download_content(small.id).write_to_file(file)
    by_id = {**QUICK, "video": {"id": small.id}}
    edited = client.post(
        "/videos/edits", body={"prompt": "a blue ball", **by_id}, cast_to=type(small)
    )
    edited = client.videos.poll(edited.id)
    assert edited.status == "completed", edited.error
    assert edited.size == "128x128"
    uploaded = client.videos.edit(prompt="a blue ball", video=file.read_bytes(), extra_body=QUICK)
    uploaded = client.videos.poll(uploaded.id)
    assert uploaded.status == "completed", uploaded.error
    assert uploaded.size == "128x128"
    longer = client.videos.extend(
        prompt="it rolls", video=file.read_bytes(), seconds="4", extra_body=QUICK
    )
    longer = client.videos.poll(longer.id)
    assert longer.status == "completed", longer.error
    assert float(longer.seconds) == pytest.approx(4.5, abs=0.05)


def test_lists_go_on_page_after_page(client: openai.OpenAI, made):
    jobs = [client.videos.create(prompt=f"ball {i}", **SIZE, extra_body=QUICK) for i in range(5)]
    names = [video.id for video in client.videos.list(limit=2)]
    assert names[:5] == [job.id for job in jobs[::-1]]
    assert made.id in names
    assert len(set(names)) == len(names)
    oldest = client.videos.list(limit=1, order="asc")
    assert oldest.has_more
    assert oldest.data[0].id == names[-1]
    for job in jobs:
        assert client.videos.delete(job.id).deleted
    assert not {job.id for job in jobs} & {video.id for video in client.videos.list()}


def test_cancelling_and_deleting(server: Running, client: openai.OpenAI):
    video = client.videos.create(prompt="long", seconds="20", size="128x128")
    answer = httpx.post(f"{server.url}/v1/videos/{video.id}/cancel")
    assert answer.status_code == 200
    ended = client.videos.poll(video.id)
    assert ended.status == "failed"
    assert ended.error is not None
    assert ended.error.code == "cancelled"
    assert client.videos.delete(video.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.videos.retrieve(video.id)


def test_events_tell_of_every_step(server: Running, client: openai.OpenAI):
    """Progress never goes back, and is 100 only when the file is there."""
    video = client.videos.create(prompt="a ball", seconds="4", size="512x512")
    told, previews = [], 0
    with httpx.stream("GET", f"{server.url}/v1/videos/{video.id}/events", timeout=120) as lines:
        for line in lines.iter_lines():
            if not line.startswith("data: "):
                continue
            told.append(json.loads(line.removeprefix("data: ")))
            if told[-1]["progress"] == 100:
                file = httpx.get(f"{server.url}/v1/videos/{video.id}/content")
                assert file.content[4:8] == b"ftyp"
            shown = httpx.get(f"{server.url}/v1/videos/{video.id}/preview")
            previews += shown.status_code == 200 and shown.content[8:12] == b"WEBP"
    progress = [each["progress"] for each in told]
    assert progress == sorted(progress)
    assert len(set(progress)) > 4, "true progress, not 0 and then 100"
    assert previews > 0
    assert [each["status"] for each in told][-1] == "completed"
    assert {each["status"] for each in told} <= {"queued", "in_progress", "completed"}


def test_webhooks_are_read_by_the_sdk(tmp_path: Path):
    """A signed event reaches a real listener; another secret does not read it."""
    heard: queue.Queue[tuple[bytes, dict[str, str]]] = queue.Queue()

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            heard.put((body, dict(self.headers)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Listener) as listener, serving(tmp_path) as running:
        Thread(target=listener.serve_forever, daemon=True).start()
        words = ["webhooks", "create", f"http://127.0.0.1:{listener.server_port}/", "--json"]
        database = ["--database", f"sqlite:///{tmp_path}/jobs.db"]
        made = subprocess.run(
            [sys.executable, "-m", "sorairo", *words, *database], capture_output=True, check=True
        )
        secret = json.loads(made.stdout)["secret"]
        with sdk(running, webhook_secret=secret) as client:
            video = client.videos.create(prompt="a ball", **SIZE, extra_body=QUICK)
            body, headers = heard.get(timeout=120)
            event = client.webhooks.unwrap(body, headers)
            assert event.type == "video.completed"
            assert event.data.id == video.id
            with pytest.raises(openai.InvalidWebhookSignatureError):
                client.webhooks.unwrap(body.replace(b"completed", b"failed"), headers)
        listener.shutdown()


def test_errors_are_the_sdks_own(client: openai.OpenAI, made):
    with pytest.raises(openai.NotFoundError, match="no video"):
        client.videos.retrieve("video_of_nobody")
    with pytest.raises(openai.BadRequestError) as caught:
        client.post("/videos", body={"prompt": "x", "input_reference": "a string"}, cast_to=object)
    assert caught.value.code == "invalid_type"
    assert caught.value.param == "input_reference"
    assert "expected an object, but got a string instead" in caught.value.message
    for wrong in (
        {"prompt": ""},
        {"prompt": "x" * 32_001},
        {"prompt": "x", "size": "huge"},
        {"prompt": "x", "size": "100000x2"},
        {"prompt": "x", "seconds": "many"},
        {"prompt": "x", "seconds": "-4"},
        {"prompt": "x", "extra_body": {"seed": "s"}},
        {"prompt": "x", "extra_body": {"num_inference_steps": 0}},
    ):
        with pytest.raises(openai.BadRequestError):
            client.videos.create(**wrong)
    with pytest.raises(openai.BadRequestError, match="variant"):
        client.get(f"/videos/{made.id}/content?variant=gif", cast_to=object)


def test_what_was_accepted_is_made_after_a_restart(tmp_path: Path):
    with serving(tmp_path, workers=0) as first, sdk(first) as client:
        accepted = client.videos.create(prompt="a red ball", **SIZE, extra_body=QUICK)
        assert accepted.status == "queued"
    with serving(tmp_path) as second, sdk(second) as client:
        assert client.videos.poll(accepted.id).status == "completed"


def test_large_bodies_are_refused_unread(server: Running):
    """Whether their length is told or not."""
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
        one.sendall(b"POST /v1/videos HTTP/1.1\r\nHost: x\r\nContent-Length: 500000000\r\n\r\n")
        assert one.recv(100).startswith(b"HTTP/1.1 413")
    assert httpx.get(f"{server.url}/healthz").status_code == 200

"""OpenAI's own Python SDK against a real server with the shipped model: code written for Sora runs
unchanged. test_older_openai.py runs all of it with an older SDK too."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import openai
import pytest
from PIL import Image

from serving import Running, listening, run_json, serving
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
    given = {"api_key": "any", "max_retries": 0, **more}
    return openai.OpenAI(base_url=f"{server.url}/v1", **given)


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
    assert made.native_size == "80x144", "upright, as it was generated"


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
    fields = {"prompt": "a blue cube", **SIZE, "extra_body": {**QUICK, "seed": 5}}
    both = [client.videos.create_and_poll(**fields) for _ in range(2)]
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


def test_remix_edit_and_extend(client: openai.OpenAI, tmp_path: Path):
    small = client.videos.create_and_poll(prompt="a red ball", **SIZE, extra_body=QUICK)
    remixed = client.videos.remix(small.id, prompt="a green ball drops")
    remixed = client.videos.poll(remixed.id)
    assert remixed.status == "completed"
    assert remixed.remixed_from_video_id == small.id
    assert (remixed.prompt, remixed.size) == ("a green ball drops", small.size)

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
    assert longer.seconds == "5", "of an uploaded clip, whole seconds"
    assert longer.to_dict()["duration"] == pytest.approx(4.5, abs=0.05)


def test_lists_are_paginated(client: openai.OpenAI, made):
    jobs = [client.videos.create(prompt=f"ball {i}", **SIZE, extra_body=QUICK) for i in range(5)]
    names = [video.id for video in client.videos.list(limit=2)]
    assert names[:5] == [job.id for job in jobs[::-1]]
    assert made.id in names
    assert len(set(names)) == len(names)
    oldest = client.videos.list(limit=1, order="asc")
    assert oldest.has_more
    assert oldest.data[0].id == names[-1]
    for job in jobs:
        gone = client.videos.delete(job.id)
        assert (gone.id, gone.object, gone.deleted) == (job.id, "video.deleted", True)
    assert not {job.id for job in jobs} & {video.id for video in client.videos.list()}


def test_cancelling_and_deleting(server: Running, client: openai.OpenAI):
    video = client.videos.create(prompt="a ball", seconds="20", size="128x128")
    answer = httpx.post(f"{server.url}/v1/videos/{video.id}/cancel")
    assert answer.status_code == 200
    ended = client.videos.poll(video.id)
    assert ended.status == "failed"
    assert ended.error is not None
    assert ended.error.code == "cancelled"
    assert client.videos.delete(video.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.videos.retrieve(video.id)


def test_characters_are_created_and_retrieved(client: openai.OpenAI, made):
    video = client.videos.download_content(made.id).read()
    character = client.videos.create_character(name="Ruby", video=video)
    assert character.name == "Ruby"
    assert character.created_at >= made.created_at
    assert client.videos.get_character(character.id).to_dict() == character.to_dict()
    with pytest.raises(openai.NotFoundError):
        client.videos.get_character("char_of_nobody")
    with pytest.raises(openai.BadRequestError):
        client.videos.create_character(name="", video=video)


def test_webhooks_are_verified_by_the_sdk(tiny_model: Path, tmp_path: Path):
    """A signed event reaches a real listener; another secret does not read it."""
    options = ("--model", str(tiny_model))
    with listening() as listener, serving(tmp_path, options=options) as running:
        secret = run_json(tmp_path, "webhooks", "create", listener.url)["secret"]
        with sdk(running, webhook_secret=secret) as client:
            video = client.videos.create(prompt="a ball", **SIZE, extra_body=QUICK)
            body, headers = listener.received.get(timeout=120)
            event = client.webhooks.unwrap(body, headers)
            assert event.type == "video.completed"
            assert event.data.id == video.id
            with pytest.raises(openai.InvalidWebhookSignatureError):
                client.webhooks.unwrap(body.replace(b"completed", b"failed"), headers)


def test_valid_and_invalid_keys(tmp_path: Path):
    with serving(tmp_path, workers=0) as running:
        secret = run_json(tmp_path, "keys", "create", "--name", "studio")["key"]
        with sdk(running, api_key=secret) as client:
            video = client.videos.create(prompt="a ball")
            assert client.videos.retrieve(video.id).id == video.id
        with sdk(running, api_key="sk-wrong") as client:
            with pytest.raises(openai.AuthenticationError, match="not valid"):
                client.videos.list()
            with pytest.raises(openai.AuthenticationError):
                client.videos.create(prompt="a ball")


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

"""Texts that are no texts, huge numbers and keys that are sent twice: each is refused with an error
object, and leaves nothing behind that breaks a later request."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from hostile_bodies import JSON, URLENCODED, error_of, send
from sorairo.jobs.admission import Submission
from sorairo.jobs.schema import jobs
from sorairo.server.api.service import Service

# --- texts that are no texts


SURROGATES = [
    ("", '{"prompt": "\\ud800"}', 400, "prompt"),
    ("", '{"prompt": "%s\\ud800"}' % ("a " * 1_500), 400, "prompt"),
    ("", '{"prompt": "a\\u0000b"}', 400, "prompt"),
    ("", '{"prompt": "x", "model": "\\udfff"}', 400, "model"),
    ("", '{"prompt": "x", "negative_prompt": "\\ud800"}', 400, "negative_prompt"),
    ("", '{"prompt": "x", "size": "\\ud800"}', 400, "size"),
    ("", '{"prompt": "x", "user": "\\ud800"}', 400, "user"),
    ("", '{"prompt": "x", "metadata": {"a": ["\\ud800"]}}', 400, "metadata.a[0]"),
    ("", '{"prompt": "x", "metadata": {"\\ud800": 1}}', 400, "metadata"),
    ("", '{"prompt": "x", "\\ud800": 1}', 400, "?"),
    ("", '{"prompt": "x", "\\ud800": 1, "\\ud800": 2}', 400, "?"),
    ("", '{"prompt": "x", "characters": [{"id": "\\ud800"}]}', 404, "characters[0].id"),
    ("", '{"prompt": "x", "input_reference": "\\ud800"}', 400, "input_reference"),
    ("", '{"prompt": "x", "input_reference": "{\\"image_url\\": \\"\\\\ud800\\"}"}', 400,
     "input_reference.image_url"),
    ("", '{"prompt": "x", "conditions": [{"image_url": "\\ud800"}]}', 400,
     "conditions[0].image_url"),
    ("", '{"storyboard": {"card": [{"prompt": "\\ud800", "seconds": 1}]}}', 400,
     "storyboard.card[0].prompt"),
    ("", '{"storyboard": "{\\"card\\": [{\\"prompt\\": \\"\\\\ud800\\", \\"seconds\\": 1}]}"}', 400,
     "storyboard.card[0].prompt"),
    ("/edits", '{"prompt": "x", "video": {"id": "\\ud800"}}', 404, "video.id"),
    ("/characters", '{"name": "\\ud800", "video": "video_1"}', 400, "name"),
    ("/video_1/remix", '{"prompt": "\\ud800"}', 400, "prompt"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "body", "status", "param"), SURROGATES)
def test_lone_surrogates(
    client: TestClient, service: Service, path: str, body: str, status: int, param: str
):
    before = service.queue.count_unfinished()
    answer = send(client, body.encode(), JSON, path)
    assert answer.status_code == status, answer.text
    assert error_of(answer)["param"] == param
    assert service.queue.count_unfinished() == before
    assert client.get("/v1/videos").status_code == 200


def test_text_that_is_not_utf_8(client: TestClient):
    assert error_of(send(client, b'{"prompt": "\xed\xa0\x80"}'))["param"] == "prompt"
    assert error_of(send(client, b"prompt=%ED%A0%80", URLENCODED))["param"] == "prompt"
    assert error_of(send(client, b"prompt=%ff", URLENCODED))["param"] == "prompt"
    assert error_of(send(client, b"prompt=\xff", URLENCODED))["param"] == "prompt"
    assert send(client, "prompt=球".encode(), URLENCODED).json()["prompt"] == "球"


def test_a_row_that_an_earlier_version_stored_does_not_break_lists(
    client: TestClient, service: Service
):
    video = client.post("/v1/videos", json={"prompt": "x"}).json()
    job = service.queue.get(video["id"])
    assert job is not None
    spoiled = {**job.payload["video"], "model": "\ud800", "prompt": "a\udfffb"}
    payload = {**job.payload, "video": spoiled}
    submission = Submission(jobs=[("video_spoiled", payload)])
    service.queue.submit_all(submission)
    with service.queue.database.begin() as connection:
        change = jobs.update().where(jobs.c.id == "video_spoiled")
        connection.execute(change.values(status="failed", error={"code": "x", "message": "\ud800"}))
    listed = client.get("/v1/videos?limit=1").json()["data"][0]
    assert (listed["id"], listed["model"], listed["prompt"]) == ("video_spoiled", "?", "a?b")
    assert client.get("/v1/videos/video_spoiled").json()["error"]["message"] == "?"
    assert '"model":"?"' in client.get("/v1/videos/video_spoiled/events").text
    edited = client.post("/v1/videos/edits", json={"prompt": "x", "video": "video_spoiled"})
    assert edited.status_code == 400
    remixed = client.post("/v1/videos/video_spoiled/remix", json={"prompt": "x"})
    assert remixed.status_code in (200, 400)
    client.delete("/v1/videos/video_spoiled")


# --- numbers, keys


HUGE = "1" * 401


@pytest.mark.parametrize(
    "number",
    [HUGE, f"-{HUGE}", "1" * 5_000, "1e999", "-1e999", "NaN", "Infinity", "1e308", f'"{HUGE}"'],
)
@pytest.mark.parametrize(
    "name",
    ["seconds", "seed", "fps", "n", "steps", "guidance_scale", "width", "num_frames", "size"],
)
def test_huge_numbers(client: TestClient, number: str, name: str):
    body = f'{{"prompt": "x", "height": 64, "{name}": {number}}}'
    answer = send(client, body.encode())
    assert answer.status_code == 400
    assert error_of(answer)["param"] in (name, "height")
    if not number.startswith('"'):
        text = send(client, f"prompt=x&{name}={number}".encode(), URLENCODED)
        assert text.status_code == 400


def test_huge_numbers_in_other_places(client: TestClient):
    for field, value in (
        ("conditions", f'[{{"time": {HUGE}, "image_url": "data:image/png;base64,"}}]'),
        ("storyboard", f'{{"card": [{{"prompt": "x", "seconds": {HUGE}}}]}}'),
        ("storyboard", f'{{"seed": {HUGE}, "card": [{{"prompt": "x", "seconds": 1}}]}}'),
        ("storyboard", f'{{"steps": {HUGE}, "card": [{{"prompt": "x", "seconds": 1}}]}}'),
        ("storyboard", f'{{"fps": {HUGE}, "card": [{{"prompt": "x", "seconds": 1}}]}}'),
        ("storyboard", '{"guidance": NaN, "card": [{"prompt": "x", "seconds": 1}]}'),
        ("storyboard", '{"card": [{"prompt": "x", "seconds": 1e999}]}'),
        ("storyboard", '{"card": [{"prompt": "x", "at": NaN, "seconds": 1}]}'),
        ("storyboard", '{"card": [{"prompt": "x", "start": NaN, "seconds": 1}]}'),
        ("prompt", HUGE),
        ("model", HUGE),
    ):
        answer = send(client, f'{{"prompt": "x", "{field}": {value}}}'.replace(
            '"prompt": "x", "prompt"', '"prompt"').encode())  # fmt: skip
        assert answer.status_code == 400, (field, value, answer.text)
        assert error_of(answer)["param"].startswith(field)


def test_keys_that_are_sent_twice(client: TestClient):
    error = error_of(send(client, b'{"prompt": "a", "prompt": "b"}'))
    assert (error["param"], "twice" in error["message"]) == ("prompt", True)
    assert (
        error_of(send(client, b'{"prompt": "a", "video_params": {"fps": 1, "fps": 2}}'))["param"]
        == "fps"
    )
    assert error_of(send(client, b"prompt=a&prompt=b", URLENCODED))["param"] == "prompt"
    assert (
        error_of(send(client, b"video[id]=a&video=b&prompt=x", URLENCODED, "/edits"))["param"]
        == "video"
    )

"""Hostile bodies: each is refused with an error object, at once, and leaves nothing behind that
breaks a later request."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from services import new_service
from sorairo.jobs.admission import Submission
from sorairo.jobs.schema import jobs
from sorairo.server.api.body_parsing import MAX_JSON_BYTES, MAX_URLENCODED_BYTES
from sorairo.server.api.service import Service
from sorairo.server.app import create_app

JSON, URLENCODED = "application/json", "application/x-www-form-urlencoded"
SECONDS = 2.0  # far above what bounded work takes on a busy machine


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    return new_service(tmp_path_factory.mktemp("bodies"))


@pytest.fixture(scope="module")
def client(service: Service) -> Iterator[TestClient]:
    with TestClient(create_app(service), raise_server_exceptions=False) as client:
        yield client


def send(
    client: TestClient, body: bytes | Iterator[bytes], kind: str = JSON, path: str = ""
) -> httpx.Response:
    return client.post(f"/v1/videos{path}", content=body, headers={"content-type": kind})


def error_of(answer: httpx.Response) -> dict[str, Any]:
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    return error


DEEP = {
    "JSON lists": (b'{"prompt": ' + b"[" * 20_000 + b"]" * 20_000 + b"}", JSON),
    "JSON lists that do not end": (b"[" * 20_000, JSON),
    "JSON objects": (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, JSON),
    "JSON in UTF-16": (('{"a":' * 20_000).encode("utf-16"), JSON),
    "keys of forms": (b"prompt=x&a" + b"[b]" * 20_000 + b"=1", URLENCODED),
    "empty keys of forms": (b"prompt=x&characters" + b"[]" * 20_000 + b"=1", URLENCODED),
    "open keys of forms": (b"prompt=x&a" + b"[" * 20_000 + b"=1", URLENCODED),
    "JSON as a form": (b'{"prompt": ' + b"[" * 20_000, URLENCODED),
    "JSON in a field": (b"prompt=x&input_reference=" + b"[" * 20_000, URLENCODED),
    "TOML": (json.dumps({"storyboard": "a = " + "[" * 20_000}).encode(), JSON),
    "many lists": (b'{"prompt": "x", "characters": [' + b"[]," * 1_000_000 + b"[]]}", JSON),
    "many keys": (b"{" + b",".join(b'"%d":1' % i for i in range(200_000)) + b"}", JSON),
    "many fields": (b"&".join(b"a%d=1" % i for i in range(200_000)), URLENCODED),
    "many separators": (b"prompt=x" + b"&" * 5_000_000, URLENCODED),
    "many escapes": (b"prompt=" + b"%41" * 5_000_000, URLENCODED),
    "many digits": (b'{"prompt": "x", "seconds": ' + b"1" * 5_000_000 + b"}", JSON),
    "many decimals": (b'{"prompt": "x", "seconds": 1.' + b"1" * 5_000_000 + b"}", JSON),
    "digits of forms": (b"prompt=x&seconds=" + b"1" * 5_000_000, URLENCODED),
    "blanks": (b" " * 5_000_000 + b"{", JSON),
    "quotes": (b'{"a":"' + b'\\"' * 5_000_000, JSON),
}


@pytest.mark.parametrize("name", DEEP)
def test_deep_and_wide_bodies_are_refused_at_once(client: TestClient, name: str):
    start = time.monotonic()
    answer = send(client, *DEEP[name])
    assert time.monotonic() - start < SECONDS
    assert answer.status_code == 400
    error_of(answer)


@pytest.mark.parametrize(
    ("kind", "most"),
    [(JSON, MAX_JSON_BYTES), ("", MAX_JSON_BYTES), (URLENCODED, MAX_URLENCODED_BYTES)],
)
def test_bodies_without_files_have_a_bound_of_their_own(client: TestClient, kind: str, most: int):
    start = time.monotonic()
    declared = send(client, b"[]" * (90 * 2**20 // 2), kind)
    assert time.monotonic() - start < SECONDS

    def chunks() -> Iterator[bytes]:
        for _ in range(0, most + 2**20, 2**20):
            yield b"[],"[:3] * (2**20 // 3) + b","

    streamed = send(client, chunks(), kind)
    for answer in (declared, streamed):
        assert answer.status_code == 413
        assert "multipart" in error_of(answer)["message"]


def test_a_body_is_read_no_further_than_its_bound(service: Service):
    """The declared length alone is enough to refuse it."""
    received = 0

    async def app(scope: Any, receive: Any, send: Any) -> None:
        async def counted() -> Any:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            return message

        await create_app(service)(scope, counted, send)

    with TestClient(app) as client:
        assert send(client, b"[" * (MAX_JSON_BYTES + 1)).status_code == 413
    assert received == 0


def test_the_largest_legal_bodies_are_taken(client: TestClient):
    """A data URL of the allowed length is refused for its content only, even with every slash
    escaped; so is a prompt of the allowed length."""
    url = "data:image/png;base64," + "/" * 4 * 100_000 + "A" * 4 * 5_100_000
    body = json.dumps({"prompt": "x", "image": url}).replace("/", "\\/").encode()
    assert error_of(send(client, body))["code"] == "invalid_file"
    form = f"prompt=x&image={url}".replace("/", "%2F").encode()
    assert error_of(send(client, form, URLENCODED))["code"] == "invalid_file"
    prompt = json.dumps({"prompt": "[,{a" * 7_500 + "球" * 2_000}).encode()
    assert send(client, prompt).status_code == 200


def test_parsing_leaves_the_event_loop_free(service: Service):
    """While the slowest legal body is parsed, the loop runs on."""
    asyncio.run(_watch_the_loop(service))


async def _watch_the_loop(service: Service) -> None:
    transport = httpx.ASGITransport(create_app(service))
    form = b"prompt=x&image=data:image/png;base64," + b"%2F" * 900_000
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        while True:
            start = time.monotonic()
            await asyncio.sleep(0.005)
            longest = max(longest, time.monotonic() - start)

    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        watching = asyncio.create_task(watch())
        start = time.monotonic()
        answer = await client.post("/v1/videos", content=form, headers={"content-type": URLENCODED})
        elapsed = time.monotonic() - start
        watching.cancel()
    assert error_of(answer)["code"] == "invalid_file"
    assert longest < elapsed / 2


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


@pytest.mark.parametrize("rest", ["", "; boundary=", "; boundary=x", "; boundary=\xff"])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x",
        b"--x\r\n\r\n",
        b"\xff" * 99,
        b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--",
        b'--x\r\nContent-Disposition: form-data; name="a%s"\r\n\r\na\r\n--x--' % (b"[" * 20_000),
    ],
)
def test_broken_forms(client: TestClient, rest: str, body: bytes):
    kind = f"multipart/form-data{rest}".encode("latin-1")
    answer = client.post("/v1/videos", content=body, headers={b"content-type": kind})
    assert answer.status_code == 400
    error_of(answer)


# --- whatever else


@given(
    st.binary(max_size=40),
    st.sampled_from([JSON, URLENCODED, "text/plain", "", "multipart/form-data; boundary=a"]),
)
def test_any_bytes(client: TestClient, body: bytes, kind: str):
    assert send(client, body, kind).status_code in (200, 400)

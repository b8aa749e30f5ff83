"""Hostile bodies: each is refused with an error object, at once, and leaves nothing behind that
breaks a later request."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from hostile_bodies import JSON, URLENCODED, error_of, send
from sorairo.server.api import body_parsing
from sorairo.server.api.body_parsing import MAX_JSON_BYTES, MAX_URLENCODED_BYTES
from sorairo.server.api.service import Service
from sorairo.server.app import create_app

SECONDS = 2.0  # far above what bounded work takes on a busy machine


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


@given(
    st.lists(
        st.sampled_from(["%41", "%", "%2", "%zz", "+", "&", "=", "a", "球", "%E7%90%83", "%FF"])
    ),
    st.sampled_from([3, 5, 2**16]),
)
def test_forms_are_read_in_pieces(parts: list[str], piece: int):
    """As by the standard library, which reads each value at once."""
    text = "".join(parts)
    expected = parse_qsl(text, keep_blank_values=True, errors="surrogateescape")
    pairs = [field.encode().partition(b"=") for field in text.split("&") if field]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(body_parsing, "PIECE", piece)
        found = [
            (body_parsing.unescaped(name), body_parsing.unescaped(value))
            for name, _, value in pairs
        ]
    assert found == expected


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

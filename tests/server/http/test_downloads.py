"""Files of finished videos: ranges, conditions, HEAD, and how a browser shows them."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from s3 import BUCKET, S3
from sorairo.server.api.ranges import UnsatisfiableRangeError, parse_range
from sorairo.server.api.service import Service
from sorairo.server.app import create_app
from sorairo.server.uploads.media_store import MediaStore
from sorairo.server.video_object import VARIANTS

DATA = bytes(range(256)) * 5000  # more than one chunk of the store
SIZE = len(DATA)


def complete(service: Service, name: str = "video_1", owner: str = "") -> str:
    """A finished job with files; its path."""
    service.queue.submit(name, {"video": {}, "command": "generate"}, owner=owner)
    job = service.queue.claim("me")
    assert job is not None
    for file, _ in VARIANTS.values():
        service.media.put(f"{name}/1/{file}", DATA)
    service.queue.complete(job, {"folder": f"{name}/1"})
    return f"/v1/videos/{name}/content"


@pytest.fixture(params=["folder", "s3"])
def path(request: pytest.FixtureRequest, service: Service) -> Iterator[tuple[TestClient, str]]:
    """A client and the path of a file, in both kinds of store."""
    if request.param == "s3":
        s3: S3 = request.getfixturevalue("s3")
        assert s3
        service = replace(service, media=MediaStore(f"s3://{BUCKET}/{tempfile.mktemp(dir='')}"))
    with TestClient(create_app(service)) as client:
        yield client, complete(service)


def test_ranges(path: tuple[TestClient, str]):
    client, url = path
    whole = client.get(url)
    assert (whole.status_code, whole.content == DATA) == (200, True)
    assert whole.headers["accept-ranges"] == "bytes"
    for header, start, end in (
        ("bytes=0-99", 0, 100),
        ("bytes=1048000-1049000", 1048000, 1049001),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
        ("bytes=-100", SIZE - 100, SIZE),
        (f"bytes=-{SIZE + 1}", 0, SIZE),
        (f"bytes=10-{'9' * 5000}", 10, SIZE),
        ("Bytes = 5 - 5", 5, 6),
    ):
        part = client.get(url, headers={"Range": header})
        assert part.status_code == 206, header
        assert part.content == DATA[start:end], header
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{SIZE}"
        assert part.headers["content-length"] == str(end - start)
    for header in (f"bytes={SIZE}-", f"bytes={'9' * 5000}-", "bytes=-0"):
        refused = client.get(url, headers={"Range": header})
        assert refused.status_code == 416, header
        assert refused.headers["content-range"] == f"bytes */{SIZE}"
        assert refused.json()["error"]["code"] == "invalid_range"
    for header in ("bytes=0-1,5-6", "bytes=" + "0-1," * 1500 + "2-3", "lines=1-2", "bytes=2-1"):
        assert client.get(url, headers={"Range": header}).status_code == 200, header


def test_conditions(path: tuple[TestClient, str]):
    client, url = path
    head = client.head(url).headers
    tag, date = head["etag"], head["last-modified"]
    assert tag[0] == tag[-1] == '"', "strong"
    assert {"private", "immutable"} <= set(head["cache-control"].split(", "))
    for header in (
        {"If-None-Match": tag},
        {"If-None-Match": f'"a", W/{tag}'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": date},
        {"If-Modified-Since": formatdate(2e9, usegmt=True)},
    ):
        unchanged = client.get(url, headers={**header, "Range": "bytes=0-9"})
        assert (unchanged.status_code, unchanged.content) == (304, b""), header
        assert unchanged.headers["etag"] == tag
    for header in (
        {"If-None-Match": '"a"'},
        {"If-Modified-Since": formatdate(0, usegmt=True)},
        {"If-Modified-Since": "yesterday"},
        {"If-None-Match": '"a"', "If-Modified-Since": date},
    ):
        assert client.get(url, headers=header).status_code == 200, header
    for condition, status in ((tag, 206), (date, 206), (f"W/{tag}", 200), ('"a"', 200), ("x", 200)):
        asked = {"Range": "bytes=0-9", "If-Range": condition}
        assert client.get(url, headers=asked).status_code == status, condition


def test_head_is_get_without_the_file(path: tuple[TestClient, str]):
    client, url = path
    same = ("content-length", "content-type", "etag", "last-modified", "content-disposition")
    for headers in ({}, {"Range": "bytes=7-9"}):
        got, head = (client.request(m, url, headers=headers) for m in ("GET", "HEAD"))
        assert (head.status_code, head.content) == (got.status_code, b"")
        assert [head.headers[name] for name in same] == [got.headers[name] for name in same]
    missing = client.head(url.replace("video_1", "video_2"))
    assert (missing.status_code, missing.content) == (404, b"")
    assert client.head(url.replace("content", "events")).status_code == 200


def test_conditions_of_a_post_are_ignored(client: TestClient, service: Service):
    """The response of `/videos/sync` is a new file, whatever the client has."""
    with ThreadPoolExecutor(1) as pool:
        headers = {"Range": "bytes=0-9", "If-None-Match": "*"}
        body = {"prompt": "x"}
        answer = pool.submit(client.post, "/v1/videos/sync", json=body, headers=headers)
        while (job := service.queue.claim("me")) is None:
            time.sleep(0.01)
        service.media.put(f"{job.id}/1/video.mp4", DATA)
        service.queue.complete(job, {"folder": f"{job.id}/1"})
        assert (answer.result().status_code, answer.result().content == DATA) == (200, True)


def test_every_variant_is_shown_or_stored(client: TestClient, service: Service):
    url, tags = complete(service), set()
    for variant, (name, kind) in VARIANTS.items():
        stored = client.get(f"{url}?variant={variant}")
        shown = client.get(f"{url}?variant={variant}&download=0")
        assert stored.headers["content-type"] == shown.headers["content-type"] == kind
        end = f'filename="video_1.{name.rpartition(".")[2]}"'
        assert stored.headers["content-disposition"] == f"attachment; {end}"
        assert shown.headers["content-disposition"] == f"inline; {end}"
        tags.add(stored.headers["etag"])
    assert len(tags) == len(VARIANTS)


def test_an_error_of_the_store_has_a_status(client: TestClient, service: Service):
    url = complete(service)
    file = Path(service.media.root) / "video_1/1/video.mp4"
    file.unlink()
    file.mkdir()  # it exists, but cannot be read
    assert client.get(url).status_code == 503


@given(st.text("0123456789-=bytes ,²", max_size=20), st.integers(1, 1000))
def test_any_range(header: str, size: int):
    for text in (header, f"bytes={header}"):
        try:
            found = parse_range(text, size)
        except UnsatisfiableRangeError:
            continue
        assert found is None or 0 <= found[0] < found[1] <= size

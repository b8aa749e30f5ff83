"""The address of a finished clip: absolute; with keys, signed for one file until it expires."""

from __future__ import annotations

import stat
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from sorairo.jobs.keys import ApiKeyStore
from sorairo.jobs.signing_secret import signing_secret
from sorairo.server.api import links
from sorairo.server.api.service import Service
from sorairo.server.app import create_app
from sorairo.server.storage_urls import StorageUrls

from .test_downloads import DATA, complete

Keyed = tuple[TestClient, str, dict[str, str]]


@pytest.fixture
def keyed(client: TestClient, service: Service) -> Keyed:
    """A client, the id of a key, and the headers with the key."""
    key, secret = service.keys.create("studio")
    return client, key.id, {"Authorization": f"Bearer {secret}"}


def test_a_completed_video_has_an_address(client: TestClient, service: Service):
    waiting = client.post("/v1/videos", json={"prompt": "x"}).json()
    assert "url" not in waiting
    assert waiting["queue_position"] == 1
    client.delete(f"/v1/videos/{waiting['id']}")
    path = complete(service)
    video = client.get(path.removesuffix("/content")).json()
    assert video["url"] == f"http://testserver{path}?variant=video"
    assert not {"queue_position", "estimated_seconds"} & set(video)
    assert client.get("/v1/videos").json()["data"][0]["url"] == video["url"]
    assert client.get(video["url"]).content == DATA
    events = client.get(f"{path.removesuffix('/content')}/events").text
    assert video["url"] in events
    service.queue.mark_files_deleted("video_1")
    assert "url" not in client.get("/v1/videos/video_1").json()


def test_a_signed_address_needs_no_key(keyed: Keyed, service: Service):
    client, owner, headers = keyed
    complete(service, owner=owner)
    url = client.get("/v1/videos/video_1", headers=headers).json()["url"]
    assert client.get(url).content == DATA
    assert client.head(url).status_code == 200
    assert client.get(url, headers={"Range": "bytes=0-9"}).status_code == 206
    assert client.get(f"{url}&download=0").headers["content-disposition"].startswith("inline")
    assert client.get("/v1/videos/video_1", headers=headers).json()["url"] == url, "the same"
    bare = url.partition("?")[0]
    assert client.get(bare).status_code == 401
    assert client.get(bare, headers=headers).status_code == 200


def test_a_signature_is_for_one_file_of_one_video(keyed: Keyed, service: Service):
    client, owner, headers = keyed
    for name in ("video_1", "video_2"):
        complete(service, name, owner)
    url = client.get("/v1/videos/video_1", headers=headers).json()["url"]
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    for name, value in (
        ("variant", "thumbnail"),
        ("expires", str(int(query["expires"]) + 1)),
        ("expires", ""),
        ("expires", "9" * 5000),
        ("expires", "²"),
        ("signature", query["signature"][:-1]),
        ("signature", ""),
        ("signature", "é"),
        ("signature", "\0"),
    ):
        answer = client.get("/v1/videos/video_1/content", params={**query, name: value})
        assert answer.status_code == 403, (name, value)
        assert answer.json()["error"]["code"] == "invalid_signature"
    assert client.get("/v1/videos/video_2/content", params=query).status_code == 403
    for path in ("/v1/videos/video_1", "/v1/videos/video_1/events", "/v1/videos"):
        assert client.get(path, params=query).status_code == 401, path
    assert client.delete("/v1/videos/video_1", params=query).status_code == 401


def test_an_address_ends(
    keyed: Keyed,
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
):
    client, owner, headers = keyed
    complete(service, owner=owner)
    complete(service, "video_2", owner)
    one, two = (each["url"] for each in client.get("/v1/videos", headers=headers).json()["data"])
    client.delete("/v1/videos/video_2", headers=headers)
    assert client.get(one).status_code == 404, "the video was deleted"
    now = links.time.time()
    with monkeypatch.context() as later:
        later.setattr(links.time, "time", lambda: now + links.VALID_SECONDS - 1)
        assert client.get(two).status_code == 200
        later.setattr(links.time, "time", lambda: now + links.VALID_SECONDS + links.ROUNDING)
        expired = client.get(two)
        assert (expired.status_code, expired.json()["error"]["code"]) == (403, "link_expired")
    service.keys.revoke(owner)
    assert client.get(two).status_code == 403, "the key was revoked"


def test_addresses_name_the_host_of_the_request(service: Service):
    complete(service)
    path = "/openai/v1/videos/video_1"
    said = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "videos.example.org"}
    app = create_app(service, proxies=("10.0.0.0/24",))
    for client_address, start in (
        ("10.0.0.7", "https://videos.example.org/v1/"),
        ("10.0.1.7", "http://[::1]:8000/v1/"),
    ):
        with TestClient(app, client=(client_address, 1)) as client:
            headers = {**said, "Host": "[::1]:8000"}
            assert client.get(path, headers=headers).json()["url"].startswith(start)
    with TestClient(create_app(service), client=("10.0.0.7", 1)) as client:
        assert client.get(path, headers=said).json()["url"].startswith("http://testserver/v1/")


@pytest.mark.parametrize(
    ("said", "below"),
    [("/sora", "/sora"), ("/a/b-c/", "/a/b-c"), ("/outer, /sora", "/sora"), ("//evil.example", "")],
)
def test_addresses_have_the_path_below_which_a_proxy_serves(
    service: Service, said: str, below: str
):
    complete(service)
    app = create_app(service, proxies=("10.0.0.7",))
    for client_address, start in (("10.0.0.7", f"http://testserver{below}"), ("10.0.1.7", "")):
        with TestClient(app, client=(client_address, 1)) as client:
            start, headers = start or "http://testserver", {"X-Forwarded-Prefix": said}
            found = client.get("/v1/videos/video_1", headers=headers).json()["url"]
            assert found.startswith(f"{start}/v1/videos/video_1/content?")
            home = client.get("/", headers=headers).json()
            assert home["base_url"] == f"{start}/v1"
            page = client.get("/docs", headers=headers).text
            assert f"{start}/v1</code>" in page
            assert "href='openapi.json'" in page


def test_the_secret_is_kept_in_a_private_database(tmp_path: Path):
    urls = StorageUrls(database=f"sqlite:///{tmp_path}/new/jobs.db", media=str(tmp_path))
    first = signing_secret(urls.open_database())
    assert len(first) == 32
    again = urls.open_database()
    assert signing_secret(again) == first
    ApiKeyStore(again).create("studio")
    for file in (tmp_path / "new").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file

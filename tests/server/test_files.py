"""Files that are uploaded once and named by id, with OpenAI's SDK as the client."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import openai
import pytest
from fastapi.testclient import TestClient
from openai.types import Video

from footage import shades, write_video
from serving import picture
from sorairo.jobs.keys import Quota
from sorairo.jobs.stored.files import FileStore
from sorairo.server.api.service import Service
from sorairo.server.app import create_app
from sorairo.server.background.cleanup import CleanupTask

pytestmark = pytest.mark.filterwarnings("ignore:The Sora API is scheduled:DeprecationWarning")
PNG = picture()


@pytest.fixture
def sdk(client: TestClient) -> openai.OpenAI:
    return sdk_of(client)


def sdk_of(client: TestClient, key: str = "any") -> openai.OpenAI:
    return openai.OpenAI(
        base_url="http://testserver/v1", api_key=key, http_client=client, max_retries=0
    )


@pytest.fixture
def film(tmp_path: Path) -> bytes:
    frames = shades([9 * i for i in range(25)], 64, 96)
    path = write_video(tmp_path / "film.mp4", frames, [40 * i for i in range(25)], codec="mpeg4")
    return path.read_bytes()


def test_files_are_stored_listed_read_and_deleted(sdk: openai.OpenAI, film: bytes):
    first = sdk.files.create(file=("../../a cat.png", PNG), purpose="vision")
    second = sdk.files.create(file=("film.mp4", film), purpose="user_data")
    assert (first.filename, first.bytes, first.purpose) == ("a cat.png", len(PNG), "vision")
    assert (first.object, first.status, first.expires_at) == ("file", "processed", None)
    assert [each.id for each in sdk.files.list()] == [second.id, first.id]
    assert [each.id for each in sdk.files.list(order="asc", limit=1)] == [first.id, second.id]
    assert [each.id for each in sdk.files.list(purpose="vision")] == [first.id]
    assert sdk.files.retrieve(first.id) == first
    assert sdk.files.content(first.id).read() == PNG
    assert sdk.files.delete(first.id).deleted
    with pytest.raises(openai.NotFoundError):
        sdk.files.retrieve(first.id)
    with pytest.raises(openai.NotFoundError):
        sdk.files.content(first.id)


def test_content_has_a_fixed_type_and_ranges(client: TestClient, sdk: openai.OpenAI, film: bytes):
    for data, media_type in ((PNG, "image/png"), (film, "video/mp4")):
        file = sdk.files.create(file=("x.html", data), purpose="vision")
        url = f"/v1/files/{file.id}/content"
        answer = client.get(url, headers={"range": "bytes=4-9"})
        assert (answer.status_code, answer.content) == (206, data[4:10])
        assert answer.headers["content-type"] == media_type
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert client.head(url).headers["content-length"] == str(len(data))


@pytest.mark.parametrize(
    ("data", "purpose", "param"),
    [
        (b"", "vision", "file"),
        (b"GIF89a", "vision", "file"),
        (b"\0\0\0\x18ftypisom" + bytes(80), "user_data", "file"),
        (b"no json", "batch", "file"),
        (b"\xff\xfe{}", "batch", "file"),
        (PNG, "fine-tune", "purpose"),
        (PNG, "", "purpose"),
    ],
)
def test_what_cannot_be_used_is_refused(
    client: TestClient, service: Service, tmp_path: Path, data: bytes, purpose: str, param: str
):
    form = {"purpose": purpose}
    answer = client.post("/v1/files", data=form, files={"file": ("x.png", data)})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)
    assert service.storage.used() == 0
    assert not list((tmp_path / "media").iterdir())


def test_a_file_of_another_key_does_not_exist(client: TestClient, service: Service):
    mine, theirs = (sdk_of(client, service.keys.create(each)[1]) for each in ("a", "b"))
    file = mine.files.create(file=("a.png", PNG), purpose="vision")
    assert list(theirs.files.list()) == []
    for use in (theirs.files.retrieve, theirs.files.content, theirs.files.delete):
        with pytest.raises(openai.NotFoundError):
            use(file.id)
    body = {"prompt": "x", "input_reference": {"file_id": file.id}}
    with pytest.raises(openai.NotFoundError):
        theirs.post("/videos", body=body, cast_to=Video)
    with pytest.raises(openai.BadRequestError):
        theirs.get("/files", cast_to=object, options={"params": {"after": "file-1"}})
    assert mine.files.retrieve(file.id).id == file.id


def test_files_are_given_by_id(
    client: TestClient, sdk: openai.OpenAI, service: Service, film: bytes
):
    still = sdk.files.create(file=("a.png", PNG), purpose="vision").id
    clip = sdk.files.create(file=("a.mp4", film), purpose="user_data").id
    bodies: list[tuple[str, dict[str, Any], bytes]] = [
        ("videos", {"input_reference": {"file_id": still}}, PNG),
        ("videos", {"input_reference": still}, PNG),
        ("videos", {"conditions": [{"file_id": still, "time": 1}]}, PNG),
        ("videos/edits", {"video": {"file_id": clip}}, film),
        ("videos/extensions", {"video": clip, "seconds": "4"}, film),
    ]
    for route, body, data in bodies:
        made = sdk.post(f"/{route}", body={"prompt": "x", **body}, cast_to=Video)
        job = service.queue.get(made.id)
        assert job is not None
        assert [b"".join(service.media.read(path)) for path in job.payload["media"]] == [data]
        if "video" in body:
            assert (made.size, made.seconds) == ("96x64", "5" if "seconds" in body else "1")
    named = {"name": "Ruby", "video": {"file_id": clip}}
    character = client.post("/v1/videos/characters", json=named).json()
    assert b"".join(service.media.read(f"{character['id']}/given/0")) == film
    form = {"prompt": "x", "input_reference[file_id]": still}
    assert client.post("/v1/videos", data=form).status_code == 200
    sdk.files.delete(still)
    gone = client.post("/v1/videos", json={"prompt": "x", "input_reference": {"file_id": still}})
    error = gone.json()["error"]
    assert (gone.status_code, error["param"]) == (404, "input_reference.file_id")


def test_files_count_against_the_bytes_of_a_key(client: TestClient, service: Service):
    owner, secret = service.keys.create("small", Quota(most_bytes=10_000))
    mine = sdk_of(client, secret)
    for _ in range(2):
        file = mine.files.create(file=("a.png", PNG), purpose="vision")
    with pytest.raises(openai.PermissionDeniedError, match="delete videos, characters or files"):
        mine.files.create(file=("a.png", PNG), purpose="vision")
    mine.files.delete(file.id)
    assert service.storage.used(owner.id) == 4096, "what a file uses at least"


def test_files_expire(service: Service, tmp_path: Path):
    now = [time.time()]
    files = FileStore(service.queue.database, clock=lambda: now[0])
    with TestClient(create_app(replace(service, files=files, retention_seconds=7200))) as client:
        mine = sdk_of(client)
        short = mine.files.create(
            file=("a.png", PNG),
            purpose="vision",
            expires_after={"anchor": "created_at", "seconds": 3600},
        )
        usual = mine.files.create(file=("a.png", PNG), purpose="vision")
        assert short.expires_at == short.created_at + 3600
        assert usual.expires_at == usual.created_at + 7200
        now[0] += 3601
        assert [each.id for each in mine.files.list()] == [usual.id]
        cleanup = CleanupTask(service.queue, service.characters, files, service.media, None)
        cleanup.delete_expired()
        assert [path.name for path in (tmp_path / "media").iterdir()] == [usual.id]
        wrong = {"purpose": "vision", "expires_after[seconds]": "60"}
        answer = client.post("/v1/files", data=wrong, files={"file": ("a.png", PNG)})
        assert answer.json()["error"]["param"] == "expires_after.seconds"


def test_a_list_is_walked_while_its_files_are_deleted(sdk: openai.OpenAI):
    made = [sdk.files.create(file=("a.png", PNG), purpose="vision").id for _ in range(5)]
    seen = []
    for each in sdk.files.list(limit=2, order="asc"):
        seen.append(each.id)
        sdk.files.delete(each.id)
    assert seen == made

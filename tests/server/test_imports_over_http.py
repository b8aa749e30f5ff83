"""Imports over HTTP, and of what an export wrote."""

from __future__ import annotations

import io
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from services import finish
from serving import Running, database, picture
from sora_archive import clip, run_import, write_archive
from sorairo.server.api.json_text import MAX_VALUES
from sorairo.server.api.service import Service
from sorairo.server.imports.importer import Importer
from sorairo.server.imports.records import Record
from sorairo.server.job_spec import JobSpec


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip and a picture as sora-exodus writes them, with two that are broken."""
    folder = tmp_path_factory.mktemp("sora")
    write_archive(folder, 5)
    return folder


def test_the_text_files_of_an_archive_may_have_any_number_of_values(client: TestClient):
    """What stands in them is text to the JSON of the request."""
    rows = [{"id": f"gen_{n:08d}", "prompt": "a ball, a box", "seed": n} for n in range(30_000)]
    sidecars = {"index.json": json.dumps(rows), "deep.json": "[" * 40 + "]" * 40}
    body = {"media": ["gen_00029999.mp4"], "sidecars": sidecars}
    answer = client.post("/v1/videos/imports/plan", json=body)
    assert answer.status_code == 200, answer.text
    (item,) = answer.json()["data"]
    assert item["fields"] == {"prompt": "a ball, a box", "seed": 29_999}
    large = {"seed": 123456789012345678, "prompt": "x"}  # a number that JavaScript rounds
    body["sidecars"] = {"gen_00029999.json": json.dumps(large)}
    body["media"] += [f"gen_{number:08d}/video.mp4" for number in range(25_000)]
    *_, item = client.post("/v1/videos/imports/plan", json=body).json()["data"]
    assert item["fields"] == {"prompt": "x", "seed": "123456789012345678"}
    many, deep = f'{{"media": [{"0," * MAX_VALUES}0]}}', f'{{"media": {"[" * 40}{"]" * 40}}}'
    quote = "\u2200"  # whose bytes in UTF-16 have that of a quotation mark
    hidden = f'{{"media": ["{quote}", {"0," * MAX_VALUES}0]}}'.encode("utf-16")
    for bad in (many, deep, hidden):
        refused = client.post("/v1/videos/imports/plan", content=bad)
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "invalid_json")


def test_import_over_http(client: TestClient, service: Service, archive: Path):
    name = "generations/gen_0004abcd"
    plan = client.post(
        "/v1/videos/imports/plan",
        json={
            "media": [f"{name}/video.mp4", "x.html"],
            "sidecars": {
                f"{name}/metadata.json": (archive / name / "metadata.json").read_text(),
                "notes.json": "{",
            },
        },
    ).json()
    (item,) = plan["data"]
    why = {"reason": "it is not JSON (line 1)", "code": "not_json", "values": {"line": 1}}
    assert plan["unreadable"] == [{"path": "notes.json", **why}]
    assert item["fields"] == {
        "prompt": "a ball of shade 4",
        "seed": 4,
        "created_at": 1759658400.0,
    }
    data = (archive / item["path"]).read_bytes()

    def send(**more: str) -> httpx.Response:
        fields = {**item["fields"], "path": item["path"], **more}
        files = {"video": ("video.mp4", data)}
        return client.post("/v1/videos/imports", data=fields, files=files)

    first, second = send(tags="old").json(), send().json()
    assert (first["outcome"], second["outcome"]) == ("imported", "present")
    video = first["video"]
    assert second["video"]["id"] == video["id"]
    assert (video["kind"], video["tags"], video["created_at"]) == ("import", ["old"], 1759658400)
    recipe = client.get(f"/v1/videos/{video['id']}/recipe").json()
    assert (recipe["kind"], recipe["inputs"]) == ("import", [])
    assert recipe["body"]["seed"] == 4
    assert recipe["imported_from"]["ids"] == []

    remix = client.post(f"/v1/videos/{video['id']}/remix", json={"prompt": "a box"})
    assert remix.status_code == 200, remix.text
    job = service.queue.get(remix.json()["id"])
    assert job is not None
    spec = JobSpec.from_json(job.payload)
    assert (spec.request.command, spec.request.prompt) == ("edit", "a box")
    assert b"".join(service.media.read(spec.media[0])) == data
    loop = {"prompt": "a ball", "video": {"id": video["id"]}, "seconds": "1"}
    assert client.post("/v1/videos/loops", json=loop).json()["size"] == "96x64"

    client.post("/v1/videos/trash", json={"ids": [video["id"]]})
    assert send().json()["outcome"] == "trashed"
    client.delete(f"/v1/videos/{video['id']}")
    assert send().json()["outcome"] == "imported"
    wrong = client.post("/v1/videos/imports", files={"video": ("a.mp4", b"<html>")})
    assert (wrong.status_code, wrong.json()["error"]["param"]) == (400, "video")
    assert wrong.json()["error"]["detail"] == {"code": "media_unreadable", "values": {}}
    form = {"data": {"prompt": "a ball"}, "files": {"input_reference": ("a.png", b"<html>")}}
    wrong = client.post("/v1/videos", **form)
    assert wrong.json()["error"]["detail"] == {"code": "file_type", "values": {}}
    assert client.post("/v1/videos/imports", json={"video": "x"}).status_code == 400


def test_texts_are_stored_as_every_database_takes_them(service: Service, tmp_path: Path):
    path = tmp_path / "a.png"
    path.write_bytes(picture((64, 48)))
    importer = Importer(queue=service.queue, media=service.media)
    job = importer.add(path, Record(prompt="a \0sea \ud83d"), name="caf\udce9.png").job
    assert job.payload["video"]["prompt"] == job.payload["request"]["prompt"] == "a sea ?"
    assert job.payload["source"]["file"] == "caf?.png"


def test_one_file_four_times_at_once(server: Running, tmp_path: Path):
    """One of the imports makes the video; the others find it, and delete nothing of it."""
    clip(tmp_path / "a.mp4", 77)
    content = (tmp_path / "a.mp4").read_bytes()

    def send(_: int) -> dict:
        answer = httpx.post(
            f"{server.url}/v1/videos/imports", files={"video": ("a.mp4", content)}, timeout=60
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(send, range(4)))
    assert sorted(each["outcome"] for each in found) == ["imported", *["present"] * 3]
    (video,) = {each["video"]["id"] for each in found}
    for variant in ("video", "thumbnail", "spritesheet"):
        address = f"{server.url}/v1/videos/{video}/content?variant={variant}"
        assert httpx.get(address).status_code == 200


TAGS = ["a,b; c", "best", "two words", "红"]


def test_an_export_is_imported_again(client: TestClient, service: Service, tmp_path: Path):
    """The folder that an export writes has clips, prompts and recipes, for `sorairo import`."""
    for number in range(3):
        body = {"prompt": f"=a ball, {number}", "size": "64x64", "seconds": "1", "seed": number}
        job = finish(service, client.post("/v1/videos", json=body).json())
        path = tmp_path / f"{number}.mp4"
        clip(path, 40 + number)
        assert job.result is not None
        service.media.put(f"{job.result['folder']}/video.mp4", path)
    found = [video["id"] for video in client.get("/v1/videos").json()["data"]]
    client.post("/v1/videos/labels", json={"ids": found[0], "favourite": True, "tags": TAGS})
    answer = client.get(f"/v1/videos/export?ids={','.join(found[:2])}")
    assert answer.headers["content-type"] == "application/zip"
    (tmp_path / "export.zip").write_bytes(answer.content)
    with zipfile.ZipFile(tmp_path / "export.zip") as file:
        assert file.testzip() is None
        names = {name.partition("/")[2] for name in file.namelist()}
        folder = file.namelist()[0].partition("/")[0]
        table = file.read(f"{folder}/prompts.csv").decode()
    clips = [f"{folder}/clips/{video}.mp4" for video in found[:2]]
    plan = {"media": [*clips, f"{folder}/inputs/{found[0]}-0.mp4"], "sidecars": {"p.csv": table}}
    planned = client.post("/v1/videos/imports/plan", json=plan).json()["data"]
    read = {
        each["path"]: (each["fields"]["prompt"], each["fields"].get("tags")) for each in planned
    }
    assert read == {clips[0]: ("=a ball, 2", TAGS), clips[1]: ("=a ball, 1", None)}
    plan["sidecars"]["p.csv"] = "file,tags,prompt\na.mp4,',a ball\n"  # of an earlier version
    (old,) = client.post("/v1/videos/imports/plan", json={**plan, "media": ["a.mp4"]}).json()[
        "data"
    ]
    assert old["fields"] == {"prompt": "a ball"}
    kinds = {f"{kind}/{video}" for video in found[:2] for kind in ("clips", "recipes")}
    assert {name.partition(".")[0] for name in names} == {*kinds, "index", "prompts"}
    many = [*found[:2], *(f"video_{number:032x}" for number in range(900))]
    posted = client.post("/v1/videos/export", json={"ids": many})
    with zipfile.ZipFile(io.BytesIO(posted.content)) as file:
        assert {name.partition("/")[2] for name in file.namelist()} == names
    assert client.post("/v1/videos/export", json={"ids": many[2:]}).status_code == 404
    where = [*database(tmp_path), "--media", str(tmp_path / "other")]
    where[1] = f"sqlite:///{tmp_path}/other.db"
    lines, _ = run_import(str(tmp_path / "export.zip"), *where)
    assert sorted(line["prompt"] for line in lines) == ["=a ball, 1", "=a ball, 2"]
    assert client.get("/v1/videos/export?q=nothing").status_code == 404
    assert len(client.get("/v1/videos/export?favourite=true").content) < len(answer.content)

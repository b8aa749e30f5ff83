"""Characters come with the exported clips that show them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from moved_clips import bring, sent, spec_of, write_clip
from services import finish
from serving import picture
from sorairo.errors import QuotaError
from sorairo.generation.requests.base import InputFile
from sorairo.generation.requests.characters import CastRequest
from sorairo.server.api.service import Service
from sorairo.server.imports.importer import Importer
from sorairo.server.imports.records import Record
from sorairo.server.job_spec import JobSpec

PNG = picture()
CAST = CastRequest(
    prompt="Kim rolls",
    names=("Kim",),
    seconds=2.0,
    width=64,
    height=64,
    inputs=(InputFile(name="given 1", sha256=""),),
)
CARDS = [
    {"start": 0, "end": 1, "prompt": "a red ball drops"},
    {"start": 1, "end": 2, "prompt": "Kim and Lee roll"},
]


def characters(client: TestClient) -> list[dict[str, Any]]:
    return client.get("/v1/videos/characters").json()["data"]


def made(client: TestClient, service: Service, body: dict[str, Any], clip: Path, shade: int) -> str:
    """A video whose clip says what it was made from; its id."""
    body = {"size": "64x64", **body}
    answer = client.post("/v1/videos", json=body)
    assert answer.status_code == 200, answer.text
    job = finish(service, answer.json())
    spec = JobSpec.from_json(job.payload)
    inputs = tuple(InputFile(name=f"given {i + 1}", sha256="") for i in range(len(spec.media)))
    write_clip(clip, replace(spec.request, inputs=inputs), shade)
    assert job.result is not None
    service.media.put(f"{job.result['folder']}/video.mp4", clip)
    return job.id


def test_clips_that_show_them_are_made_again_elsewhere(
    client: TestClient, service: Service, other: TestClient, tmp_path: Path
):
    """A plain clip and a storyboard, with one character in both."""
    kim, lee = (
        client.post(
            "/v1/videos/characters", files={"name": (None, name), "video": ("a.png", content)}
        ).json()["id"]
        for name, content in (("Kim", PNG), ("Lee", picture((64, 64))))
    )
    plain = {"prompt": "Kim rolls", "characters": [{"id": kim}], "seconds": "1"}
    board = {"storyboard": {"card": CARDS}, "characters": [{"id": kim}, {"id": lee}]}
    first = made(client, service, plain, tmp_path / "a.mp4", 10)
    second = made(client, service, board, tmp_path / "b.mp4", 20)
    export = tmp_path / "export.zip"
    export.write_bytes(client.get(f"/v1/videos/export?ids={first},{second}").content)

    assert characters(other) == []
    brought = bring(other, export, backwards=False)
    assert [brought[each]["kind"] for each in (first, second)] == ["cast", "storyboard"]
    new = {each["name"]: each["id"] for each in characters(other)}
    assert sorted(new) == ["Kim", "Lee"]
    assert {kim, lee}.isdisjoint(new.values())
    assert other.get(f"/v1/videos/characters/{new['Kim']}/content").content == PNG
    wanted = {first: ["Kim"], second: ["Kim", "Lee"]}
    for old, names in wanted.items():
        video = brought[old]["id"]
        recipe = other.get(f"/v1/videos/{video}/recipe").json()
        assert recipe["body"]["characters"] == [{"id": new[name]} for name in names]
        assert other.post("/v1/videos", json=recipe["body"]).status_code == 200
        assert other.post(f"/v1/videos/{video}/retry").status_code == 200
    assert len(characters(other)) == 2

    here = bring(client, export, backwards=True)  # where the characters are
    assert len(characters(client)) == 2
    recipe = client.get(f"/v1/videos/{here[first]['id']}/recipe").json()
    assert recipe["body"]["characters"] == [{"id": kim}]


@pytest.mark.parametrize(
    "request_",
    [
        replace(CAST, names=("Kim", "Lee")),
        replace(CAST, names=("x" * 81,)),
        replace(CAST, names=("a\0b",)),
    ],
    ids=["two names for one file", "long", "not printable"],
)
def test_names_that_no_character_has(client: TestClient, tmp_path: Path, request_: CastRequest):
    video = sent(client, write_clip(tmp_path / "a.mp4", request_, 70), [PNG])
    assert (video["kind"], characters(client)) == ("import", [])


def test_a_clip_that_cannot_be_stored_brings_no_character(
    client: TestClient, service: Service, tmp_path: Path
):
    path, kim = write_clip(tmp_path / "a.mp4", CAST, 70), tmp_path / "kim.png"
    kim.write_bytes(PNG)
    importer = Importer(queue=service.queue, media=service.media, most_bytes=len(PNG) + 1)
    with pytest.raises(QuotaError):
        importer.add(path, Record(), name="a.mp4", inputs=[kim])
    assert characters(client) == []
    assert [each for each in (tmp_path / "media").rglob("*") if each.is_file()] == []


def test_what_they_cost_is_what_the_request_asks_for(
    client: TestClient, service: Service, tmp_path: Path
):
    video = sent(client, write_clip(tmp_path / "a.mp4", CAST, 70), [PNG])
    again = client.post(f"/v1/videos/{video['id']}/retry").json()
    assert spec_of(service, again["id"]).request == replace(CAST, inputs=())
    job = service.queue.get(again["id"])
    assert job is not None
    assert job.cost == 64 * 64 * 2

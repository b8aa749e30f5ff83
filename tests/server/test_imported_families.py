"""What an export holds of clips that were made from others comes back: their given files, with
which they can be made again, and who was made from whom."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from moved_clips import bring, sent, spec_of, write_clip
from services import finish
from serving import picture
from sorairo.generation.requests.animate import AnimateRequest
from sorairo.generation.requests.base import InputFile, Request
from sorairo.jobs.database import open_database
from sorairo.jobs.library.lineage import FamilyTree
from sorairo.server.api.service import Service
from sorairo.server.imports.importer import Importer
from sorairo.server.imports.records import Record
from sorairo.server.job_spec import JobSpec
from sorairo.video.latent_sidecar import file_digest

ANIMATED = AnimateRequest(
    prompt="it rolls",
    at=(0.0,),
    seconds=2.0,
    seed=7,
    width=64,
    height=64,
    inputs=(InputFile(name="given 1", sha256=""),),
)


def test_a_clip_comes_with_the_picture_that_it_was_made_from(
    client: TestClient, service: Service, tmp_path: Path
):
    given = picture((64, 64))
    path = write_clip(tmp_path / "a.mp4", ANIMATED, 60)
    video = sent(client, path, [given], model="sora-2")
    assert (video["kind"], video["prompt"], video["seed"]) == ("animate", "it rolls", 7)
    recipe = client.get(f"/v1/videos/{video['id']}/recipe").json()
    assert recipe["inputs"] == [{"number": 0, "field": "input_reference"}]
    assert (recipe["body"]["seconds"], recipe["body"]["size"]) == ("2", "64x64")
    assert client.get(f"/v1/videos/{video['id']}/inputs/0").content == given
    again = client.post(f"/v1/videos/{video['id']}/retry").json()
    spec = spec_of(service, again["id"])
    assert spec.request == replace(ANIMATED, inputs=())
    assert [b"".join(service.media.read(each)) for each in spec.media] == [given]
    job = service.queue.get(again["id"])
    assert job is not None
    assert job.cost == 64 * 64 * 2
    stored = service.queue.get(video["id"])
    assert stored is not None
    assert stored.result is not None
    assert stored.result["bytes"] > path.stat().st_size + len(given)


@pytest.mark.parametrize("case", ["missing", "two", "another", "broken"])
def test_without_its_own_files_a_clip_is_an_import(client: TestClient, tmp_path: Path, case: str):
    given = tmp_path / "ball.png"
    given.write_bytes(picture((64, 64)))
    request: Request = ANIMATED
    if case == "another":
        other = InputFile(name="ball.png", sha256=file_digest(given)[::-1])
        request = replace(ANIMATED, inputs=(other,))
    inputs = {"missing": 0, "two": 2}.get(case, 1) * [given.read_bytes()]
    if case == "broken":
        inputs = [b"<html>"]
    video = sent(client, write_clip(tmp_path / "a.mp4", request, 70), inputs)
    assert video["kind"] == "import"
    answer = client.post(f"/v1/videos/{video['id']}/retry")
    assert answer.json()["error"]["detail"]["code"] == "not_generated"


def test_files_of_the_command_line_are_known_by_their_digests(client: TestClient, tmp_path: Path):
    given = tmp_path / "ball.png"
    given.write_bytes(picture((64, 64)))
    source = InputFile(name="ball.png", sha256=file_digest(given))
    path = write_clip(tmp_path / "a.mp4", replace(ANIMATED, inputs=(source,)), 80)
    assert sent(client, path, [given.read_bytes()])["kind"] == "animate"


@pytest.fixture
def family(client: TestClient, service: Service, tmp_path: Path) -> dict[str, str]:
    """A clip, its remix, and a clip that extends the remix; their ids by names."""

    def made(name: str, route: str, body: dict[str, Any], shade: int) -> str:
        answer = client.post(f"/v1/videos{route}", json=body)
        assert answer.status_code == 200, answer.text
        job = finish(service, answer.json())
        spec = JobSpec.from_json(job.payload)
        inputs = tuple(InputFile(name=f"given {i + 1}", sha256="") for i in range(len(spec.media)))
        path = write_clip(tmp_path / f"{name}.mp4", replace(spec.request, inputs=inputs), shade)
        assert job.result is not None
        service.media.put(f"{job.result['folder']}/video.mp4", path)
        return job.id

    size = {"size": "64x64", "seconds": "1"}
    first = made("first", "", {"prompt": "a red ball", **size}, 10)
    remix = made("remix", f"/{first}/remix", {"prompt": "a blue ball"}, 20)
    longer = {"prompt": "it rolls on", "video": {"id": remix}, "seconds": "1"}
    return {"first": first, "remix": remix, "longer": made("longer", "/extensions", longer, 30)}


@pytest.fixture
def export(client: TestClient, family: dict[str, str], tmp_path: Path) -> Path:
    path = tmp_path / "export.zip"
    answer = client.get(f"/v1/videos/export?ids={','.join(family.values())}")
    path.write_bytes(answer.content)
    return path


def relatives(client: TestClient, video: str) -> set[tuple[str, str, str]]:
    """(id, id of a parent, relation) of a whole family."""
    family = client.get(f"/v1/videos/{video}/lineage").json()["family"]
    assert all("video" in each for each in family)
    return {(e["id"], p["id"], p["relation"]) for e in family for p in e["parents"]}


@pytest.mark.parametrize("backwards", [False, True])
def test_a_family_moves_to_another_server(
    family: dict[str, str], export: Path, other: TestClient, *, backwards: bool
):
    """In whatever order its clips arrive."""
    brought = bring(other, export, backwards=backwards)
    new = {name: brought[old]["id"] for name, old in family.items()}
    assert not set(new.values()) & set(family.values())
    kinds = {name: brought[old]["kind"] for name, old in family.items()}
    assert kinds == {"first": "generate", "remix": "generate", "longer": "extend"}
    wanted = {
        (new["remix"], new["first"], "remix"),
        (new["longer"], new["remix"], "extend"),
    }
    for each in new.values():
        assert relatives(other, each) == wanted
    recipe = other.get(f"/v1/videos/{new['longer']}/recipe").json()
    assert recipe["inputs"] == [{"number": 0, "field": "video"}]
    assert recipe["body"]["prompt"] == "it rolls on"
    assert "video" not in recipe["body"]  # the file itself is given
    with zipfile.ZipFile(export) as file:
        (name,) = (each for each in file.namelist() if "/inputs/" in each)
        given = file.read(name)
    assert other.get(f"/v1/videos/{new['longer']}/inputs/0").content == given
    again = export.with_name("again.zip")
    again.write_bytes(other.get("/v1/videos/export").content)
    with zipfile.ZipFile(again) as file:
        (index,) = (each for each in file.namelist() if each.endswith("index.json"))
        parents = {each["id"]: each.get("parents") for each in json.loads(file.read(index))}
    assert parents == {
        new["first"]: None,
        new["remix"]: {new["first"]: "remix"},
        new["longer"]: {new["remix"]: "extend"},
    }


def test_what_was_not_exported_is_a_deleted_relative(
    client: TestClient, family: dict[str, str], other: TestClient, tmp_path: Path
):
    path = tmp_path / "some.zip"
    path.write_bytes(client.get(f"/v1/videos/export?ids={family['remix']}").content)
    video = bring(other, path, backwards=False)[family["remix"]]["id"]
    found = other.get(f"/v1/videos/{video}/lineage").json()
    (parent,) = found["parents"]
    assert parent["relation"] == "remix"
    assert parent["id"].startswith("origin_")
    assert [each["id"] for each in found["family"] if "video" not in each] == [parent["id"]]


def test_in_its_own_library_a_copy_joins_the_family(
    client: TestClient, family: dict[str, str], tmp_path: Path
):
    """As when a clip was trimmed elsewhere and is brought back with what the export says of it."""
    path = write_clip(tmp_path / "b.mp4", ANIMATED, 99)
    parents = json.dumps({family["first"]: "remix"})
    video = sent(client, path, [], origin=family["remix"], parents=parents)
    found = client.get(f"/v1/videos/{video['id']}/lineage").json()["parents"]
    wanted = {(family["first"], "remix"), (family["remix"], "import")}
    assert {(each["id"], each["relation"]) for each in found} == wanted


def test_a_recipe_says_nothing_of_the_clips_that_it_names(client: TestClient):
    """Of which one may have no prompt: it does not get that of the clip that was made from it."""
    first, second = (f"video_{number:032x}" for number in range(2))
    inputs = [{"number": 0, "field": "video", "video_id": first}]
    recipe = {"object": "video.recipe", "id": second, "prompt": "it rolls", "inputs": inputs}
    sidecars = {f"x/recipes/{second}.json": json.dumps(recipe)}
    media = [f"x/clips/{each}.mp4" for each in (first, second)]
    plan = client.post("/v1/videos/imports/plan", json={"media": media, "sidecars": sidecars})
    found = {each["path"]: each["fields"] for each in plan.json()["data"]}
    assert found == {media[0]: {}, media[1]: {"prompt": "it rolls", "origin": second}}


def test_families_of_two_owners_do_not_meet(service: Service, tmp_path: Path):
    """Nor does anybody come into another one's family by claiming its ids."""
    record = Record(video="video_0123456789abcdef", parents=(("video_fedcba9876543210", "remix"),))
    path = write_clip(tmp_path / "a.mp4", ANIMATED, 50)
    importers = (Importer(queue=service.queue, media=service.media, owner=each) for each in "ab")
    first, second = (each.add(path, record, name="a.mp4").job.id for each in importers)
    claimed = Record(video=first, parents=((second, "remix"),))
    other = write_clip(tmp_path / "b.mp4", ANIMATED, 55)
    importer = Importer(queue=service.queue, media=service.media, owner="c")
    third = importer.add(other, claimed, name="b.mp4").job.id
    tree = FamilyTree(service.queue.database)
    ids = [
        {name for d in tree.family(each) for name in (d.child, d.parent)}
        for each in (first, second, third)
    ]
    assert len(set.union(*ids)) == sum(map(len, ids))


def test_by_the_command_line(family: dict[str, str], export: Path, tmp_path: Path):
    where = ["--database", f"sqlite:///{tmp_path}/cli.db", "--media", str(tmp_path / "cli")]
    command = [sys.executable, "-m", "sorairo", "import", str(export), *where, "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = map(json.loads, ended.stdout.splitlines())
    new = {Path(line["file"]).stem: line["id"] for line in lines}
    database = open_database(f"sqlite:///{tmp_path}/cli.db")
    tree = FamilyTree(database)
    assert tree.parents(new[family["remix"]]) == {new[family["first"]]: "remix"}
    assert tree.parents(new[family["longer"]]) == {new[family["remix"]]: "extend"}
    assert tree.parents(new[family["first"]]) == {}
    database.dispose()
    assert len(list((tmp_path / "cli").glob("*/*/given/0"))) == 1

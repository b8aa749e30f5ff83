"""Importing an archive of Sora's work with the command line and a real server."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx
import openai
import pytest

from serving import Running, database, picture
from sora_archive import clip, run_import, write_archive

CLIPS = 6


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clips and a picture as sora-exodus writes them, with two that are broken."""
    folder = tmp_path_factory.mktemp("sora")
    write_archive(folder, CLIPS)
    return folder


@pytest.mark.filterwarnings("ignore:The Sora API is scheduled:DeprecationWarning")
def test_an_archive(server: Running, server_folder: Path, archive: Path):
    """Twice: nothing is imported twice. Then an imported clip is extended by the real model."""
    where = [*database(server_folder), "--media", str(server_folder / "media")]
    lines, said = run_import(str(archive), "--tag", "sora", *where)
    assert len(lines) == CLIPS + 1
    assert {line["outcome"] for line in lines} == {"imported"}
    assert "broken.mp4 is skipped: it cannot be read" in said
    assert "page.mp4 is skipped: it cannot be read" in said
    assert "notes.json is left out: it is not JSON" in said
    assert f"Imported {CLIPS + 1}; 2 were skipped." in said
    again, said = run_import(str(archive), *where)
    assert {line["outcome"] for line in again} == {"present"}
    assert [line["id"] for line in again] == [line["id"] for line in lines]
    assert f"Imported 0; {CLIPS + 1} were here already; 2 were skipped." in said

    with httpx.Client(base_url=server.url, timeout=60) as client:
        page = client.get("/v1/videos?tag=sora&kind=import&limit=100").json()
        videos = {video["prompt"]: video for video in page["data"]}
        assert len(videos) == CLIPS + 1
        one = videos["a ball of shade 3"]
        facts = [one[name] for name in ("size", "seconds", "seed", "favourite", "status")]
        assert facts == ["96x64", "1", 3, True, "completed"]
        assert one["created_at"] == 1759572000
        file = archive / "generations" / "gen_0003abcd" / "video.mp4"
        content = client.get(f"/v1/videos/{one['id']}/content")
        assert content.content == file.read_bytes(), "the file itself"
        for variant in ("thumbnail", "spritesheet"):
            answer = client.get(f"/v1/videos/{one['id']}/content?variant={variant}")
            assert answer.status_code == 200
        still = videos["a red wall"]
        assert (still["size"], still["seconds"]) == ("96x64", "1")
        body = {"prompt": "a ball", "video": {"id": one["id"]}, "seconds": "1"}
        body["num_inference_steps"] = 2
        extension = client.post("/v1/videos/extensions", json=body).json()
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key="any") as sdk:
        done = sdk.videos.poll(extension["id"])
    assert (done.status, done.size) == ("completed", "96x64"), done.error


def test_a_zip_and_a_dry_run(tmp_path: Path, archive: Path):
    packed = tmp_path / "export.zip"
    with zipfile.ZipFile(packed, "w") as file:
        for name in ("gen_0001abcd", "gen_0002abcd"):
            for part in ("video.mp4", "metadata.json"):
                inner = f"generations/{name}/{part}"
                file.write(archive / inner, inner)
        file.write(archive / "broken.mp4", "../../outside.mp4")
        file.writestr("bomb.mp4", bytes(10**7), zipfile.ZIP_DEFLATED)
    where = [*database(tmp_path), "--media", str(tmp_path / "media")]
    planned, _ = run_import(str(packed), "--dry-run", *where)
    assert [line["prompt"] for line in planned] == ["a ball of shade 1", "a ball of shade 2"]
    assert not (tmp_path / "media").exists()
    lines, said = run_import(str(packed), *where)
    assert [line["outcome"] for line in lines] == ["imported"] * 2
    assert said.strip().endswith("Imported 2.")


def test_files_without_a_name_for_their_type(tmp_path: Path):
    """OpenAI's export has pictures and clips as `.dat`, beside other data of that name."""
    folder = tmp_path / "export"
    clip(folder / "moving.mp4", 3)
    (folder / "moving.mp4").rename(folder / "file_00aa00aa")
    (folder / "file_00bb00bb.dat").write_bytes(picture((64, 32)))
    (folder / "file_00cc00cc.dat").write_bytes(b"%PDF-1.7" + bytes(90))
    talks = [
        {"asset_pointer": f"sediment://file_{key}", "metadata": {"prompt": prompt}}
        for key, prompt in (("00aa00aa", "a grey wall"), ("00bb00bb", "a red wall"))
    ]
    (folder / "conversations-000.json").write_text(json.dumps(talks))
    packed = tmp_path / "export.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for path in folder.iterdir():
            file.write(path, path.name)
    where = [*database(tmp_path), "--media", str(tmp_path / "media")]
    for source, outcome in ((folder, "imported"), (packed, "present")):
        lines, _ = run_import(str(source), *where)
        assert {line["file"]: (line["prompt"], line["outcome"]) for line in lines} == {
            "file_00aa00aa": ("a grey wall", outcome),
            "file_00bb00bb.dat": ("a red wall", outcome),
        }


def test_files_of_an_unknown_shape_beside_clips(tmp_path: Path):
    """Conversations, an account, and lists of other things, of which little is about the clips but
    two ids: every clip is imported, with what is known about it."""
    folder = tmp_path / "export"
    for name, shade in (
        *(("file-Ab12Cd34-boat.mp4", 7), ("file_00ff00ff-1.mp4", 8)),
        *(("clip.mp4", 9), ("3.mp4", 10)),
    ):
        clip(folder / name, shade)
    drawn = {"asset_pointer": "sediment://file_00ff00ff", "metadata": {"generation": {}}}
    drawn["metadata"]["generation"] = {"gen_id": "Zz9", "prompt": "a red boat", "seed": 41}
    message = {
        "id": "b1946ac9-0000",
        "author": {"role": "user", "name": None},
        "content": {"content_type": "text", "parts": ["a boat", drawn]},
        "metadata": {"attachments": [{"id": "file-Ab12Cd34", "name": "boat.mp4", "size": 9}]},
    }
    mapping = {"b1946ac9-0000": {"id": "b1946ac9-0000", "message": message, "children": []}}
    talk = {"title": "Boats", "create_time": 1759572000.5, "mapping": mapping, "id": "c0ffee"}
    deep: list = []
    for _ in range(200):
        deep = [deep]
    contents = {
        "conversations.json": [talk, {**talk, "mapping": {}}],
        "user.json": {"id": "user-1", "email": "a@example.org", "birth_year": None},
        "message_feedback.json": [1, "x", None, [deep], {"3": {"value": 3}}],
    }
    for name, content in contents.items():
        (folder / name).write_text(json.dumps(content))
    (folder / "chat.html").write_text("<html></html>")
    (folder / "broken.json").write_text('{"id": ')
    where = [*database(tmp_path), "--media", str(tmp_path / "media")]
    lines, said = run_import(str(folder), *where)
    assert {line["file"]: line["prompt"] for line in lines} == {
        "3.mp4": "",
        "clip.mp4": "",
        "file-Ab12Cd34-boat.mp4": "Boats",
        "file_00ff00ff-1.mp4": "a red boat",
    }
    assert {line["outcome"] for line in lines} == {"imported"}
    assert "broken.json is left out: it is not JSON (line 1)." in said
    assert "For 2 of 4 files no file beside them names a prompt" in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["missing"], "There is no folder or zip missing"),
        (["."], "There are no clips or pictures in ."),
        (["note.txt"], "note.txt is no zip file"),
        ([".", "--key", "key_0"], "There are no clips"),
    ],
)
def test_misuse(tmp_path: Path, words: list[str], message: str):
    (tmp_path / "note.txt").write_text("x")
    command = [sys.executable, "-m", "sorairo", "import", *words, *database(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert message in ended.stderr

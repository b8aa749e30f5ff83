"""Other forms of a finished clip: GIF, WebP, its frames, one frame."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from footage import shades, write_video
from services import finish
from sorairo.server.api.service import Service
from sorairo.video import Clip


@pytest.fixture
def video(client: TestClient, service: Service, tmp_path: Path) -> str:
    """A finished video of 24 frames, from dark to bright, with one shade a frame."""
    body = {"prompt": "x", "size": "64x96", "seconds": "1"}
    found = client.post("/v1/videos", json=body).json()
    job = finish(service, found)
    frames = shades([10 * i for i in range(24)], 96, 64)
    times = [round(1000 * i / 24) for i in range(24)]
    path = write_video(tmp_path / "a.mp4", frames, times, settings={"crf": "0"})
    assert job.result is not None
    service.media.put(f"{job.result['folder']}/video.mp4", path)
    return found["id"]


@pytest.mark.parametrize(("form", "kind"), [("gif", "GIF"), ("webp", "WEBP")])
def test_animations(client: TestClient, video: str, form: str, kind: str):
    answer = client.get(f"/v1/videos/{video}/{form}?side=64&fps=8")
    assert answer.headers["content-type"] == f"image/{form}"
    assert answer.headers["content-disposition"] == f'attachment; filename="{video}.{form}"'
    picture = Image.open(io.BytesIO(answer.content))
    assert (picture.format, picture.info["loop"], max(picture.size)) == (kind, 0, 64)
    shown = []
    for number in range(picture.n_frames):  # type: ignore[attr-defined]
        picture.seek(number)
        picture.load()
        shown.append((np.asarray(picture.convert("L")).mean(), picture.info["duration"]))
    assert len(shown) == 8
    assert sum(duration for _, duration in shown) == pytest.approx(1000, abs=20)
    assert np.all(np.diff([shade for shade, _ in shown]) > 10), "in their order"


def test_animations_have_no_more_frames_than_the_clip(client: TestClient, video: str):
    """Of 24 a second, all are shown equally long where 50 are allowed."""
    answer = client.get(f"/v1/videos/{video}/webp?side=64&fps=50")
    picture, durations = Image.open(io.BytesIO(answer.content)), []
    for number in range(picture.n_frames):  # type: ignore[attr-defined]
        picture.seek(number)
        picture.load()
        durations.append(picture.info["duration"])
    assert set(durations) <= {41, 42}
    assert len(durations) == 24


def test_frames(client: TestClient, video: str):
    answer = client.get(f"/v1/videos/{video}/frames")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        assert file.testzip() is None
        names = file.namelist()
        assert names == [f"{video}/{number:02d}.png" for number in range(24)]
        with file.open(names[5]) as one:
            frame = np.asarray(Image.open(one))
    assert frame.shape == (96, 64, 3)
    for time, number in (("0", 0), ("0.2084", 5), ("0.9", 21), ("-0.001", 23), ("99", 23)):
        answer = client.get(f"/v1/videos/{video}/frame?time={time}")
        assert answer.headers["content-type"] == "image/png"
        shown = np.asarray(Image.open(io.BytesIO(answer.content)))
        assert shown.mean() == pytest.approx(10 * number, abs=6), time
        if number == 5:
            assert np.array_equal(shown, frame)


def test_what_cannot_be_converted(client: TestClient, service: Service, video: str):
    waiting = client.post("/v1/videos", json={"prompt": "x"}).json()["id"]
    for path, status in (
        (f"{waiting}/gif", 404),
        (f"{waiting}/frame", 404),
        ("video_0/frames", 404),
        (f"{video}/gif?side=5", 400),
        (f"{video}/frame?time=soon", 400),
    ):
        assert client.get(f"/v1/videos/{path}").status_code == status, path
    finish(service, {"id": waiting})  # with files that are no clips
    answer = client.get(f"/v1/videos/{waiting}/webp")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_file")


def test_a_clip_is_cut_and_joined(client: TestClient, video: str, tmp_path: Path):
    """At once, frame by frame, and with its parts as its recipe."""
    parts = [{"id": video, "start": 0.5}, {"id": video, "end": 0.25}]
    answer = client.post("/v1/videos/cuts", json={"parts": parts})
    assert answer.status_code == 200, answer.text
    made = answer.json()
    assert (made["status"], made["kind"], made["duration"]) == ("completed", "cut", 0.75)
    path = tmp_path / "cut.mp4"
    path.write_bytes(client.get(f"/v1/videos/{made['id']}/content").content)
    shown = Clip.load(path).frames.mean((1, 2, 3))
    assert shown == pytest.approx([10 * i for i in [*range(12, 24), *range(6)]], abs=4)
    recipe = client.get(f"/v1/videos/{made['id']}/recipe").json()
    assert (recipe["path"], recipe["body"]) == ("/v1/videos/cuts", {"parts": parts})
    lineage = client.get(f"/v1/videos/{made['id']}/lineage").json()
    assert lineage["parents"] == [{"id": video, "relation": "cut"}]
    again = client.post(f"/v1/videos/{made['id']}/remix", json={"prompt": "a blue box"}).json()
    assert (again["status"], again["kind"]) == ("queued", "edit")


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ([], "at least one"),
        ([{"start": 1}], "no 'id'"),
        ([{"id": "VIDEO", "start": 3}], "is empty"),
        ([{"id": "VIDEO", "start": 1, "end": 0.5}], "before it begins"),
        ([{"id": "VIDEO", "stat": 1}], "Did you mean 'start'?"),
    ],
)
def test_cuts_that_cannot_be(client: TestClient, video: str, parts: list[dict], says: str):
    given = [{**each, **({"id": video} if "id" in each else {})} for each in parts]
    answer = client.post("/v1/videos/cuts", json={"parts": given})
    assert answer.status_code == 400
    assert says in answer.json()["error"]["message"]
    assert client.get("/v1/videos").json()["data"] == [client.get(f"/v1/videos/{video}").json()]


def test_a_film_is_taken_away(client: TestClient, video: str):
    scenes = [
        {"id": "a", "video": video},
        {"id": "b", "video": video, "from": "a", "choice": "</script> & left"},
    ]
    answer = client.post("/v1/videos/films", json={"title": "Ways", "scenes": scenes})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        names = {"film/index.html", "film/film.json", f"film/clips/{video}.mp4"}
        assert set(file.namelist()) == names
        film = json.loads(file.read("film/film.json"))
        page = file.read("film/index.html").decode()
    assert [each.get("from") for each in film["scenes"]] == [None, "a"]
    assert page.count("</script>") == 1
    for wrong in (
        [scenes[1]],
        [*scenes, scenes[0]],
        [*scenes, {**scenes[1], "id": "c", "from": "c"}],
    ):
        assert client.post("/v1/videos/films", json={"scenes": wrong}).status_code == 400

"""Storyboards over HTTP: cards with pictures and clips, and the TOML of a file."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from footage import shades, write_video
from services import finish
from serving import picture
from sorairo.generation.requests.storyboard.request import Storyboard
from sorairo.server.api.service import Service
from sorairo.server.job_spec import JobSpec

PNG = picture()
URL = {"image_url": f"data:image/png;base64,{base64.b64encode(PNG).decode()}"}
SMALL = {"size": "64x64", "seconds": "1"}


def spec_of(service: Service, answer: Any) -> JobSpec:
    assert answer.status_code == 200, answer.text
    job = service.queue.get(answer.json()["id"])
    assert job is not None
    return JobSpec.from_json(job.payload)


def test_cards_with_pictures_and_clips(client: TestClient, service: Service, tmp_path: Path):
    video = client.post("/v1/videos", json={"prompt": "a ball", **SMALL}).json()
    finish(service, video)
    film = write_video(tmp_path / "a.mp4", shades([9] * 12, 64, 64), [83 * i for i in range(12)])
    stored = client.post(
        "/v1/files", data={"purpose": "user_data"}, files={"file": ("a.mp4", film.read_bytes())}
    ).json()
    file = stored["id"]
    assert stored["seconds"] == pytest.approx(1, abs=0.01)
    assert "seconds" not in client.get(f"/v1/files/{file}").json()
    cards = [
        {"prompt": "a ball", "seconds": 1, "picture": URL, "at": 0.5},
        {"clip": {"id": video["id"]}},
        {"prompt": "a box", "seconds": 0.5, "cut": False},
        {"clip": {"file_id": file}, "seconds": 0.5},
        {"picture": {"id": video["id"]}, "seconds": 0.5},
    ]
    answer = client.post("/v1/videos", json={"storyboard": {"size": "64x64", "card": cards}})
    spec = spec_of(service, answer)
    board = spec.request
    assert isinstance(board, Storyboard)
    assert [(card.picture, card.clip, card.prompt) for card in board.cards] == [
        ("picture 1", None, "a ball"),
        (None, "clip 2", ""),
        (None, None, "a box"),
        (None, "clip 3", ""),
        ("picture 4", None, ""),
    ]
    assert [card.end for card in board.cards] == [1.0, 2.0, 2.5, 3.0, 3.5]
    kept = [b"".join(service.media.read(path)) for path in spec.media]
    assert kept == [PNG, b"video.mp4", film.read_bytes(), b"thumbnail.webp"]
    assert set(spec.video.parents or {}) == {video["id"]}
    recipe = client.get(f"/v1/videos/{answer.json()['id']}/recipe").json()
    assert [each["field"] for each in recipe["inputs"]] == [
        f"storyboard.card[{i}].{key}"
        for i, key in ((0, "picture"), (1, "clip"), (3, "clip"), (4, "picture"))
    ]


@pytest.mark.parametrize(
    ("card", "param"),
    [
        ({"picture": "ball.png"}, "storyboard.card[0].picture"),
        ({"picture": URL, "clip": {"id": "video_1"}}, "storyboard"),
        ({"clip": {"id": "video_1"}}, "video_id"),
        ({"clip": 7}, "storyboard.card[0].clip"),
        ({"picture": {"image_url": "data:image/png;base64,AAAA"}}, "storyboard.card[0].picture"),
    ],
)
def test_cards_that_are_refused(client: TestClient, card: dict, param: str):
    answer = client.post("/v1/videos", json={"storyboard": {"card": [{"seconds": 1, **card}]}})
    assert answer.status_code in (400, 404), answer.text
    assert answer.json()["error"]["param"].startswith(param)


def test_the_toml_of_a_file(client: TestClient):
    toml = (
        'size = "64x64"\n\n[[card]]\nprompt = "a \\"red\\" ball"\nseconds = 2\npicture = "a.png"\n'
    )
    answer = client.post("/v1/storyboards/readings", json={"toml": toml})
    assert answer.json()["table"] == {
        "size": "64x64",
        "card": [{"prompt": 'a "red" ball', "seconds": 2, "picture": "a.png"}],
    }
    for wrong in ("[[card", "at = 2026-01-01", "seconds = inf", ""):
        answer = client.post("/v1/storyboards/readings", json={"toml": wrong})
        assert answer.status_code == 400, wrong
        assert answer.json()["error"]["param"] == "toml"


def test_cards_with_characters(client: TestClient, service: Service):
    video = client.post("/v1/videos", json={"prompt": "a ball", **SMALL}).json()
    finish(service, video)
    made = [
        client.post("/v1/videos/characters", json={"name": "Ruby", "video": {"id": video["id"]}}),
        client.post("/v1/videos/characters", data={"name": "Sky"}, files={"video": ("a.png", PNG)}),
    ]
    ruby, sky = ({"id": each.json()["id"]} for each in made)
    content = client.get(f"/v1/videos/characters/{sky['id']}/content")
    assert (content.content, content.headers["content-type"]) == (PNG, "image/png")
    assert client.get("/v1/videos/characters/char_0/content").status_code == 404
    cards = [
        {"prompt": "Ruby rolls", "seconds": 1},
        {"picture": URL, "seconds": 0.5},
        {"prompt": "Sky meets Ruby", "seconds": 1},
    ]
    body = {"storyboard": {"size": "64x64", "card": cards}, "characters": [ruby, sky]}
    answer = client.post("/v1/videos", json=body)
    spec = spec_of(service, answer)
    board = spec.request
    assert isinstance(board, Storyboard)
    assert board.names == ("Ruby", "Sky")
    kept = [b"".join(service.media.read(path)) for path in spec.media]
    assert kept == [PNG, b"video.mp4", PNG]
    route = f"/v1/videos/{answer.json()['id']}"
    assert client.get(f"{route}/lineage").json()["parents"] == [
        {"id": video["id"], "relation": "character"}
    ]
    recipe = client.get(f"{route}/recipe").json()
    assert recipe["body"]["characters"] == [ruby, sky]
    assert [(each["field"], each.get("character_id")) for each in recipe["inputs"]] == [
        ("storyboard.card[1].picture", None),
        ("characters[0]", ruby["id"]),
        ("characters[1]", sky["id"]),
    ]
    fields = recipe["body"]
    fields["storyboard"]["card"][1]["picture"] = URL
    assert spec_of(service, client.post("/v1/videos", json=fields)).request == board
    again = client.post(f"{route}/retry")
    assert spec_of(service, again).request == board
    assert spec_of(service, again).video.parents == {video["id"]: "character"}
    form = {"storyboard": '[[card]]\nprompt = "Ruby rolls"\nseconds = 1', **SMALL}
    sent = {**form, "characters[0][id]": ruby["id"]}
    assert spec_of(service, client.post("/v1/videos", data=sent)).request.names == ("Ruby",)  # type: ignore[attr-defined]
    alone = client.post("/v1/videos", json={"prompt": "Ruby", "characters": [ruby], **SMALL})
    assert spec_of(service, alone).video.parents == {video["id"]: "character"}
    for wrong, param in (
        ({**body, "characters": [ruby, sky, sky]}, None),
        ({**body, "characters": [ruby] * 9}, "characters"),
        ({**body, "characters": [{"id": "char_0"}]}, "character_id"),
        ({"prompt": "Ruby", "characters": [ruby, sky, sky]}, "characters"),
        ({"storyboard": {"card": cards[:1]}, "characters": [sky]}, "storyboard"),
        ({**form, "storyboard": '[[character]]\nname = "Ruby"\nclip = "a.mp4"'}, "storyboard"),
    ):
        answer = client.post("/v1/videos", json=wrong)
        assert (answer.status_code < 300) == (param is None), answer.text
        assert not param or answer.json()["error"]["param"].startswith(param)


def test_the_times_of_a_file(client: TestClient):
    def times(toml: str) -> Any:
        return client.post("/v1/storyboards/readings", json={"toml": toml}).json()["times"]

    card = '[[card]]\nprompt = "a ball"\n'
    assert times(f"seconds = 9\n{card}seconds = 3\n{card}{card}start = 7") == [
        [0, 3],
        [3, 7],
        [7, 9],
    ]
    assert times(f'{card}seconds = 1\n[[card]]\nclip = "a.mp4"') is None
    assert times(f'{card}seconds = 0.3\n[[card]]\nclip = "a.mp4"\nseconds = 2') == [
        [0, 0.3],
        [0.3, 2.3],
    ]
    for wrong in (card, f"{card}seconds = 1\ncolour = 3", f"{card}seconds = 1\nend = 2"):
        answer = client.post("/v1/storyboards/readings", json={"toml": wrong})
        assert (answer.status_code, answer.json()["error"]["param"]) == (400, "toml"), wrong

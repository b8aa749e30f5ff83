"""Remixes with another length."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from fastapi.testclient import TestClient

from services import finish
from serving import picture
from sorairo.server.api.service import Service

PICTURE = {"image_url": f"data:image/png;base64,{base64.b64encode(picture()).decode()}"}


def made(client: TestClient, service: Service, path: str = "", **body: Any) -> str:
    """The id of a finished video."""
    video = client.post(f"/v1/videos{path}", json={"prompt": "a ball", **body}).json()
    finish(service, video)
    return video["id"]


@pytest.mark.parametrize("seconds", [2, 8])
def test_a_picture_at_the_end_stays_there(client: TestClient, service: Service, seconds: int):
    video = made(client, service, input_reference=PICTURE, last_frame=PICTURE, seconds="4")
    body = {"prompt": "a box", "seconds": str(seconds)}
    remix = client.post(f"/v1/videos/{video}/remix", json=body).json()
    assert remix["seconds"] == str(seconds)
    recipe = client.get(f"/v1/videos/{remix['id']}/recipe").json()
    assert recipe["request"]["at"] == [0, seconds]
    assert [each["field"] for each in recipe["inputs"]] == ["input_reference", "last_frame"]


def test_pictures_within_a_clip_stay_at_their_times(client: TestClient, service: Service):
    conditions = [{"time": 0, **PICTURE}, {"time": 1.5, **PICTURE}]
    video = made(client, service, conditions=conditions, seconds="2")
    body = {"prompt": "a box", "seconds": "4"}
    remix = client.post(f"/v1/videos/{video}/remix", json=body).json()
    recipe = client.get(f"/v1/videos/{remix['id']}/recipe").json()
    assert recipe["request"]["at"] == [0, 1.5]


@pytest.mark.parametrize("path", ["loops", "extensions"])
def test_what_is_as_long_as_its_clip_and_more_keeps_its_length(
    client: TestClient, service: Service, path: str
):
    """The seconds of a loop are those of its bridge: a remix that asks for 8 s would have 12."""
    clip = made(client, service, seconds="4")
    video = made(client, service, f"/{path}", video={"id": clip}, seconds="2")
    answer = client.post(f"/v1/videos/{video}/remix", json={"prompt": "a box", "seconds": "8"})
    error = answer.json()["error"]
    assert (answer.status_code, error["param"]) == (400, "seconds")
    assert "keeps its length" in error["message"]
    same = client.post(f"/v1/videos/{video}/remix", json={"prompt": "a box"})
    assert same.status_code == 200

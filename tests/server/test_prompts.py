"""Prompts over HTTP are read in words of the model, and one that it does not know is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from services import new_service
from sorairo.config import to_json
from sorairo.generation.requests.limits import limits_of
from sorairo.models import hub
from sorairo.server.api.service import Service
from sorairo.server.app import create_app
from sorairo.server.job_spec import JobSpec

CRIMSON = "a crimson orb plummets onto golden dunes"


@pytest.fixture
def service(tmp_path: Path) -> Service:
    facts = hub.info(hub.find("tabletop")).facts
    return replace(new_service(tmp_path), limits=limits_of(to_json(facts)))


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    with TestClient(create_app(service), raise_server_exceptions=False) as client:
        yield client


def texts(service: Service, video: dict[str, Any]) -> tuple[str, ...]:
    job = service.queue.get(video["id"])
    assert job is not None
    return JobSpec.from_json(job.payload).request.texts


def test_a_prompt_is_read_and_the_video_says_so(client: TestClient, service: Service):
    prompt = f"{CRIMSON} above a cat"
    answer = client.post("/v1/videos", json={"prompt": prompt, "vary": False})
    video = answer.json()
    text = "a red ball drops onto the sand"
    assert (answer.status_code, video["prompt"]) == (200, prompt)
    assert video["notes"] == [f"Read as: {text}", "Ignored (unknown words): above, cat"]
    assert video["note_details"] == [
        {"code": "read_as", "values": {"text": text}},
        {"code": "unknown_words", "values": {"words": "above, cat"}},
    ]
    assert client.get(f"/v1/videos/{video['id']}").json()["notes"] == video["notes"]
    assert texts(service, video) == (text,)
    again = client.post(f"/v1/videos/{video['id']}/remix", json={"prompt": "a navy can rolls"})
    assert again.json()["notes"] == ["Read as: a blue cylinder rolls"]
    assert texts(service, again.json()) == ("a blue cylinder rolls",)


@pytest.mark.parametrize("seed", [-2, 2**63, 1e300])
def test_a_seed_that_no_model_takes_is_refused_where_nothing_is_made(
    client: TestClient, seed: float
):
    body = {"prompt": "a red ball rolls", "seed": seed}
    answer = client.post("/v1/prompts/readings", json=body)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "seed")


def test_the_places_of_unknown_words_count_letters_of_the_prompt(client: TestClient):
    prompt = "A \u0130 🎈 Zebra and a ZEBRA"  # of the first letter, lower() makes two
    found = client.post("/v1/prompts/readings", json={"prompt": prompt}).json()["unknown"]
    places = [prompt[each["start"] : each["end"]] for each in found]
    assert places[-2:] == ["Zebra", "ZEBRA"]


def test_a_prompt_is_used_as_it_is(client: TestClient, service: Service):
    for prompt in (CRIMSON, "a cat looks around"):
        video = client.post("/v1/videos", json={"prompt": prompt, "rewrite": False}).json()
        assert "notes" not in video
        assert texts(service, video) == (prompt,)
    plain = {"prompt": "a red ball drops onto the sand", "vary": "false"}
    assert "notes" not in client.post("/v1/videos", data=plain).json()


def test_each_video_of_a_request_is_another_take(client: TestClient, service: Service):
    body = {"prompt": "a red ball rolls", "n": 3, "seed": 12}
    first = client.post("/v1/videos", json=body).json()
    videos = [client.get(f"/v1/videos/{name}").json() for name in first["videos"]]
    assert len({texts(service, video) for video in videos}) == 3
    assert all(video["notes"] == [f"Read as: {texts(service, video)[0]}"] for video in videos)
    again = client.post("/v1/videos", json={**body, "n": 1}).json()
    assert texts(service, again) == texts(service, first)


@pytest.mark.parametrize("prompt", ["a cat looks around", "猫在看窗外", "x"])
def test_a_prompt_of_which_nothing_is_known_is_accepted_with_a_note(
    client: TestClient, service: Service, prompt: str
):
    video = client.post("/v1/videos", json={"prompt": prompt}).json()
    assert video["status"] == "queued"
    (note,) = video["notes"]
    assert f"Nothing in '{prompt}' is known" in note
    assert "a red ball drops onto a wooden floor" in note
    assert texts(service, video) == (prompt,)

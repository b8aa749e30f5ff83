"""Quotas of keys, and the limit of free disk space."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

from fastapi.testclient import TestClient

from serving import picture
from sorairo.jobs.keys import Quota
from sorairo.server.api.service import Service
from sorairo.server.app import create_app

URL = f"data:image/png;base64,{base64.b64encode(picture()).decode()}"
SMALL = {"size": "64x64", "seconds": "1"}


def test_a_key_limits_unfinished_jobs(client: TestClient, service: Service):
    _, secret = service.keys.create("small", Quota(most_waiting=2))
    header = {"Authorization": f"Bearer {secret}"}
    left = []
    for _ in range(2):
        answer = client.post("/v1/videos", json={"prompt": "x"}, headers=header)
        left.append(answer.headers["x-ratelimit-remaining-requests"])
    assert left == ["1", "0"]
    answer = client.post("/v1/videos", json={"prompt": "x"}, headers=header)
    assert answer.status_code == 429
    assert answer.json()["error"]["type"] == "rate_limit_error"
    assert int(answer.headers["retry-after"]) > 0
    client.post(f"/v1/videos/{service.queue.page()[0][0].id}/cancel", headers=header)
    again = client.post("/v1/videos", json={"prompt": "x"}, headers=header)
    assert again.status_code == 200, "one has ended"


def test_a_key_limits_the_cost_of_a_day(client: TestClient, service: Service):
    _, secret = service.keys.create("small", Quota(most_cost=3 * 64 * 64))
    header = {"Authorization": f"Bearer {secret}"}
    body = {"prompt": "x", **SMALL}
    answers = [client.post("/v1/videos", json=body, headers=header) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers["x-ratelimit-remaining-pixel-seconds"] == str(2 * 64 * 64)
    assert 86_000 < int(answers[-1].headers["retry-after"]) <= 86_401
    gone = client.get("/v1/videos", headers=header).json()["data"][0]["id"]
    client.delete(f"/v1/videos/{gone}", headers=header)
    assert client.post("/v1/videos", json=body, headers=header).status_code == 429, "it was made"


def test_more_than_the_quota_of_a_day_is_rejected_for_good(client: TestClient, service: Service):
    _, secret = service.keys.create("small", Quota(most_cost=3 * 64 * 64))
    header = {"Authorization": f"Bearer {secret}"}
    answer = client.post("/v1/videos", json={"prompt": "x", **SMALL, "n": 4}, headers=header)
    assert (answer.status_code, "retry-after" in answer.headers) == (403, False)


def test_all_videos_of_a_request_are_accepted_or_none(
    client: TestClient, service: Service, tmp_path: Path
):
    _, secret = service.keys.create("small", Quota(most_waiting=4))
    header = {"Authorization": f"Bearer {secret}"}
    body = {"prompt": "x", **SMALL, "input_reference": {"image_url": URL}}

    def answers(count: int, key: str) -> int:
        headers = {**header, "Idempotency-Key": key}
        return client.post("/v1/videos", json={**body, "n": count}, headers=headers).status_code

    assert answers(3, "a") == 200
    assert answers(2, "b") == 429
    assert answers(5, "c") == 403, "there can never be so many"
    assert answers(3, "a") == 200, "it had come before"
    assert service.queue.count_unfinished() == 3
    assert len(list((tmp_path / "media").glob("*/given/*"))) == 3, "no other file is left behind"


def test_a_full_disk_accepts_no_jobs(service: Service):
    with TestClient(create_app(replace(service, min_free_bytes=2**62))) as client:
        answer = client.post("/v1/videos", json={"prompt": "x"})
    assert answer.status_code == 507
    assert service.queue.count_unfinished() == 0


def test_large_quotas_are_written_out(client: TestClient, service: Service):
    _, secret = service.keys.create("small", Quota(most_cost=1000))
    header = {"Authorization": f"Bearer {secret}"}
    answer = client.post("/v1/videos", json={"prompt": "x"}, headers=header)
    assert answer.status_code == 403
    error = answer.json()["error"]
    assert "3,686,400 pixel-seconds, and the key has 1,000 per day" in error["message"]

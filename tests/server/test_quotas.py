"""Quotas of keys, and the limit of free disk space."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
from fastapi.testclient import TestClient
from PIL import Image

from serving import picture
from sorairo.jobs.keys import Quota
from sorairo.server.api.service import Service
from sorairo.server.app import create_app
from sorairo.server.uploads.media_store import MediaStore

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


def test_a_request_that_was_accepted_is_found_on_a_full_disk(client: TestClient, service: Service):
    header, body = {"Idempotency-Key": "a"}, {"prompt": "x"}
    accepted = client.post("/v1/videos", json=body, headers=header).json()["id"]
    with TestClient(create_app(replace(service, min_free_bytes=2**62))) as full:
        again = full.post("/v1/videos", json=body, headers=header)
        assert (again.status_code, again.json()["id"]) == (200, accepted)
        other = full.post("/v1/videos", json={"prompt": "y"}, headers=header)
        assert other.json()["error"]["code"] == "idempotency_key_reused"
        assert full.post("/v1/videos", json=body).status_code == 507


def test_large_quotas_are_written_out(client: TestClient, service: Service):
    _, secret = service.keys.create("small", Quota(most_cost=1000))
    header = {"Authorization": f"Bearer {secret}"}
    answer = client.post("/v1/videos", json={"prompt": "x"}, headers=header)
    assert answer.status_code == 403
    error = answer.json()["error"]
    assert "3,686,400 pixel-seconds, and the key has 1,000 per day" in error["message"]


# --- storage


def stored_by(service: Service, most: float | None = None) -> tuple[str, dict[str, str]]:
    key, secret = service.keys.create("small", Quota(most_bytes=most))
    return key.id, {"Authorization": f"Bearer {secret}"}


def test_given_files_and_characters_count_against_the_bytes_of_a_key(
    client: TestClient, service: Service, tmp_path: Path
):
    """Each of the pictures has 20 kB."""
    data = noise()
    owner, header = stored_by(service, 50_000)
    other, others_header = stored_by(service, 50_000)

    def character(headers: dict[str, str]) -> httpx.Response:
        files = {"video": ("a.png", data)}
        form = {"name": "it"}
        return client.post("/v1/videos/characters", data=form, files=files, headers=headers)

    def video(headers: dict[str, str], count: str = "1") -> httpx.Response:
        files = {"input_reference": ("a.png", data)}
        form = {"prompt": "x", **SMALL, "n": count}
        return client.post("/v1/videos", data=form, files=files, headers=headers)

    first, second = character(header), video(header)
    assert (first.status_code, second.status_code) == (200, 200)
    assert service.storage.used(owner) == 2 * len(data)
    for refused in (character(header), video(header), video(others_header, "3")):
        assert refused.status_code == 403
        assert "delete videos, characters or files first" in refused.json()["error"]["message"]
    assert len(list((tmp_path / "media").iterdir())) == 2, "nothing else is stored"
    client.delete(f"/v1/videos/characters/{first.json()['id']}", headers=header)
    client.delete(f"/v1/videos/{second.json()['id']}", headers=header)
    assert service.storage.used(owner) == service.storage.used(other) == 0
    assert video(header).status_code == 200


def noise() -> bytes:
    file = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 256, (82, 82, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def test_results_count_until_their_files_are_deleted(client: TestClient, service: Service):
    owner, header = stored_by(service, 90_000)
    body = {"prompt": "x", **SMALL}
    video = client.post("/v1/videos", json=body, headers=header).json()
    job = service.queue.claim("worker")
    assert job is not None
    service.queue.complete(job, {"folder": f"{job.id}/1", "bytes": 100_000})
    assert service.storage.used(owner) >= 100_000
    assert client.post("/v1/videos", json=body, headers=header).status_code == 403
    service.queue.mark_files_deleted(video["id"])
    assert service.storage.used(owner) == 0
    assert client.post("/v1/videos", json=body, headers=header).status_code == 200


def test_one_key_cannot_fill_the_disk_for_all(service: Service):
    """A key without a limit of its own may use half of what can be stored."""
    _, header = stored_by(service)
    files = {"video": ("a.png", noise())}
    for left, status in ((100_000, 200), (10_000, 403)):
        media = Disk(service.media.root, service.min_free_bytes + left)
        with TestClient(create_app(replace(service, media=media))) as client:
            answer = client.post(
                "/v1/videos/characters", data={"name": "it"}, files=files, headers=header
            )
        assert answer.status_code == status


class Disk(MediaStore):
    """A media store on a disk with so many free bytes."""

    def __init__(self, root: str, free: int) -> None:
        super().__init__(root)
        self.free = free

    def free_bytes(self) -> int:
        return self.free

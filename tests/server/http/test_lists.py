"""The usual loop that empties a list, and what an unknown cursor is told."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from sorairo.server.api.service import Service


def test_a_list_is_emptied_while_it_is_walked(client: TestClient):
    made = [client.post("/v1/videos", json={"prompt": "x"}).json()["id"] for _ in range(7)]
    seen, after = [], {}
    while True:
        page = client.get("/v1/videos", params={"limit": 3, **after}).json()
        for video in page["data"]:
            assert client.delete(f"/v1/videos/{video['id']}").json()["deleted"]
            seen.append(video["id"])
        if not page["has_more"]:
            break
        after = {"after": page["last_id"]}
    assert seen == made[::-1]


@pytest.mark.parametrize("after", ["video_never", "", "\0", "x" * 5000, "一"])
def test_an_unknown_cursor_is_the_clients_error(client: TestClient, service: Service, after: str):
    service.queue.submit("video_of_another", {"video": {}}, owner="key_1")
    for name in (after, "video_of_another"):
        answer = client.get("/v1/videos", params={"after": name})
        assert answer.status_code == 400
        error = answer.json()["error"]
        assert (error["param"], error["code"]) == ("after", "invalid_value")
        assert len(error["message"]) < 200

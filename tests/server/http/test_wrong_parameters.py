"""Parameters of the wrong kind are refused with a code and its values."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

LIMIT = {"name": "limit"}


@pytest.mark.parametrize(
    ("query", "code", "values"),
    [
        ("videos?limit=abc", "not_whole", {**LIMIT, "value": "abc"}),
        ("videos?limit=2.5", "not_whole", {**LIMIT, "value": "2.5"}),
        ("videos?limit=-1", "at_least", {**LIMIT, "value": "-1", "least": 0}),
        ("videos?limit=1000", "at_most", {**LIMIT, "value": "1000", "most": 100}),
        ("videos?order=up", "not_a_choice", {"name": "order", "known": "asc, desc"}),
        ("videos?favourite=perhaps", "misread", {"name": "favourite", "value": "perhaps"}),
        ("videos/video_1/gif?fps=fast", "not_a_number", {"name": "fps", "value": "fast"}),
        ("videos/video_1/frame?time=1e9", "at_most", {"name": "time", "value": "1e9", "most": 1e5}),
    ],
)
def test_wrong_parameters(client: TestClient, query: str, code: str, values: dict[str, Any]):
    answer = client.get(f"/v1/{query}")
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["detail"] == {"code": code, "values": values}
    assert error["param"] == values["name"]
    assert error["message"].startswith(f"'{values['name']}'")


@pytest.mark.parametrize(
    ("board", "code", "values"),
    [
        ("a = 1\nb = ", "toml", {"line": 2}),
        ("a = 1\nb = c\nd = 2", "toml", {"line": 2}),
        ("a = " + "9" * 5_000, "board_values", {}),
        ("size = 5\n[[card]]\nprompt = 'a ball'", "board_setting", {"name": "size"}),
        (
            "[[card]]\nprompt = 'a ball'\n[[card]]\nseconds = 'long'",
            "card_setting",
            {"card": 2, "name": "seconds"},
        ),
    ],
)
def test_wrong_storyboards(client: TestClient, board: str, code: str, values: dict[str, Any]):
    """Where the mistake is, as a line or a setting: what the parser says about it is English."""
    answer = client.post("/v1/videos", json={"storyboard": board})
    assert answer.status_code == 400
    assert answer.json()["error"]["detail"] == {"code": code, "values": values}

"""A webhook that would hear of no job is refused, or the user is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sorairo.cli.main import run


@pytest.fixture
def database(tmp_path: Path) -> list[str]:
    return ["--database", f"sqlite:///{tmp_path}/jobs.db"]


def created_key(database: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """The id of a new key, and what was said meanwhile."""
    assert run(["keys", "create", "--name", "studio", "--json", *database]) == 0
    said = capsys.readouterr()
    return json.loads(said.out)["id"], said.err


def test_with_keys_a_webhook_needs_one(database: list[str], capsys: pytest.CaptureFixture[str]):
    key, warned = created_key(database, capsys)
    assert warned == ""
    assert run(["webhooks", "create", "https://my.app/", *database]) == 2
    assert f"--key {key}" in capsys.readouterr().err
    for wrong in ("key_0", "studio"):
        assert run(["webhooks", "create", "https://my.app/", "--key", wrong, *database]) == 2
        assert "keys list" in capsys.readouterr().err
    assert run(["webhooks", "create", "https://my.app/", "--key", key, *database]) == 0
    assert run(["keys", "revoke", key, *database]) == 0
    assert run(["webhooks", "create", "https://my.app/", "--key", key, *database]) == 2
    capsys.readouterr()
    assert run(["webhooks", "list", *database]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_the_first_key_says_which_webhooks_hear_nothing_from_then_on(
    database: list[str], capsys: pytest.CaptureFixture[str]
):
    assert run(["webhooks", "create", "https://my.app/hook", "--json", *database]) == 0
    hook = json.loads(capsys.readouterr().out)["id"]
    key, warned = created_key(database, capsys)
    assert hook in warned
    assert f"https://my.app/hook --key {key}" in warned
    assert created_key(database, capsys)[1] == "", "it was said once"
    assert run(["webhooks", "list", *database]) == 0
    assert "hears nothing" in capsys.readouterr().out

"""The tests of `client.videos` in OpenAI's Node SDKs, new and old, against a real server.
`make test` takes the newest, `make sdks` the older ones."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.with_name("node")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("package", "most_skipped"),
    [
        ("openai-newest", 0),
        pytest.param("openai", 0, marks=pytest.mark.older_sdk),
        pytest.param("openai-oldest", 9, marks=pytest.mark.older_sdk),
    ],
)
def test_the_sdk_s_own_tests_pass(package: str, most_skipped: int, environment: dict[str, str]):
    assert (FOLDER / "node_modules" / package).is_dir(), "`make test` installs OpenAI's Node SDKs"
    command = ["node", "--test-reporter=tap", str(FOLDER / "suite.mjs"), package]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout[-20_000:] + ran.stderr
    counts = {name: int(n) for name, n in re.findall(r"^# (\w+) (\d+)$", ran.stdout, re.M)}
    assert counts["skipped"] <= most_skipped
    assert counts["pass"] + counts["skipped"] == counts["tests"] >= 16

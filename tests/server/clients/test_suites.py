"""The tests of `client.videos` in OpenAI's SDKs for Python and Node, new and old, on a real server.
`make test` takes the newest, `make sdks` the older ones."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sdk_suites import copy_suite

FOLDER = Path(__file__).parent.with_name("node")
SUITES = Path(sys.prefix) / "openai-suites"
NEWEST, *OLDER = Path(__file__).with_name("python-suites.txt").read_text().split()
VERSIONS = [NEWEST, *(pytest.param(version, marks=pytest.mark.older_sdk) for version in OLDER)]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("version", VERSIONS)
def test_the_tests_of_the_python_sdk_pass(
    version: str, environment: dict[str, str], tmp_path: Path
):
    sdk = SUITES / f"openai-{version}"
    assert sdk.is_dir(), f"{sdk} is missing: `make test` and `make sdks` download it"
    copy_suite(sdk, tmp_path)
    path = os.pathsep.join([str(sdk / "src"), str(SUITES / "lib")])
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--strict-config"],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    summary = ran.stdout.strip().splitlines()[-1]
    assert ran.returncode == 0, ran.stdout[-20_000:] + ran.stderr
    assert int(summary.split()[0]) >= 40, summary  # passed; what simulates the server is skipped


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("package", "most_skipped"),
    [
        ("openai-newest", 0),
        pytest.param("openai", 0, marks=pytest.mark.older_sdk),
        pytest.param("openai-oldest", 9, marks=pytest.mark.older_sdk),
    ],
)
def test_the_tests_of_the_node_sdk_pass(
    package: str, most_skipped: int, environment: dict[str, str]
):
    assert (FOLDER / "node_modules" / package).is_dir(), "`make test` installs OpenAI's Node SDKs"
    command = ["node", "--test-reporter=tap", str(FOLDER / "suite.mjs"), package]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout[-20_000:] + ran.stderr
    counts = {name: int(n) for name, n in re.findall(r"^# (\w+) (\d+)$", ran.stdout, re.M)}
    assert counts["skipped"] <= most_skipped
    assert counts["pass"] + counts["skipped"] == counts["tests"] >= 16

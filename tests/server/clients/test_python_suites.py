"""The tests of `client.videos` in OpenAI's Python SDKs, new and old, against a real server.
`make test` takes the newest, `make sdks` the older ones."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sdk_suites import copy_suite

SUITES = Path(sys.prefix) / "openai-suites"
NEWEST, *OLDER = Path(__file__).with_name("python-suites.txt").read_text().split()
VERSIONS = [NEWEST, *(pytest.param(version, marks=pytest.mark.older_sdk) for version in OLDER)]


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_the_sdk_s_own_tests_pass(version: str, environment: dict[str, str], tmp_path: Path):
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

"""The Python SDK from the time of Sora: all of test_openai.py again, in a process where
`import openai` finds that version."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

VERSION = "2.54.0"
SUITES = Path(sys.prefix) / "openai-suites"
PATH = os.pathsep.join([str(SUITES / f"openai-{VERSION}" / "src"), str(SUITES / "lib")])


def run(*words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": PATH}
    command = [sys.executable, *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


@pytest.mark.older_sdk
@pytest.mark.timeout(900)
def test_the_older_sdk_works_too():
    found = run("-c", "import openai; print(openai.__version__)").stdout.strip()
    assert found == VERSION, f"openai {VERSION} is missing: `make sdks` downloads it"
    tests = Path(__file__).with_name("test_openai.py")
    ran = run("-m", "pytest", "-q", "-p", "no:cacheprovider", str(tests))
    assert ran.returncode == 0, ran.stdout + ran.stderr

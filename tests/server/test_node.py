"""OpenAI's Node SDK against a real server with a tiny model: node/acceptance.mjs.
`make test` takes the newest version, `make sdks` the one from the time of Sora."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from serving import free_port, run_json, serving

FOLDER = Path(__file__).with_name("node")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "package", ["openai-newest", pytest.param("openai", marks=pytest.mark.older_sdk)]
)
def test_the_node_sdk_runs_unchanged(package: str, tiny_model: Path, tmp_path: Path):
    assert (FOLDER / "node_modules" / package).is_dir(), "`make test` installs OpenAI's Node SDK"
    port = free_port()
    with serving(tmp_path, options=("--model", str(tiny_model))) as running:
        key = run_json(tmp_path, "keys", "create", "--name", "node")
        where = ["--key", key["id"], f"http://127.0.0.1:{port}/"]
        environment = {
            **os.environ,
            "OPENAI_BASE_URL": f"{running.url}/v1",
            "OPENAI_API_KEY": key["key"],
            "OPENAI_WEBHOOK_SECRET": run_json(tmp_path, "webhooks", "create", *where)["secret"],
            "LISTENER_PORT": str(port),
        }
        command = ["node", str(FOLDER / "acceptance.mjs"), package]
        ran = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr

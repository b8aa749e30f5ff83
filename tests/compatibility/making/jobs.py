"""The database and the media of a server that was killed while a worker made a video."""

from __future__ import annotations

import base64
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from making.command import TINY, sorairo

from serving import _wait, free_port, picture

CANVAS = {"seconds": "20", "size": "64x64", "fps": 12, "num_inference_steps": 12}
QUICK = {"seconds": "0.5", "size": "64x64", "fps": 6, "num_inference_steps": 3}


@contextmanager
def serving(*words: object) -> Iterator[httpx.Client]:
    """A server in this folder, killed when the block ends."""
    port = free_port()
    places = ("--database", "sqlite:///jobs.db", "--media", "media", "--model", TINY)
    command = ("serve", "--port", port, "--lease", 600, *places, *words)
    process = subprocess.Popen(
        [sys.executable, "-m", "sorairo", *map(str, command)], start_new_session=True
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, process)
        yield httpx.Client(base_url=f"{url}/v1", timeout=60)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def ended(client: httpx.Client, video: dict[str, Any]) -> dict[str, Any]:
    while (now := client.get(f"/videos/{video['id']}").json())["status"] not in (
        "completed",
        "failed",
    ):
        time.sleep(0.1)
    return now


def make_jobs() -> None:
    places = ("--database", "sqlite:///jobs.db")
    expected: dict[str, Any] = {}
    data = base64.b64encode(picture((64, 64))).decode()
    with serving("--workers", 1) as client:

        def post(path: str = "/videos", **asked: object) -> dict[str, Any]:
            answer = client.post(path, json=asked, headers={"Idempotency-Key": expected["name"]})
            return answer.raise_for_status().json()

        limits = ("--most-waiting", 50, "--most-pixel-seconds", 1e9, "--json")
        key = json.loads(sorairo("keys", "create", "--name", "studio", *limits, *places))
        gone = json.loads(sorairo("keys", "create", "--name", "gone", "--json", *places))
        sorairo("keys", "revoke", gone["id"], *places)
        hook = ("webhooks", "create", "http://127.0.0.1:9/", "--key", key["id"], "--json")
        expected |= {"key": key, "revoked": gone, "hook": json.loads(sorairo(*hook, *places))}
        client.headers["authorization"] = f"Bearer {key['key']}"

        def make(name: str, path: str = "/videos", **asked: object) -> dict[str, Any]:
            expected["name"] = name
            expected[name] = ended(client, post(path, **asked))
            return expected[name]

        first = make("generate", prompt="a red ball drops", seed=31, negative_prompt="x", **QUICK)
        name = {"name": "Ball", "video": {"id": first["id"]}}
        character = client.post("/videos/characters", json=name).raise_for_status().json()
        expected["character"] = character
        which = [{"id": character["id"]}]
        make("cast", prompt="Ball rolls", seed=32, characters=which, **QUICK)
        make("loop", prompt="a red ball", seed=33, loop=True, **QUICK)
        given = {"image_url": f"data:image/png;base64,{data}"}
        make("animate", prompt="it drops", seed=34, input_reference=given, **QUICK)
        cards = {"seconds": 1, "card": [{"prompt": "a red ball"}, {"prompt": "a blue ball"}]}
        story = {**QUICK, "seconds": "1"}
        make("storyboard", prompt="at night", seed=35, storyboard=cards, **story)
        parent = {"video": {"id": first["id"]}, "num_inference_steps": 3}
        make("edit", "/videos/edits", prompt="a blue ball", seed=36, strength=0.7, **parent)
        make("extend", "/videos/extensions", prompt="it rolls", seed=37, seconds="0.5", **parent)
        make("remix", f"/videos/{first['id']}/remix", prompt="a blue ball drops")
        make("failed", prompt="x", seed=38, num_inference_steps=2, size="64x64", seconds="0.5",
             input_reference={"image_url": f"data:image/png;base64,{data[:120]}"})  # fmt: skip
    for one in ("interrupted", "altered"):
        with serving("--workers", 1) as client:
            client.headers["authorization"] = f"Bearer {expected['key']['key']}"
            body = {"prompt": "a red ball drops", "seed": 39, **CANVAS}
            headers = {"Idempotency-Key": one}
            video = client.post("/videos", json=body, headers=headers).raise_for_status().json()
            while not list(Path("media").glob(f"{video['id']}/stages/canvas-0.safetensors")):
                time.sleep(0.02)
            expected[one] = client.get(f"/videos/{video['id']}").json()
            assert expected[one]["status"] == "in_progress"
    with serving("--workers", 0) as client:
        client.headers["authorization"] = f"Bearer {expected['key']['key']}"
        body = {"prompt": "a green ball", "n": 2, "seed": 40, **QUICK}
        expected["queued"] = client.post("/videos", json=body).raise_for_status().json()
        body = {"prompt": "unwanted", "seed": 42, **QUICK}
        unwanted = client.post("/videos", json=body).raise_for_status().json()
        expected["cancelled"] = client.post(f"/videos/{unwanted['id']}/cancel").json()
        page = client.get("/videos", params={"limit": 100}).json()["data"]
        expected["videos"] = {each["id"]: each for each in page}
    del expected["name"]
    for file in Path("media").glob("*/1/*"):  # of the first all are kept, of others the clip
        if file.parts[1] != expected["generate"]["id"] and file.suffix != ".mp4":
            file.unlink()
    with sqlite3.connect("jobs.db") as database:
        database.execute("UPDATE jobs SET worker = 'worker:1' WHERE worker IS NOT NULL")
        expected["outbox"] = database.execute("SELECT count(*) FROM outbox").fetchone()[0]
        events = "DELETE FROM outbox WHERE job != ?"  # of the first, who has tried in vain
        database.execute(events, (expected["generate"]["id"],))
    shift_times("jobs.db")
    expected = earlier(expected)
    database = sqlite3.connect("jobs.db")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.execute("VACUUM")
    database.close()
    Path("expected.json").write_text(json.dumps(expected, indent=1, sort_keys=True) + "\n")


AGO = 100_000_000  # seconds, so that no clock is before what the files say
TIMES = {
    "jobs": ("created_at", "started_at", "ended_at", "leased_until"),
    "spending": ("at",),
    "keys": ("created_at", "revoked_at"),
    "characters": ("created_at",),
    "outbox": ("created_at", "due_at"),
}


def shift_times(path: str) -> None:
    with sqlite3.connect(path) as database:
        for table, columns in TIMES.items():
            for column in columns:
                database.execute(f"UPDATE {table} SET {column} = {column} - {AGO}")


def earlier(expected: Any) -> Any:
    """The same shift for the JSON that a client has received."""
    if isinstance(expected, list):
        return [earlier(each) for each in expected]
    if not isinstance(expected, dict):
        return expected
    return {
        key: value - AGO if key.endswith("_at") and value else earlier(value)
        for key, value in expected.items()
    }

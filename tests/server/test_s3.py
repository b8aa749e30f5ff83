"""Clips on S3: stored by a worker, sent by the server, and an outage of the store."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import fsspec
import httpx

from s3 import BUCKET, S3
from serving import Running, picture, serving

SMALL = {"seconds": "0.5", "size": "128x128", "fps": 12, "num_inference_steps": 2}
MADE_WITHIN = 120.0  # seconds


def ended(server: Running, video: dict[str, Any]) -> dict[str, Any]:
    end = time.monotonic() + MADE_WITHIN
    while time.monotonic() < end:
        video = httpx.get(f"{server.url}/v1/videos/{video['id']}").json()
        if video["status"] in ("completed", "failed"):
            return video
        time.sleep(0.2)
    raise AssertionError(f"{video} has not ended")


def test_clips_are_stored_on_s3_and_jobs_wait_for_it(s3: S3, tmp_path: Path):
    where = f"{BUCKET}/served"
    files = fsspec.filesystem("s3", use_listings_cache=False)
    with serving(tmp_path, media=f"s3://{where}") as server:
        form = {name: (None, str(value)) for name, value in {"prompt": "a ball", **SMALL}.items()}
        given = {"input_reference": ("a.png", picture(), "image/png")}
        first = httpx.post(f"{server.url}/v1/videos", files={**form, **given}).json()
        assert ended(server, first)["status"] == "completed"
        address = f"{server.url}/v1/videos/{first['id']}"
        clip = httpx.get(f"{address}/content").content
        assert clip[4:8] == b"ftyp"
        assert any(files.cat_file(path) == clip for path in files.find(f"{where}/{first['id']}"))

        s3.stop()
        away = httpx.get(f"{address}/content", timeout=60)
        assert (away.status_code, away.json()["error"]["code"]) == (503, "unavailable")
        assert "127.0.0.1" not in away.text
        second = httpx.post(f"{server.url}/v1/videos", json={"prompt": "a ball", **SMALL}).json()
        time.sleep(5)  # longer than three attempts take
        assert httpx.get(f"{server.url}/v1/videos/{second['id']}").json()["status"] != "failed"
        s3.start()
        assert ended(server, second)["status"] == "completed"

        assert httpx.delete(address, timeout=60).is_success
        assert not files.find(f"{where}/{first['id']}")
        assert files.find(f"{where}/{second['id']}")

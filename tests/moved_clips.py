"""Clips that say what they were made from, and exports that are imported elsewhere."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from fastapi.testclient import TestClient

from sorairo.generation.requests.base import Request
from sorairo.server.api.service import Service
from sorairo.server.job_spec import JobSpec
from sorairo.video import Clip

SIDECARS = (".json", ".csv")


def write_clip(path: Path, request: Request, shade: int) -> Path:
    frames = np.full((12, 64, 64, 3), shade, np.uint8)
    Clip(frames=frames, fps=12, metadata={"comment": request.to_comment()}).save(path)
    return path


def sent(client: TestClient, path: Path, inputs: list[bytes], **fields: str) -> dict[str, Any]:
    """The answer to an import of a clip with the files that it was made from."""
    files = [("video", ("a.mp4", path.read_bytes())), *(("inputs", ("b", b)) for b in inputs)]
    answer = client.post("/v1/videos/imports", data=fields, files=files)
    assert answer.status_code == 200, answer.text
    return answer.json()["video"]


def spec_of(service: Service, video: str) -> JobSpec:
    job = service.queue.get(video)
    assert job is not None
    return JobSpec.from_json(job.payload)


def bring(client: TestClient, export: Path, *, backwards: bool) -> dict[str, dict[str, Any]]:
    """Imports an export as the page does; the videos by the ids that they had."""
    with zipfile.ZipFile(export) as file:
        media = [name for name in file.namelist() if not name.endswith(SIDECARS)]
        texts = {n: file.read(n).decode() for n in file.namelist() if n.endswith(SIDECARS)}
        plan = client.post("/v1/videos/imports/plan", json={"media": media, "sidecars": texts})
        found = {}
        for item in sorted(plan.json()["data"], key=lambda each: each["path"], reverse=backwards):
            fields = {
                name: json.dumps(value) if isinstance(value, dict | list) else str(value)
                for name, value in item["fields"].items()
            }
            path = export.with_name("sent.mp4")
            path.write_bytes(file.read(item["path"]))
            inputs = [file.read(each) for each in item.get("inputs", ())]
            found[item["fields"]["origin"]] = sent(client, path, inputs, **fields)
    return found

"""Every kind of job, submitted over HTTP to a real server with one worker."""

from __future__ import annotations

import base64
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from digests import digest

sys.path.insert(0, str(Path(__file__).parents[1]))
from serving import picture, serving

WITHIN = 120  # seconds for one job
VOLATILE = ("id", "created_at", "completed_at", "expires_at", "remixed_from_video_id", "videos")

QUICK = {"num_inference_steps": 2, "fps": 12, "seed": 3}
SMALL = {**QUICK, "size": "96x96", "seconds": "1"}
BALL, CUBE = "a red ball drops onto a wooden floor", "a blue cube slides to the left on sand"
CARDS = [{"prompt": BALL, "seconds": 1}, {"prompt": "it rolls", "seconds": 1, "cut": False}]
PNG = picture((96, 96))
URL = {"image_url": f"data:image/png;base64,{base64.b64encode(PNG).decode()}"}

# Beginnings: the path, and the body. "BASE" and "CHARACTER" stand for the ids of what is made
# before the others, and "FILE" for its bytes.
JOBS: dict[str, tuple[str, dict[str, Any]]] = {
    "base": ("videos", {"prompt": BALL, **SMALL}),
    "text": ("videos", {"prompt": CUBE, "model": "sora-2", **SMALL}),
    "usual": ("videos", {"prompt": BALL, "seconds": "0.5", **QUICK}),
    "delivered": ("videos", {"prompt": CUBE, **SMALL, "fps": 24, "size": "320x176"}),
    "negative": ("videos", {"prompt": CUBE, "negative_prompt": "a ball", **SMALL}),
    "guidance": ("videos", {"prompt": CUBE, "guidance_scale": 1, **SMALL}),
    "several": ("videos", {"prompt": CUBE, "n": 2, **SMALL}),
    "loop": ("videos", {"prompt": BALL, "loop": True, **SMALL}),
    "input-reference": ("videos", {"prompt": "it rolls", "input_reference": URL, **SMALL}),
    "conditions": (
        "videos",
        {
            "prompt": "it rolls",
            "conditions": [URL, {"id": "BASE", "time": 0.7, "strength": 0.5}],
            **SMALL,
        },
    ),
    "characters": (
        "videos",
        {"prompt": "Ruby drops onto sand", "characters": [{"id": "CHARACTER"}], **SMALL},
    ),
    "storyboard": ("videos", {"storyboard": {"card": CARDS}, **SMALL, "seconds": "2"}),
    "edit": ("videos/edits", {"prompt": CUBE, "video": {"id": "BASE"}, **QUICK}),
    "edit-strength": (
        "videos/edits",
        {"prompt": CUBE, "video": {"id": "BASE"}, "strength": 0.9, **QUICK},
    ),
    "edit-file": ("videos/edits", {"prompt": CUBE, "video": "FILE", **QUICK}),
    "extension": (
        "videos/extensions",
        {"prompt": "it rolls", "video": {"id": "BASE"}, "seconds": "1", **QUICK},
    ),
    "extension-file": (
        "videos/extensions",
        {"prompt": "it rolls", "video": "FILE", "seconds": "1", **QUICK},
    ),
    "remix": ("videos/BASE/remix", {"prompt": "a blue ball drops onto sand"}),
}
OTHERS = ("sync", "variants")


def names() -> list[str]:
    """Of all cases here."""
    return [f"http/{name}" for name in [*JOBS, *OTHERS]]


def cases(folder: Path, wanted: set[str]) -> Iterator[tuple[str, Any]]:
    """Runs a server in `folder` and submits the `wanted` jobs; yields the record of each by
    name."""
    if not wanted & set(names()):
        return
    (folder / "server").mkdir()
    with (
        serving(folder / "server") as running,
        httpx.Client(base_url=f"{running.url}/v1/", timeout=WITHIN) as client,
    ):
        base = _ask(client, *JOBS["base"])["id"]
        _wait(client, base)
        file = _content(client, base)
        ruby = client.post("videos/characters", json={"name": "Ruby", "video": {"id": base}})
        ids = {"BASE": base, "CHARACTER": ruby.raise_for_status().json()["id"]}
        for name, (path, body) in JOBS.items():
            if f"http/{name}" in wanted:
                begun = _ask(client, _filled(path, ids), _filled(body, ids), file)
                yield f"http/{name}", [_made(client, i) for i in begun.get("videos", [begun["id"]])]
        if "http/sync" in wanted:
            answer = client.post("videos/sync", json={"prompt": BALL, **SMALL}).raise_for_status()
            yield "http/sync", digest(answer.content)
        if "http/variants" in wanted:
            kinds = {"thumbnail": "picture.webp", "spritesheet": "picture.jpg"}
            files = {kind: _content(client, base, kind) for kind in kinds}
            yield "http/variants", {kind: digest(files[kind], kinds[kind]) for kind in kinds}


def _filled(value: Any, ids: dict[str, str]) -> Any:
    """`value` with the names of ids replaced by the ids."""
    if isinstance(value, dict):
        return {name: _filled(each, ids) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, ids) for each in value]
    if isinstance(value, str):
        return "/".join(ids.get(part, part) for part in value.split("/"))
    return value


def _ask(client: httpx.Client, path: str, body: dict[str, Any], file: bytes = b"") -> Any:
    """Accepts a job: its Video object. A body with a file is sent as a form."""
    if body.get("video") == "FILE":
        fields = {name: str(value) for name, value in body.items() if name != "video"}
        answer = client.post(path, data=fields, files={"video": ("clip.mp4", file)})
    else:
        answer = client.post(path, json=body)
    if answer.is_error:
        raise RuntimeError(f"{path}: {answer.text}")
    return answer.json()


def _made(client: httpx.Client, video: str) -> dict[str, Any]:
    """The Video object of a finished video, and its digest."""
    told = _wait(client, video)
    fields = {name: told[name] is not None if name in VOLATILE else told[name] for name in told}
    return {"told": fields, "video": digest(_content(client, video))}


def _wait(client: httpx.Client, video: str) -> dict[str, Any]:
    end = time.monotonic() + WITHIN
    while time.monotonic() < end:
        told = client.get(f"videos/{video}").raise_for_status().json()
        if told["status"] == "completed":
            return told
        if told["status"] == "failed":
            raise RuntimeError(f"a job has failed: {told['error']}")
        time.sleep(0.1)
    raise RuntimeError(f"a job took more than {WITHIN} s: {told}")


def _content(client: httpx.Client, video: str, variant: str = "video") -> bytes:
    path = f"videos/{video}/content"
    return client.get(path, params={"variant": variant}).raise_for_status().content

"""A library of finished clips in a server's folder, without making them: for the studio's tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from sorairo import config
from sorairo.generation.memory.estimate import Shortage
from sorairo.generation.memory.sentences import too_large
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.jobs.database import open_database
from sorairo.jobs.queue import Queue
from sorairo.server.uploads.media_store import MediaStore
from sorairo.video import Clip

PROMPTS = (
    "a red ball drops onto a wooden floor",
    "a blue box slides to the left on the sand at sunset",
    "一个绿色的圆柱体在大理石地板上，随转盘转动",
    "a small yellow cylinder and a large purple ball collide on the grass, slow orbit",
)
FILES = ("video.mp4", "thumbnail.webp", "spritesheet.jpg")
CLIPS = 12  # in the library of the tests that need one
LAST = f"video_{CLIPS - 1:032x}"
REASON = too_large(
    Shortage(needed=9.5e9, free=2.1e9, on_device=False, size=(640, 352), shorter=True, given=False),
    "",
)
SIZE, SECONDS, FPS = (160, 90), 2.0, 12.0


def fill(
    folder: Path, count: int, owner: str = "", model: str = "sora-2", loras: tuple[str, ...] = ()
) -> list[str]:
    """Stores `count` clips as a worker would; returns their ids, the oldest first. Each has the
    same pictures: a square that moves over a sky."""
    payloads = {f"video_{index:032x}": _payload(index, model, loras) for index in range(count)}
    return add(folder, payloads, owner=owner)


def add(
    folder: Path,
    payloads: Mapping[str, Mapping[str, Any]],
    owner: str = "",
    clip: Clip | None = None,
    **result: Any,
) -> list[str]:
    """Stores finished clips with these payloads, by their ids, which it returns. All of them show
    `clip`; `result` is what the worker says of each besides its files."""
    queue = Queue(open_database(f"sqlite:///{folder}/jobs.db"))
    media = MediaStore(str(folder / "media"))
    clip = clip or moving_square()
    files, seconds = _files(folder, clip), f"{clip.num_frames / clip.fps:g}"
    for name, payload in payloads.items():
        queue.submit(name, dict(payload), owner=owner)
        job = queue.claim("test")
        assert job is not None
        for file in FILES:
            media.put(f"{name}/{job.fence}/{file}", files / file)
        made = {"folder": f"{name}/{job.fence}", "size": f"{clip.width}x{clip.height}"}
        queue.complete(job, {**made, "seconds": seconds, "fps": clip.fps, **result})
    return list(payloads)


def payload_of(request: Request, media: tuple[str, ...] = (), **video: Any) -> dict[str, Any]:
    """The payload of a job; `video` are fields of its Video object."""
    shown = {"prompt": request.prompt, "size": "160x90", "seconds": "2", "seed": request.seed}
    return {
        "command": request.command,
        "request": config.to_json(request),
        "video": {**shown, "model": "sora-2", **video},
        "media": list(media),
    }


def submit(folder: Path, name: str) -> None:
    """Stores a job that waits, for a server without workers."""
    Queue(open_database(f"sqlite:///{folder}/jobs.db")).submit(name, _payload(0))


def fail(folder: Path, message: str, name: str = "video_failed") -> str:
    """Stores a job that has failed, or lets the only one that waits fail; returns its id."""
    queue = Queue(open_database(f"sqlite:///{folder}/jobs.db"))
    if queue.get(name) is None:
        submit(folder, name)
    job = queue.claim("test")
    assert job is not None
    queue.fail(job, "generation_failed", message)
    return name


def _payload(index: int, model: str = "sora-2", loras: tuple[str, ...] = ()) -> dict[str, Any]:
    prompt = PROMPTS[index % len(PROMPTS)]
    request = GenerateRequest(
        prompt=prompt, width=160, height=90, seconds=SECONDS, seed=index, loras=loras
    )
    return payload_of(request, model=model)


def moving_square(size: tuple[int, int] = SIZE, seconds: float = SECONDS, fps: float = FPS) -> Clip:
    """A square that moves over a sky."""
    width, height = size
    rows = np.linspace(120, 240, height, dtype=np.uint8)[:, None]
    sky = np.stack(
        [
            np.broadcast_to(rows - 60, (height, width)),
            np.broadcast_to(rows, (height, width)),
            np.full((height, width), 250, np.uint8),
        ],
        axis=-1,
    )
    frames = np.repeat(sky[None], int(seconds * fps), axis=0)
    for number, frame in enumerate(frames):
        frame[40:60, 10 + 5 * number : 30 + 5 * number] = (214, 62, 54)
    return Clip(frames=frames, fps=fps)


def _files(folder: Path, clip: Clip) -> Path:
    """The files of one clip."""
    where = folder / "clip"
    where.mkdir(exist_ok=True)
    clip.save(where / FILES[0])
    clip.contact_sheet().save(where / "sheet.png")
    Image.fromarray(clip.frames[0]).save(where / FILES[1])
    Image.open(where / "sheet.png").convert("RGB").save(where / FILES[2])
    return where

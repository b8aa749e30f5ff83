"""A browser plays a clip from the server, and seeks in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from playwright.sync_api import Browser

from serving import serving
from sorairo.jobs.database import open_database
from sorairo.jobs.queue import Queue
from sorairo.server.uploads.media_store import MediaStore
from sorairo.video import Clip

SEEK = """video => new Promise((done, fail) => {
  video.onseeked = () => done(video.currentTime);
  video.onerror = () => fail(video.error.message);
  video.currentTime = 3;
})"""


def finished(folder: Path) -> str:
    """The path of a clip of four seconds of a finished job."""
    noise = np.random.default_rng(0).integers(0, 255, (48, 128, 128, 3), dtype=np.uint8)
    Clip(frames=noise, fps=12.0).save(folder / "clip.mp4")
    queue = Queue(open_database(f"sqlite:///{folder}/jobs.db"))
    queue.submit("video_1", {"video": {}, "command": "generate"})
    job = queue.claim("me")
    assert job is not None
    MediaStore(str(folder / "media")).put("video_1/1/video.mp4", folder / "clip.mp4")
    queue.complete(job, {"folder": "video_1/1"})
    return "/v1/videos/video_1/content"


def test_a_video_element_seeks(chromium: Browser, tmp_path: Path):
    path = finished(tmp_path)
    with serving(tmp_path, workers=0) as server:
        page = chromium.new_page()
        page.set_content(f'<video muted preload="metadata" src="{server.url}{path}"></video>')
        video = page.locator("video")
        page.wait_for_function("document.querySelector('video').readyState >= 1")
        assert video.evaluate("v => v.seekable.length && v.seekable.end(0)") > 3.9
        assert video.evaluate(SEEK) == 3
        page.close()

"""The tests of `client.videos` from source distributions of OpenAI's Python SDK, with real ids and
files in place of its examples; and a server for them."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from serving import Running, serving
from serving import picture as small_picture

CONFTEST = Path(__file__).parent / "server" / "clients" / "suite_conftest.py"
SWAPPED = """
import json as _json, os as _os, urllib.request as _request
from pathlib import Path as _Path

VIDEO, CHARACTER = _os.environ["TEST_VIDEO"], _os.environ["TEST_CHARACTER"]
CLIP = _Path(_os.environ["TEST_CLIP"]).read_bytes()
PICTURE = _Path(_os.environ["TEST_PICTURE"]).read_bytes()


def new_video():
    body = _json.dumps({"prompt": "x"}).encode()
    headers = {"content-type": "application/json"}
    url = _os.environ["TEST_API_BASE_URL"] + "/videos"
    return _json.load(_request.urlopen(_request.Request(url, body, headers)))["id"]
"""
BYTES = r'b"(?:Example data|raw file contents)"'
REPLACEMENTS = (  # a pattern in the suite, and what takes its place
    (r"from (?:respx|tests\.respx2) import MockRouter", "from typing import Any as MockRouter"),
    (r"from tests\.utils import", "import swapped\nfrom tests.utils import"),
    (rf"input_reference={BYTES}", "input_reference=swapped.PICTURE"),
    (rf"video={BYTES}", "video=swapped.CLIP"),
    (
        r'(videos\.(?:with_raw_response\.|with_streaming_response\.)?delete\(\s*)"video_\w+"',
        r"\1swapped.new_video()",
    ),
    (r'"(?:video_123|video_id)"', "swapped.VIDEO"),
    (r'"(?:char_123|character_id)"', "swapped.CHARACTER"),
    (r'after="(?:after|video_123)"', "after=swapped.VIDEO"),
)


def copy_suite(sdk: Path, folder: Path) -> None:
    """Copies the tests of an unpacked SDK to a folder, and makes them work on a real server."""
    tests = folder / "tests"
    tests.mkdir(parents=True)
    (tests / "__init__.py").touch()
    shutil.copy(sdk / "tests" / "utils.py", tests)
    shutil.copy(CONFTEST, tests / "conftest.py")
    (folder / "swapped.py").write_text(SWAPPED)
    text = (sdk / "tests" / "api_resources" / "test_videos.py").read_text()
    for pattern, replacement in REPLACEMENTS:
        text = re.sub(pattern, replacement, text)
    (tests / "test_videos.py").write_text(text)
    (folder / "pytest.ini").write_text(
        "[pytest]\nanyio_mode = auto\npythonpath = .\nmarkers =\n    respx\n    respx2\n"
    )


def _client(running: Running) -> httpx.Client:
    return httpx.Client(base_url=f"{running.url}/v1", timeout=60)


@contextmanager
def prepared_server(folder: Path) -> Iterator[dict[str, str]]:
    """A server with a finished video and a character, and without a worker, so that jobs stay
    queued; the environment variables that say where they are."""
    clip, picture = folder / "clip.mp4", folder / "picture.png"
    picture.write_bytes(small_picture())
    with serving(folder) as running, _client(running) as client:
        asked = {"prompt": "a red ball drops", "size": "720x1280", "seconds": "4", "fps": 4}
        asked["num_inference_steps"] = 2
        video = client.post("/videos", json=asked).json()["id"]
        while client.get(f"/videos/{video}").json()["status"] not in ("completed", "failed"):
            time.sleep(0.1)
        content = client.get(f"/videos/{video}/content").raise_for_status()
        clip.write_bytes(content.content)
        files = {"video": clip.read_bytes()}
        made = client.post("/videos/characters", data={"name": "x"}, files=files)
        character = made.raise_for_status().json()["id"]
    with serving(folder, workers=0) as running:
        yield {
            "TEST_API_BASE_URL": f"{running.url}/v1",
            "TEST_VIDEO": video,
            "TEST_CHARACTER": character,
            "TEST_CLIP": str(clip),
            "TEST_PICTURE": str(picture),
        }

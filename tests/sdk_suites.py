"""The tests of `client.videos` from source distributions of OpenAI's Python SDK, with real ids and
files in place of its examples; and a server for them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from serving import picture as small_picture
from serving import serving
from sorairo.generation.requests.generate import GenerateRequest
from studio_library import add, moving_square, payload_of

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


@contextmanager
def prepared_server(folder: Path) -> Iterator[dict[str, str]]:
    """A server with a finished video and a character, and without a worker, so that jobs stay
    queued; the environment variables that say where they are."""
    request = GenerateRequest(prompt="a red ball drops", width=720, height=1280, seconds=4.0)
    payload = payload_of(request, size="720x1280", seconds="4")
    clip = moving_square((720, 1280), seconds=4.0, fps=4.0)
    (video,) = add(folder, {f"video_{1:032x}": payload}, clip=clip)
    picture = folder / "picture.png"
    picture.write_bytes(small_picture())
    with serving(folder, workers=0) as running:
        files = {"video": (folder / "clip" / "video.mp4").read_bytes()}
        url = f"{running.url}/v1/videos/characters"
        made = httpx.post(url, data={"name": "x"}, files=files, timeout=60).raise_for_status()
        yield {
            "TEST_API_BASE_URL": f"{running.url}/v1",
            "TEST_VIDEO": video,
            "TEST_CHARACTER": made.json()["id"],
            "TEST_CLIP": str(folder / "clip" / "video.mp4"),
            "TEST_PICTURE": str(picture),
        }

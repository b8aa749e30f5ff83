"""An archive of work from Sora as sora-exodus writes it: clips, a picture, 3 broken files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from footage import write_video
from serving import picture

NUMBER = 50


def clip(path: Path, shade: int) -> None:
    """A clip of a third of a second that differs from the others by its shade."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frames = np.full((8, 64, 96, 3), (5 * shade) % 256, np.uint8)
    write_video(path, list(frames), [40 * i for i in range(8)], codec="mpeg4")


def write_archive(folder: Path, clips: int = NUMBER) -> None:
    """Writes all files of the archive."""
    index = []
    for number in range(clips):
        name = f"gen_{number:04d}abcd"
        facts = {
            "gen_id": name,
            "task_id": f"task_{number // 2:04d}",
            "prompt": f"a ball of shade {number}",
            "created_at": f"2025-10-{1 + number % 28:02d}T10:00:00Z",
            "type": "video_gen",
            "width": 96,
            "height": 64,
            "seed": number,
            "is_favorite": number == 3,
            "files": ["image.webp", "video.mp4"],
        }
        clip(folder / "generations" / name / "video.mp4", number)
        (folder / "generations" / name / "metadata.json").write_text(json.dumps(facts))
        index.append(facts)
    (folder / "index.json").write_text(json.dumps(index))
    (folder / "prompts.csv").write_text("gen_id,prompt_preview\ngen_0000abcd,a ball of...\n")
    (folder / "pictures").mkdir()
    (folder / "pictures" / "cat.png").write_bytes(picture((96, 64)))
    (folder / "pictures" / "cat.txt").write_text("a red wall")
    (folder / "broken.mp4").write_bytes(b"\0\0\0\x18ftypisom" + bytes(500))
    (folder / "page.mp4").write_text("<html>not found</html>")
    (folder / "notes.json").write_text("{")


def run_import(*words: str) -> tuple[list[dict], str]:
    """The lines of `sorairo import ... --json`, and what it says."""
    command = [sys.executable, "-m", "sorairo", "import", *words, "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in ended.stdout.splitlines()], ended.stderr

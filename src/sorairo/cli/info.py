"""`sorairo info`: what a clip or picture is, and the request that is stored in it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from sorairo.cli.console import show, show_json
from sorairo.errors import MediaError

_SIDE = 16  # pixels at which the frames of an animation are counted
_SHOWN = 0.05  # seconds that are decoded: the first frame


@click.command(
    epilog="""\b
    Examples:
      sorairo info ball.mp4
      sorairo info ball.mp4 --json"""
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def info(file: Path, as_json: bool) -> None:
    """Show the size, length and sound of FILE, and the request it was made from.

    The request is stored in files that sorairo makes: `sorairo remix` makes them again from it.
    """
    from sorairo.video.input_files import on_disk

    with on_disk(file) as opened:
        facts = {**_facts(opened), "path": str(file)}
    if as_json:
        show_json(facts)
        return
    for key, value in _lines(facts).items():
        show(f"{key.replace('_', ' ') + ':':<14} {value}")


def _facts(file: Path) -> dict[str, Any]:
    """What is known of a file. Raises MediaError."""
    from sorairo import config
    from sorairo.generation.requests.base import read_record
    from sorairo.generation.requests.metadata import CUT, is_cut, request_of
    from sorairo.video import Clip

    first = Clip.load(file, end=_SHOWN)
    frames, fps = _length(file)
    request = request_of(first)
    record = read_record(first.metadata.get("comment", "")) if request else {}
    return {
        "path": str(file),
        "bytes": file.stat().st_size,
        "size": f"{first.width}x{first.height}",
        "frames": frames,
        "fps": fps if frames > 1 else None,
        "seconds": round(frames / fps, 3) if frames > 1 else None,
        "sound": first.sound is not None or _sounds_later(file),
        "command": (CUT if is_cut(first) else request.command) if request else None,
        "model_digest": record.get("model_digest"),
        "request": config.to_json(request) if request else None,
    }


def _length(file: Path) -> tuple[int, float]:
    """The number of frames and the frame rate. Of a film, no frame is decoded."""
    from av.error import FFmpegError

    from sorairo.video import Clip
    from sorairo.video.reading.probe import probe_length

    with suppress(MediaError, FFmpegError, OSError):
        return probe_length(file)
    clip = Clip.load(file, max_side=_SIDE)  # a picture, or an animation that is no film
    return clip.num_frames, clip.fps


def _sounds_later(file: Path) -> bool:
    """Whether a film has sound that does not begin with its first frame."""
    from av.error import FFmpegError

    from sorairo.video.reading.audio_reader import has_sound

    with suppress(MediaError, FFmpegError, OSError):
        return has_sound(file)
    return False


def _lines(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts that are worth a line, by their names."""
    lines: dict[str, Any] = {"path": facts["path"], "size": facts["size"]}
    if facts["seconds"] is not None:
        length = f"{facts['seconds']:g} s, {facts['frames']} frames"
        lines["length"] = f"{length} at {facts['fps']:g} a second"
        lines["sound"] = _plain(facts["sound"])
    lines["file size"] = f"{facts['bytes'] / 1e3:.0f} kB"
    if facts["request"] is None:
        return {**lines, "made by": "not sorairo: no request is stored in it"}
    lines["made by"] = f"sorairo {facts['command']}"
    stored = {key: each for key, each in facts["request"].items() if each not in (None, "", [])}
    return {**lines, **{key: _plain(value) for key, value in stored.items()}}


def _plain(value: Any) -> str:
    """A field of a request in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    if isinstance(value, dict):
        stored = {key: each for key, each in value.items() if each not in (None, "", [])}
        return str(stored.get("name") or stored)
    return str(value)

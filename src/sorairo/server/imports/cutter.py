"""Cuts and joins finished clips, without a model: the result is in the library at once."""

from __future__ import annotations

import dataclasses
import secrets
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sorairo import config
from sorairo.errors import MediaError
from sorairo.generation.output.export import save_spritesheet, save_thumbnail
from sorairo.generation.requests.edit import EditRequest
from sorairo.generation.requests.metadata import cut_comment
from sorairo.jobs.job import Job
from sorairo.jobs.library.imports import ImportedJob, add_imported
from sorairo.jobs.queue import Queue
from sorairo.notes import Note
from sorairo.server.imports.importer import EDIT_STRENGTH, PREVIEW_SIDE
from sorairo.server.job_spec import CUT, VideoFields
from sorairo.server.uploads.media_store import MediaStore
from sorairo.server.uploads.sandbox import decode, preview
from sorairo.server.video_object import VARIANTS
from sorairo.video.clip import Clip
from sorairo.video.resampling import at_fps
from sorairo.video.sound import Sound
from sorairo.video.writing.joining import join_mp4

MAX_LENGTH = 600.0  # seconds of a result


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of a finished video."""

    job: Job
    """The job of the video."""
    file: str
    """The name of its clip in the media store."""
    start: float = 0.0
    """Where the part begins, in seconds."""
    end: float | None = None
    """Where it ends; None: where the clip ends."""

    def to_json(self) -> dict[str, Any]:
        """As requests hold it."""
        times = {"start": self.start or None, "end": self.end}
        return {"id": self.job.id, **{k: v for k, v in times.items() if v is not None}}


@dataclass(frozen=True, kw_only=True)
class Cutter:
    """Makes new videos of parts of finished ones, for one owner."""

    queue: Queue
    media: MediaStore
    owner: str = ""
    most_bytes: float | None = None
    """What the owner may store; None: any amount."""

    def cut(self, parts: Sequence[Part]) -> Job:
        """A new, finished video of the parts, one after another, in the size and at the rate of the
        first. Raises MediaError if a part cannot be read, is empty, or all are too long;
        QuotaError and WriteError."""
        video = f"video_{secrets.token_hex(16)}"
        folder = f"{video}/0"
        with tempfile.TemporaryDirectory(prefix="sorairo-cut-") as name:
            made, result = self._make(parts, Path(name))
            try:
                for path in made:
                    self.media.put(f"{folder}/{path.name}", path)
                size = sum(path.stat().st_size for path in made)
                clip_file = f"{folder}/{VARIANTS['video'][0]}"
                job = ImportedJob(
                    id=video,
                    owner=self.owner,
                    payload=_payload(parts, result, clip_file),
                    result={"folder": folder, "bytes": size, **result},
                    created_at=time.time(),
                )
                return add_imported(self.queue, job, most_bytes=self.most_bytes)
            except Exception:
                self.media.try_delete_folder(video)
                raise

    def _make(self, parts: Sequence[Part], folder: Path) -> tuple[list[Path], dict[str, Any]]:
        """The files of the result, and what is known of it. One part is in memory at a time."""
        pieces, sounds, comment, length, first = [], [], "", 0.0, None
        for number, part in enumerate(parts):
            clip = self._read(part, folder)
            first = first or dataclasses.replace(clip, frames=clip.frames[:1])
            comment = comment or cut_comment(clip.metadata.get("comment", ""))
            clip = at_fps(clip.fit(first.width, first.height), first.fps)
            if clip.sound is not None:
                sounds.append((length, clip.sound.part(0, clip.duration)))
            length += clip.duration
            if length > MAX_LENGTH:
                raise MediaError(
                    Note(
                        f"The result is longer than {MAX_LENGTH:g} s: leave parts out.",
                        "result_too_long",
                        most=MAX_LENGTH,
                    )
                )
            silent = dataclasses.replace(clip, sound=None, metadata={})
            pieces.append(silent.save(folder / f"{number}.mp4"))
        assert first is not None
        files = [folder / VARIANTS[each][0] for each in ("video", "thumbnail", "spritesheet")]
        metadata = {"comment": comment} if comment else {}
        join_mp4(pieces, files[0], metadata, Sound.joined(sounds, length) if sounds else None)
        info, small = preview(files[0], PREVIEW_SIDE)
        save_thumbnail(small, files[1])
        save_spritesheet(small, files[2])
        return files, {
            "size": f"{info.width}x{info.height}",
            "seconds": f"{round(info.duration, 3):g}",
            "fps": info.fps,
        }

    def _read(self, part: Part, folder: Path) -> Clip:
        """The frames of a part."""
        path = folder / "given"
        self.media.get(part.file, path)
        clip = decode(path, None, seconds=part.end)
        first = min(round(part.start * clip.fps), clip.num_frames)
        last = clip.num_frames if part.end is None else round(part.end * clip.fps)
        frames = clip.frames[first:last]
        if not len(frames):
            raise MediaError(
                Note(
                    f"The part from {part.start:g} s on is empty: the clip has {clip.duration:g}"
                    f" s.",
                    "part_empty",
                    start=part.start,
                    seconds=clip.duration,
                )
            )
        sound = clip.sound and clip.sound.part(first / clip.fps, (first + len(frames)) / clip.fps)
        return dataclasses.replace(clip, frames=np.ascontiguousarray(frames), sound=sound)


def _payload(parts: Sequence[Part], result: dict[str, Any], file: str) -> dict[str, Any]:
    """The payload of the video. Its request is the edit that a remix of it is."""
    given = [VideoFields.from_payload(each.job.payload) for each in parts]
    prompts = list(dict.fromkeys(each.prompt for each in given if each.prompt))
    prompt = prompts[0] if len(prompts) == 1 else " → ".join(prompts)
    video = VideoFields(
        model=given[0].model,
        prompt=prompt,
        size=result["size"],
        seconds=f"{max(1, round(float(result['seconds'])))}",
        seed=given[0].seed,
        parents={each.job.id: CUT for each in parts},
    )
    request = EditRequest(prompt=prompt[:2000], strength=EDIT_STRENGTH, seed=given[0].seed or 0)
    return {
        "command": CUT,
        "request": config.to_json(request),
        "video": config.to_json(video),
        "media": [file],
        "source": {"parts": [each.to_json() for each in parts]},
    }

"""Puts a clip or picture into the library as a finished video, once."""

from __future__ import annotations

import hashlib
import secrets
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy.exc import IntegrityError

from sorairo import config
from sorairo.errors import DiskFullError, MediaError, RequestError
from sorairo.generation.output.export import save_spritesheet, save_thumbnail
from sorairo.generation.requests.edit import EditRequest
from sorairo.jobs.characters import CharacterStore
from sorairo.jobs.job import Job
from sorairo.jobs.library.imports import Ancestry, ImportedJob, add_imported
from sorairo.jobs.library.tags import normalized
from sorairo.jobs.queue import Queue
from sorairo.server.imports.cast import ImportedCast
from sorairo.server.imports.own_clips import OwnClip, own_clip
from sorairo.server.imports.records import Record, valid_text
from sorairo.server.job_spec import CUT, IMPORT, VideoFields
from sorairo.server.uploads.file_types import IMAGE_TYPES, detect_type
from sorairo.server.uploads.media_info import MediaInfo
from sorairo.server.uploads.media_store import MediaStore
from sorairo.server.uploads.sandbox import decode, inspect, preview
from sorairo.server.video_object import VARIANTS
from sorairo.video.clip import Clip
from sorairo.video.latent_sidecar import file_digest

PREVIEW_SIDE = 640  # pixels of the frames of which thumbnail and contact sheet are made
MAX_SIDE = 2048  # of a file that is written anew
EDIT_STRENGTH = 0.6  # of a remix of an imported clip
CLIP = VARIANTS["video"][0]


class Outcome(StrEnum):
    """What became of a file."""

    IMPORTED = "imported"
    """It is a new video."""
    PRESENT = "present"
    """It was imported before."""
    TRASHED = "trashed"
    """It was imported before, and is in the trash."""


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What became of a file, and its video."""

    outcome: Outcome
    job: Job


@dataclass(frozen=True, kw_only=True)
class Importer:
    """Imports files for one owner."""

    queue: Queue
    media: MediaStore
    owner: str = ""
    most_bytes: float | None = None
    """What the owner may store; None: any amount."""

    def add(
        self,
        path: Path,
        record: Record,
        *,
        name: str,
        created_at: float | None = None,
        source: Mapping[str, Any] = {},
        inputs: Sequence[Path] = (),
    ) -> Imported:
        """Imports a file, which the archive calls `name`. `created_at` holds where the record says
        no time; `source` says more about where it is from; `inputs` are the files that it was made
        from, as far as the archive has them. Raises MediaError if it cannot be read, QuotaError and
        WriteError."""
        digest = file_digest(path)
        video = f"video_{hashlib.sha256(f'{self.owner} {digest}'.encode()).hexdigest()[:32]}"
        if self.queue.get(video, or_trashed=True) is not None:
            return self._present(video)
        info, clip = preview(path, PREVIEW_SIDE)
        own = None if source else own_clip(clip)
        if own is not None and CUT in dict(record.parents).values():  # earlier cuts do not say it
            own = replace(own, is_cut=True)
        given = _given(own, inputs)
        if own is not None:  # what the clip says of itself counts more where it makes it again
            first, second = (record, own.record) if given is None else (own.record, record)
            record = first.filled_from(second)
        record = replace(record, prompt=valid_text(record.prompt))
        cast = ImportedCast(
            characters=CharacterStore(self.queue.database),
            media=self.media,
            owner=self.owner,
            most_bytes=self.most_bytes,
        )
        folder = f"{video}/{secrets.token_hex(8)}"  # another import of the file may be under way
        origin = {
            "file": valid_text(name[-500:]),
            "sha256": digest,
            "ids": list(record.ids[:8]),
            **source,
        }
        try:
            size = self._store(path, info, clip, folder)
            if own is not None and given is not None:
                media, given_bytes = self._store_inputs(given.paths, folder)
                size += given_bytes
                ids = cast.ids(own.names, given.paths[len(given.paths) - len(own.names) :])
                fields = replace(_video(record, info), characters=ids or None)
                payload = own.payload(fields, media, given.seconds)
            else:
                payload = _payload(record, info, f"{folder}/{CLIP}", origin)
            job = ImportedJob(
                id=video,
                owner=self.owner,
                payload=payload,
                result=_result(info, folder, size) | (own.result if own else {}),
                created_at=record.created_at or created_at or time.time(),
                favourite=record.favourite,
                tags=_tags(record.tags),
            )
            ancestry = Ancestry(origin=record.video, parents=dict(record.parents))
            added = add_imported(self.queue, job, most_bytes=self.most_bytes, ancestry=ancestry)
        except IntegrityError:
            self._undo(folder, cast)
            return self._present(video)
        except Exception:
            self._undo(folder, cast)
            raise
        return Imported(outcome=Outcome.IMPORTED, job=added)

    def _undo(self, folder: str, cast: ImportedCast) -> None:
        self.media.try_delete_folder(folder)
        cast.undo()

    def _store_inputs(self, paths: Sequence[Path], folder: str) -> tuple[list[str], int]:
        """Writes the files that a video was made from; returns their names and bytes."""
        names = [f"{folder}/given/{index}" for index in range(len(paths))]
        for name, path in zip(names, paths, strict=True):
            self.media.put(name, path)
        return names, sum(each.stat().st_size for each in paths)

    def _present(self, video: str) -> Imported:
        """What became of a file whose video is there."""
        job = self.queue.get(video, or_trashed=True)
        if job is None:  # it has just been deleted
            raise MediaError("The given file was deleted while it was imported: import it again.")
        outcome = Outcome.TRASHED if job.trashed_at else Outcome.PRESENT
        return Imported(outcome=outcome, job=job)

    def _store(self, path: Path, info: MediaInfo, clip: Clip, folder: str) -> int:
        """Writes the files of a video; returns their bytes."""
        with path.open("rb") as file:
            kind = detect_type(file.read(16))
        with tempfile.TemporaryDirectory(prefix="sorairo-import-") as name:
            made = {CLIP: path}
            if kind != "mov":  # pictures, and videos that not every browser plays
                made[CLIP] = decode(path, MAX_SIDE).save(Path(name) / CLIP)
                suffix = kind if kind in IMAGE_TYPES else "mkv"
                made[f"original.{suffix}"] = path
            made["thumbnail.webp"] = Path(name) / "thumbnail.webp"
            made["spritesheet.jpg"] = Path(name) / "spritesheet.jpg"
            save_thumbnail(clip, made["thumbnail.webp"])
            save_spritesheet(clip, made["spritesheet.jpg"])
            for target, source in made.items():
                self.media.put(f"{folder}/{target}", source)
            return sum(each.stat().st_size for each in made.values())


@dataclass(frozen=True, kw_only=True)
class _Given:
    """The files that a clip was made from."""

    paths: Sequence[Path] = ()
    seconds: float = 0.0
    """Of all clips among them."""


def _given(own: OwnClip | None, inputs: Sequence[Path]) -> _Given | None:
    """The files with which the request of a clip makes it again: none for one that was made from
    text. None: it cannot be made again here, since files are missing, are others, or cannot be
    read."""
    if own is None or own.is_complete():
        return None if own is None else _Given()
    if not inputs or not own.is_complete([file_digest(each) for each in inputs]):
        return None
    try:
        found = [inspect(each) for each in inputs]
    except DiskFullError:
        raise
    except MediaError:
        return None
    seconds = sum(each.duration for each in found if each.num_frames > 1)
    return _Given(paths=inputs, seconds=seconds)


def _video(record: Record, info: MediaInfo) -> VideoFields:
    return VideoFields(
        model=record.model,
        prompt=record.prompt,
        size=f"{info.width}x{info.height}",
        seconds=f"{max(1, round(info.duration))}",
        seed=record.seed,
    )


def _payload(record: Record, info: MediaInfo, path: str, source: dict[str, Any]) -> dict[str, Any]:
    """The payload of an imported video that cannot be made again: its request is the edit that a
    remix of it is."""
    request = EditRequest(
        prompt=record.prompt[:2000],
        strength=EDIT_STRENGTH,
        seed=record.seed or 0,
    )
    return {
        "command": IMPORT,
        "request": config.to_json(request),
        "video": config.to_json(_video(record, info)),
        "media": [path],
        "source": source,
    }


def _result(info: MediaInfo, folder: str, size: int) -> dict[str, Any]:
    return {
        "folder": folder,
        "bytes": size,
        "size": f"{info.width}x{info.height}",
        "seconds": f"{round(info.duration, 3):g}",
        "fps": info.fps,
    }


def _tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Those that can be tags."""
    found = []
    for tag in tags:
        try:
            found.append(normalized(tag))
        except RequestError:
            continue
    return tuple(dict.fromkeys(found))[:32]


def reason_of(error: MediaError) -> str:
    """Why a file is skipped, as the end of a sentence."""
    text = str(error)
    return text.removeprefix("The given file ").removeprefix("The given video ").rstrip(".")

"""Clips of another model as answers: a folder of files, named after the keys of the questions.

A clip can have any size, frame rate and readable format.
"""

from __future__ import annotations

import dataclasses
import hashlib
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sorairo.errors import MediaError
from sorairo.exam.candidates.question_export import file_of
from sorairo.exam.held_out_scenes import SIDE
from sorairo.exam.question import Answer
from sorairo.exam.scene_question import ClipQuestion, ClipTruth
from sorairo.video import Clip
from sorairo.video.latent_sidecar import file_digest
from sorairo.video.resampling import MAX_ASPECT, at_fps

SUFFIXES = (".mp4", ".mov", ".mkv", ".webm", ".avi", ".gif", ".png", ".jpg", ".jpeg", ".webp")
LARGEST = round(MAX_ASPECT * 128)  # pixels of the longer side when read: for any square question
LOOK = 0.5  # seconds of a clip that are read to check it
NAMED = 3  # files that an error names
NEARLY = 0.005  # relative: 23.976 counts as 24, and a GIF of 8 frames a second says 7.99


@dataclass(frozen=True, kw_only=True)
class ExternalClips:
    """A folder of clips that answer questions: a candidate of the exam."""

    folder: Path
    files: Mapping[str, tuple[Path, ...]]
    """Key of a question -> all files with that name; there should be one."""

    @classmethod
    def of(cls, folder: Path) -> ExternalClips:
        """Raises MediaError where there is no such folder."""
        if not os.path.isdir(folder):
            raise MediaError(f"There is no folder {folder}: name the one that holds the clips.")
        files: dict[str, tuple[Path, ...]] = {}
        for path in sorted(folder.iterdir()):
            if path.suffix.lower() in SUFFIXES and path.is_file():
                files[path.stem] = (*files.get(path.stem, ()), path)
        return cls(folder=folder, files=files)

    @property
    def name(self) -> str:
        return self.folder.resolve().name

    @property
    def digest(self) -> str:
        """SHA-256 of the names and bytes of all files."""
        total = hashlib.sha256()
        for path in sorted(path for paths in self.files.values() for path in paths):
            total.update(f"{path.name} {file_digest(path)}\n".encode())
        return total.hexdigest()

    def check(self, questions: Iterable[ClipQuestion]) -> None:
        """Raises MediaError unless there is one clip that can be read for every question."""
        asked = list(questions)
        found = [self.files.get(question.key, ()) for question in asked]
        missing = [file_of(question) for question in asked if question.key not in self.files]
        if missing:
            raise MediaError(
                f"{len(missing)} of {len(found)} clips are missing in {self.folder}"
                f" ({_some(missing)}): make them, or ask for fewer with -n, --quick or SUITE."
            )
        doubled = [path.name for paths in found for path in paths if len(paths) > 1]
        if doubled:
            raise MediaError(
                f"Several files in {self.folder} answer one question ({_some(doubled)}): keep one."
            )
        faults = {paths[0].name: _fault(paths[0]) for paths in found}
        broken = [name for name, fault in faults.items() if fault]
        if broken:
            raise MediaError(
                f"{len(broken)} of {len(found)} clips in {self.folder} cannot be read"
                f" ({_some(broken)}). {faults[broken[0]]}"
            )

    def __call__(self, question: ClipQuestion, truth: ClipTruth) -> Answer:
        """The clip for a question, converted to its size, frame rate and length."""
        (path,) = self.files[question.key]
        clip = Clip.load(path, end=question.seconds, max_side=LARGEST)
        return [conform(clip, truth.clip)]


def conform(clip: Clip, like: Clip) -> Clip:
    """The clip with the size, frame rate and length of another.

    It is cropped at the centre and scaled. Frames are repeated or dropped to change the rate. A
    longer clip is cut; a shorter one is padded with its last frame.
    """
    whole = max(1, round(clip.fps))
    if math.isclose(clip.fps, whole, rel_tol=NEARLY):
        clip = dataclasses.replace(clip, fps=float(whole))
    frames = at_fps(clip, like.fps).frames[: like.num_frames]
    frames = Clip(frames=frames, fps=like.fps).fit(like.width, like.height).frames
    missing = like.num_frames - len(frames)
    frames = np.pad(frames, ((0, missing), (0, 0), (0, 0), (0, 0)), mode="edge")
    return Clip(frames=frames, fps=like.fps)


def _fault(path: Path) -> str:
    """Why a file cannot be read; empty if it can."""
    try:
        Clip.load(path, end=LOOK, max_side=SIDE)
    except MediaError as error:
        return str(error)
    return ""


def _some(names: Sequence[str]) -> str:
    """The first few names and the number of the others."""
    rest = [f"and {len(names) - NAMED} more"] if len(names) > NAMED else []
    return ", ".join([*names[:NAMED], *rest])

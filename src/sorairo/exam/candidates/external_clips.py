"""The exam for models outside of sorairo: questions are exported as files, clips are imported.

A question is a line of `prompts.jsonl`; the frames that belong to it are in `given/`. A clip is
named after the key of its question. It can have any size, frame rate and readable format.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np

from sorairo.errors import MediaError
from sorairo.exam.held_out_scenes import FPS, SIDE
from sorairo.exam.question import Answer
from sorairo.exam.scene_question import SceneQuestion, SceneTruth
from sorairo.exam.suite import Suite
from sorairo.video import Clip
from sorairo.video.atomic_write import whole_file
from sorairo.video.latent_sidecar import file_digest
from sorairo.video.resampling import MAX_ASPECT, at_fps

GIVEN = "given"  # the folder of frames that belong to questions
SUFFIXES = (".mp4", ".mov", ".mkv", ".webm", ".avi", ".gif", ".png", ".jpg", ".jpeg", ".webp")
LARGEST = round(MAX_ASPECT * SIDE)  # pixels of the longer side when read: enough to crop a square
LOOK = 0.5  # seconds of a clip that are read to check it
NAMED = 3  # files that an error names
NEARLY = 0.005  # relative: 23.976 counts as 24, and a GIF of 8 frames a second says 7.99

QuestionsBySuite = Mapping[str, Sequence[SceneQuestion]]
"""Name of a suite -> its questions."""


def answerable(suite: Suite) -> bool:
    """Whether clips of another model can answer the suite's questions."""
    return suite.columns[0] == "model" and not suite.needs_engine


def questions_for_clips(suite: Suite, count: int) -> Sequence[SceneQuestion]:
    """The questions of an answerable suite."""
    return cast("Sequence[SceneQuestion]", suite.questions(count))


def export_questions(
    questions: QuestionsBySuite,
    folder: Path,
    *,
    judged_by: str,
    progress: Callable[[int, int], None],
) -> tuple[Path, Path]:
    """Writes the given frames, `prompts.jsonl` and a README.txt that names `judged_by`, the command
    that judges the clips. Returns the paths of the last two.

    Calls `progress` with (done, total). Overwrites files of the same names. Raises MediaError.
    """
    try:
        (folder / GIVEN).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise MediaError(f"Cannot make {folder / GIVEN}: {reason}; name another folder.") from error
    total = sum(map(len, questions.values()))
    lines = []
    for suite, asked in questions.items():
        for question in asked:
            lines.append({"suite": suite, **_line(question, folder)})
            progress(len(lines), total)
    texts = {
        folder / "prompts.jsonl": "".join(
            json.dumps(line, ensure_ascii=False) + "\n" for line in lines
        ),
        folder / "README.txt": README.format(judged_by=judged_by),
    }
    for path, text in texts.items():
        with whole_file(path) as temporary:
            temporary.write_text(text, encoding="utf-8")
    listed, readme = texts
    return listed, readme


def _line(question: SceneQuestion, folder: Path) -> dict[str, object]:
    """A question's line in `prompts.jsonl`. Writes its given frames."""
    given_file = None
    if question.given:
        # The simulator runs forward in time, so the beginning does not depend on the rest.
        shown = dataclasses.replace(question, seconds=question.given / FPS).truth().clip
        given_file = f"{GIVEN}/{question.key}{'.png' if question.given == 1 else '.mp4'}"
        shown.save(folder / given_file)
    return {
        "key": question.key,
        "prompt": question.prompt,
        "seconds": question.seconds,
        "fps": FPS,
        "size": [SIDE, SIDE],
        "seed": question.seed,
        "given": question.given,
        "given_file": given_file,
        "file": file_of(question),
    }


def file_of(question: SceneQuestion) -> str:
    """The recommended file name for the answer to a question."""
    return f"{question.key}{'.png' if question.num_frames == 1 else '.mp4'}"


@dataclass(frozen=True, kw_only=True)
class ExternalClips:
    """A folder of clips that answer questions: a candidate of the exam."""

    folder: Path
    files: Mapping[str, tuple[Path, ...]]
    """Key of a question -> all files with that name; there should be one."""

    @classmethod
    def of(cls, folder: Path) -> ExternalClips:
        """Raises MediaError where there is no such folder."""
        if not folder.is_dir():
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

    def check(self, questions: Iterable[SceneQuestion]) -> None:
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

    def __call__(self, question: SceneQuestion, truth: SceneTruth) -> Answer:
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


README = """\
The exam of sorairo, for any model that makes clips.

prompts.jsonl  one question per line: "suite", "key", "prompt" (what to show), "seconds" (how long),
               "fps" and "size" (at which the clip is judged), "seed" (a number for your model, the
               same every time), "given" (how many frames of the beginning are given: 0 none, 1 a
               picture), "given_file" (where they are) and "file" (how to name the clip; if it ends
               in .png, one picture is asked for).
given/         the given frames, at the question's size and frame rate.

What to do:
1. Make a clip for every line, from its prompt. If frames are given, the clip begins with them, and
   "seconds" includes them: put them in front if your model returns only what follows.
2. Save it under the name in "file", all clips in one folder. Other common formats are accepted too,
   with their own ending: {{key}}.gif, {{key}}.webm.
3. Judge the clips, on the machine that wrote this list:

       {judged_by}

Clips of any size and frame rate are accepted. A clip of another shape is cropped at the centre, one
of another size is scaled; frames are repeated or dropped, never blended. A clip that is too long is
cut; if it is too short, its last frame stays to the end. Choose settings and seeds before you look
at any result, and use the first clip that you make for each question.
"""

"""The exam for models that are not ours: questions are handed out as files, clips are handed in.

A question is a line of `prompts.jsonl`, and what is shown with it lies in `given/`. A clip is named
after its question's key. It may be of any size and rate, and in any format that can be read.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sorairo.errors import MediaError
from sorairo.exam.held_out_scenes import FPS, SIDE
from sorairo.exam.question import Question, Truth
from sorairo.exam.run import ExamSuite
from sorairo.video import Clip
from sorairo.video.atomic_write import whole_file
from sorairo.video.latent_sidecar import file_digest
from sorairo.video.resampling import MAX_ASPECT, at_fps

GIVEN = "given"  # the folder of what is shown with questions
SUFFIXES = (".mp4", ".mov", ".mkv", ".webm", ".avi", ".gif", ".png", ".jpg", ".jpeg", ".webp")
LARGEST = round(MAX_ASPECT * SIDE)  # pixels of a longer side as it is read: enough to cut a square
LOOK = 0.5  # seconds that are read of a clip to see whether it can be
NAMED = 3  # files that a refusal names
NEARLY = 0.005  # of a rate: 23.976 is meant as 24, and a GIF of 8 frames a second says 7.99

Papers = Mapping[str, Sequence[Question]]
"""The questions of each suite, by its name."""


def answerable(suite: ExamSuite) -> bool:
    """Whether clips can answer it: not where the codec is examined, or another part of a model."""
    return suite.columns[0] == "model"


def hand_out(
    papers: Papers, folder: Path, *, judged_by: str, progress: Callable[[int, int], None]
) -> tuple[Path, Path]:
    """Writes what is given, the list of questions, and a README.txt that ends in `judged_by`, the
    command for the clips; `progress` is told (done, total). Returns the last two.

    Files of the same names are overwritten. Raises MediaError.
    """
    try:
        (folder / GIVEN).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise MediaError(f"Cannot make {folder / GIVEN}: {reason}; name another folder.") from error
    total = sum(map(len, papers.values()))
    lines = []
    for suite, questions in papers.items():
        for question in questions:
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


def _line(question: Question, folder: Path) -> dict[str, object]:
    """A question as it is told, its given material being written."""
    given_file = None
    if question.given:
        # The simulator goes forward: the beginning is the same without the rest.
        shown = Truth(dataclasses.replace(question, seconds=question.given / FPS)).clip
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


def file_of(question: Question) -> str:
    """What the clip of a question is best named."""
    return f"{question.key}{'.png' if question.num_frames == 1 else '.mp4'}"


@dataclass(frozen=True, kw_only=True)
class HandedIn:
    """The clips of a folder: by the key of the question, all files that are named after it."""

    folder: Path
    files: Mapping[str, tuple[Path, ...]]

    @classmethod
    def of(cls, folder: Path) -> HandedIn:
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
        """Of the names and bytes of all files."""
        total = hashlib.sha256()
        for path in sorted(path for paths in self.files.values() for path in paths):
            total.update(f"{path.name} {file_digest(path)}\n".encode())
        return total.hexdigest()

    def check(self, questions: Iterable[Question]) -> None:
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

    def answer(self, question: Question, truth: Truth) -> Clip:
        """The clip for a question, at its size, rate and length."""
        (path,) = self.files[question.key]
        clip = Clip.load(path, end=question.seconds, max_side=LARGEST)
        return as_asked(clip, truth.clip)


def as_asked(clip: Clip, like: Clip) -> Clip:
    """The clip with the size, rate and length of another.

    It is cut in the middle to that shape and scaled; at every time the frame that was on screen
    then is shown; what is longer is cut, and the last frame of what is shorter stays.
    """
    whole = max(1, round(clip.fps))
    if math.isclose(clip.fps, whole, rel_tol=NEARLY):
        clip = dataclasses.replace(clip, fps=float(whole))
    frames = at_fps(clip, like.fps).frames[: like.num_frames]
    frames = Clip(frames=frames, fps=like.fps).fit(like.width, like.height).frames
    stay = like.num_frames - len(frames)
    frames = np.pad(frames, ((0, stay), (0, 0), (0, 0), (0, 0)), mode="edge")
    return Clip(frames=frames, fps=like.fps)


def _fault(path: Path) -> str:
    """Why a file cannot be read; nothing where it can."""
    try:
        Clip.load(path, end=LOOK, max_side=SIDE)
    except MediaError as error:
        return str(error)
    return ""


def _some(names: Sequence[str]) -> str:
    """The first few of them, and how many are left."""
    rest = [f"and {len(names) - NAMED} more"] if len(names) > NAMED else []
    return ", ".join([*names[:NAMED], *rest])


README = """\
The exam of sorairo, for any model that makes clips.

prompts.jsonl  a question a line: "suite", "key", "prompt" (what to show), "seconds" (how long),
               "fps" and "size" (at which it is judged), "seed" (a number for your model, the same
               every time), "given" (how many frames of the beginning are shown: 0 none, 1 a
               picture), "given_file" (where they are) and "file" (what to name the clip; where it
               ends in .png one picture is asked for).
given/         the beginnings, at the question's size and rate.

What to do:
1. Make a clip for every line, from its prompt. Where frames are given, the clip begins with them
   and lasts "seconds" with them: put them before it if your model returns only what follows.
2. Save it under the name in "file", all clips in one folder. Other formats that players know do as
   well, with their own ending: {{key}}.gif, {{key}}.webm.
3. Have them judged, where this list was made:

       {judged_by}

What is judged: clips of any size and rate are taken. One of another shape is cut in the middle, one
of another size is scaled; frames are repeated or left out, never blended; what is longer than asked
for is cut, and if a clip is shorter its last frame stays to the end. Choose settings and seeds
before you look at a result, and hand in the first clip that you made of each question.
"""

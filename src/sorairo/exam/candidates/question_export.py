"""Exports questions as files, for models outside of sorairo.

A question is a line of `prompts.jsonl`; the frames that belong to it are in `given/`.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import cast

from sorairo.errors import MediaError
from sorairo.exam.held_out_scenes import FPS
from sorairo.exam.scene_question import ClipQuestion
from sorairo.exam.suite import Suite
from sorairo.video.atomic_write import write_whole

GIVEN = "given"  # the folder of frames that belong to questions

QuestionsBySuite = Mapping[str, Sequence[ClipQuestion]]
"""Name of a suite -> its questions."""


def answerable(suite: Suite) -> bool:
    """Whether clips of another model can answer the suite's questions."""
    return suite.columns[0] == "model" and not suite.needs_engine


def questions_for_clips(suite: Suite, count: int) -> Sequence[ClipQuestion]:
    """The questions of an answerable suite."""
    return cast("Sequence[ClipQuestion]", suite.questions(count))


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
        write_whole(path, text)
    listed, readme = texts
    return listed, readme


def _line(question: ClipQuestion, folder: Path) -> dict[str, object]:
    """A question's line in `prompts.jsonl`. Writes its given frames."""
    given_file = None
    if question.given:
        asked = question
        if question.same_beginning:
            asked = dataclasses.replace(question, seconds=question.given / FPS)
        shown = asked.truth().given
        given_file = f"{GIVEN}/{question.key}{'.png' if question.given == 1 else '.mp4'}"
        shown.save(folder / given_file)
    return {
        "key": question.key,
        "prompt": question.prompt,
        "seconds": question.seconds,
        "fps": FPS,
        "size": list(question.size),
        "seed": question.seed,
        "given": question.given,
        "given_file": given_file,
        "file": file_of(question),
    }


def file_of(question: ClipQuestion) -> str:
    """The recommended file name for the answer to a question."""
    return f"{question.key}{'.png' if question.num_frames == 1 else '.mp4'}"


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

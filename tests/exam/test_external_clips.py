"""Exported questions and imported clips: what the files hold, and how clips are converted."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from sorairo.errors import MediaError
from sorairo.exam.candidates.external_clips import ExternalClips, conform
from sorairo.exam.candidates.question_export import export_questions
from sorairo.exam.registry import SUITES
from sorairo.exam.scene_question import SceneQuestion, SceneTruth
from sorairo.exam.setup import facts_of, run_of_clips
from sorairo.video import Clip

QUESTIONS = {"M2": SUITES["M2"].questions(2), "M4": SUITES["M4"].questions(2)}
LIKE = Clip(frames=np.zeros((24, 96, 96, 3), np.uint8), fps=12.0)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the true clips of M2."""
    folder = tmp_path_factory.mktemp("answers")
    for question in QUESTIONS["M2"]:
        SceneTruth(question).clip.save(folder / f"{question.key}.mp4")
    return folder


def test_a_question_is_exported_with_its_given_frames(tmp_path: Path):
    done = []
    listed, readme = export_questions(
        QUESTIONS,
        tmp_path / "a" / "b",
        judged_by="JUDGE",
        progress=lambda *so_far: done.append(so_far),
    )
    assert done == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert "JUDGE" in readme.read_text()
    assert "{key}.gif" in readme.read_text()
    lines = {line["key"]: line for line in map(json.loads, listed.read_text().splitlines())}
    asked = {
        question.key: (suite, question) for suite in QUESTIONS for question in QUESTIONS[suite]
    }
    assert lines.keys() == asked.keys()
    for key, line in lines.items():
        suite, question = asked[key]
        assert line["suite"] == suite
        assert line["prompt"] == question.prompt
        assert (line["seconds"], line["fps"]) == (question.seconds, 12)
        assert line["file"] == f"{key}.mp4"
        shown = Clip.load(listed.parent / line["given_file"])
        true = SceneTruth(question).given
        assert (shown.width, shown.height) == tuple(line["size"])
        assert (shown.num_frames, shown.fps) == (line["given"], 12)
        off = np.abs(shown.frames.astype(int) - true.frames).mean()
        assert off == 0 if question.given == 1 else off < 2
    assert lines["M4-0001"]["given"] == 16


def test_the_given_frames_are_those_of_the_true_clip_of_every_suite(tmp_path: Path):
    """Where the camera of a falling vessel stands depends on how its pieces fly."""
    smash = next(each for each in SUITES["M3b"].questions(4) if each.about == "smash")
    listed, _ = export_questions({"M3b": [smash]}, tmp_path, judged_by="", progress=lambda *_: None)
    line = json.loads(listed.read_text())
    shown, true = Clip.load(tmp_path / line["given_file"]), smash.truth().given
    assert np.abs(shown.frames.astype(int) - true.frames).mean() < 2


@pytest.mark.parametrize("fps", [6, 12, 24, 30, 24000 / 1001])
def test_a_clip_of_any_size_and_rate_is_fitted(fps: float):
    """A bar crosses the middle of a wide picture; its position at every time is kept."""
    count, seconds = round(3 * fps), np.arange(round(3 * fps)) / round(fps)
    frames = np.zeros((count, 192, 400, 3), np.uint8)
    for frame, at in zip(frames, seconds, strict=True):
        frame[:, round(104 + 60 * at) : round(104 + 60 * at) + 6] = 255
    fitted = conform(Clip(frames=frames, fps=fps), LIKE)
    assert fitted.frames.shape == LIKE.frames.shape
    assert fitted.fps == 12
    columns = fitted.frames[..., 0].mean(1)
    seen = (columns * np.arange(96)).sum(1) / columns.sum(1)
    shown = np.floor(np.arange(24) / 12 * round(fps) + 1e-6) / round(fps)
    assert np.abs(seen - (2.5 + 60 * shown) / 2).max() < 1


def test_short_clips_are_padded_and_a_picture_is_a_still_clip():
    frames = np.arange(10, dtype=np.uint8)[:, None, None, None] * np.ones((96, 96, 3), np.uint8)
    fitted = conform(Clip(frames=frames, fps=12.0), LIKE).frames[:, 0, 0, 0]
    assert fitted.tolist() == [*range(10), *[9] * 14]
    still = conform(Clip(frames=frames[5:6], fps=12.0), LIKE)
    assert (still.num_frames, still.frames.min(), still.frames.max()) == (24, 5, 5)


def test_the_true_clips_are_judged_as_the_truth(answers: Path):
    external = ExternalClips.of(answers)
    external.check(QUESTIONS["M2"])
    for question in QUESTIONS["M2"]:
        truth = SceneTruth(question)
        verdict = SUITES["M2"].judge(question, external(question, truth), truth)
        assert verdict["centroid"] < 0.01
        assert verdict["lost"] == 0


def test_an_exam_of_clips_has_the_columns_that_need_no_model(answers: Path, tmp_path: Path):
    columns = ("model", "truth", "codec", "constant velocity")
    suite = dataclasses.replace(SUITES["M2"], columns=columns)
    run = run_of_clips(ExternalClips.of(answers), tmp_path)
    (judged,) = run.run_suite(suite, 1)
    assert list(judged.verdicts) == ["model", "truth", "constant velocity"]
    assert judged.verdicts["model"]["centroid"] < 0.01 < judged.verdicts[columns[-1]]["centroid"]
    assert facts_of(run)["model"].startswith(f"{answers.name} ")


def test_a_clip_as_gif_is_as_good(answers: Path, tmp_path: Path):
    question: SceneQuestion = QUESTIONS["M2"][0]
    Clip.load(answers / "M2-0000.mp4").save(tmp_path / "M2-0000.gif")
    external, truth = ExternalClips.of(tmp_path), SceneTruth(question)
    external.check([question])
    verdict = SUITES["M2"].judge(question, external(question, truth), truth)
    assert verdict["centroid"] < 0.01


def test_what_is_missing_doubled_or_broken_is_named(answers: Path, tmp_path: Path):
    folder = Path(shutil.copytree(answers, tmp_path / "clips"))
    digest = ExternalClips.of(folder).digest

    def refusal() -> str:
        with pytest.raises(MediaError) as error:
            ExternalClips.of(folder).check([*QUESTIONS["M2"], *SUITES["M2"].questions(6)[2:]])
        return str(error.value)

    assert "4 of 6 clips are missing" in refusal()
    assert "(M2-0002.mp4, M2-0003.mp4, M2-0004.mp4, and 1 more)" in refusal()
    for index in range(2, 6):
        shutil.copy(folder / "M2-0000.mp4", folder / f"M2-{index:04d}.mp4")
    assert ExternalClips.of(folder).digest != digest
    (folder / "M2-0003.mp4").write_text("no film")
    assert "1 of 6 clips" in refusal()
    assert "(M2-0003.mp4). Cannot read" in refusal()
    shutil.copy(answers / "M2-0000.mp4", folder / "M2-0001.MOV")
    assert "answer one question (M2-0001.MOV, M2-0001.mp4): keep one" in refusal()
    with pytest.raises(MediaError, match="There is no folder"):
        ExternalClips.of(tmp_path / "elsewhere")

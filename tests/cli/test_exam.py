"""`sorairo exam` of clips that another model made, from the questions to the report."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path

import pytest
from click.testing import CliRunner

from sorairo.cli.exam import exam
from sorairo.exam.registry import SUITES, WORLD_SUITES
from sorairo.exam.scene_question import SceneTruth

from .conftest import Done, Run

PAGE = Path(__file__).parents[2] / "docs" / "exam.md"
ALONE = ("M2", "--workers", 1)  # in this process, which has loaded what an exam needs
OLD = Path(__file__).parents[1] / "compatibility" / "files" / "exam" / "clips-sat"


@pytest.fixture(scope="module")
def perfect(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of true clips, as a perfect model would make them."""
    folder = tmp_path_factory.mktemp("perfect")
    for question in SUITES["M2"].questions(2):
        SceneTruth(question).clip.save(folder / f"{question.key}.mp4")
    return folder


@pytest.fixture
def clips(perfect: Path, tmp_path: Path) -> Path:
    """The same, beside where `sorairo` runs."""
    return Path(shutil.copytree(perfect, tmp_path / "clips"))


def test_clips_of_another_model_are_examined(sorairo: Run, clips: Path, tmp_path: Path):
    exported = sorairo("exam", "export-prompts", "asked", "M2", "-n", 2)
    assert exported.returncode == 0, exported.stderr
    assert exported.stdout.split() == ["asked/prompts.jsonl", "asked/README.txt"]
    lines = (tmp_path / "asked" / "prompts.jsonl").read_text().splitlines()
    assert [json.loads(line)["file"] for line in lines] == sorted(os.listdir(clips))
    command = "sorairo exam M2 -n 2 --clips CLIPS -o exam"
    assert command in (tmp_path / "asked" / "README.txt").read_text()

    clips.rename(tmp_path / "CLIPS")
    judged = sorairo(*shlex.split(command)[1:])
    assert judged.returncode == 0, judged.stderr
    assert judged.stdout.split() == ["exam/report.json", "exam/index.html"]
    report = json.loads((tmp_path / "exam" / "report.json").read_text())
    assert report["model"].startswith("CLIPS ")
    drop = report["suites"]["M2"]
    assert drop["centroid"]["model"] < 0.01 < drop["centroid"]["baselines"]["frozen"]
    assert drop["iou"]["model"] > 0.8
    assert "codec" not in drop["centroid"]
    assert (tmp_path / "exam" / "M2" / "M2-0001-truth.mp4").exists()


def test_what_was_answered_before_a_stop_is_reported(
    here: Callable[..., Done], clips: Path, tmp_path: Path
):
    clips.rename(tmp_path / "theirs")
    refused = here("exam", "--report-only", "-o", "out")
    assert refused.returncode == 2
    assert "There is no exam in out" in refused.stderr
    assert not (tmp_path / "out").exists()
    assert here("exam", *ALONE, "-n", 2, "--clips", "theirs", "-o", "out").returncode == 0
    last = tmp_path / "out" / "M2" / "M2-0001.json"
    last.unlink()
    shutil.rmtree(tmp_path / "theirs")  # nobody answers any more
    assert here("exam", "--report-only", "-o", "out").returncode == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert {suite: values["centroid"]["n"] for suite, values in report["suites"].items()} == {
        "M2": 1
    }
    assert not last.exists()
    other = here("exam", "M3", "--report-only", "-o", "out")
    assert other.returncode == 2
    assert "No question of these suites has been judged in out" in other.stderr
    misused = here("exam", "--report-only", "--model", "mine", "-o", "out")
    assert misused.returncode == 2
    assert "leave out --model" in misused.stderr


def test_the_old_name_of_report_only_warns(here: Callable[..., Done], tmp_path: Path):
    shutil.copytree(OLD, tmp_path / "out")
    done = here("exam", "--marked", "-o", "out")
    assert done.returncode == 0, done.stderr
    assert "--marked is called --report-only now" in done.stderr
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["suites"]["M2"]["centroid"]["n"] == 2


def test_other_clips_need_another_folder(here: Callable[..., Done], clips: Path):
    arguments = ("exam", *ALONE, "--clips", clips, "-n", 1, "-o", "out")
    assert here(*arguments).returncode == 0
    (clips / "M2-0000.mp4").write_bytes((clips / "M2-0001.mp4").read_bytes())
    done = here(*arguments)
    assert done.returncode == 2
    assert "holds an exam of another model" in done.stderr


MISUSE = {
    "a clip is missing": (["M2", "-n", 3], "1 of 3 clips are missing in clips (M2-0002.mp4)"),
    "unknown suite": (["M22"], "There is no suite 'M22'. Did you mean 'M2'?"),
    "codec": (["M2", "M12"], "M12 examines a model's codec"),
    "model": (["M2", "--model", "tabletop"], "leave out --model"),
    "steps": (["M2", "--steps", 3], "leave out --steps"),
    "file": (["M2", "-o", "clips/M2-0000.mp4"], "is a file"),
}


@pytest.mark.parametrize("case", MISUSE)
def test_misuse_is_reported_before_anything_is_judged(
    here: Callable[..., Done], clips: Path, tmp_path: Path, case: str
):
    arguments, sentence = MISUSE[case]
    done = here("exam", "--clips", clips.name, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["clips"]


@pytest.mark.parametrize("words", [("--guidance", "2"), ("--look", "filament")])
def test_a_game_has_no_guidance_and_no_look(words: tuple[str, str], tmp_path: Path):
    folder = tmp_path / "exam"
    done = CliRunner().invoke(exam, ["M10", "--model", "crafter", *words, "-o", str(folder)])
    assert done.exit_code == 2
    assert f"leave out {words[0]}" in done.stderr
    assert not folder.exists()


def test_the_codec_is_left_out_where_all_is_asked_for(here: Callable[..., Done], tmp_path: Path):
    done = here("exam", "export-prompts", "asked", "-n", 1)
    assert done.returncode == 0, done.stderr
    assert "M12 examines a model's codec" in done.stderr
    lines = (tmp_path / "asked" / "prompts.jsonl").read_text().splitlines()
    questions = [json.loads(line) for line in lines]
    suites = dict.fromkeys(line["suite"] for line in questions)
    assert list(suites) == [name for name in WORLD_SUITES if name != "M12"]
    for line in questions:
        pictured = round(line["seconds"] * line["fps"]) == 1
        assert line["file"] == f"{line['key']}.{'png' if pictured else 'mp4'}"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["export-prompts"], "Missing argument 'DIR'"),
        (["export-prompts", "asked", "M12"], "leave M12 out"),
        (["export-prompts", "clips/M2-0000.mp4", "M2"], "name another folder"),
        (["export-prompt", "asked"], "Did you mean 'export-prompts'?"),
        (["--quick", "export-prompts", "asked"], "Write export-prompts right after"),
    ],
)
def test_export_misuse(here: Callable[..., Done], clips: Path, words: list[str], sentence: str):
    done = here("exam", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert clips.is_dir()


def test_suites_and_options_come_in_any_order():
    for words in (["M2", "--quick", "M3"], ["--quick", "M2", "M3"], ["M2", "M3", "--quick"]):
        context = exam.make_context("exam", words)
        assert context.params["suites"] == ("M2", "M3")
        assert context.params["quick"]
    assert exam.make_context("exam", []).params["suites"] == ()


def test_the_help_names_every_suite():
    """If this fails, add the new suite to the epilog of `sorairo exam`."""
    assert exam.epilog
    assert SUITES.keys() <= set(re.findall(r"[\w-]+", exam.epilog.split("Examples:")[0]))


def test_every_command_of_the_page_can_be_typed():
    text = PAGE.read_text(encoding="utf-8")
    lines = [
        line for block in re.findall(r"```sh\n(.*?)```", text, re.S) for line in block.split("\n")
    ]
    commands = [shlex.split(line) for line in lines if line]
    assert len(commands) == 4
    for program, name, *words in commands:
        assert (program, name) == ("sorairo", "exam")
        params = exam.make_context(name, words).params
        assert set(params["suites"]) <= SUITES.keys()


@pytest.mark.parametrize("missing", ["mujoco", "scipy"])
def test_without_the_simulator_the_error_names_the_command_that_installs_it(
    missing: str, tmp_path: Path
):
    """Whatever is asked, in one process without the module."""
    asked = [["M12"], ["--clips", "."], ["export-prompts", "questions"]]
    script = (
        f"import sys; sys.modules['{missing}'] = None; from sorairo.cli.main import run\n"
        f"for words in {asked}: print(words, run(['exam', *words]), file=sys.stderr, flush=True)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "Traceback" not in done.stderr
    said = iter(done.stderr.splitlines())
    for words in asked:
        before = list(takewhile(f"{words} 2".__ne__, said))
        assert "pip install 'sorairo[world]'" in "\n".join(before), words
    assert list(said) == []
    assert list(tmp_path.iterdir()) == []

"""What makes a first hour easy: new seeds, sizes by name, prompts without quotes, help, info, and
what is said while a command works."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import numpy as np
import pytest

from films import film, tone
from sorairo import __version__
from sorairo.cli import progress
from sorairo.cli.console import is_quiet
from sorairo.cli.options import named_size
from sorairo.cli.progress import Progress, duration_text, progress_bar
from sorairo.generation.requests.metadata import read_comment
from sorairo.video import Clip

from .conftest import Done, Run

Make = Callable[..., Done]
PROMPT = "a red ball drops onto a wooden floor"


@pytest.fixture
def generate(here: Make, tiny_model: Path) -> Make:
    def run(*arguments: object) -> Done:
        brief = ("--seconds", 0.25, "--steps", 1, "--model", tiny_model)
        return here("generate", *arguments, *brief)

    return run


def test_each_run_has_a_new_seed_which_is_printed(generate: Make, here: Make, tmp_path: Path):
    first, second = (generate(PROMPT, "-o", f"{name}.mp4", "--json") for name in "ab")
    seed = first.facts["seed"]
    assert seed != second.facts["seed"]
    assert f"Seed: {seed} (--seed {seed} makes the same again).\n" in first.stderr
    again = generate(PROMPT, "-o", "c.mp4", "--seed", seed)
    assert "Seed: " not in again.stderr
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "c.mp4").read_bytes()
    assert "Seeds: " in generate(PROMPT, "--n", 2).stderr
    remix = here("remix", "a.mp4", PROMPT, "-o", "d.mp4", "--json")
    assert remix.facts["seed"] == seed


def test_a_storyboard_keeps_its_own_seed(here: Make, tiny_model: Path, tmp_path: Path):
    card = '[[card]]\nprompt = "a red ball"\nseconds = 0.25\n'
    (tmp_path / "own.toml").write_text(f"seed = 5\n{card}")
    (tmp_path / "none.toml").write_text(card)
    options = ("--model", tiny_model, "--dry-run", "--json")
    assert here("storyboard", "own.toml", *options).facts["seed"] == 5
    assert here("storyboard", "own.toml", "--seed", 6, *options).facts["seed"] == 6
    drawn = {here("storyboard", "none.toml", *options).facts["seed"] for _ in range(3)}
    assert len(drawn) > 1


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1080p", (1920, 1080)),
        ("720p", (1280, 720)),
        ("480P", (854, 480)),
        ("512", (512, 512)),
        ("320x180", (320, 180)),
    ],
)
def test_sizes_by_name(text: str, size: tuple[int, int]):
    assert named_size(text) == size


@pytest.mark.parametrize(
    ("size", "shown"),
    [("16:9", "512x288"), ("9:16", "288x512"), ("1:1", "512x512"), ("720p", "1280x720")],
)
def test_shapes_fit_the_default_size(here: Make, size: str, shown: str):
    done = here("generate", PROMPT, "--size", size, "--dry-run", "--json")
    assert done.facts["size"] == shown
    assert done.facts["frames"] == 96


@pytest.mark.parametrize(
    ("size", "reason"),
    [
        ("0:9", "is not a size"),
        ("99:1", "too narrow"),
        ("0", "the nearest is"),
        ("4k", "not a size"),
    ],
)
def test_sizes_that_cannot_be(here: Make, size: str, reason: str):
    done = here("generate", PROMPT, "--size", size, "--dry-run")
    assert (done.returncode, done.stdout) == (2, "")
    assert reason in done.stderr


def test_a_prompt_needs_no_quotes(generate: Make, here: Make):
    done = generate("a", "red", "ball", "drops", "--dry-run", "--json", "--no-rewrite")
    assert done.facts["texts"] == ["a red ball drops"]
    assert 'The prompt is "a red ball drops"' in done.stderr
    other = here("edit", "a.mp4", "a", "red", "ball")
    assert other.returncode == 2
    assert "unexpected extra arguments (red ball). Write a prompt of several words in quotes" in (
        other.stderr
    )


def test_a_prompt_from_stdin(generate: Make, monkeypatch: pytest.MonkeyPatch):
    for text, texts in (
        (b"\xef\xbb\xbfa red ball\n drops\n", ["a red ball drops"]),
        (b" \n", None),
    ):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
        done = generate("-", "--dry-run", "--json", "--no-rewrite")
        if texts:
            assert done.facts["texts"] == texts
        else:
            assert "The prompt is empty" in done.stderr
    monkeypatch.setattr(sys, "stdin", None)
    assert "stdin, which is closed" in generate("-", "--dry-run").stderr


def test_help_and_version_as_commands(here: Make):
    assert here("version").stdout == f"{__version__}\n"
    assert here("-v").stdout == here("--version").stdout
    assert here("help").stdout == here("--help").stdout
    assert here("help", "edit").stdout == here("edit", "--help").stdout
    assert here("help", "models", "info").stdout == here("models", "info", "--help").stdout
    done = here("help", "genrate")
    assert (done.returncode, "Did you mean 'generate'?" in done.stderr) == (2, True)


def test_shells_complete_commands_and_options(sorairo: Run, monkeypatch: pytest.MonkeyPatch):
    for typed, found in (("sorairo gen", "generate"), ("sorairo edit --str", "--strength")):
        monkeypatch.setenv("_SORAIRO_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", typed)
        monkeypatch.setenv("COMP_CWORD", str(typed.count(" ")))
        assert sorairo().stdout == f"plain,{found}\n"
    for shell in ("bash", "zsh", "fish"):
        monkeypatch.setenv("_SORAIRO_COMPLETE", f"{shell}_source")
        assert "_SORAIRO_COMPLETE" in sorairo().stdout


def test_models_say_their_licence_and_tasks_and_nothing_empty(here: Make):
    text = here("models", "info", "tabletop").stdout
    assert "licence:        Apache-2.0\n" in text
    assert "trained for:    generate, image, animate" in text
    assert all(line.partition(":")[2].strip() for line in text.splitlines())
    assert "edit" in here("models", "info", "tabletop", "--json").facts["trained_for"]


def test_a_dry_run_makes_nothing_and_says_what_it_would(generate: Make, here: Make, tmp_path: Path):
    done = generate(PROMPT, "--dry-run", "--gif", "--seed", 3)
    assert (done.returncode, list(tmp_path.iterdir())) == (0, [])
    assert "files:   a-red-ball-drops-onto-a-wooden-floor-seed3.mp4, " in done.stdout
    assert f"reads:   {PROMPT}\n" in done.stdout
    planned = generate(PROMPT, "--dry-run", "--json", "--seed", 3).facts
    made = generate(PROMPT, "--json", "--seed", 3, "--keep-latents").facts
    assert {key: planned[key] for key in ("size", "fps", "frames", "seconds", "native_size")} == {
        key: made[key] for key in ("size", "fps", "frames", "seconds", "native_size")
    }
    assert planned["memory_bytes"] > 4e8
    after = generate(PROMPT, "--dry-run", "--json", "--seed", 3).facts
    assert 0 < after["estimated_seconds"] < 600
    longer = ("extend", made["path"], "--forward", 0.5, "--json")
    planned = here(*longer, "--dry-run").facts
    assert (planned["frames"], planned["seconds"]) == (9, 0.75)
    planned = here(*longer, "--dry-run", "--to", 1 / 6).facts
    assert (planned["frames"], planned["seconds"]) == (8, 0.667), "what follows --to is left out"


def test_info_names_what_a_file_is_and_was_made_from(generate: Make, here: Make, tmp_path: Path):
    generate(PROMPT, "--seed", 3, "-o", "a.mp4")
    facts = here("info", "a.mp4", "--json").facts
    assert (facts["size"], facts["frames"], facts["fps"], facts["sound"]) == ("64x64", 3, 12, False)
    clip = Clip.load(tmp_path / "a.mp4")
    request = read_comment(clip.metadata["comment"])
    assert (facts["request"]["prompt"], facts["request"]["seed"]) == (request.prompt, 3)
    text = here("info", "a.mp4").stdout
    assert f"prompt:        {PROMPT}\n" in text
    assert "None" not in text
    Clip(frames=clip.frames[:1], fps=12.0).save(tmp_path / "a.png")
    text = here("info", "a.png").stdout
    assert "no request is stored in it" in text
    assert "length" not in text
    assert here("info", "gone.mp4").returncode == 2


def test_info_knows_of_sound_that_begins_later(here: Make, tmp_path: Path):
    times = [each / 25 for each in range(50)]
    film(tmp_path / "late.mkv", [40] * 50, times, 2.0, sounds=((0.5, tone(440, 1.0)),))
    film(tmp_path / "silent.mkv", [40] * 50, times, 2.0)
    found = [here("info", f"{name}.mkv", "--json").facts["sound"] for name in ("late", "silent")]
    assert found == [True, False]


def test_gifs_are_small_enough_to_send(here: Make, tiny_model: Path, tmp_path: Path):
    options = ("--seconds", 0.5, "--steps", 1, "--model", tiny_model, "--json", "--gif")
    large = ("--size", "512x256", "--fps", 24)
    here("generate", PROMPT, *options, *large, "-o", "a.mp4")
    gif = Clip.load(tmp_path / "a.gif")
    assert (gif.width, gif.height, gif.num_frames) == (256, 128, 6)
    assert Clip.load(tmp_path / "a.mp4").width == 512
    here("generate", PROMPT, *options, *large, "--gif-size", 128, "--gif-fps", 6, "-o", "b.mp4")
    gif = Clip.load(tmp_path / "b.gif")
    assert (gif.width, gif.num_frames) == (128, 3)
    here("generate", PROMPT, *options, "-o", "c.mp4")
    assert Clip.load(tmp_path / "c.gif").width == 64
    planned = here("generate", PROMPT, "--dry-run", "--json", "-o", "d.gif").facts
    assert (planned["size"], planned["fps"]) == ("256x256", 12)
    planned = here("generate", PROMPT, "--dry-run", "--json", "-o", "d.gif", *large).facts
    assert (planned["size"], planned["fps"]) == ("512x256", 24)


def test_quiet_commands_print_results_alone(generate: Make):
    done = generate("a red elephnat drops", "--quiet", "-o", "a.mp4")
    assert (done.stdout, done.stderr) == ("a.mp4\n", "")
    done = generate("", "-q")
    assert "The prompt is empty" in done.stderr


def test_results_are_opened(generate: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    opened = tmp_path / "opened"
    program = tmp_path / "bin" / "xdg-open"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$1" > {opened}.new; mv {opened}.new {opened}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    generate(PROMPT, "--open", "-o", "a.mp4")
    for _ in range(100):
        if opened.exists():
            break
        time.sleep(0.05)
    assert opened.read_text() == f"{tmp_path / 'a.mp4'}\n"
    monkeypatch.setenv("PATH", "")
    assert "cannot be opened" in generate(PROMPT, "--open", "-o", "a.mp4").stderr


def test_progress_in_words(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    shown = Progress("Clip 2 of 4", interactive=False)
    now[0] += 3
    assert shown.text() == "Clip 2 of 4: 3 s"
    shown.update(1, 11)
    now[0] += 4
    shown.update(5, 11)
    assert shown.text() == "Clip 2 of 4: 45 %, 6 s left"
    shown.draw()
    assert capsys.readouterr().err == "", "at most one line in ten seconds"
    now[0] += 10
    shown.draw()
    shown.draw()
    assert capsys.readouterr().err == "Clip 2 of 4: 45 %, 21 s left\n"
    drawn = Progress("Making the clip", interactive=True)
    now[0] += 1
    drawn.update(1, 2)
    assert capsys.readouterr().err.startswith("\rMaking the clip: 50 %")
    assert [duration_text(each) for each in (0.4, 75, 3700)] == ["0 s", "1 min 15 s", "1 h 1 min"]


def test_lines_of_a_terminal_are_never_wrapped(monkeypatch: pytest.MonkeyPatch):
    for columns in (1, 10, 40, 100):
        monkeypatch.setenv("COLUMNS", str(columns))
        shown = Progress("Loading the model tabletop", interactive=True)
        shown.update(3, 7)
        assert len(shown._fitted()) <= max(1, columns - 1)


def test_quiet_progress_shows_nothing(capsys: pytest.CaptureFixture[str]):
    with click.Context(click.Command("x")) as context:
        context.params["quiet"] = True
        assert is_quiet()
        with progress_bar("Loading") as show:
            show(1, 2)
    assert capsys.readouterr().err == ""
    assert not is_quiet()
    assert np.isfinite(progress.EVERY)

"""`sorairo generate` from end to end, with an untrained model."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sorairo.errors import SorairoError
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.video import Clip

from .conftest import Done, Run

Make = Callable[..., Done]

SEED = ("--seed", 0)
PROMPT = "a red ball drops onto a wooden floor"


@pytest.fixture
def generate(here: Make, tiny_model: Path) -> Make:
    def run(*arguments: object, prompt: str = PROMPT):
        return here("generate", prompt, "--model", tiny_model, "--seconds", 0.5, *arguments)

    return run


def test_the_path_goes_to_stdout(sorairo: Run, tiny_model: Path, tmp_path: Path):
    done = sorairo(
        "generate", PROMPT, "--model", tiny_model, "--seconds", 0.5, "-o", "ball.mp4", *SEED
    )
    assert done.returncode == 0, done.stderr
    assert (done.stdout, done.stderr) == ("ball.mp4\n", "")
    clip = Clip.load(tmp_path / "ball.mp4")
    assert (clip.num_frames, clip.fps, clip.width, clip.height) == (6, 12.0, 64, 64)
    request = GenerateRequest.from_comment(clip.metadata["comment"])
    assert (request.prompt, request.seconds, request.seed) == (PROMPT, 0.5, 0)


def test_everything_at_once_as_json(generate: Make, tmp_path: Path):
    options = ("--contact-sheet", "--gif", "--json", "--seed", 5, "--n", 2, "--size", "512x256")
    done = generate("-o", "out.mp4", *options)
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [record["path"] for record in records] == ["out-1.mp4", "out-2.mp4"]
    assert [record["seed"] for record in records] == [5, 6]
    first = records[0]
    assert first["prompt"] == PROMPT
    assert (first["size"], first["native_size"]) == ("512x256", "96x48")
    assert (first["frames"], first["fps"], first["seconds"]) == (6, 12.0, 0.5)
    assert (first["model"], len(first["model_digest"])) == ("tiny", 16)
    assert first["wall_seconds"] > 0
    assert done.stderr.count("Generated at 96x48; upscaled to 512x256.") == 1
    assert Clip.load(tmp_path / first["gif"]).num_frames == 6
    with Image.open(tmp_path / first["contact_sheet"]) as sheet:
        assert sheet.width == 6 * 514 - 2
    assert Clip.load(tmp_path / first["path"]).width == 512
    assert len(list(tmp_path.iterdir())) == 6


def test_the_same_seed_gives_the_same_bytes(generate: Make, tmp_path: Path):
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        assert generate("-o", f"{name}.mp4", "--seed", seed).returncode == 0
    a, b, c = ((tmp_path / f"{name}.mp4").read_bytes() for name in "abc")
    assert a == b
    assert a != c


def test_a_clip_can_be_made_again_from_its_own_comment(generate: Make, here: Make, tmp_path: Path):
    generate("-o", "a.mp4", "--seed", 9, "--steps", 3, "--guidance", 2, "--negative", "blue")
    request = GenerateRequest.from_comment(Clip.load(tmp_path / "a.mp4").metadata["comment"])
    assert (request.seed, request.steps, request.guidance, request.negative) == (9, 3, 2.0, "blue")
    again = here(
        *("generate", request.prompt, "--model", request.model, "--seconds", request.seconds),
        *("--seed", request.seed, "--steps", request.steps, "--guidance", request.guidance),
        *("--negative", request.negative, "--fps", request.fps, "-o", "b.mp4"),
    )
    assert again.returncode == 0, again.stderr
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_a_name_is_made_and_an_older_file_left_alone(generate: Make, tmp_path: Path):
    for expected in ("a-red-ball-drops-seed0.mp4", "a-red-ball-drops-seed0-2.mp4"):
        assert generate(*SEED, prompt="A red ball drops.").stdout == f"{expected}\n"
        assert (tmp_path / expected).is_file()


def test_a_named_file_is_overwritten(generate: Make, tmp_path: Path):
    (tmp_path / "old.mp4").write_text("old")
    assert generate("-o", "old.mp4").returncode == 0
    assert Clip.load(tmp_path / "old.mp4").num_frames == 6


def test_one_frame_is_a_picture(generate: Make, tmp_path: Path):
    done = generate("-o", "one.png", "--seconds", 1 / 12)
    assert done.returncode == 0, done.stderr
    clip = Clip.load(tmp_path / "one.png")
    assert clip.frames.shape == (1, 64, 64, 3)
    assert GenerateRequest.from_comment(clip.metadata["comment"]).prompt == PROMPT


def test_what_is_ignored_is_named_and_the_clip_is_made(generate: Make):
    options = ("-o", "out.mp4", "--no-vary", "--negative", "snow", "--guidance", 1)
    done = generate(*options, prompt="a red elephnat drops onto a woodden floor")
    assert done.returncode == 0
    assert done.stdout == "out.mp4\n"
    assert "Read as: a red ball drops onto a wooden floor\n" in done.stderr
    assert "Warning: Ignored (unknown word): elephnat\n" in done.stderr
    ignored = "Warning: Ignored (a negative prompt needs a guidance above 1): snow\n"
    assert ignored in done.stderr


def test_words_that_mean_the_same_are_read(generate: Make):
    prompt = "a crimson orb plummets onto golden dunes"
    done = generate("-o", "out.mp4", "--json", "--no-vary", prompt=prompt)
    text = "a red ball drops onto the sand"
    assert f"Read as: {text}\n" in done.stderr
    assert (done.facts["prompt"], done.facts["read_as"]) == (prompt, text)
    assert done.facts["notes"][0] == f"Read as: {text}"
    request = GenerateRequest.from_comment(done.clip.metadata["comment"])
    assert (request.prompt, request.read, request.text) == (prompt, text, text)
    raw = generate("-o", "raw.mp4", "--json", "--no-rewrite", prompt=prompt)
    assert raw.facts["read_as"] is None
    assert GenerateRequest.from_comment(raw.clip.metadata["comment"]).text == prompt
    assert "not trained on these words: crimson, orb, plummets, golden dunes" in raw.stderr


@pytest.mark.parametrize("prompt", ["a cat looks around", "猫在看窗外"])
def test_a_prompt_of_which_nothing_is_known_is_refused(generate: Make, tmp_path: Path, prompt: str):
    done = generate("-o", "out.mp4", prompt=prompt)
    assert (done.returncode, done.stdout) == (2, "")
    assert "These prompts work: 'a red ball drops onto a wooden floor'" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_prompt_of_which_nothing_is_known_can_be_made_anyhow(generate: Make):
    assert generate("-o", "out.mp4", "--no-rewrite", prompt="a cat looks around").returncode == 0


def test_each_seed_shows_another_take(generate: Make):
    options = ("-o", "out.mp4", "--json", "--n", 3, *SEED)
    lines = generate(*options, prompt="a red ball rolls").stdout.splitlines()
    texts = [json.loads(line)["read_as"] for line in lines]
    assert len(set(texts)) == 3
    assert all(" red ball rolls to the " in text for text in texts)
    again = generate(*options, prompt="a red ball rolls").stdout.splitlines()
    assert [json.loads(line)["read_as"] for line in again] == texts
    plain = generate(*options, "--no-vary", prompt="a red ball rolls").stdout.splitlines()
    assert {json.loads(line)["read_as"] for line in plain} == {None}


def test_text_that_is_not_read_is_warned_of(generate: Make):
    done = generate(
        "-o", "out.mp4", *SEED, prompt="a red ball drops, " * 40 + "then rolls to the left"
    )
    assert done.returncode == 0
    assert "Ignored (the prompt is too long for the model)" in done.stderr
    assert done.stderr.rstrip().endswith('then rolls to the left"')


def test_words_of_the_world_that_the_model_was_not_trained_on(
    here: Make, tiny_model: Path, tmp_path: Path
):
    from sorairo import config
    from sorairo.world.tabletop.scene import FIRST_LIGHT

    taught = tmp_path / "taught"
    shutil.copytree(tiny_model, taught)
    record = json.loads((taught / "model.json").read_text())
    record["training"]["scene"] = config.to_json(FIRST_LIGHT)
    (taught / "model.json").write_text(json.dumps(record))
    prompt = "a white ball and a red box on the grass at night"
    done = here("generate", prompt, "--model", taught, "--seconds", 0.1, "-o", "out.mp4")
    assert done.returncode == 0, done.stderr
    for said in ("color 'white'", "floor 'grass'", "light 'night'", "names 2 objects"):
        assert said in done.stderr


def test_an_unusable_device_is_an_error(generate: Make, tmp_path: Path):
    done = generate("-o", "out.mp4", "--device", "abacus")
    assert (done.returncode, done.stdout) == (2, "")
    assert "'abacus'" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_broken_model_is_an_error(here: Make, tiny_model: Path, tmp_path: Path):
    broken = tmp_path / "broken"
    shutil.copytree(tiny_model, broken)
    weights = broken / "codec.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    done = here("generate", PROMPT, "--model", broken, "-o", "out.mp4")
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot be loaded" in done.stderr
    assert "Traceback" not in done.stderr
    (broken / "tokenizer.json").write_text("[" * 20_000)
    done = here("generate", PROMPT, "--model", broken, "-o", "out.mp4")
    assert (done.returncode, done.stdout) == (2, "")
    assert "tokenizer.json cannot be loaded" in done.stderr
    weights.unlink()
    done = here("generate", PROMPT, "--model", broken)
    assert "is incomplete: codec.safetensors" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["broken"]


def test_a_prompt_in_more_detail(generate: Make, here: Make):
    """Both prompts are stored; each seed has its own expansion; a remix is expanded too."""
    options = ("--expand", "--json", "--n", 2)
    done = generate("-o", "a.mp4", *options, prompt="a red ball")
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first["prompt"] == second["prompt"] == "a red ball"
    assert first["expanded"] != second["expanded"]
    assert "red" in first["expanded"]
    request = GenerateRequest.from_comment(done.clip.metadata["comment"])
    assert (request.prompt, request.text) == ("a red ball", first["expanded"])
    other = here("remix", "a-1.mp4", "a blue box", "-o", "b.mp4", "--json")
    assert "blue" in other.facts["expanded"]
    plain = generate("-o", "c.mp4", "--json", prompt="a ball").facts
    assert plain["expanded"] is None


def test_a_chat_model_that_is_not_there(generate: Make):
    options = ("--expand-url", "http://127.0.0.1:9/v1", "--json", "-o", "a.mp4")
    done = generate(*options)
    assert done.facts["expanded"] is None
    assert "The prompt is used as it is: 127.0.0.1:9 cannot be reached" in done.stderr


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_no_half_file(tiny_model: Path, tmp_path: Path, stop: signal.Signals):
    arguments = ("--seconds", "4", "--steps", "10", "--n", "50", "-o", "out.mp4", "--seed", "0")
    process = subprocess.Popen(
        [sys.executable, "-m", "sorairo", "generate", PROMPT, "--model", tiny_model, *arguments],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()  # one clip is there, the next is being made
    time.sleep(0.2)
    process.send_signal(stop)
    _, errors = process.communicate()
    assert process.returncode == 128 + stop
    assert "Traceback" not in errors
    if stop == signal.SIGINT:
        lines = filter(None, errors.splitlines())
        said = [line for line in lines if not line.startswith("Loading the model")]
        assert said[-1] == "Stopped. No half-written result was left."
        # which is said if a window of the second clip is kept already
        assert set(said[:-1]) <= {"The same command goes on where this one was stopped."}
    for path in tmp_path.iterdir():
        assert Clip.load(path).num_frames == 48


def test_models_can_be_looked_at(here: Make, tiny_model: Path):
    done = here("models", "info", tiny_model, "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["name"] == "tiny"
    assert record["native_sizes"] == [[64, 64], [128, 64]]
    assert "64x64" in here("models", "info", tiny_model).stdout
    assert here("models", "list").returncode == 0


def test_python_and_the_command_line_make_the_same_frames(
    generate: Make, tiny_model: Path, tmp_path: Path
):
    import sorairo

    made = sorairo.load(tiny_model).generate(PROMPT, seconds=0.5, seed=2)
    assert made.num_frames == 6
    generate("-o", "a.gif", "--seed", 2)
    made.save(tmp_path / "b.gif")
    assert np.array_equal(
        Clip.load(tmp_path / "a.gif").frames, Clip.load(tmp_path / "b.gif").frames
    )
    with pytest.raises(SorairoError, match="The prompt is empty"):
        sorairo.load(tiny_model).generate("")

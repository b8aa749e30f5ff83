"""Misuse stops at once with a one-sentence error and exit code 2, and leaves no files."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from sorairo.generation.requests.generate import GenerateRequest
from sorairo.generation.requests.metadata import cut_comment
from sorairo.video import Clip

from .conftest import Done, Run

PROMPT = "a red ball drops onto a wooden floor"
WITHOUT_MODEL = ("world", "models", "genrate", "exam", "serve", "keys")

MISUSE = {
    "empty prompt": (["generate", ""], "The prompt is empty: say what the clip should show"),
    "blank prompt": (["generate", "  "], "The prompt is empty"),
    "marks for a prompt": (["generate", "!!!"], "The prompt is empty"),
    "nothing to be seen": (["image", "\u200b"], "The prompt is empty"),
    "marks for an edit": (["edit", "a.mp4", "..."], "The prompt is empty"),
    "marks for more": (["extend", "a.mp4", "?", "--forward", 1], "The prompt is empty"),
    "marks for an end": (["connect", "a.mp4", "a.mp4", "--prompt-b", "-"], "The prompt is empty"),
    "narrow": (["generate", PROMPT, "--size", "2048x64"], "too narrow: the long side is at most 4"),
    "narrow picture": (["image", PROMPT, "--size", "64x512"], "for example 128x512."),
    "narrow clip": (["extend", "wide.mp4", "--forward", 1], "wide.mp4, which has 160x16 pixels,"),
    "narrow still": (["animate", "wide.png"], "wide.png, which has 160x16 pixels, is too narrow"),
    "endless": (["generate", PROMPT, "--seconds", "1e999"], "A clip cannot last inf seconds"),
    "no number": (["generate", PROMPT, "--fps", "nan"], "nan frames per second is out of range"),
    "long seed": (["generate", PROMPT, "--seed", "1" + "0" * 400], "A seed is between 0 and 2**63"),
    "longest seed": (["image", PROMPT, "--seed", "1" * 5000], "is not a valid integer"),
    "long steps": (["image", PROMPT, "--steps", "1" + "0" * 400], "choose 1 to 200"),
    "long guidance": (["image", PROMPT, "--guidance", "9" * 400], "choose 0 to 30"),
    "long region": (["edit", "a.mp4", PROMPT, "--region", "0,0,1," + "9" * 400], "reaches beyond"),
    "long time": (["edit", "a.mp4", PROMPT, "--to", "1e999"], "lies outside the clip"),
    "long strength": (["animate", "a.png", "--strength", "nan"], "strength of nan"),
    "long world seed": (
        ["world", "sample", "-o", "out", "--seed", "9" * 30],
        "is not in the range",
    ),
    "to stdout": (["generate", PROMPT, "-o", "-"], "Results are not written to stdout"),
    "over its input": (["extend", "a.mp4", "--forward", 1, "-o", "a.mp4"], "is an input of this"),
    "a gif smaller than any result": (
        ["generate", PROMPT, "-o", "b.gif", "--gif-size", 32],
        "With --gif-size 32 a result of this model has 32x32 pixels",
    ),
    "a gif over its input": (
        ["extend", "a.gif", "--forward", 1, "--gif", "-o", "a.mp4"],
        "a.gif is an input of this command",
    ),
    "over a mask": (
        ["edit", "a.mp4", PROMPT, "--region", "x-sheet.png", "--contact-sheet", "-o", "x.mp4"],
        "x-sheet.png is an input",
    ),
    "over a card": (["storyboard", "card.toml", "-o", "a.mp4"], "a.mp4 is an input"),
    "over a picture": (["animate", "--at", "1=a.png", "-o", "a.png"], "a.png is an input"),
    "long card name": (["storyboard", "long-name.toml"], "Card 1 names a file that cannot exist"),
    "deep board": (["storyboard", "deep.toml"], "no names of more than 8 parts"),
    "deep model": (["models", "info", "deep"], "nested too deeply"),
    "cut LoRA": (["generate", PROMPT, "--lora", "cut.safetensors"], "or only its beginning: fetch"),
    "LoRA in words": (["generate", PROMPT, "--lora", "paper:much"], "write NAME or NAME:WEIGHT"),
    "lost LoRA": (["generate", PROMPT, "--lora", "tabletop-fsat"], "no LoRA 'tabletop-fsat'. Did"),
    "rough": (["generate", PROMPT, "--quality", "rough"], "'rough' is not one of 'full', 'draft'"),
    "no prompt": (["generate"], "Missing argument 'PROMPT'"),
    "odd size": (
        ["generate", PROMPT, "--size", "127x96"],
        "both sides are multiples of 2; the nearest is 128x96.",
    ),
    "huge size": (["generate", PROMPT, "--size", "9000x96"], "the nearest is 2048x512."),
    "no size": (["generate", PROMPT, "--size", "big"], "'big' is not a size: write WIDTHxHEIGHT"),
    "negative seconds": (["generate", PROMPT, "--seconds", "-2"], "cannot last -2 seconds"),
    "absurd seconds": (["generate", PROMPT, "--seconds", "86400"], "the longest is"),
    "seconds in words": (["generate", PROMPT, "--seconds", "four"], "'four' is not a valid float"),
    "no steps": (["generate", PROMPT, "--steps", "0"], "choose 1 to 200"),
    "negative guidance": (["generate", PROMPT, "--guidance", "-1"], "choose 0 to 30"),
    "negative seed": (["generate", PROMPT, "--seed", "-1"], "the nearest is 0."),
    "no frame rate": (["generate", PROMPT, "--fps", "0"], "choose 1 to 60"),
    "rate in words": (["generate", PROMPT, "--fps", "fast"], "'fast' is not a valid float"),
    "no clips": (["generate", PROMPT, "--n", "0"], "0 is not in the range"),
    "unknown command": (["genrate", PROMPT], "Did you mean 'generate'?"),
    "unknown option": (["generate", PROMPT, "--contact-shet"], "--contact-sheet"),
    "missing folder": (["generate", PROMPT, "-o", "no/clip.mp4"], "no folder no: create it first"),
    "folder": (["generate", PROMPT, "-o", "."], "is a folder: name a file in it"),
    "unknown suffix": (["generate", PROMPT, "-o", "clip.avi"], "end its name in .mp4, .gif"),
    "film as png": (
        ["generate", PROMPT, "-o", "clip.png"],
        "can hold only one frame",
    ),
    "a prompt for a picture": (["animate", "a red ball " * 40], ": File name too long."),
    "a prompt for a recipe": (["remix", "a red ball " * 40, PROMPT], ": File name too long."),
    "a prompt for a file": (["generate", PROMPT, "-o", "a ball " * 40], "end its name in .mp4"),
    "a long mask": (["edit", "a.mp4", PROMPT, "--region", "x" * 300 + ".png"], "name too long"),
    "a long LoRA": (["generate", PROMPT, "--lora", "x" * 300 + ".safetensors"], "There is no file"),
    "a long name of a model": (["models", "info", "x" * 300], "There is no model 'xxx"),
    "long name": (["generate", PROMPT, "-o", "x" * 300 + ".mp4"], "File name too long"),
    "chat model nowhere": (["generate", PROMPT, "--expand-model", "x"], "needs --expand-url"),
    "no chat address": (["image", PROMPT, "--expand-url", "ftp:"], "is not the address of a chat"),
    "empty picture": (["image", ""], "The prompt is empty"),
    "large picture": (["image", PROMPT, "--size", "4096x4096"], "the nearest is 2048x2048."),
    "no picture": (["animate"], "name a picture to animate"),
    "lost picture": (["animate", "gone.png"], "There is no file gone.png."),
    "lost last picture": (["animate", "a.png", "--at", "end=b.png"], "There is no file b.png."),
    "misspelt picture": (["animate", "gone.png", "--at", "1=a.png"], "There is no file gone.png."),
    "many words": (["animate", "a.png", "it", "rolls"], "Write the prompt in quotes"),
    "no time": (["animate", "a.png", "--at", "b.png"], "write T=FILE, for example 2.5=b.png"),
    "late": (["animate", "a.png", "--at", "5=a.png", "--seconds", 2], "lies outside the clip"),
    "same time": (["animate", "a.png", "--at", "0=a.png"], "Two pictures are at 0 s"),
    "no seconds": (["animate", "a.png", "--seconds", 0], "cannot last 0 seconds"),
    "film for picture": (["animate", "a.mp4"], "is a clip of 12 frames, not a picture"),
    "how much": (["extend", "a.mp4"], "forward or backward, in seconds, above 0"),
    "less": (["extend", "a.mp4", "--forward", -1], "An extension cannot last -1 seconds"),
    "much more": (["extend", "a.mp4", "--backward", 1e9], "the longest is"),
    "no bridge": (["loop", "a.mp4", "--seconds", 0], "A bridge cannot last 0 seconds"),
    "one clip": (["connect", "a.mp4"], "Missing argument 'B'"),
    "lost clip": (["connect", "a.mp4", "gone.mp4"], "There is no file gone.mp4."),
    "no words": (["edit", "a.mp4"], "Missing argument 'PROMPT'"),
    "empty words": (["edit", "a.mp4", ""], "The prompt is empty"),
    "strength": (["edit", "a.mp4", PROMPT, "--strength", 1.5], "choose 0 (keeps everything)"),
    "region": (["edit", "a.mp4", PROMPT, "--region", "left"], "'left' is not a region"),
    "far region": (["edit", "a.mp4", PROMPT, "--region", "60,0,60,9"], "reaches beyond"),
    "lost mask": (["edit", "a.mp4", PROMPT, "--region", "mask.png"], "There is no file mask.png."),
    "black mask": (["edit", "a.mp4", PROMPT, "--region", "black.png"], "is black everywhere"),
    "after the end": (["edit", "a.mp4", PROMPT, "--from", 3], "3 s lies outside the clip"),
    "before": (["edit", "a.mp4", PROMPT, "--from", 1, "--to", 0.5], "There is nothing from 1 s"),
    "cut from others": (["remix", "part.mp4", PROMPT], "part.mp4 was cut from other clips, and"),
    "not ours": (["remix", "a.mp4", PROMPT], "a.mp4 has no sorairo request stored in it"),
    "folder of clips": (["extend", ".", "--forward", 1], "is a folder; name a picture or a video"),
    "text": (["extend", "text.mp4", "--forward", 1], "Cannot read text.mp4 as a picture or video"),
    "cut off": (["loop", "cut.mp4"], "cut.mp4 is empty or cut off"),
    "no frames": (["loop", "none.mkv"], "none.mkv"),
    "one pixel": (["animate", "dot.png"], "dot.png has 1x1 pixels, too few to see anything"),
    "too many pixels": (["animate", "huge.png"], "huge.png has more than 128 million"),
    "a pipe for a picture": (["animate", "pipe.png"], "pipe.png is a named pipe, not a file: copy"),
    "a pipe for a clip": (["extend", "pipe.png", "--forward", 1], "is a named pipe, not a file"),
    "a pipe for a recipe": (["remix", "pipe.png", PROMPT], "is a named pipe, not a file"),
    "a pipe for a mask": (["edit", "a.mp4", PROMPT, "--region", "pipe.png"], "is a named pipe"),
    "a pipe for cards": (["storyboard", "pipe.png"], "is a named pipe, not a file"),
    "a pipe on a card": (["storyboard", "piped.toml"], "names pipe.png, that is not a file"),
    "a device": (["animate", "/dev/zero"], "/dev/zero is a device or a socket, not a file"),
    "broken picture": (["edit", "broken.png", PROMPT], "The picture broken.png is broken"),
    "minutes": (["edit", "long.mp4", PROMPT], "125 seconds are too long to change at once"),
    "a folder of the system": (["world", "sample", "-o", "/proc/x"], "Cannot make the folder"),
    "an exam of the system": (["exam", "M2", "-o", "/proc/x"], "Cannot make the folder /proc/x"),
    "an exam in a film": (["exam", "M2", "-o", "a.mp4"], "is a file"),
    "no length of a world": (["world", "sample", "-o", "x", "--seconds", "nan"], "nan is not a"),
    "many workers": (["serve", "--workers", "9" * 20], "is not in the range"),
    "long keep": (["serve", "--keep-hours", "inf"], "is not in the range"),
    "long quota": (["keys", "create", "--name", "x", "--most-pixel-seconds", "nan"], "nan is not"),
    "world size": (["world", "sample", "-o", "out", "--size", "4x4"], "16 to 2048 pixels a side"),
}


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of valid and invalid files."""
    folder = tmp_path_factory.mktemp("footage")
    frames = np.full((12, 60, 80, 3), 120, np.uint8)
    Clip(frames=frames, fps=12.0).save(folder / "a.mp4")
    comment = cut_comment(GenerateRequest(prompt=PROMPT, seconds=2.0).to_comment())
    Clip(frames=frames, fps=12.0, metadata={"comment": comment}).save(folder / "part.mp4")
    Clip(frames=frames[:1], fps=12.0).save(folder / "a.png")
    Clip(frames=frames[:1] * 0, fps=12.0).save(folder / "black.png")
    Clip(frames=np.zeros((1, 1, 1, 3), np.uint8), fps=12.0).save(folder / "dot.png")
    Clip(frames=np.zeros((125, 16, 16, 3), np.uint8), fps=1.0).save(folder / "long.mp4")
    Clip(frames=frames, fps=12.0).save(folder / "a.gif")
    Clip(frames=frames[:1], fps=12.0).save(folder / "x-sheet.png")
    wide = np.full((12, 16, 160, 3), 120, np.uint8)
    Clip(frames=wide, fps=12.0).save(folder / "wide.mp4")
    Clip(frames=wide[:1], fps=12.0).save(folder / "wide.png")
    (folder / "card.toml").write_text('[[card]]\nclip = "a.mp4"\n')
    (folder / "long-name.toml").write_text(f'[[card]]\nseconds = 1\npicture = "{"x" * 5000}"\n')
    (folder / "deep.toml").write_text("a" + ".a" * 16_000 + " = 1\n")
    (folder / "deep").mkdir()
    (folder / "deep" / "model.json").write_text("[" * 20_000)
    (folder / "text.mp4").write_text("not a film")
    (folder / "cut.mp4").write_bytes((folder / "a.mp4").read_bytes()[:300])
    (folder / "cut.safetensors").write_bytes((100).to_bytes(8, "little") + b"{")
    (folder / "broken.png").write_bytes((folder / "a.png").read_bytes()[:60])
    Image.new("1", (20_000, 10_000)).save(folder / "huge.png")
    os.mkfifo(folder / "pipe.png")
    (folder / "piped.toml").write_text('[[card]]\nseconds = 1\npicture = "pipe.png"\n')
    with av.open(str(folder / "none.mkv"), "w") as container:
        stream = container.add_stream("libx264", rate=12)
        stream.width, stream.height = 80, 60
        stream.pix_fmt = "yuv420p"
        container.start_encoding()
    return folder


@pytest.fixture
def misuse(
    here: Callable[..., Done], tiny_model: Path, footage: Path, monkeypatch: pytest.MonkeyPatch
):
    """`sorairo` in a folder of footage, with a model that exists and is never loaded."""
    from sorairo.generation import engine

    monkeypatch.setattr(engine, "load", lambda *_, **__: pytest.fail("a model was loaded"))
    monkeypatch.chdir(footage)

    def run(*arguments: object) -> Done:
        model = () if arguments[0] in WITHOUT_MODEL else ("--model", tiny_model)
        return here(*arguments, *model)

    return run


@pytest.mark.parametrize("case", MISUSE)
def test_misuse(misuse: Callable[..., Done], footage: Path, case: str):
    before = sorted(footage.iterdir())
    arguments, sentence = MISUSE[case]
    done = misuse(*arguments)
    assert sentence in done.stderr
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    if "Usage: " not in done.stderr:  # click's own words come with a reminder
        assert len(done.stderr.strip().splitlines()) == 1
    assert sorted(footage.iterdir()) == before


def test_a_model_that_is_played_makes_no_clips(here: Callable[..., Done]):
    """Whatever the prompt: none that works for it is proposed."""
    for prompt in ("a red ball", "at night, in the desert"):
        done = here("generate", prompt, "--model", "crafter", "--dry-run")
        assert (done.returncode, done.stdout) == (2, "")
        said = (
            "Error: The model crafter makes no clips from prompts: play it, sorairo play crafter."
        )
        assert done.stderr == f"{said}\n"


def test_misuse_is_reported_before_a_model_is_loaded(sorairo: Run, tiny_model: Path):
    started = time.monotonic()
    sorairo("generate", PROMPT, "-o", "no/clip.mp4", "--model", tiny_model)
    quick = time.monotonic() - started
    started = time.monotonic()
    sorairo("--help")
    assert quick < 3 * (time.monotonic() - started) + 0.5


def test_a_place_where_nothing_can_be_written(misuse: Callable[..., Done]):
    done = misuse("generate", PROMPT, "-o", "/proc/clip.mp4")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Cannot write /proc/clip.mp4" in done.stderr


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission(here: Callable[..., Done], tmp_path: Path, tiny_model: Path):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    done = here("generate", PROMPT, "-o", "locked/clip.mp4", "--model", tiny_model)
    assert done.returncode == 2
    assert "Permission denied" in done.stderr


def test_a_home_that_cannot_be_reached(
    here: Callable[..., Done], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """As that of another user, under which a service is started: nothing of it is needed."""
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / ("x" * 300)))
    for name in ("SORAIRO_MODELS", "SORAIRO_LORAS"):
        monkeypatch.delenv(name, raising=False)
    assert here("generate", PROMPT, "--dry-run", "--json").facts["model"] == "tabletop"
    assert "tabletop " in here("models", "list").stdout


def test_what_the_system_refuses_is_one_sentence(
    here: Callable[..., Done], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """Also where no part of the program expects it."""
    folder = tmp_path / ("x" * 300)
    monkeypatch.setattr("sorairo.cli.models.directory_facts", lambda _: folder.stat())
    done = here("models", "list")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Error: Cannot use {folder}: File name too long.\n"


def test_a_file_in_place_of_a_folder(here: Callable[..., Done], tmp_path: Path, tiny_model: Path):
    (tmp_path / "file").write_text("mine")
    generate = ["generate", PROMPT, "-o", "file/x.mp4", "--model", tiny_model]
    for arguments in (generate, ["world", "sample", "-o", "file"]):
        done = here(*arguments)
        assert done.returncode == 2
        assert "is a file, not a folder" in done.stderr
    assert (tmp_path / "file").read_text() == "mine"

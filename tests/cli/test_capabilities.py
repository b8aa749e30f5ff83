"""Every capability from end to end, on generated footage, with an untrained model: given frames
stay unchanged, the requested ones are added, and the file contains its request."""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sorairo.generation.requests.bridge import ConnectRequest
from sorairo.generation.requests.edit import EditRequest
from sorairo.generation.requests.metadata import read_comment
from sorairo.video import Clip, Sound
from sorairo.video.latent_sidecar import file_digest

from .conftest import Done

Make = Callable[..., Done]


@pytest.fixture
def make(here: Callable[..., Done], tiny_model: Path) -> Make:
    def command(name: str, *arguments: object) -> Done:
        return here(name, *arguments, "--model", tiny_model, "--steps", 1, "--json")

    return command


def scene(seconds: float, *, shade: int = 90, fps: float = 12.0) -> Clip:
    """A bright square that crosses a shaded picture of 80x64."""
    frames = np.full((round(seconds * fps), 64, 80, 3), shade, np.uint8)
    for index, frame in enumerate(frames):
        frame[20:40, 2 * index % 60 : 2 * index % 60 + 20] = (200, 60, 40)
    return Clip(frames=frames, fps=fps)


@pytest.fixture
def ball(tmp_path: Path) -> Path:
    return scene(1.0).save(tmp_path / "ball.mp4")


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    return Clip(frames=scene(0.1).frames[:1], fps=12.0).save(tmp_path / "a.png")


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Equal except for the loss of two passes of H.264."""
    return float(np.abs(a.astype(int) - b.astype(int)).mean()) < 3


def test_generate_a_loop(make: Make):
    done = make("generate", "a red ball", "--loop", "--seconds", 2 / 3, "-o", "out.mp4")
    assert (done.facts["frames"], done.facts["command"]) == (8, "generate")
    assert read_comment(done.clip.metadata["comment"]).loop  # type: ignore[attr-defined]


def test_an_image_of_any_size(make: Make):
    done = make("image", "a red ball", "--size", "130x90", "--seed", 0)
    assert done.facts["path"] == "a-red-ball-seed0.png"
    assert done.clip.frames.shape == (1, 90, 130, 3)
    assert read_comment(done.clip.metadata["comment"]).prompt == "a red ball"


def test_animate_begins_with_the_picture(make: Make, picture: Path):
    done = make("animate", picture, "it rolls", "--seconds", 1, "--seed", 0)
    assert done.facts["path"] == "a-animate-it-rolls-seed0.mp4"
    assert (done.facts["frames"], done.facts["size"]) == (12, "80x64")
    assert done.facts["inputs"] == ["a.png"]
    assert same(done.clip.frames[:1], Clip.load(picture).frames)


@pytest.mark.parametrize("end", ["end", "1"])
def test_animate_from_a_first_to_a_last_picture(
    make: Make, picture: Path, tmp_path: Path, end: str
):
    last = Clip(frames=scene(1.0).frames[-1:], fps=12.0).save(tmp_path / "b.png")
    done = make(
        *("animate", "it rolls", "--at", f"0={picture}", "--at", f"{end}={last}"),
        *("--seconds", 1, "-o", "out.mp4"),
    )
    assert done.facts["prompt"] == "it rolls"
    shown = done.clip.frames
    assert len(shown) == 12
    for index, path in ((0, picture), (-1, last)):
        assert same(shown[index], Clip.load(path).frames[0])


def test_extend_goes_on_from_a_part_of_the_clip(make: Make, ball: Path):
    """The part from 0.25 s to 0.75 s stays, and half a second is added on each side."""
    span = ("--from", 0.25, "--to", 0.75)
    done = make("extend", ball, *span, "--backward", 0.5, "--forward", 0.5, "-o", "out.mp4")
    assert done.facts["frames"] == 18
    assert same(done.clip.frames[6:12], Clip.load(ball).frames[3:9])


def test_extend_keeps_the_clip_between_what_is_added(make: Make, ball: Path):
    options = ("--forward", 0.5, "--backward", 1, "-o", "out.mp4")
    done = make("extend", ball, *options)
    assert (done.facts["frames"], done.facts["native_size"]) == (6 + 12 + 12, "80x64")
    assert same(done.clip.frames[12:24], Clip.load(ball).frames)


def test_several_endings(make: Make, ball: Path, tmp_path: Path):
    done = make("extend", ball, "--forward", 0.5, "--n", 2, "--seed", 4, "-o", "out.mp4")
    assert len(done.stdout.splitlines()) == 2
    first, second = (Clip.load(tmp_path / f"out-{i}.mp4") for i in (1, 2))
    assert read_comment(second.metadata["comment"]).seed == 5
    assert same(first.frames[:12], second.frames[:12])
    assert not np.array_equal(first.frames[12:], second.frames[12:])


def test_loop_adds_a_bridge(make: Make, ball: Path):
    done = make("loop", ball, "--seconds", 1, "-o", "out.gif")
    assert done.facts["frames"] == 24
    assert read_comment(done.clip.metadata["comment"]).command == "loop"


def test_connect_takes_the_prompts_of_the_clips(make: Make, tmp_path: Path):
    for name, prompt in (("a", "a red ball"), ("b", "a blue cube")):
        style = ("--style", "oil") if name == "b" else ()
        make("generate", prompt, "--seconds", 0.5, "-o", f"{name}.mp4", *style)
    done = make("connect", "a.mp4", "b.mp4", "--seconds", 1, "-o", "both.mp4")
    assert done.facts["frames"] == 6 + 12 + 6
    request = read_comment(done.clip.metadata["comment"])
    assert isinstance(request, ConnectRequest)
    assert request.texts[0] == "a red ball"
    assert request.texts[1].startswith("a blue cube, ")
    done = make("connect", "a.mp4", "b.mp4", "--prompt-b", "sand", "--seconds", 1, "-o", "c.mp4")
    assert read_comment(done.clip.metadata["comment"]).texts == ("a red ball", "sand")


def test_edit_of_a_region_leaves_the_rest(make: Make, ball: Path, tmp_path: Path):
    mask = np.zeros((64, 80), np.uint8)
    mask[:, 40:] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    before = Clip.load(ball).frames
    for region in ("40,0,40,64", "50%,0%,50%,100%", "mask.png"):
        options = ("--region", region, "--strength", 1, "-o", "out.mp4")
        done = make("edit", ball, "a blue wall", *options)
        after = done.clip.frames
        assert same(before[:, :, :38], after[:, :, :38]), region
        assert not same(before[:, :, 46:], after[:, :, 46:]), region


def test_edit_of_a_time_leaves_the_rest(make: Make, tmp_path: Path):
    long = scene(3.0).save(tmp_path / "long.mp4")
    options = ("--from", 1, "--to", 2, "--strength", 1, "-o", "out.mp4")
    done = make("edit", long, "a blue wall", *options)
    before, after = Clip.load(long).frames, done.clip.frames
    assert len(after) == len(before)
    assert same(before[:8], after[:8])
    assert same(before[-8:], after[-8:])
    request = read_comment(done.clip.metadata["comment"])
    assert isinstance(request, EditRequest)
    assert (request.start, request.end) == (1.0, 2.0)


@pytest.mark.parametrize(
    ("frames", "fps", "options"),
    [
        (31, 30.0, ("--region", "0,0,40,40")),
        (31, 30.0, ("--from", 0.3, "--to", 0.8)),
        (25, 24.0, ()),
        (7, 60.0, ()),
        (2, 30.0, ("--region", "0,0,40,40")),
        (5, 3.0, ("--from", 0.9)),
    ],
)
def test_an_edited_clip_keeps_its_frames_and_sound(
    make: Make, tmp_path: Path, frames: int, fps: float, options: tuple[object, ...]
):
    clip = scene(frames / fps, fps=fps)
    tone = np.sin(np.arange(round(48_000 * clip.duration)) / 20).astype(np.float32)[:, None]
    clip = dataclasses.replace(clip, sound=Sound(samples=tone / 2, rate=48_000))
    assert clip.num_frames == frames
    clip.save(tmp_path / "a.mp4")
    made = make("edit", "a.mp4", "a red ball", *options, "-o", "b.mp4").clip
    assert (made.num_frames, made.fps) == (frames, fps)
    assert made.sound is not None
    assert abs(made.sound.duration - clip.duration) < 1e-3
    assert float(np.abs(made.sound.samples[-480:]).mean()) > 0.1


def test_a_file_whose_name_is_no_text(make: Make, tmp_path: Path):
    given = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.png"))
    Clip(frames=scene(0.1).frames[:1], fps=12.0).save(given)
    made = make("animate", given, "--seconds", 0.25)
    assert made.facts["inputs"] == ["\ufffd.png"]
    assert made.clip.num_frames == 3


@pytest.mark.parametrize(("seconds", "fps"), [(1.04, 24), (0.3, 25)])
def test_the_length_is_exact_at_every_frame_rate(
    make: Make, ball: Path, picture: Path, seconds: float, fps: int
):
    wanted = round(seconds * fps)
    rate = ("--fps", fps, "-o", "c.mp4")
    assert make("generate", "a ball", "--seconds", seconds, *rate).facts["frames"] == wanted
    assert make("animate", picture, "--seconds", seconds, *rate).facts["frames"] == wanted
    for side in ("--forward", "--backward"):
        longer = make("extend", ball, side, seconds, *rate).facts["frames"]
        assert longer == round((1 + seconds) * fps)


def test_given_clips_keep_their_frames(make: Make, tmp_path: Path):
    for name, frames in (("a", 31), ("b", 7)):
        scene(frames / 30, fps=30.0).save(tmp_path / f"{name}.mp4")
    for command, added in {
        ("extend", "a.mp4", "--forward", 0.5): 15,
        ("extend", "a.mp4", "--backward", 0.5): 15,
        ("loop", "a.mp4", "--seconds", 2 / 3): 20,
        ("connect", "a.mp4", "b.mp4", "--seconds", 2 / 3): 20 + 7,
    }.items():
        assert make(*command, "-o", "c.mp4").clip.num_frames == 31 + added


def test_a_picture_can_be_edited(make: Make, picture: Path):
    done = make("edit", picture, "a blue wall", "--strength", 0.5, "--seed", 0)
    assert done.facts["path"] == "a-edit-a-blue-wall-seed0.png"
    assert done.clip.num_frames == 1


def test_missing_prompts_come_from_the_clip(make: Make):
    made = make("generate", "a red ball", "--style", "pencil", "--seconds", 0.5, "-o", "a.mp4")
    done = make("extend", "a.mp4", "--forward", 0.5, "-o", "b.mp4")
    assert (done.facts["prompt"], done.facts["style"]) == ("a red ball", "pencil")
    assert done.facts["size"] == made.facts["size"]
    source = read_comment(done.clip.metadata["comment"]).inputs[0]
    assert (source.name, source.sha256) == ("a.mp4", file_digest(done.folder / "a.mp4"))


def test_a_remix_is_the_same_request_with_another_prompt(make: Make, ball: Path):
    make("extend", ball, "it rolls", "--forward", 0.5, "--seed", 7, "-o", "a.mp4")
    again = make("remix", "a.mp4", "it rolls", "-o", "b.mp4")
    other = make("remix", "a.mp4", "it stands still", "-o", "c.mp4", "--json")
    a, b = ((again.folder / name).read_bytes() for name in ("a.mp4", "b.mp4"))
    assert a == b
    assert (other.facts["seed"], other.facts["prompt"]) == (7, "it stands still")
    assert other.facts["inputs"] == ["ball.mp4"]


def test_a_remix_without_its_input(make: Make, ball: Path, tmp_path: Path):
    make("extend", ball, "--forward", 0.5, "-o", "a.mp4")
    kept = tmp_path / "kept.mp4"
    shutil.copy(ball, kept)
    scene(1.0, shade=200).save(ball)
    done = make("remix", "a.mp4", "it stands still")
    assert (done.returncode, done.stdout) == (2, "")
    assert "ball.mp4 has changed since a.mp4 was made from it" in done.stderr
    ball.unlink()
    assert (
        "made from ball.mp4, which cannot be found"
        in make("remix", "a.mp4", "it stands still").stderr
    )
    inputs = ("--input", kept, "--input", "a.mp4")
    done = make("remix", "a.mp4", "it stands still", *inputs)
    assert "a.mp4 is not what a.mp4 was made from (ball.mp4)" in done.stderr
    assert make("remix", "a.mp4", "it stands still", *inputs[:2], "-o", "b.mp4").returncode == 0


def test_latents_are_kept_beside_the_clip_on_request(make: Make):
    done = make("generate", "a red ball", "--seconds", 2, "--keep-latents", "-o", "a.mp4")
    assert done.facts["latents"] == "a.mp4.latents.safetensors"
    assert (done.folder / done.facts["latents"]).is_file()
    assert make("extend", "a.mp4", "--forward", 0.5, "-o", "b.mp4").facts["frames"] == 30


def test_progress_covers_both_ends(tiny_model: Path):
    import sorairo

    reported: list[float] = []
    long = scene(2.0)
    sorairo.load(tiny_model).extend(
        long,
        forward=1,
        backward=4,
        steps=2,
        on_progress=lambda now: reported.append(now.done / now.total),
    )
    assert reported == sorted(reported)
    assert reported[-1] == 1
    assert len(reported) >= 4

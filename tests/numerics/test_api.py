"""The Python API: options are checked by name, and equal requests give equal clips."""

from __future__ import annotations

import inspect
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from random_weights import randomise
from sorairo.errors import RequestError
from sorairo.generation.api import Capabilities
from sorairo.generation.api_options import ClipOptions, SamplingOptions
from sorairo.generation.engine import Engine, load
from sorairo.generation.requests.base import InputFile
from sorairo.generation.requests.extend import ExtendRequest
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.generation.requests.metadata import REQUEST_TYPES, request_of
from sorairo.generation.settings import Settings
from sorairo.video import Clip

PROMPT = "a red ball drops"
QUICK: dict[str, Any] = {"seconds": 0.5, "steps": 2}


@pytest.fixture(scope="module")
def engine(tiny_model: Path) -> Engine:
    engine = load(tiny_model, device="cpu")
    randomise(engine.model.network)
    return engine


def clip_of(frames: int = 8) -> Clip:
    rng = np.random.default_rng(0)
    return Clip(frames=rng.integers(0, 256, (frames, 64, 64, 3), dtype=np.uint8), fps=12.0)


def test_a_call_is_the_request_with_the_same_fields(engine: Engine):
    made = engine.generate(PROMPT, seed=3, negative="blue", vary=False, **QUICK)
    request = GenerateRequest(prompt=PROMPT, seed=3, negative="blue", **QUICK)
    assert np.array_equal(engine.make(request).frames, made.frames)


def test_the_options_are_the_settings():
    options = set(ClipOptions.__annotations__)
    prompted = {"rewrite", "vary", "style"}
    shorthands = {"fast"}  # for `loras`
    settings = set(inspect.signature(Settings).parameters) - {"refine"}
    assert options - prompted - shorthands == settings
    assert options - set(SamplingOptions.__annotations__) == {"width", "height", "fps"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("sede", r"no argument of generate\(\) 'sede'. Did you mean 'seed'\?"),
        ("second", "Did you mean 'seconds'?"),
        ("colour", "no argument of generate"),
    ],
)
def test_an_unknown_option_is_a_type_error(engine: Engine, name: str, words: str):
    with pytest.raises(TypeError, match=words):
        engine.generate(PROMPT, **{name: 1})  # type: ignore[arg-type]


def test_every_method_documents_itself_and_its_options():
    methods = {name: each for name, each in vars(Capabilities).items() if name[0] != "_"}
    assert methods.keys() == REQUEST_TYPES.keys() | {"remix"}
    for name, method in methods.items():
        assert method.__doc__, name
        parameters = inspect.signature(method).parameters
        assert "on_progress" in parameters, name
        assert "Options]" in str(parameters["options"].annotation), name


def test_the_former_name_of_on_progress_warns(engine: Engine):
    seen = []
    with pytest.warns(DeprecationWarning, match=r"generate\(on_progress=...\)"):
        engine.generate(PROMPT, **QUICK, watch=lambda now: seen.append(now.done))
    assert seen == [1, 2]


def test_extending_both_ways_is_two_runs_and_one_progress(engine: Engine):
    clip, seen = clip_of(), []
    both = engine.extend(
        clip,
        PROMPT,
        forward=0.5,
        backward=0.25,
        steps=2,
        seed=4,
        on_progress=lambda now: seen.append((now.done, now.total)),
    )
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    first = engine.extend(clip, PROMPT, forward=0.5, steps=2, seed=4)
    second = engine.extend(first, PROMPT, backward=0.25, steps=2, seed=4)
    assert np.array_equal(both.frames, second.frames)
    assert both.num_frames == 3 + 8 + 6
    assert np.array_equal(both.frames[3:11], clip.frames)


def test_latents_of_another_model_are_not_used(engine: Engine):
    clip = clip_of()
    ours = engine.extend(clip, PROMPT, forward=0.5, steps=2, keep_latents=True)
    assert ours.latents is not None
    another = replace(ours, latents=replace(ours.latents, model="another"))
    without = replace(ours, latents=None)
    for extended in (
        engine.make(ExtendRequest(prompt=PROMPT, forward=0.5, steps=2), [each])
        for each in (another, without)
    ):
        assert np.array_equal(
            extended.frames, engine.extend(without, PROMPT, forward=0.5, steps=2).frames
        )


def test_a_region_in_words_is_the_mask_of_the_same_rectangle(engine: Engine):
    clip, mask = clip_of(), np.zeros((64, 64), np.float32)
    mask[:32, 16:48] = 1
    words = engine.edit(clip, PROMPT, region="25%,0%,50%,50%", steps=2)
    drawn = engine.edit(clip, PROMPT, region=mask, steps=2)
    assert np.array_equal(words.frames, drawn.frames)
    assert np.array_equal(words.frames[:, 40:], clip.frames[:, 40:])


@pytest.mark.parametrize(
    ("region", "options", "words"),
    [
        (np.ones((64, 64)), {"start": 30.0}, "outside the clip"),
        (np.ones((32, 64)), {}, "The mask has 64x32 pixels and the clip 64x64"),
        (np.zeros((64, 64)), {}, "black everywhere"),
    ],
)
def test_a_drawn_region_is_checked(engine: Engine, region: np.ndarray, options: Any, words: str):
    with pytest.raises(RequestError, match=words):
        engine.edit(clip_of(), PROMPT, region=region, steps=2, **options)


def test_a_picture_changed_in_a_drawn_region_is_a_picture(engine: Engine):
    made = engine.edit(clip_of(1), PROMPT, region=np.ones((64, 64)), steps=2, fps=24)
    assert made.num_frames == 1


def test_a_result_names_its_model(engine: Engine):
    made = [engine.generate(PROMPT, **QUICK), engine.image(PROMPT, width=64, height=64, steps=2)]
    for clip in (*made, engine.remix(made[0], "a blue cube")):
        request = request_of(clip)
        assert request is not None
        assert request.model == engine.info["name"] != "tabletop"


def test_a_remix_repeats_the_request_with_another_prompt(engine: Engine):
    request = GenerateRequest(prompt=PROMPT, seed=5, **QUICK)
    made = replace(clip_of(), metadata={"comment": request.to_comment()})
    remixed = engine.remix(made, "a blue cube")
    assert np.array_equal(remixed.frames, engine.generate("a blue cube", seed=5, **QUICK).frames)
    native = engine.remix(made, "a blue cube", fps=None)
    assert np.array_equal(native.frames, remixed.frames), "None: the model's own rate"
    other = engine.remix(made, "a blue cube", seed=6)
    assert not np.array_equal(remixed.frames, other.frames)


def test_a_remix_names_what_is_missing(engine: Engine):
    with pytest.raises(RequestError, match="no sorairo request"):
        engine.remix(clip_of(), "a blue cube")
    source = InputFile(name="ball.png", sha256="")
    comment = GenerateRequest(prompt=PROMPT, inputs=(source,)).to_comment()
    with pytest.raises(RequestError, match=r"made from 1 files \(ball.png\), but 0 clips"):
        engine.remix(replace(clip_of(), metadata={"comment": comment}), "a blue cube")


def test_files_may_be_named_where_clips_are_taken(engine: Engine, tmp_path: Path):
    path = clip_of().save(tmp_path / "given.mp4")
    by_path = engine.extend(path, PROMPT, forward=0.5, steps=2)
    by_text = engine.extend(str(path), PROMPT, forward=0.5, steps=2)
    in_memory = engine.extend(Clip.load(path), PROMPT, forward=0.5, steps=2)
    assert np.array_equal(by_path.frames, by_text.frames)
    assert np.array_equal(by_path.frames, in_memory.frames)
    stored = request_of(by_path)
    assert stored is not None
    assert stored.inputs[0].name == "given.mp4"
    assert len(stored.inputs[0].sha256) == 64


def test_a_saved_clip_can_be_remixed(engine: Engine, tmp_path: Path):
    made = engine.generate(PROMPT, seed=5, **QUICK)
    path = made.save(tmp_path / "made.mp4")
    again = engine.remix(path, PROMPT)
    assert np.array_equal(again.frames, made.frames)
    longer = engine.extend(path, PROMPT, forward=0.5, steps=2)
    remixed = engine.remix(longer, "a blue ball drops", [path])
    assert remixed.num_frames == longer.num_frames


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"seed": "7"}, "'seed' must be a whole number, not '7'"),
        ({"seed": True}, "'seed' must be a whole number, not True"),
        ({"seconds": "4"}, "'seconds' must be a number, not '4'"),
        ({"loop": 1}, "'loop' must be True or False, not 1"),
        ({"style": 3}, "'style' must be a text, not 3"),
        ({"width": 64.5}, "'width' must be a whole number, not 64.5"),
    ],
)
def test_an_argument_of_another_type_is_one_sentence(
    engine: Engine, arguments: dict[str, Any], words: str
):
    with pytest.raises(RequestError, match=words):
        engine.generate(PROMPT, **arguments)


@pytest.mark.parametrize("prompts", [["a red ball", "a blue ball"], None, 7])
def test_a_prompt_is_a_text(engine: Engine, prompts: Any):
    with pytest.raises(RequestError, match="'prompt' must be a text"):
        engine.generate(prompts)


@pytest.mark.parametrize("given", [None, 3, np.zeros((4, 64, 64, 3), np.uint8)])
def test_what_is_no_clip_is_one_sentence(engine: Engine, given: Any):
    with pytest.raises(RequestError, match="must be a clip or the path of a file"):
        engine.extend(given, PROMPT, forward=0.5)


def test_a_style_is_an_option(engine: Engine):
    made = engine.generate(PROMPT, style="oil", **QUICK)
    stored = request_of(made)
    assert stored is not None
    assert stored.style == "oil"


def test_a_rectangle_is_four_numbers_or_a_text(engine: Engine):
    options: dict[str, Any] = {"strength": 0.5, "steps": 2}
    by_numbers = engine.edit(clip_of(), PROMPT, region=(0, 0, 16, 32), **options)
    by_text = engine.edit(clip_of(), PROMPT, region="0,0,16,32", **options)
    assert np.array_equal(by_numbers.frames, by_text.frames)
    assert np.array_equal(by_numbers.frames[:, :, 32:], clip_of().frames[:, :, 32:])


@pytest.mark.parametrize("region", [(0, 0, 10), np.zeros((2, 64, 64)), np.full((64, 64), 3.0)])
def test_another_region_is_one_sentence(engine: Engine, region: Any):
    with pytest.raises(RequestError, match="'region' must be"):
        engine.edit(clip_of(), PROMPT, region=region)


def test_a_span_beyond_the_clip_is_one_sentence(engine: Engine):
    with pytest.raises(RequestError):
        engine.edit(clip_of(), PROMPT, start=30.0)

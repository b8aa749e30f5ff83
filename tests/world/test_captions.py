"""Captions are true, are parsed back to the same facts, and are never held-out prompts."""

import dataclasses

import numpy as np
import pytest

from sorairo.world.tabletop import scene as world
from sorairo.world.tabletop.language.caption_plan import relation_of
from sorairo.world.tabletop.language.captions import (
    LANGUAGES,
    caption,
    held_out,
    parse,
    style_words,
    vocabulary,
)
from sorairo.world.tabletop.perception.prompt_cases import claims_prompts
from sorairo.world.tabletop.scene import FIRST_LIGHT, Body, Scene, SceneConfig

WHOLE = SceneConfig(styles=world.STYLE_NAMES)


def any_scene(rng: np.random.Generator, config: SceneConfig = WHOLE) -> Scene:
    """A scene with any combination of properties, physically possible or not."""

    def choose(options):
        return options[int(rng.integers(len(options)))]

    event = choose(config.events)
    count = max(int(rng.integers(1, config.max_bodies + 1)), 2 if event == "collide" else 1)
    bodies = tuple(
        Body(
            shape=choose(config.shapes),
            color=choose(config.colors),
            size=choose(config.sizes),
            material=choose(config.materials),
            position=(0.0, 0.0, choose((2.0, 6.0))),
            velocity=(choose((-2.0, 2.0)), 0.0, 0.0),
        )
        for _ in range(count)
    )
    return Scene(
        bodies=bodies,
        event=event,
        heading=choose(world.HEADINGS),
        floor=choose(config.floors),
        light=choose(config.lights),
        camera=choose(config.cameras),
        style=choose(config.styles),
    )


def agrees(said, scene: Scene) -> bool:
    """Every body said is a different body of the scene, and everything else said is so."""
    left = [(b.shape, b.color, b.size, b.material) for b in scene.bodies]
    for words in said.bodies:
        match = [b for b in left if all(w in (None, v) for w, v in zip(words, b, strict=True))]
        if not match:
            return False
        left.remove(match[0])
    return all(
        getattr(said, name) in (None, getattr(scene, name))
        for name in ("event", "heading", "floor", "light", "camera", "style")
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("detail", ["short", "long"])
def test_all_that_a_caption_asserts_is_true(language, detail):
    rng = np.random.default_rng(1)
    for _ in range(1500):
        scene = any_scene(rng)
        text = caption(scene, rng, language=language, detail=detail)
        said = parse(text)
        assert agrees(said, scene), (text, said, scene)
        assert said.unknown == (), (text, said)
        assert said.count == len(scene.bodies), (text, said)
        assert said.event == scene.event or (said.event is None and said.relation), text
        assert said.relation in (None, relation_of(scene)), text
        assert (said.style or "none") == scene.style, text
        assert said.bodies[0][:2] == (scene.bodies[0].shape, scene.bodies[0].color), text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("field", ["material", "size"])
def test_required_properties_are_mentioned(language, field):
    rng = np.random.default_rng(8)
    for _ in range(60):
        scene = any_scene(rng)
        said = parse(caption(scene, rng, language=language, mention=(field,)))
        where = ("shape", "color", "size", "material").index(field)
        assert all(body[where] is not None for body in said.bodies)
        assert agrees(said, scene)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_caption_of_a_picture_may_leave_out_the_event(language):
    rng = np.random.default_rng(3)
    for _ in range(300):
        scene = any_scene(rng)
        text = caption(scene, rng, language=language, event=False)
        said = parse(text)
        assert agrees(said, scene), (text, said, scene)
        assert (said.event, said.heading, said.unknown) == (None, None, ()), text
        assert said.count == len(scene.bodies), text


def test_captions_of_several_bodies():
    ball = Body(shape="sphere", color="red", position=(0.0, 0.0, 2.1))
    scene = Scene(bodies=(ball, ball), event="stand")
    rng = np.random.default_rng(4)
    texts = [caption(scene, rng, event=False).lower() for _ in range(200)]
    assert any("there are two" in text for text in texts)
    assert not any("there is two" in text for text in texts)


def beside(x: float, y: float) -> Scene:
    ball = Body(shape="sphere", color="red", position=(x, y, 2.1))
    cube = Body(shape="box", color="blue", position=(0.0, 0.0, 2.1))
    return Scene(bodies=(ball, cube), event="stand")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("at", "relation"),
    [((-4, 1), "left"), ((4, 1), "right"), ((1, -6), "front"), ((1, 6), "behind")],
)
def test_relations_are_mentioned_and_parsed(at, relation, language):
    rng = np.random.default_rng(8)
    texts = [caption(beside(*at), rng, language=language) for _ in range(60)]
    said = [parse(text) for text in texts]
    assert {each.relation for each in said} == {None, relation}
    assert {each.heading for each in said} == {None}
    assert all(each.bodies[0][:2] == ("sphere", "red") for each in said)


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("a red ball to the left of a blue cube", "left"),
        ("a photo of a green cylinder behind a red ball on the grass", "behind"),
        ("一个红球在一个蓝色方块的右边", "right"),
        ("a red ball goes behind a screen", None),
    ],
)
def test_relations_of_natural_prompts_are_parsed(text, relation):
    assert parse(text).relation == relation


def test_wording_varies_and_leaves_things_out():
    rng = np.random.default_rng(2)
    scene = any_scene(rng, FIRST_LIGHT)
    for language in LANGUAGES:
        texts = [caption(scene, rng, language=language) for _ in range(300)]
        assert len(set(texts)) > 60
        floors = [parse(text).floor is not None for text in texts]
        assert 0.6 < np.mean(floors) < 1


def test_same_generator_same_caption():
    scene = any_scene(np.random.default_rng(3))
    one, two = (caption(scene, np.random.default_rng(4), detail="long") for _ in range(2))
    assert one == two


def test_bodies_that_differ_only_in_size_are_distinguished():
    rng = np.random.default_rng(5)
    ball = Body(shape="sphere", color="red", position=(0.0, 0.0, 2.0))
    scene = Scene(bodies=(ball, dataclasses.replace(ball, size="small")), event="turntable")
    for _ in range(50):
        sizes = [body[2] for body in parse(caption(scene, rng)).bodies]
        assert sizes == ["large", "small"]


def test_unknown_language_and_detail_are_refused():
    scene, rng = any_scene(np.random.default_rng(6)), np.random.default_rng(7)
    with pytest.raises(ValueError, match="language"):
        caption(scene, rng, language="fr")
    with pytest.raises(ValueError, match="detail"):
        caption(scene, rng, detail="epic")


@pytest.mark.parametrize(
    ("text", "body", "event", "heading", "floor"),
    [
        ("a red ball drops onto a wooden floor", ("sphere", "red"), "drop", None, "wood"),
        ("a blue cube slides to the left on the checkerboard", ("box", "blue"), "slide", "left",
         "checker"),
        ("A green cylinder rolls right across the sand.", ("cylinder", "green"), "roll", "right",
         "sand"),
        ("a ball that is pink bounces on marble", ("sphere", "pink"), "drop", None, "marble"),
        ("red ball, wooden floor, falling", ("sphere", "red"), "drop", None, "wood"),
        ("一个红色的球落到木地板上", ("sphere", "red"), "drop", None, "wood"),
        ("蓝色方块在棋盘格地板上向左滑动", ("box", "blue"), "slide", "left", "checker"),
        ("球是紫色的，在大理石上往右滚", ("sphere", "purple"), "roll", "right", "marble"),
    ],
)  # fmt: skip
def test_natural_prompts_are_parsed(text, body, event, heading, floor):
    said = parse(text)
    assert said.bodies == ((*body, None, None),)
    assert (said.event, said.heading, said.floor) == (event, heading, floor)


def test_the_direction_of_the_camera_is_not_that_of_the_bodies():
    said = parse("The camera circles to the left while two red balls roll right at night.")
    assert (said.camera, said.heading, said.light) == ("orbit_left", "right", "night")
    assert said.count == 2
    assert parse("镜头向左环绕，一个白色方块往右滑行").heading == "right"


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("film noir: a red ball falls", "film_noir"),
        ("a black and white film of a black ball and a white cube", "black_and_white"),
        ("A pencil sketch of a green cylinder rolling to the left.", "pencil"),
        ("a blue cube slides on marble, painted in oil", "oil"),
        ("pixel art of a pink ball on the grass", "pixel_art"),
        ("a yellow ball at night, neon style", "neon"),
        ("黑白画面,一个黑色的球和一个白色的方块", "black_and_white"),
        ("一个红色的球落下,黑色电影风格", "film_noir"),
        ("油画里,蓝色方块向左滑动", "oil"),
        ("a red ball falls", None),
    ],
)
def test_styles_are_parsed_and_their_names_give_no_colour(text, style):
    said = parse(text)
    assert said.style == style
    assert said.unknown == ()
    assert said.count == text.count("ball") + text.count("cube") + text.count("cylinder") or (
        said.count == text.count("球") + text.count("方块")
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_style_is_mentioned_in_several_words_and_places(language):
    rng = np.random.default_rng(10)
    plain = any_scene(rng, FIRST_LIGHT)
    for style in world.STYLE_NAMES[1:]:
        scene = dataclasses.replace(plain, style=style)
        texts = [caption(scene, rng, language=language) for _ in range(100)]
        said = {style_words(style, language).lower() in text.lower() for text in texts}
        assert said == {True, False}
        assert all(parse(text).style == style for text in texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_a_style_finish_a_prompt(language):
    start = "a red ball falls" if language == "en" else "一个红色的球落下"
    for style in world.STYLE_NAMES[1:]:
        said = parse(f"{start}, {style_words(style, language)}")
        assert (said.style, said.count, said.unknown) == (style, 1, ())
    assert style_words("none", language) == ""
    assert style_words("with soft shadows", language) == ""
    assert style_words("Pixel art") == style_words("pixel-art") == style_words("pixel_art")


def test_unknown_words_are_named():
    assert parse("A crimson dog rolls on a wood table").unknown == ("crimson", "dog", "table")
    assert parse("黑猫落下").unknown == ("猫",)


def test_vocabulary_is_compact():
    assert {"red", "ball", "falls", "红色", "球"} <= vocabulary()
    assert len(vocabulary()) < 600


def test_claims_are_held_out_complete_and_paired():
    english = claims_prompts(FIRST_LIGHT, 128, np.random.default_rng(8), "en")
    chinese = claims_prompts(FIRST_LIGHT, 128, np.random.default_rng(8), "zh")
    assert [c.scene for c in english] == [c.scene for c in chinese]
    assert {c.scene.bodies[0].color for c in english} == set(FIRST_LIGHT.colors)
    looks = {(c.target.color, c.target.shape, c.target.floor) for c in english}
    assert len(looks) == 96
    for claim in english + chinese:
        said, target = parse(claim.prompt), claim.target
        assert held_out(claim.prompt)
        assert agrees(said, claim.scene)
        assert (said.event, said.floor) == (target.event, target.floor)
        assert (said.heading or "none") == target.heading


def test_no_caption_is_held_out():
    rng = np.random.default_rng(9)
    for language in LANGUAGES:
        for _ in range(500):
            assert not held_out(caption(any_scene(rng, FIRST_LIGHT), rng, language=language))
    assert held_out("A red ball falls.") == held_out("the red ball, falls")

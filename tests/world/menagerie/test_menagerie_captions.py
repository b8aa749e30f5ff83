"""Captions of the menagerie: what they state is true, and is read back."""

from __future__ import annotations

import numpy as np
import pytest

from sorairo.errors import ConfigError, UnknownNameError
from sorairo.world.menagerie.kinds import KINDS
from sorairo.world.menagerie.language import lexicon
from sorairo.world.menagerie.language.captions import DETAILS, LANGUAGES, PAIRS, stated
from sorairo.world.menagerie.language.names import NAMES
from sorairo.world.menagerie.language.parsing import parse
from sorairo.world.menagerie.language.service import LANGUAGE
from sorairo.world.menagerie.places import GROUNDS, PLACES
from sorairo.world.menagerie.sampling import sample_scene
from sorairo.world.menagerie.scene import CAMERAS, EVENTS, Scene, SceneConfig


def true_facts(scene: Scene) -> set[tuple[str, str]]:
    """Everything that a caption of a scene may state."""
    facts = {(kind, getattr(scene, kind)) for kind in ("place", "ground", "event", "heading")}
    facts |= {("weather", scene.weather), ("camera", scene.camera)}
    for index, animal in enumerate(scene.animals):
        facts |= {(f"animal{index}", animal.kind), (f"coat{index}", animal.coat)}
    if scene.event not in PAIRS:
        facts.add(("count", str(len(scene.animals))))
    return facts


@pytest.mark.parametrize("language", LANGUAGES)
def test_captions_are_true_and_are_read_back(language: str):
    events, texts = set(), set()
    for seed in range(200):
        rng = np.random.default_rng(seed)
        scene = sample_scene(rng)
        for detail in DETAILS:
            text, facts = stated(scene, rng, language=language, detail=detail)
            assert facts <= true_facts(scene)
            assert ("animal0", scene.animals[0].kind) in facts
            meaning = parse(text)
            assert (meaning.facts, meaning.unknown) == (facts, ()), text
            texts.add(text)
        events.add(scene.event)
    assert events == set(EVENTS)
    assert len(texts) > 380


def test_everything_that_is_drawn_has_words():
    assert set(NAMES) == set(KINDS)
    assert set(lexicon.PLACES) == set(PLACES)
    assert set(lexicon.GROUNDS) == set(GROUNDS)
    assert set(lexicon.CAMERAS) == set(CAMERAS) - {"still"}
    coats = {coat for kind in KINDS.values() for coat in kind.coats if coat}
    assert coats <= set(lexicon.COATS)
    assert {place for kind in KINDS.values() for place in kind.lives} == set(PLACES)


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("Two brown horses run to the right", {("animal0", "horse"), ("coat0", "brown"),
         ("count", "2"), ("event", "run"), ("heading", "right")}),
        ("a red fox chases a hen to the left", {("animal0", "fox"), ("animal1", "chicken"),
         ("event", "chase"), ("heading", "left")}),
        ("一头棕熊在森林里向左走", {("animal0", "brown bear"), ("event", "walk"),
         ("heading", "left"), ("place", "forest")}),
    ],
)  # fmt: skip
def test_texts_of_others_are_read(text: str, facts: set[tuple[str, str]]):
    assert parse(text).facts == facts


def test_the_way_back_is_the_other_way():
    assert LANGUAGE.returning("a lion walks to the left") == "a lion walks to the right"
    assert LANGUAGE.returning("一头雄狮向右走") == "一头雄狮向左走"
    kept = "a wolf runs away. The camera circles to the left."
    assert LANGUAGE.returning(kept) == kept


def test_unknown_words_are_named():
    reading = LANGUAGE.read("a purple unicorn walks to the left")
    assert reading.notes == ("Ignored (unknown words): purple, unicorn",)
    assert reading.understood


def test_the_hunted_live_in_the_place_and_run():
    for seed in range(60):
        scene = sample_scene(np.random.default_rng(seed), SceneConfig(events=("chase",)))
        _, hunted = (KINDS[animal.kind] for animal in scene.animals)
        assert hunted.runs
        assert scene.place in hunted.lives


def test_a_part_of_the_world_in_which_nothing_can_happen_is_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(ConfigError, match="No animal of donkey can do any of run"):
        sample_scene(rng, SceneConfig(kinds=("donkey",), events=("run",)))
    with pytest.raises(UnknownNameError, match="Did you mean 'horse'"):
        sample_scene(rng, SceneConfig(kinds=("hrose",)))


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [
        ("a brown horse walks to the left", "a brown horse eats", True),
        ("a brown horse walks to the left", "a white horse walks to the left", False),
        ("a horse walks in a forest", "a horse walks in a meadow", False),
    ],
)
def test_shots_of_one_scene_may_differ_in_what_happens(one: str, other: str, may: bool):
    assert parse(one).may_share_scene(parse(other)) is may

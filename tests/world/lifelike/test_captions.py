"""Captions of the lifelike world: what they state is true, and is read back."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from sorairo.world.lifelike.language import lexicon
from sorairo.world.lifelike.language.captions import (
    DETAILS,
    LANGUAGES,
    PICTURE,
    leaves_footprints,
    stated,
)
from sorairo.world.lifelike.language.parsing import parse
from sorairo.world.lifelike.language.service import LANGUAGE
from sorairo.world.lifelike.sampling import sample_scene
from sorairo.world.lifelike.scene import (
    ANGLES,
    CAMERAS,
    EVENTS,
    FRAMINGS,
    HOURS,
    WEATHERS,
    Cut,
    Scene,
    SceneConfig,
    Shot,
)


def true_facts(scene: Scene) -> set[tuple[str, str]]:
    """Everything that a caption of a scene may state."""
    facts = {
        ("place", scene.place),
        ("ground", scene.ground),
        ("event", scene.event),
        ("heading", scene.heading),
        ("weather", scene.weather),
        ("hour", scene.hour),
        ("camera", scene.shot.camera),
        ("framing", scene.shot.framing),
        ("angle", scene.shot.angle),
    }
    if scene.cut is not None:
        facts.add(("cut", scene.cut.kind(scene.shot)))
    for index, person in enumerate(scene.people):
        facts |= {
            (f"who{index}", f"{person.age} {person.sex}"),
            (f"worn{index}", f"{person.top_color} {person.top}"),
            (f"worn{index}", f"{person.bottom_color} {person.bottom}"),
            (
                f"hair{index}",
                "bald" if person.hair == "bald" else f"{person.hair_color} {person.hair}",
            ),
        }
    if leaves_footprints(scene):
        facts.add(("trace", "footprints"))
    for thing in scene.things:
        facts |= {("thing", thing.kind), (thing.kind, thing.color)}
    return facts


@pytest.mark.parametrize("event", EVENTS)
def test_captions_are_true_and_are_read_back(event: str):
    for seed in range(25):
        rng = np.random.default_rng(seed)
        scene = sample_scene(rng, SceneConfig(events=(event,)))
        for language in LANGUAGES:
            for detail in (*DETAILS, PICTURE):
                text, facts = stated(scene, rng, language=language, detail=detail)
                assert facts <= true_facts(scene)
                meaning = parse(text)
                assert (meaning.facts, meaning.unknown) == (facts, ()), text
                assert LANGUAGE.read(text).text == text


def test_captions_of_pictures_say_nothing_of_what_happens():
    kinds: set[str] = set()
    for seed in range(200):
        rng = np.random.default_rng(seed)
        scene = sample_scene(rng)
        _, facts = stated(scene, rng, language=LANGUAGES[seed % 2], detail=PICTURE)
        found = {kind for kind, _ in facts}
        assert "who0" in found or "thing" in found
        assert scene.cut is None or not found & {"framing", "angle"}
        kinds |= found
    assert not kinds & {"event", "heading", "camera", "cut", "trace"}
    assert {"place", "weather", "framing", "angle", "worn0"} <= kinds


@pytest.mark.parametrize(
    ("event", "framing", "cut", "seen"),
    [
        ("walk", "whole", None, True),
        ("walk", "close", None, False),
        ("walk", "close", "whole", True),
        ("sit", "whole", None, False),
        ("dance", "whole", None, False),
    ],
)
def test_footprints_are_named_where_feet_are_seen_to_make_them(
    event: str, framing: str, cut: str | None, seen: bool
):
    config = SceneConfig(events=(event,), places=("beach",), cuts=0.0)
    scene = dataclasses.replace(
        sample_scene(np.random.default_rng(1), config),
        shot=Shot(framing=framing),
        cut=Cut(share=0.5, shot=Shot(framing=cut)) if cut else None,
    )
    facts: set[tuple[str, str]] = set()
    for seed in range(20):
        facts |= stated(scene, np.random.default_rng(seed), language="en", detail="full")[1]
    assert (("trace", "footprints") in facts) is seen


def test_every_value_has_words():
    assert set(lexicon.WEATHERS) == set(WEATHERS) - {"clear"}
    assert set(lexicon.CAMERAS) == set(CAMERAS) - {"still"}
    assert set(lexicon.FRAMINGS) == set(FRAMINGS) - {"whole"}
    assert set(lexicon.ANGLES) == set(ANGLES) - {"eye"}
    assert set(lexicon.HOURS) == set(HOURS) - {""}
    assert {event for event, _ in lexicon.EVENTS} == set(EVENTS)


def test_clothes_belong_to_the_person_beside_them():
    english = parse("A girl in a red coat and an old man in a blue coat meet")
    chinese = parse("一位穿红色大衣的小女孩和一位穿蓝色大衣的老头相向走来并停下")
    expected = {
        ("who0", "child woman"),
        ("who1", "old man"),
        ("worn0", "red coat"),
        ("worn1", "blue coat"),
    }
    assert expected <= english.facts
    assert expected <= chinese.facts


def test_unknown_words_are_named():
    assert parse("A dog plays chess in a park").unknown == ("plays", "chess")
    assert "龙" in parse("一条龙在公园里").unknown


@pytest.mark.parametrize(
    ("text", "back"),
    [
        ("A girl walks to the left in a park", "A girl walks to the right in a park"),
        ("一位小女孩向右走，镜头向左环绕。", "一位小女孩向左走，镜头向左环绕。"),
        ("A dog stands still. The camera circles to the left.",) * 2,
    ],
)
def test_the_way_back_is_in_the_opposite_direction(text: str, back: str):
    assert LANGUAGE.returning(text) == back
    assert LANGUAGE.returning(back) == text


@pytest.mark.parametrize(
    ("text", "facts", "read"),
    [
        (
            "A lady in a red jacket jogs through a park",
            {("who0", "young woman"), ("worn0", "red coat"), ("event", "run")},
            "A young woman in a red coat runs in a park",
        ),
        (
            "a guy strolls to the left",
            {("who0", "young man"), ("event", "walk"), ("heading", "left")},
            "a young man walks to the left",
        ),
        (
            "A kid sprints towards the camera",
            {("who0", "child man"), ("event", "run"), ("heading", "towards")},
            "A boy runs towards the camera",
        ),
        (
            "Grandma takes a seat on a bench",
            {("who0", "old woman"), ("event", "sit"), ("thing", "bench")},
            None,
        ),
        (
            "一位穿红色夹克的女士在公园里慢跑",
            {("who0", "young woman"), ("worn0", "red coat"), ("event", "run"), ("place", "park")},
            "一位穿红色大衣的年轻女子在公园里跑",
        ),
        ("老奶奶坐下来", {("who0", "old woman"), ("event", "sit")}, "老妇人坐下"),
    ],
)
def test_synonyms_are_read_as_the_words_of_captions(
    text: str, facts: set[tuple[str, str]], read: str | None
):
    assert facts <= parse(text).facts
    reading = LANGUAGE.read(text)
    assert parse(reading.text).facts == parse(text).facts
    if read is not None:
        assert reading.text == read
        assert "as" in reading.notes[0]


def test_words_of_captions_are_read_as_they_are():
    for text in ("An old woman in a coat walks to the left", "一位穿大衣的老妇人向左走"):
        assert LANGUAGE.read(text).text == text
        assert LANGUAGE.read(text).notes == ()

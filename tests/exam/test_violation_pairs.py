"""Pairs of possible and impossible clips: what is changed, where they are cut, how losses are
compared."""

import numpy as np
import pytest

import sorairo
from sorairo.exam.candidates import violation_pairs
from sorairo.exam.registry import SUITES
from sorairo.exam.scene_question import SceneTruth

QUESTIONS = SUITES["M5"].questions(4)


@pytest.mark.parametrize("what", violation_pairs.CHANGES)
def test_one_thing_is_changed(what: str):
    scene = next(
        q.scene for q in QUESTIONS if q.scene.bodies[0].shape in violation_pairs.SLIDING_SHAPES
    )
    other = violation_pairs.changed(scene, what, np.random.default_rng(0))
    mine, changed = scene.bodies[0], other.bodies[0]
    differ = [
        name
        for name in ("color", "shape", "position")
        if getattr(mine, name) != getattr(changed, name)
    ]
    assert differ == [what if what != "presence" else "position"]


def test_twins_are_cut_where_nothing_is_seen():
    for question in QUESTIONS:
        masks = SceneTruth(question).masks
        cut = violation_pairs.hidden_group([masks], 4)
        assert cut is not None
        assert not masks[cut * 4 - 4 : cut * 4 - 2].any()
        assert masks[0].any()


def test_the_shipped_model_is_asked():
    engine = sorairo.load()
    truth = SceneTruth(QUESTIONS[0])
    first, again = (violation_pairs.probe(engine, QUESTIONS[0], truth) for _ in range(2))
    assert set(first) == {"twins"}
    assert again == first

"""Possible and impossible twins: what is changed, where they are cut, what a loss says."""

import numpy as np
import pytest

import sorairo
from sorairo.exam import twins
from sorairo.exam.exams import EXAM
from sorairo.exam.question import Truth

QUESTIONS = EXAM["M5"].questions(4)


@pytest.mark.parametrize("what", twins.CHANGES)
def test_one_thing_is_changed(what: str):
    scene = next(q.scene for q in QUESTIONS if q.scene.bodies[0].shape in twins.ALIKE)
    other = twins.changed(scene, what, np.random.default_rng(0))
    mine, changed = scene.bodies[0], other.bodies[0]
    differ = [
        name
        for name in ("color", "shape", "position")
        if getattr(mine, name) != getattr(changed, name)
    ]
    assert differ == [what if what != "presence" else "position"]


def test_twins_are_cut_where_nothing_is_seen():
    for question in QUESTIONS:
        masks = Truth(question).masks
        cut = twins.hidden_group([masks], 4)
        assert cut is not None
        assert not masks[cut * 4 - 4 : cut * 4 - 2].any()
        assert masks[0].any()


def test_the_shipped_model_is_asked():
    engine = sorairo.load()
    verdicts = [twins.probe(engine, question, Truth(question)) for question in QUESTIONS]
    assert all(set(verdict) == {"twins"} for verdict in verdicts)
    assert verdicts[:1] == [twins.probe(engine, q, Truth(q)) for q in QUESTIONS[:1]]

"""Where animals are, and what the camera sees of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sorairo.world.menagerie.animals import cast
from sorairo.world.menagerie.kinds import KINDS
from sorairo.world.menagerie.scene import EVENTS, Creature, Scene
from sorairo.world.menagerie.simulate import Rollout, simulate

pytestmark = pytest.mark.usefixtures("small_menagerie")
WOLF, SHEEP = Creature(kind="wolf", coat="grey"), Creature(kind="sheep")
SIDES = {"left": [-1, 0], "right": [1, 0], "towards": [0, -1], "away": [0, 1]}


def run(event: str, heading: str = "left", camera: str = "still", seed: int = 3) -> Rollout:
    animals = (WOLF, SHEEP) if event in ("pass", "follow", "chase") else (WOLF,)
    scene = Scene(place="field", ground="grass", event=event, animals=animals, heading=heading,
                  camera=camera, seed=seed)  # fmt: skip
    return simulate(scene, seconds=4.0)


@pytest.mark.parametrize("heading", SIDES)
def test_animals_go_where_the_caption_says(heading: str):
    places = run("walk", heading).truth()["positions"][:, 0, :2]
    way = places[-1] - places[0]
    assert way @ SIDES[heading] > 0.9 * np.linalg.norm(way) > 1.0


def test_feet_on_the_ground_stay_where_they_are():
    rollout = run("walk")
    first = rollout.performances[0]
    feet = np.stack([first.joints(frame) for frame in range(len(rollout))])[:, 1:]
    steps = np.linalg.norm(np.diff(feet[..., :2], axis=0), axis=-1)
    lifted = feet[..., 2] - feet[..., 2].min()
    down = (lifted[1:] < 1e-3) & (lifted[:-1] < 1e-3)
    body = np.linalg.norm(np.diff(first.places[:, :2], axis=0), axis=-1).mean()
    assert down.mean() > 0.3
    assert steps[down].mean() < 0.25 * body


def test_who_stops_stands_and_who_leaves_goes():
    moves = {}
    for event in ("stop", "leave"):
        places = run(event).truth()["positions"][:, 0, :2]
        moves[event] = np.linalg.norm(np.diff(places, axis=0), axis=1)
    assert moves["stop"][:8].min() > 0.01 > moves["stop"][-6:].max()
    assert moves["leave"][:6].max() < 0.01 < moves["leave"][-8:].min()


def test_pairs_meet_follow_and_chase():
    passing = run("pass").truth()["positions"][..., 0]
    assert np.sign(passing[0, 0] - passing[0, 1]) == -np.sign(passing[-1, 0] - passing[-1, 1])
    followed, hunted = (run(event).truth()["positions"][..., 0] for event in ("follow", "chase"))
    assert (followed[:, 0] < followed[:, 1]).all()  # to the left: the first is before the second
    assert (hunted[:, 0] > hunted[:, 1]).all()  # and here behind it


@pytest.mark.parametrize("event", EVENTS)
def test_truth_is_finite_and_the_same_again(event: str):
    rollout = run(event, camera="follow")
    truth, again = rollout.truth(), run(event, camera="follow").truth()
    assert all(np.array_equal(truth[name], again[name], equal_nan=True) for name in truth)
    count = len(rollout.scene.animals)
    assert truth["boxes"].shape == (48, count, 2, 3)
    assert np.isfinite(truth["boxes"]).all()
    assert (truth["boxes"][:, :, 1] >= truth["boxes"][:, :, 0]).all()


def test_animals_have_the_size_of_their_kind(small_menagerie: Path):
    assert small_menagerie.exists()
    for kind, found in KINDS.items():
        for coat in found.coats:
            height = cast.animal(kind, coat).height * cast.scale(kind, coat)
            assert height == pytest.approx(found.height)
    speeds = {kind: cast.gait(kind, next(iter(KINDS[kind].coats)), "walk").speed for kind in KINDS}
    assert speeds["African elephant"] > speeds["wolf"] > speeds["rabbit"]


def test_the_motion_is_the_same_at_every_frame_rate():
    scene = run("run").scene
    places = (simulate(scene, seconds=2.0, fps=fps).performances[0].places for fps in (12.0, 24.0))
    slow, fast = (each - each[0] for each in places)  # the middle of the way is that of a clip
    np.testing.assert_allclose(fast[::2], slow, atol=1e-9)
    steps = np.linalg.norm(np.diff(fast[:-1], axis=0), axis=1).reshape(-1, 2)
    first = steps[:, 0] / steps.sum(1)
    assert np.abs(first - 0.5).max() < 0.08, "no frame goes further than its time"

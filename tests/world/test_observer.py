"""The observer: right on true renders, degraded or not, and not fooled by broken ones."""

import dataclasses

import numpy as np
import pytest
from scipy import ndimage

from sorairo.world import registry
from sorairo.world.tabletop.dynamics.sampling import sample_scene
from sorairo.world.tabletop.dynamics.simulate import simulate
from sorairo.world.tabletop.fitting.fit_observer import Degradation, calibration_report, fit_net
from sorairo.world.tabletop.perception.classifiers import WORKING_SIDE
from sorairo.world.tabletop.perception.motion import classify_motion, matches_event
from sorairo.world.tabletop.perception.observer import judge, observe
from sorairo.world.tabletop.perception.prompt_cases import Claim
from sorairo.world.tabletop.rendering.renderer import Renderer
from sorairo.world.tabletop.scene import FIRST_LIGHT, SceneConfig


def only(**fields) -> SceneConfig:
    return dataclasses.replace(FIRST_LIGHT, **fields)


@pytest.fixture(scope="module")
def renderer():
    with Renderer(width=WORKING_SIDE, height=WORKING_SIDE) as renderer:
        yield renderer


def film(renderer: Renderer, seed: int, **fields) -> tuple[np.ndarray, Claim]:
    scene = sample_scene(np.random.default_rng(seed), only(**fields))
    frames = renderer.render(simulate(scene, seconds=4.0, fps=12.0))
    return frames, Claim(prompt="", scene=scene)


def test_true_renders_pass_degraded_or_not():
    for degradation, fractions in calibration_report(8, seed=6_500_000).items():
        for measure, share in fractions.items():
            assert share >= 0.85, (degradation, measure, share)


@pytest.mark.parametrize("event", FIRST_LIGHT.events)
def test_each_event_is_distinguished_from_the_others(renderer, event):
    frames, claim = film(renderer, 11, events=(event,))
    seen = observe(frames)
    assert all(judge(seen, claim.target).values()), (seen.motion, claim.target)
    for other in {"drop", "roll", "turntable"} - {event}:
        if (event, other) != ("slide", "roll"):
            target = dataclasses.replace(claim.target, event=other)
            assert not judge(seen, target)["motion"]


@pytest.mark.parametrize("event", ["swing", "toss"])
def test_endless_motions_are_distinguished_from_others(renderer, event):
    for seed in (11, 12, 13):
        frames, claim = film(renderer, seed, events=(event,))
        motion = observe(frames).motion
        assert motion.kind == event
        assert matches_event(motion, event, claim.scene.heading)
        assert not any(matches_event(motion, e, claim.scene.heading) for e in FIRST_LIGHT.events)


def test_wrong_properties_fail_alone(renderer):
    frames, claim = film(renderer, 12, events=("slide",), shapes=("box",), colors=("red",))
    seen = observe(frames)
    wrong = {"color": "blue", "shape": "sphere", "floor": "grass"}
    for field, value in wrong.items():
        verdict = judge(seen, dataclasses.replace(claim.target, **{field: value}))
        assert not verdict[field]
        assert verdict["one_object"]
    other_way = {"left": "right", "right": "left"}[claim.target.heading]
    assert not judge(seen, dataclasses.replace(claim.target, heading=other_way))["motion"]
    assert not judge(observe(frames[::-1].copy()), claim.target)["motion"]


def test_prompts_are_matched_with_clips(renderer):
    """What is right counts, each wrong word costs, and what cannot be read is not judged."""
    fields = {"shapes": ("box",), "colors": ("red",), "floors": ("wood",)}
    frames, claim = film(renderer, 12, events=("slide",), **fields)
    way = {"left": "right", "right": "left"}[claim.scene.heading]
    said = f"a red box slides to the {claim.scene.heading} on the wooden floor"

    def match(text: str) -> dict[str, float]:
        return registry.prompt_match("tabletop", frames, 12.0, text, None) or {}

    assert min(match(said).values()) > 0.9
    assert set(match(said)) == {"objects", "color", "shape", "motion", "floor"}
    assert set(match("a box")) == {"objects", "shape"}
    for part, other in (("color", "blue"), ("motion", way), ("shape", "ball"), ("floor", "grass")):
        old = {
            "color": "red",
            "motion": claim.scene.heading,
            "shape": "box",
            "floor": "wooden floor",
        }
        assert match(said.replace(old[part], other))[part] < 0.5
    assert match("a red box and a blue ball")["color"] == 0.5
    for unread in ("the weather is fine", f"{said}, in pixel art"):
        assert match(unread) == {}
    assert registry.prompt_match(registry.NONE, frames, 12.0, said, None) is None


@pytest.mark.parametrize("event", FIRST_LIGHT.events)
def test_a_frozen_clip_does_not_move(renderer, event):
    frames, claim = film(renderer, 13, events=(event,))
    shaking = np.stack([np.roll(frames[20], i % 2, axis=1) for i in range(48)])
    for still in (np.repeat(frames[20:21], 48, axis=0), shaking):
        seen = observe(still)
        assert seen.motion.kind == "still"
        assert not judge(seen, claim.target)["motion"]


def test_an_object_that_vanishes_doubles_or_jumps_is_not_one_object(renderer):
    frames, claim = film(renderer, 14, events=("drop",), floors=("sand",), colors=("blue",))
    assert judge(observe(frames), claim.target)["one_object"]
    blue = (frames[..., 2].astype(int) - frames[..., 0] > 30) & (frames[..., 1] < 130)
    blue = ndimage.binary_dilation(blue, np.ones((1, 3, 3)))

    vanished = frames.copy()
    vanished[20:28][blue[20:28]] = (210, 185, 128)  # sand
    assert (observe(vanished).counts == 0).sum() == 8
    assert not judge(observe(vanished), claim.target)["one_object"]

    doubled = frames.copy()
    aside = 36 if observe(frames).track[0, 0] < 0.5 else -36
    copied = np.roll(blue, aside, axis=2)
    doubled[copied] = np.roll(frames, aside, axis=2)[copied]
    assert observe(doubled).count == 2
    assert not judge(observe(doubled), claim.target)["one_object"]

    jumping = frames.copy()
    jumping[::2] = np.roll(jumping[::2], 30, axis=2)
    assert not judge(observe(jumping), claim.target)["one_object"]


def test_empty_and_noisy_clips_are_observed():
    grey = np.full((12, WORKING_SIDE, WORKING_SIDE, 3), 128, np.uint8)
    seen = observe(grey)
    assert (seen.count, seen.color, seen.shape, seen.motion.kind) == (0, None, None, "still")
    noise = np.random.default_rng(0).integers(0, 256, grey.shape, dtype=np.uint8)
    observe(noise)


def test_the_size_of_a_clip_does_not_matter():
    scene = sample_scene(np.random.default_rng(16), FIRST_LIGHT)
    rollout = simulate(scene, seconds=4.0, fps=12.0)
    for side in (64, 160):
        with Renderer(width=side, height=side) as renderer:
            verdict = judge(observe(renderer.render(rollout)), Claim(prompt="", scene=scene).target)
        assert all(verdict.values()), (side, verdict)


@pytest.mark.parametrize("shape", [(3, 96, 96), (0, 96, 96, 3), (3, 96, 96, 4)])
def test_other_arrays_are_refused(shape):
    with pytest.raises(ValueError, match="uint8"):
        observe(np.zeros(shape, np.uint8))


def test_motion_of_made_up_tracks():
    t = np.arange(48) / 12
    ball = np.stack([0.2 + 0.12 * t, 0.6 + 0 * t], axis=1)
    assert matches_event(classify_motion(ball, 12), "roll", "right")
    assert not matches_event(classify_motion(ball, 12), "slide", "left")
    angle = 0.8 * t
    disc = np.stack([0.5 + 0.16 * np.cos(angle), 0.65 + 0.07 * np.sin(angle)], axis=1)
    assert matches_event(classify_motion(disc, 12), "turntable", "none")
    fall = np.stack([0.5 + 0 * t, np.minimum(0.2 + 0.3 * t**2, 0.6)], axis=1)
    assert matches_event(classify_motion(fall, 12), "drop", "none")
    gaps = fall.copy()
    gaps[10:13] = np.nan
    assert classify_motion(gaps, 12).kind == "drop"
    assert classify_motion(np.full((48, 2), np.nan), 12).kind == "still"


def test_a_fitted_net_separates_separable_classes():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((400, 2))
    labels = ["in" if r < 1 else "out" for r in np.hypot(*x.T)]
    net = fit_net(x, labels, ("in", "out"), hidden=8, decay=1e-6, rng=rng)
    right = [net.classes[i] == label for i, label in zip(net(x).argmax(1), labels, strict=True)]
    assert np.mean(right) > 0.98


def test_degradation_changes_pixels_but_not_shape_or_type():
    frames = np.random.default_rng(0).integers(0, 256, (2, 16, 16, 3), dtype=np.uint8)
    degraded = Degradation(blur=1, noise=4, quality=60)(frames, np.random.default_rng(0))
    assert degraded.shape == frames.shape
    assert degraded.dtype == np.uint8
    assert (degraded != frames).any()

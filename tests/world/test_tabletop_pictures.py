"""Pictures, masks and depth of the tabletop world."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
import pytest
from scipy import ndimage

from sorairo.world.tabletop.dynamics.sampling import sample_scene
from sorairo.world.tabletop.dynamics.simulate import simulate
from sorairo.world.tabletop.rendering.classic.floors import MIN_PIXELS, TEXTURES
from sorairo.world.tabletop.rendering.clip_generator import make_clips
from sorairo.world.tabletop.rendering.renderer import Renderer
from sorairo.world.tabletop.scene import (
    CAMERAS,
    CANVAS_WORLD,
    COLORS,
    EVENTS,
    FAR,
    FLOORS,
    LIGHTS,
    Scene,
    SceneConfig,
)

SIZE = 64


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer(width=SIZE, height=SIZE) as renderer:
        yield renderer


def scene_of(seed: int = 0, **changes) -> Scene:
    config = dataclasses.replace(SceneConfig(cameras=("still",), lights=("day",)), **changes)
    return sample_scene(np.random.default_rng(seed), config)


def test_same_seed_same_pixels():
    settings = {"seconds": 0.5, "width": SIZE, "height": SIZE}
    first, other, again = make_clips(seeds=[1, 2, 1], **settings)
    alone = next(iter(make_clips(seeds=[1], **settings)))
    np.testing.assert_array_equal(first.frames, again.frames)
    np.testing.assert_array_equal(first.frames, alone.frames)
    np.testing.assert_array_equal(first.masks, alone.masks)
    assert first.scene == alone.scene
    assert (first.frames != other.frames).any()
    assert first.frames.shape == (6, SIZE, SIZE, 3)
    assert first.frames.dtype == first.masks.dtype == np.uint8


@pytest.mark.parametrize("event", EVENTS)
def test_every_body_is_seen_in_the_first_frame(renderer: Renderer, event: str):
    for seed in range(12):
        scene = scene_of(seed, events=(event,))
        seen = renderer.masks(simulate(scene, seconds=0.1))[0]
        for index in range(len(scene.bodies)):
            assert (seen == index + 1).sum() >= 8, (seed, index)


@pytest.mark.parametrize("color", COLORS)
def test_masks_agree_with_pixels(renderer: Renderer, color: str):
    looks = {"colors": (color,), "floors": ("wood",), "materials": ("rubber",)}
    scene = scene_of(**looks, events=("drop",), max_bodies=1)
    rollout = simulate(scene, seconds=0.1)
    frame, mask = renderer.render(rollout)[0], renderer.masks(rollout)[0]
    body = frame[mask == 1].astype(float)
    brightest = body[np.argsort(body.sum(-1))[-len(body) // 4 :]].mean(0)
    wanted = np.array(COLORS[color])
    spread = brightest / brightest.max() - wanted / wanted.max()
    assert np.abs(spread).max() < 0.3
    assert np.linalg.norm(body.mean(0) - frame[mask == 0].mean(0)) > 30


def test_a_picture_is_lit_and_differs_by_floor_light_and_camera(renderer: Renderer):
    scene = scene_of(events=("drop",))

    def frame(**changes) -> np.ndarray:
        rollout = simulate(dataclasses.replace(scene, **changes), seconds=2)
        return renderer.render(rollout, frames=slice(20, 21))[0].astype(int)

    for field, names in (("floor", FLOORS), ("light", LIGHTS), ("camera", CAMERAS)):
        frames = [frame(**{field: name}) for name in names]
        assert all(each.std() > 8 for each in frames)
        for index, each in enumerate(frames):
            for other in frames[:index]:
                assert np.abs(each - other).mean() > 2, field


@pytest.mark.parametrize(("width", "height"), [(96, 96), (128, 72), (72, 128)])
def test_aspect_ratios_and_crops(width: int, height: int):
    rollout = simulate(scene_of(3, events=("roll",), max_bodies=1), seconds=0.5)
    with Renderer(width=width, height=height) as renderer:
        frames, masks = renderer.render(rollout), renderer.masks(rollout)
        assert frames.shape == (6, height, width, 3)
        assert masks.shape == (6, height, width)
        columns = np.flatnonzero((masks[0] == 1).any(0))
        rows = np.flatnonzero((masks[0] == 1).any(1))
        assert 0.7 < len(columns) / len(rows) < 1.5  # pixels are square
        part = renderer.render(rollout, frames=slice(2, 4))
        np.testing.assert_array_equal(part, frames[2:4])


def test_depth_is_metres_from_the_camera(renderer: Renderer):
    scene = scene_of(events=("roll",), shapes=("sphere",), max_bodies=1)
    rollout = simulate(scene, seconds=0.1)
    depth, mask = renderer.depth(rollout)[0], renderer.masks(rollout)[0]
    to_body = rollout.positions[0, 0] - rollout.camera_positions[0]
    along = -rollout.camera_rotations[0][:, 2] @ to_body
    radius = rollout.positions[0, 0, 2]
    assert depth[mask == 1].min() == pytest.approx(along - radius, abs=0.2)
    assert depth[0].max() == pytest.approx(FAR, rel=0.35)  # the sky
    assert (np.diff(depth[-16:, 0]) < 0).all()  # the floor comes nearer downwards


@pytest.mark.parametrize("camera", ["orbit_left", "orbit_right"])
@pytest.mark.parametrize("event", CANVAS_WORLD.events)
def test_an_orbited_body_stays_in_view_for_two_minutes(renderer: Renderer, event: str, camera: str):
    config = dataclasses.replace(CANVAS_WORLD, events=(event,), cameras=(camera,))
    scene = sample_scene(np.random.default_rng(0), config)
    seen = renderer.masks(simulate(scene, seconds=120, fps=0.3)) == 1
    assert seen.sum((1, 2)).min() > 10


def test_the_floor_has_no_specks_from_any_side(renderer: Renderer):
    changes = {"floor": "snow", "light": "day", "camera": "orbit_right"}
    scene = dataclasses.replace(scene_of(3, events=("toss",), max_bodies=1), **changes)
    rollout = simulate(scene, seconds=30, fps=1)
    frames, masks = renderer.render(rollout).astype(int), renderer.masks(rollout)
    smooth = ndimage.median_filter(frames, (1, 5, 5, 1))
    floor = np.zeros(masks.shape, dtype=bool)
    floor[:, SIZE // 2 :] = True
    clear = floor & ~ndimage.binary_dilation(masks > 0, iterations=12)  # of the body's shadow
    assert (np.abs(frames - smooth).max(-1)[clear] > 25).mean() < 0.005


@pytest.mark.parametrize("floor", FLOORS)
def test_a_finer_texture_shows_the_same_floor(floor: str):
    coarse, fine = (
        TEXTURES[floor](pixels).astype(float) for pixels in (MIN_PIXELS, 4 * MIN_PIXELS)
    )
    one, other = (each.reshape(64, each.shape[0] // 64, 64, -1, 3) for each in (coarse, fine))
    assert np.abs(one.mean((1, 3)) - other.mean((1, 3))).mean() < 2
    if floor != "checker":  # which has no grain
        smooth = ndimage.gaussian_filter(fine, (3, 3, 0), mode="wrap")
        assert (fine - smooth).std() > 0.5


def test_a_sphere_is_round_in_large_pictures():
    scene = scene_of(
        events=("toss",), shapes=("sphere",), sizes=("large",), colors=("red",), floors=("snow",)
    )
    scene = dataclasses.replace(scene, bodies=scene.bodies[:1])
    rollout = simulate(scene, seconds=0.1)
    with Renderer(width=1024, height=1024, supersample=1) as renderer:
        mask = renderer.masks(rollout)[0] == 1
    rows, columns = np.nonzero(mask)
    spans = np.ptp(rows) + 1, np.ptp(columns) + 1
    assert mask.sum() == pytest.approx(np.pi / 4 * spans[0] * spans[1], rel=0.004)
    assert spans[0] > 200


def test_a_hidden_body_comes_out_again(renderer: Renderer):
    scene = scene_of(2, events=("hide",), max_bodies=1)
    area = (renderer.masks(simulate(scene, seconds=8)) == 1).sum((1, 2))
    assert area[0] > 20
    assert area.min() < 0.1 * area[0]
    assert area[-1] > 20


def test_a_closed_renderer_refuses_to_render():
    renderer = Renderer(width=16, height=16)
    renderer.close()
    renderer.close()
    with pytest.raises(AssertionError, match="closed"):
        renderer.render(simulate(scene_of(), seconds=0.1))

"""The table-top drawn by Filament: colours, masks and depth against what is simulated."""

from __future__ import annotations

import colorsys
import dataclasses
from collections.abc import Iterator

import numpy as np
import pytest

from sorairo.world.tabletop.dynamics.sampling import sample_scene, sample_shots
from sorairo.world.tabletop.dynamics.simulate import simulate
from sorairo.world.tabletop.rendering.lit import shapes
from sorairo.world.tabletop.rendering.lit.depth import pixel_rays
from sorairo.world.tabletop.rendering.renderer import Renderer
from sorairo.world.tabletop.scene import (
    CLASHES,
    COLORS,
    EVENTS,
    FAR,
    FLOORS,
    LIGHTS,
    MATERIALS,
    PLACES,
    SHAPES,
    Body,
    Scene,
    SceneConfig,
)

SIZE = 64
SPOTS = ((-4.5, 0.0), (0.0, 2.0), (4.5, 0.0))
GREYS = ("white", "black")


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer(width=SIZE, height=SIZE) as renderer:
        yield renderer


def three(colors: tuple[str, ...], **changes: str) -> Scene:
    """Three standing bodies of different shapes and materials."""
    bodies = tuple(
        Body(shape=shape, color=color, material=material, position=(x, y, 2.1))
        for shape, color, material, (x, y) in zip(
            ("sphere", "box", "cylinder"), colors, MATERIALS, SPOTS, strict=True
        )
    )
    return Scene(bodies=bodies, event="stand", **{"place": "park", **changes})


def pictures(renderer: Renderer, scene: Scene) -> tuple[np.ndarray, np.ndarray]:
    rollout = simulate(scene, seconds=1 / 12)
    return renderer.film(rollout)[0], renderer.masks(rollout)[0]


def hue(color: np.ndarray) -> float:
    return colorsys.rgb_to_hsv(*(np.asarray(color, float) / max(np.max(color), 1e-9)))[0]


@pytest.mark.parametrize("light", LIGHTS)
@pytest.mark.parametrize(
    "colors", [("red", "green", "blue"), ("orange", "cyan", "purple"), ("yellow", "pink", "green")]
)
def test_colors_keep_their_names_under_every_light(
    renderer: Renderer, colors: tuple[str, ...], light: str
):
    frame, mask = pictures(renderer, three(colors, light=light, floor="marble"))
    named = {name: hue(np.array(COLORS[name])) for name in COLORS if name not in GREYS}
    named.pop("pink")  # a light red: it differs by more than its hue
    for index, color in enumerate(colors):
        seen = hue(np.median(frame[mask == index + 1], axis=0))
        away = {name: abs((seen - each + 0.5) % 1 - 0.5) for name, each in named.items()}
        nearest = min(away, key=lambda name: away[name])
        assert nearest == color or (color == "pink" and nearest in ("red", "purple")), (seen, color)


@pytest.mark.parametrize("light", LIGHTS)
def test_white_is_brighter_than_grey_floors_and_black_is_dark(renderer: Renderer, light: str):
    frame, mask = pictures(renderer, three(("white", "black", "white"), light=light, floor="wood"))
    white, black = (np.median(frame[mask == number]) for number in (1, 2))
    floor = np.median(frame[-12:][mask[-12:] == 0])
    assert white > 1.3 * floor
    assert black < 0.6 * floor


@pytest.mark.parametrize("shape", SHAPES)
def test_masks_and_depth_agree_with_each_other(renderer: Renderer, shape: str):
    body = Body(shape=shape, color="red", position=(1.0, 0.5, 4.0), quaternion=(0.9, 0.3, 0.2, 0.1))
    scene = Scene(bodies=(body,), event="drop", place="hall")
    rollout = simulate(scene, seconds=1 / 12)
    mask, depth = renderer.masks(rollout)[0] == 1, renderer.depth(rollout)[0]
    bare = dataclasses.replace(scene, bodies=(dataclasses.replace(body, position=(90, 90, 4.0)),))
    hit = depth < renderer.depth(simulate(bare, seconds=1 / 12))[0] - 1e-4
    assert hit.sum() > 60
    assert (mask & hit).sum() / (mask | hit).sum() > 0.93  # the edges are rounded


def test_depth_is_exact(renderer: Renderer):
    scene = Scene(
        bodies=(Body(shape="sphere", color="red", position=(0.0, 0.0, 4.1)),),
        event="drop",
        place="hall",
    )
    rollout = simulate(scene, seconds=1 / 12)
    depth = renderer.depth(rollout)[0]
    middle = depth[SIZE // 2 - 1 : SIZE // 2 + 1, SIZE // 2 - 1 : SIZE // 2 + 1]
    assert middle == pytest.approx(27.0 - 2.1, abs=0.02)  # the camera looks at the sphere
    assert depth[0].min() == FAR  # what is behind the floor
    corner = pixel_rays(SIZE, SIZE).reshape(SIZE, SIZE, 3)[-1, 0]
    position, rotation = rollout.camera_positions[0], rollout.camera_rotations[0]
    assert depth[-1, 0] == pytest.approx(-position[2] / (rotation @ corner)[2], rel=1e-5)


def test_normals_of_a_sphere_and_the_floor_are_those_of_geometry(renderer: Renderer):
    center = np.array([0.4, 0.3, 4.1])
    scene = Scene(
        bodies=(Body(shape="sphere", color="red", position=tuple(center)),),
        event="drop",
        place="hall",
    )
    rollout = simulate(scene, seconds=1 / 12)
    normals, depth = renderer.normals(rollout)[0], renderer.depth(rollout)[0]
    toward = pixel_rays(SIZE, SIZE) @ rollout.camera_rotations[0].T
    points = rollout.camera_positions[0] + toward.reshape(SIZE, SIZE, 3) * depth[..., None]
    there = depth < FAR
    on_floor = there & (np.abs(points[..., 2]) < 1e-3)
    on_sphere = there & ~on_floor
    assert on_floor.sum() > 1000
    assert on_sphere.sum() > 60
    np.testing.assert_allclose(normals[on_floor], np.tile([0, 0, 1], (on_floor.sum(), 1)))
    outward = (points - center) / 2.1
    np.testing.assert_allclose(normals[on_sphere], outward[on_sphere], atol=1e-3)
    assert (normals[~there] == 0).all()


@pytest.mark.parametrize("place", ["", "park"])
def test_normals_of_a_turned_box_are_its_axes_on_the_cameras_side(renderer: Renderer, place: str):
    quaternion = np.array([0.9, 0.3, 0.2, 0.1]) / np.linalg.norm([0.9, 0.3, 0.2, 0.1])
    body = Body(shape="box", color="red", position=(0, 0, 4.0), quaternion=tuple(quaternion))
    rollout = simulate(Scene(bodies=(body,), event="drop", place=place), seconds=1 / 12)
    normals, mask = renderer.normals(rollout)[0], renderer.masks(rollout)[0] == 1
    w, (x, y, z) = quaternion[0], quaternion[1:]
    across = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    axes = (np.eye(3) + 2 * w * across + 2 * across @ across).T
    inner = mask & np.roll(mask, 1, 0) & np.roll(mask, -1, 0) & np.roll(mask, 1, 1)
    along = np.abs(normals[inner] @ axes.T)
    assert along.max(1) == pytest.approx(1, abs=1e-5)
    assert len(np.unique(along.argmax(1))) == 3, "three faces are seen"
    toward = (pixel_rays(SIZE, SIZE) @ rollout.camera_rotations[0].T).reshape(SIZE, SIZE, 3)
    assert ((normals * toward).sum(-1)[inner] < 0).all()


def test_depth_is_that_of_the_classic_renderer(renderer: Renderer):
    config = SceneConfig(events=("turntable",), cameras=("orbit_left",))
    scene = sample_scene(np.random.default_rng(4), config)
    classic, exact = (
        renderer.depth(simulate(each, seconds=1), frames=slice(6, 7))[0]
        for each in (scene, dataclasses.replace(scene, place="hall"))
    )
    there = exact < FAR  # of the sky, the classic renderer gives some other distance
    assert there.mean() > 0.6
    assert (np.abs(classic - exact) < 0.01 * exact)[there].mean() > 0.98


@pytest.mark.parametrize("event", EVENTS)
def test_bodies_and_props_of_every_event_are_drawn(renderer: Renderer, event: str):
    scene = sample_scene(np.random.default_rng(1), SceneConfig(events=(event,), places=("lab",)))
    rollout = simulate(scene, seconds=0.1)
    masks, classic = (
        renderer.masks(each)[0]
        for each in (rollout, simulate(dataclasses.replace(scene, place=""), seconds=0.1))
    )
    assert (masks == classic).mean() > 0.985
    assert set(np.unique(masks)) == set(np.unique(classic))


def test_places_floors_and_lights_differ(renderer: Renderer):
    scene = three(("red", "green", "blue"))
    for field, names in (("floor", FLOORS), ("light", LIGHTS), ("place", PLACES[:4])):
        frames = [
            pictures(renderer, dataclasses.replace(scene, **{field: name}))[0].astype(int)
            for name in names
        ]
        for index, each in enumerate(frames):
            for other in frames[:index]:
                assert np.abs(each - other).mean() > 3, field


def test_a_stage_that_is_used_again_draws_the_same(renderer: Renderer):
    scenes = [three(("red", "green", "blue")), three(("cyan", "pink", "white"), place="sky")]
    first, other, again = (pictures(renderer, scenes[index])[0].astype(int) for index in (0, 1, 0))
    assert (np.abs(first - again).max(-1) > 4).mean() < 0.005  # Filament dithers at random
    assert np.abs(first - other).mean() > 10


def test_shots_of_a_story_are_in_one_place():
    config = SceneConfig(places=PLACES)
    shots = sample_shots(np.random.default_rng(0), config, 3)
    assert len({shot.place for shot in shots}) == 1
    drawn = {sample_scene(np.random.default_rng(seed), config).place for seed in range(60)}
    assert len(drawn) > 10


def test_scenes_without_a_place_are_drawn_and_stored_as_before():
    plain, placed = (
        sample_scene(np.random.default_rng(7), SceneConfig(places=places))
        for places in ((), PLACES)
    )
    assert dataclasses.replace(placed, place="") == plain
    assert "place" not in plain.to_json()
    assert Scene.from_json(plain.to_json()) == plain
    assert Scene.from_json(placed.to_json()) == placed


@pytest.mark.parametrize(
    "mesh",
    [
        shapes.sphere(2.0),
        shapes.capsule(1.3, 1.4),
        shapes.cylinder(1.7, 2.0),
        shapes.box((1.7, 1.7, 2.0)),
        shapes.disc(24.0, 1.2, 24.0),
    ],
)
def test_meshes_face_outwards_and_normals_are_unit(mesh: shapes.Geometry):
    corners = mesh.positions[mesh.faces]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    there = np.linalg.norm(across, axis=1) > 1e-9
    normals = mesh.normals[mesh.faces].mean(1)
    assert ((across * normals).sum(1)[there] > 0).all()
    assert np.linalg.norm(mesh.normals, axis=1) == pytest.approx(1.0)


def test_clashing_colors_are_left_out_in_places_too():
    config = SceneConfig(places=PLACES, floors=("snow",))
    for seed in range(20):
        scene = sample_scene(np.random.default_rng(seed), config)
        assert not {body.color for body in scene.bodies} & set(CLASHES["snow"])

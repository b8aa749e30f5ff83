"""Light, ground and weather of places."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sorairo.world.filament.camera import Camera
from sorairo.world.filament.environment import Environment, texels
from sorairo.world.filament.geometry import ball
from sorairo.world.filament.material import Material
from sorairo.world.filament.stage import Stage
from sorairo.world.lifelike.filming.hours import HOURS, at_hour
from sorairo.world.lifelike.filming.weather import DROPS, VOLUME, Precipitation, dimmed, settings
from sorairo.world.lifelike.grounds import COLORS, ground_geometry, ground_material, ground_uv
from sorairo.world.lifelike.places import PLACES
from sorairo.world.lifelike.sampling import sample_scene
from sorairo.world.lifelike.scene import WEATHERS, SceneConfig

EVEN = Environment(
    radiance=np.full((64, 128, 3), (0.5, 0.35, 0.25), np.float32),
    sun_direction=np.array([0.6, 0.0, -0.8]),
    sun_irradiance=np.full(3, 2.0),
)
LEVEL = Camera(position=(0.0, -4.0, 1.6), target=(0.0, 0.0, 1.6), field=40.0)


@pytest.mark.parametrize("kind", ["grass", "snow"])
def test_far_ground_meets_the_horizon_without_an_edge(kind: str):
    with Stage(width=64, height=64) as stage:
        stage.light(EVEN)
        ground = ground_material(kind, EVEN, near=False, wet=False)
        stage.add(ground_geometry(near=False), ground, shadow=False)
        seen = stage.draw(LEVEL).astype(int)
    assert np.abs(seen[28] - seen[33]).max() <= 5  # just above and below the horizon
    assert np.abs(seen[28] - seen[62]).max() > 15  # the ground near by
    dark = replace(EVEN, radiance=EVEN.radiance.copy())
    dark.radiance[26:] *= 0.05  # all that is not high above
    with Stage(width=64, height=64) as stage:
        stage.light(dark)
        ground = ground_material(kind, dark, near=False, wet=False)
        stage.add(ground_geometry(near=False), ground, shadow=False)
        below, above = stage.draw(LEVEL).astype(int)[[33, 28]]
    assert np.abs(below - above).max() <= 8  # it does not reflect the sky


@pytest.mark.parametrize("kind", COLORS)
def test_grounds_reflect_less_than_all_light(kind: str):
    rng = np.random.default_rng(0)
    color = COLORS[kind](*rng.uniform(-20, 20, (2, 400)))
    assert color.min() >= 0
    assert 0.01 < color.mean() < 0.85


def test_a_place_on_the_ground_has_one_texel():
    places = np.random.default_rng(1).uniform(-30, 30, (50, 2))
    uv = ground_uv(places)
    assert ((uv > 0) & (uv < 1)).all()
    centered = uv - 0.5
    radius = np.hypot(*places.T)
    across = centered[:, 0] * places[:, 1] - centered[:, 1] * places[:, 0]
    assert across == pytest.approx(np.zeros(50), abs=1e-9)
    assert np.hypot(*centered.T)[radius.argsort()] == pytest.approx(np.sort(np.hypot(*centered.T)))


def test_hours_follow_one_another_from_light_to_dark():
    levels = {name: at_hour(EVEN, name).radiance.mean() for name in ("", *HOURS)}
    assert levels[""] >= levels["morning"] > levels["dusk"] > levels["night"] > 0
    for name, hour in HOURS.items():
        lit = at_hour(EVEN, name)
        assert np.linalg.norm(lit.sun_direction) == pytest.approx(1)
        assert -lit.sun_direction[2] == pytest.approx(np.sin(np.radians(hour.elevation)))
        assert lit.sun_direction[0] > 0  # from the side on which it was
    dusk = at_hour(EVEN, "dusk")
    assert dusk.sun_irradiance[0] > 2 * dusk.sun_irradiance[2]


def test_hours_are_told_apart_by_the_sky_and_the_air():
    sky = np.where(texels(64, 128)[0][..., 1:2] > 0.5, (0.4, 0.6, 1.0), (0.1, 0.15, 0.1))
    light = replace(EVEN, radiance=sky.astype(np.float32))
    morning = at_hour(light, "morning")
    horizon, zenith = morning.radiance[32, 0], morning.radiance[0, 0]
    assert horizon[0] > 1.2 * horizon[2], "warm"
    assert zenith[2] > 1.5 * zenith[0], "blue"
    assert horizon.mean() > 1.2 * light.radiance[32, 0].mean(), "dark woods far away are misty"
    assert settings("clear", "morning") != settings("clear") == settings("clear", "dusk")
    assert settings("fog", "morning") == settings("fog"), "fog hides the mist"


def test_it_rains_and_dawns_outdoors_only():
    assert not {name for name, place in PLACES.items() if place.daylight and not place.outdoors}
    inside = {"bridge", "esplanade", "lobby", "hall"}  # panoramas taken under a roof
    assert not {name for name in inside if PLACES[name].outdoors}
    for place in inside:
        part = SceneConfig(places=(place,), weathers=("snowfall",), hours=("morning",))
        scene = sample_scene(np.random.default_rng(3), part)
        assert (scene.weather, scene.hour) == ("clear", "")


@pytest.mark.parametrize("kind", WEATHERS[1:])
def test_weather_keeps_the_mean_of_the_light_and_veils_the_sun(kind: str):
    veiled = dimmed(EVEN, kind)
    assert veiled.radiance.mean((0, 1)) == pytest.approx(EVEN.radiance.mean((0, 1)), rel=1e-3)
    assert veiled.sun_irradiance.max() < EVEN.sun_irradiance.max() / 2


def test_fog_is_thicker_with_distance():
    contrast = {}
    light = replace(EVEN, radiance=np.ones_like(EVEN.radiance), sun_irradiance=np.zeros(3))
    for kind in ("clear", "fog"):
        with Stage(width=96, height=32, settings=settings(kind)) as stage:
            stage.light(light, exposure=0.6)
            black = Material(color=(0.0, 0.0, 0.0), roughness=1.0)
            for x, y in ((-1.2, 0.0), (9.0, 26.0)):
                size = (y + 4) / 4
                stage.pose(stage.add(ball(0.5 * size), black), (x, y, 1.6))
            seen = stage.draw(LEVEL).astype(float).mean(-1)
        sky = seen[2, 48]
        columns = [48 + round(44 * x / depth) for x, depth in ((-1.2, 4), (9, 30))]
        contrast[kind] = [float(sky - seen[16, column]) for column in columns]
    near, far = (fog / clear for fog, clear in zip(contrast["fog"], contrast["clear"], strict=True))
    assert 0.1 < near < 0.95
    assert far < near / 2


def test_fog_is_as_thick_for_a_high_camera():
    light = replace(EVEN, radiance=np.ones_like(EVEN.radiance), sun_irradiance=np.zeros(3))
    levels = []
    for height in (0.5, 4.0):
        with Stage(width=16, height=16, settings=settings("fog")) as stage:
            stage.light(light, exposure=0.6)
            stage.pose(stage.add(ball(1.0), Material(color=(0.0, 0.0, 0.0))), (0, 0, height))
            camera = Camera(position=(0.0, -4.0, height), target=(0.0, 0.0, height))
            levels.append(stage.draw(camera)[8, 8].mean())
    assert levels[0] == pytest.approx(levels[1], abs=3)


@pytest.mark.parametrize("kind", DROPS)
def test_drops_and_flakes_fall_around_what_is_filmed(kind: str):
    shown = []

    class Recorder:
        def add(self, *_: object, **__: object) -> None: ...

        def reshape(self, _: object, positions: np.ndarray, __: np.ndarray) -> None:
            shown.append(positions.reshape(-1, 4, 3).mean(1))

    air = Precipitation(Recorder(), kind, seed=4)  # type: ignore[arg-type]
    for time in (0.0, 0.01):
        air.show(time, LEVEL)
    inside = np.abs(shown[0] - [0, 0, VOLUME[2] / 2]) <= VOLUME / 2 + 1e-6
    assert inside.all()
    fallen = shown[0][:, 2] - shown[1][:, 2]
    assert np.median(fallen) == pytest.approx(0.01 * (8.0 if kind == "rain" else 1.2), rel=0.1)

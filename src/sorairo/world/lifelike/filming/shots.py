"""Draws how a scene is filmed: its shot, and maybe a cut to another one."""

from __future__ import annotations

import dataclasses

import numpy as np

from sorairo.world.lifelike.filming.framing import given_framing
from sorairo.world.lifelike.scene import FOLLOWED, Cut, Scene, SceneConfig, Shot

# For events that say where their camera stands.
GIVEN_CAMERAS = ("still", "still", "push_in", "orbit_left", "orbit_right")


def choice(rng: np.random.Generator, values: tuple[str, ...]) -> str:
    """One of the values, all equally likely."""
    return values[int(rng.integers(len(values)))]


def draw_camera(rng: np.random.Generator, scene: Scene, config: SceneConfig) -> Scene:
    """The scene, filmed by a shot drawn from the config, and maybe a cut to another one."""
    shot = _shot(rng, scene, config)
    cut = None
    if (
        scene.people
        and scene.event not in ("hide", "meet", "run", "door")
        and rng.random() < config.cuts
    ):
        closer = "close" if shot.framing == "whole" and _may_be_close(config, scene) else "whole"
        framing = choice(rng, (closer, shot.framing))
        side = shot.side
        if framing == shot.framing or rng.random() < 0.5:
            turned = float(rng.uniform(0.6, 0.9))
            side = shot.side + (turned if shot.side < 0 else -turned)
        second = Shot(framing=framing, side=side)
        cut = Cut(share=float(rng.uniform(0.35, 0.6)), shot=second)
    return dataclasses.replace(scene, shot=shot, cut=cut)


def _may_be_close(config: SceneConfig, scene: Scene) -> bool:
    """Whether one person of a scene may be filmed from near by."""
    return (
        "close" in config.framings
        and len(scene.people) == 1
        and scene.event not in ("hide", "door")
    )


def _shot(rng: np.random.Generator, scene: Scene, config: SceneConfig) -> Shot:
    camera, framing = choice(rng, config.cameras), choice(rng, config.framings)
    angle = choice(rng, config.angles)
    if given_framing(scene) is not None:
        return Shot(camera=choice(rng, GIVEN_CAMERAS))
    if not _may_be_close(config, scene):
        framing = "whole"
    crosses = scene.event in FOLLOWED
    if camera == "follow" and not crosses:
        camera = "still"
    if camera.startswith("pan") and crosses:  # turns with the subject
        sideways = scene.heading in ("left", "right") and scene.event != "turn"
        camera = f"pan_{scene.heading}" if sideways else "still"
    if scene.event == "run":  # too fast for a camera that stands still
        sideways = scene.heading in ("left", "right")
        camera = choice(rng, ("follow", f"pan_{scene.heading}" if sideways else "still"))
        angle = angle if sideways else "eye"
    if framing == "close" and crosses:
        camera = "follow"
    if camera.startswith("crane"):
        angle = "eye"
    side = float(np.clip(rng.normal(0, 0.25), -0.45, 0.45))
    return Shot(camera=camera, framing=framing, angle=angle, side=side)

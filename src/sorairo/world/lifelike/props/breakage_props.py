"""What is pushed off a table, on a stage."""

from __future__ import annotations

import numpy as np

from sorairo.world.filament import geometry
from sorairo.world.filament.stage import Material
from sorairo.world.lifelike.matter.breakage import BALL_RADIUS, BREAKABLE
from sorairo.world.lifelike.matter.vessels import pieces, whole
from sorairo.world.lifelike.props.prop import PropRoom
from sorairo.world.lifelike.props.textures import glazed


class Knocked:
    """The first thing, whole, and its pieces."""

    def __init__(self, room: PropRoom) -> None:
        self._stage, self._motion = room.stage, room.motion
        kind, name = room.scene.things[0].kind, room.number(0)
        rng = np.random.default_rng(room.scene.seed)
        if kind == "ball":
            shape, material = (
                geometry.ball(BALL_RADIUS),
                Material(color=room.color(0), roughness=0.4),
            )
        else:
            shape = whole(kind).geometry
            texture = glazed(room.color(0), rng)
            material = Material(texture=texture, roughness=0.18 if kind in BREAKABLE else 0.45)
        self._whole = room.stage.add(shape, material, name=name)
        self._pieces = []
        if kind in BREAKABLE:
            parts = pieces(kind, np.random.default_rng(int(room.motion.shape["seed"])))
            self._pieces = [room.stage.add(part.geometry, material, name=name) for part in parts]
        for piece in self._pieces:
            room.stage.remove(piece)
        self._is_broken = False

    def show(self, frame: int) -> None:
        """The thing in one frame."""
        motion, broken = self._motion, bool(self._motion.broken[frame])
        if broken != self._is_broken:
            for piece in self._pieces:
                (self._stage.restore if broken else self._stage.remove)(piece)
            (self._stage.remove if broken else self._stage.restore)(self._whole)
            self._is_broken = broken
        if not broken:
            self._stage.pose(self._whole, motion.positions[frame, 0], motion.rotations[frame, 0])
            return
        places, turns = motion.truth["piece_positions"], motion.truth["piece_rotations"]
        for index, piece in enumerate(self._pieces):
            self._stage.pose(piece, places[frame, index], turns[frame, index])

"""Cameras as MuJoCo's bindings of Filament take them."""

# pyright: reportAttributeAccessIssue=false
# (MuJoCo's bindings are compiled and have no stubs.)

from __future__ import annotations

from typing import Any

import numpy as np

from sorairo.world.filament.bindings import mjrf
from sorairo.world.filament.camera import Camera

NEAR, FAR = 0.05, 400.0  # metres


def native_camera(camera: Camera, turn: np.ndarray, aspect: float) -> Any:
    """The camera of a scene that is turned by `turn` [3, 3], of this aspect ratio."""
    _, up, backward = turn @ camera.axes()[:, :, None]
    native = mjrf.Camera()
    native.pos = turn @ np.asarray(camera.position, float)
    native.forward, native.up = -backward[:, 0], up[:, 0]
    half = NEAR * np.tan(np.radians(camera.field / 2))
    native.frustum_near, native.frustum_far = NEAR, FAR
    native.frustum_bottom, native.frustum_top = -half, half
    native.frustum_center, native.frustum_width = 0.0, half * aspect
    return native

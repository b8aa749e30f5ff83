"""Works out what happens in a scene: where everything is in each frame."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sorairo.world.filament.stage import Camera
from sorairo.world.lifelike.events import rigid_motion
from sorairo.world.lifelike.events.people_motion import people_motion
from sorairo.world.lifelike.filming.cameras import cameras_of
from sorairo.world.lifelike.filming.framing import subject_of
from sorairo.world.lifelike.glass import GlassRun
from sorairo.world.lifelike.matter.motion import MatterMotion
from sorairo.world.lifelike.matter.registry import MATTER
from sorairo.world.lifelike.people.retargeting import Pose
from sorairo.world.lifelike.scene import Scene

FPS = 12.0


@dataclass(frozen=True, kw_only=True)
class Rollout:
    """The ground truth of a clip of F frames; frame 0 is the state at time 0."""

    scene: Scene
    fps: float
    """Frames per second."""
    joints: np.ndarray
    """The joints of each person, metres, [F, people, 31, 3]."""
    planted: np.ndarray
    """Whether the left and the right foot of each person stand on the ground, bool
    [F, people, 2]."""
    door_angles: np.ndarray
    """How far a door is open, radians, [F]; 0 without a door or without anybody."""
    poses: tuple[Pose, ...] = field(default=(), repr=False)
    """The pose of each person's body."""
    positions: np.ndarray
    """Where each thing is, metres, [F, things, 3]."""
    rotations: np.ndarray
    """How each thing is turned, [F, things, 3, 3]."""
    broken: np.ndarray
    """Whether the pane of glass is broken, bool [F]."""
    contacts: np.ndarray
    """Whether the ball touched something since the frame before, bool [F]; in the events of
    `matter.registry.MATTER`, as `MatterMotion.contacts`."""
    glass: GlassRun | None = field(default=None, repr=False)
    """The shards, of events with glass."""
    matter: MatterMotion | None = field(default=None, repr=False)
    """What happens in the events of `matter.registry.MATTER`."""
    cameras: tuple[Camera, ...] = field(repr=False)
    """The camera of each frame, for a square picture."""
    cut: int | None = None
    """The first frame after a cut; None: it is all one shot."""

    def __len__(self) -> int:
        return len(self.broken)

    def truth(self) -> dict[str, np.ndarray]:
        """The fields above that are arrays, the camera's position [F, 3] in metres, the number of
        the shot [F] (0, and from a cut on 1), and what `matter` knows."""
        names = ("joints", "planted", "door_angles", "positions", "rotations", "broken", "contacts")
        camera = np.array([camera.position for camera in self.cameras])
        shot = (np.arange(len(self)) >= (len(self) if self.cut is None else self.cut)).astype(int)
        known = self.matter.truth if self.matter is not None else {}
        arrays = {name: getattr(self, name) for name in names}
        return {**arrays, "camera_positions": camera, "shot": shot, **known}


def simulate(scene: Scene, *, seconds: float, fps: float = FPS) -> Rollout:
    """Runs a scene for round(seconds * fps) frames, at least one. Deterministic."""
    frames = max(1, round(seconds * fps))
    times = np.arange(frames) / fps
    rng = np.random.default_rng(scene.seed)
    people = people_motion(scene, times, seconds, rng)
    joints = people.joints
    matter = MATTER[scene.event].simulate(scene, times, rng) if scene.event in MATTER else None
    motion = matter or rigid_motion.things_motion(scene, times, rng)
    for index in people.positions:
        motion.positions[:, index] = people.positions[index]
        motion.rotations[:, index] = people.rotations[index]
    subject = subject_of(scene, joints, motion.positions)
    cameras, cut = cameras_of(scene, times, subject, rng)
    return Rollout(
        scene=scene,
        fps=fps,
        joints=joints,
        planted=people.planted,
        door_angles=np.zeros(frames) if people.door_angles is None else people.door_angles,
        poses=tuple(act.pose for act in people.acts),
        positions=motion.positions,
        rotations=motion.rotations,
        broken=motion.broken,
        contacts=motion.contacts,
        glass=None if isinstance(motion, MatterMotion) else motion.glass,
        matter=matter,
        cameras=tuple(cameras),
        cut=cut if cut < frames else None,
    )

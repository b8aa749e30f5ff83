"""Straight hems: a body's mesh cut along the lines where clothes end."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sorairo.world.lifelike.assets.bodies import Body, Rig
from sorairo.world.lifelike.people.appearance.looks import Person
from sorairo.world.lifelike.people.appearance.measures import Measures

SLEEVES = {"t-shirt": 0.55, "sweater": 1.95, "coat": 1.9, "dress": 0.25}  # arm lengths
LEGS = {"trousers": 1.9, "shorts": 0.85, "skirt": 0.0}  # leg lengths
TRUNK = ("LowerBack", "Spine", "Spine1", "LeftShoulder", "RightShoulder")
PELVIS = ("Hips", "LHipJoint", "RHipJoint")
THIGHS = ("LeftUpLeg", "RightUpLeg")
ON_LINE = 1e-4  # metres or limb bones: vertices on a hem belong to the garment


def cut(body: Body, rig: Rig, field: np.ndarray, among: np.ndarray) -> tuple[Body, Rig]:
    """Splits the triangles through which a line goes.

    Args:
        body: A body.
        rig: Its rig.
        field: A number for each vertex, [V]; the line is where it is zero.
        among: Which vertices it means, bool [V]; triangles with others stay whole.
    """
    above = field > 0
    corners = above[rig.faces]
    crossed = among[rig.faces].all(1) & corners.any(1) & ~corners.all(1)
    whole, split = rig.faces[~crossed], rig.faces[crossed]
    if not len(split):
        return body, rig
    # The corner that is alone on its side comes first.
    flags = above[split]
    alone = np.where(flags.sum(1) == 1, flags.argmax(1), (~flags).argmax(1))
    turned = (alone[:, None] + np.arange(3)) % 3
    first, second, third = np.take_along_axis(split, turned, 1).T
    edges = np.sort(np.concatenate([np.stack([first, b], 1) for b in (second, third)]), axis=1)
    unique, numbers = np.unique(edges, axis=0, return_inverse=True)
    numbers = numbers.reshape(-1) + len(body.vertices)
    left, right = numbers[: len(split)], numbers[len(split) :]
    pieces = [(first, left, right), (left, second, third), (left, third, right)]
    faces = np.concatenate([whole, *(np.stack(piece, 1) for piece in pieces)])
    start, end = unique.T
    share = (field[start] / (field[start] - field[end]))[:, None].astype(np.float32)
    vertices = body.vertices[start] * (1 - share) + body.vertices[end] * share
    uv = rig.uv[start] * (1 - share) + rig.uv[end] * share
    pad = np.zeros_like(rig.bones)
    bones = np.concatenate(
        [np.concatenate([rig.bones, pad], 1), np.concatenate([rig.bones[start], rig.bones[end]], 1)]
    )
    mixed = np.concatenate([rig.weights[start] * (1 - share), rig.weights[end] * share], 1)
    weights = np.concatenate([np.concatenate([rig.weights, 0 * rig.weights], 1), mixed])
    return (
        replace(body, vertices=np.concatenate([body.vertices, vertices])),
        replace(rig, faces=faces, uv=np.concatenate([rig.uv, uv]), bones=bones, weights=weights),
    )


def with_hems(person: Person, body: Body, rig: Rig) -> Measures:
    """The body cut along the waist and where sleeves and legs end."""
    m = Measures(body, rig)
    m = Measures(*cut(m.body, m.rig, above_collar(m), m.on(*TRUNK, "Neck", "Neck1")))
    m = Measures(*cut(m.body, m.rig, m.vertices[:, 2] - waist(m), m.on(*TRUNK, *PELVIS, *THIGHS)))
    lengths = ((("Arm", "ForeArm", "Hand"), SLEEVES[person.top]),)
    lengths += ((("UpLeg", "Leg", "Foot"), leg_length(person)),)
    for side in ("Left", "Right"):
        for parts, length in lengths:
            upper, lower, end = (side + part for part in parts)
            along = m.along(upper, lower, end)
            m = Measures(*cut(m.body, m.rig, along - length, m.on(upper, lower)))
    return m


def waist(m: Measures) -> float:
    """Where tops end, metres above the ground."""
    return float(m.head("Hips")[2] + 0.015 * m.scale)


def above_collar(m: Measures) -> np.ndarray:
    """How far each vertex is above the collar, along the neck, metres."""
    along = m.head("Neck1") - m.head("Neck")
    place = m.head("Neck") + 0.1 * along
    return (m.vertices - place) @ (along / np.linalg.norm(along))


def leg_length(person: Person) -> float:
    """How far down trousers or what is under a skirt reach, in leg bones."""
    return max(LEGS[person.bottom] if person.top != "dress" else 0.25, 0.12)

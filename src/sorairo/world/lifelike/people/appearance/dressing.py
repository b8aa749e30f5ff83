"""Clothes, hair and faces: the body's mesh split into parts, and loose parts beside it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.sparse import csr_matrix

from sorairo.world.filament.geometry import grid_faces, smooth_normals
from sorairo.world.lifelike.assets import bodies
from sorairo.world.lifelike.people.appearance.hems import (
    ON_LINE,
    PELVIS,
    SLEEVES,
    THIGHS,
    TRUNK,
    above_collar,
    leg_length,
    waist,
    with_hems,
)
from sorairo.world.lifelike.people.appearance.looks import (
    CLOTHES_COLORS,
    HAIR_COLORS,
    SKINS,
    Person,
)
from sorairo.world.lifelike.people.appearance.measures import Measures
from sorairo.world.lifelike.people.appearance.skinning import Skin, weight_matrix

EYE_WHITE, IRIS, LIPS = (0.72, 0.70, 0.68), (0.02, 0.015, 0.01), (0.75, 0.55, 0.55)
SKIRT_LENGTHS = {"skirt": 0.95, "dress": 1.05, "coat": 0.75}  # leg lengths
# How far clothes stand off the skin, metres.
LOOSENESS = {"t-shirt": 0.012, "sweater": 0.022, "coat": 0.03, "dress": 0.012}


PARTS = ("skin", "hair", "top", "bottom", "shoes")  # of a person, for a judge that learns them


@dataclass(frozen=True, eq=False)
class DressedPart:
    """A part of a person of one colour."""

    name: str
    """What it is: one of PARTS, or "lips", "eye", "iris" or "brow"."""
    skin: Skin
    """Its mesh."""
    color: tuple[float, float, float]
    """Linear RGB."""
    roughness: float
    """Of its surface."""


@lru_cache(maxsize=16)
def dress(person: Person) -> tuple[DressedPart, ...]:
    """The parts of a person."""
    number = bodies.key(person.sex, person.age, person.build, person.variant)
    measured = with_hems(person, bodies.body(number), bodies.rig())
    body, rig = measured.body, measured.rig
    groups = _groups(person, measured)
    vertices = body.vertices.astype(np.float64)
    normals = smooth_normals(vertices, rig.faces)
    weights = weight_matrix(rig.bones, rig.weights, len(rig.names))
    loose = vertices + normals * _offsets(person, groups, measured)[:, None]
    whole = Skin(
        loose.astype(np.float32),
        smooth_normals(loose, rig.faces).astype(np.float32),
        rig.faces,
        rig.uv,
        weights,
    )
    colors = _colors(person)
    first, second, third = groups[rig.faces].T
    of_face = np.where(second == third, second, first)  # what two of three corners are
    # Corners on a hem belong to the garment, but what has a corner beyond the hem does not.
    is_top, is_bottom, is_skin = ((groups == name)[rig.faces] for name in ("top", "bottom", "skin"))
    cloth = is_top | is_bottom
    of_face[cloth.all(1) & is_bottom.any(1)] = "bottom"
    of_face[(cloth | is_skin).all(1) & is_skin.any(1)] = "skin"
    of_face[_hidden(person, measured)[rig.faces].any(1)] = "hidden"
    parts = [
        DressedPart(name, whole.part(rig.faces[of_face == name]), *colors[name])
        for name in colors
        if (of_face == name).any()
    ]
    garment = person.top if person.top in SKIRT_LENGTHS else person.bottom
    if garment in SKIRT_LENGTHS:
        name = "bottom" if garment == "skirt" else "top"
        parts.append(DressedPart(name, _skirt(measured, SKIRT_LENGTHS[garment]), *colors[name]))
    if person.hair == "long":
        parts.append(DressedPart("hair", _long_hair(measured), *colors["hair"]))
    return tuple(parts)


def _colors(person: Person) -> dict[str, tuple[tuple[float, float, float], float]]:
    skin = SKINS[person.skin]
    lips = (skin[0] * LIPS[0], skin[1] * LIPS[1], skin[2] * LIPS[2])
    return {
        "skin": (skin, 0.55),
        "lips": (lips, 0.5),
        "eye": (EYE_WHITE, 0.2),
        "iris": (IRIS, 0.1),
        "brow": (HAIR_COLORS[person.hair_color], 0.8),
        "hair": (HAIR_COLORS[person.hair_color], 0.65),
        "top": (CLOTHES_COLORS[person.top_color], 0.9),
        "bottom": (CLOTHES_COLORS[person.bottom_color], 0.9),
        "shoes": (CLOTHES_COLORS[person.shoe_color], 0.5),
    }


def _groups(person: Person, m: Measures) -> np.ndarray:
    """The name of the part of each vertex."""
    groups = np.full(len(m.vertices), "skin", dtype="<U8")
    groups[m.on(*TRUNK, *PELVIS)] = "bottom"
    for side in ("Left", "Right"):
        arm = m.along(f"{side}Arm", f"{side}ForeArm", f"{side}Hand")
        on_arm = m.on(f"{side}Arm", f"{side}ForeArm")
        groups[on_arm & (arm < SLEEVES[person.top] + ON_LINE)] = "top"
        leg = m.along(f"{side}UpLeg", f"{side}Leg", f"{side}Foot")
        on_leg = m.on(f"{side}UpLeg", f"{side}Leg")
        groups[on_leg & (leg < leg_length(person) + ON_LINE)] = "bottom"
        groups[m.on(f"{side}Foot", f"{side}ToeBase")] = "shoes"
    above_waist = m.vertices[:, 2] > waist(m) - ON_LINE
    groups[m.on(*TRUNK, *PELVIS, *THIGHS) & above_waist] = "top"
    collar = above_collar(m)
    groups[m.on(*TRUNK) & (collar > ON_LINE)] = "skin"
    groups[m.on("Neck", "Neck1") & (collar <= ON_LINE)] = "top"
    if person.top == "dress":
        groups[groups == "bottom"] = "top"
    _add_face(groups, person, m)
    return groups


def _hidden(person: Person, m: Measures) -> np.ndarray:
    """Whether a vertex of the legs is under a skirt, which it would come through in a stride."""
    garment = person.top if person.top in SKIRT_LENGTHS else person.bottom
    if garment not in SKIRT_LENGTHS:
        return np.zeros(len(m.vertices), bool)
    hidden = m.on("Hips", "LHipJoint", "RHipJoint") & (m.vertices[:, 2] < m.head("Hips")[2])
    for side in ("Left", "Right"):
        leg = m.along(f"{side}UpLeg", f"{side}Leg", f"{side}Foot")
        hidden |= m.on(f"{side}UpLeg", f"{side}Leg") & (leg < SKIRT_LENGTHS[garment] - 0.12)
    return hidden


def _add_face(groups: np.ndarray, person: Person, m: Measures) -> None:
    """Names the parts of the head: hair, brows, eyes and lips."""
    on_head = m.on("Head")
    x, y, z = m.vertices.T
    top, chin = z[on_head].max(), m.head("Head")[2] - 0.05 * m.scale
    up = (z - chin) / (top - chin)
    front, back = y[on_head].min(), y[on_head].max()
    deep = (y - front) / (back - front)
    side = np.abs(x) / np.abs(x[on_head]).max()
    if person.hair != "bald":
        line = 0.80 - 0.62 * np.clip((deep - 0.12) / 0.55, 0, 1)  # the hairline falls to the back
        ear = (side > 0.86) & (deep > 0.35) & (deep < 0.75) & (up < 0.62)
        groups[on_head & (up > line) & ~ear] = "hair"
    eyes = _eyeballs(m.rig)
    brow = on_head & (deep < 0.22) & (np.abs(up - 0.605) < 0.017) & (side > 0.12) & (side < 0.62)
    groups[brow] = "brow"
    lips = on_head & (deep < 0.16) & (np.abs(up - 0.245) < 0.028) & (side < 0.26)
    groups[lips] = "lips"
    groups[eyes] = "eye"
    for sign in (-1, 1):
        ball = eyes & (np.sign(x) == sign)
        if ball.any():
            centre = m.vertices[ball].mean(0)
            radius = np.ptp(z[ball]) / 2
            off = np.hypot(x - centre[0], z - centre[2])
            groups[ball & (off < 0.55 * radius) & (y < centre[1])] = "iris"


def _eyeballs(rig: bodies.Rig) -> np.ndarray:
    """Whether a vertex is on an eyeball; those are meshes of their own, of 72 vertices."""
    from scipy.sparse.csgraph import connected_components

    count = len(rig.uv)
    edges = (np.ones(rig.faces.size), (rig.faces.reshape(-1), np.roll(rig.faces, 1, 1).reshape(-1)))
    _, labels = connected_components(csr_matrix(edges, shape=(count, count)), directed=False)
    sizes = np.bincount(labels)
    return sizes[labels] == 72


def _offsets(person: Person, groups: np.ndarray, m: Measures) -> np.ndarray:
    """How far the surface of each vertex stands off the body, metres."""
    offsets = np.zeros(len(groups))
    hips = m.head("Hips")[2]
    hem = np.clip((hips + 0.25 * m.scale - m.vertices[:, 2]) / (0.3 * m.scale), 0, 1)
    offsets[groups == "top"] = (LOOSENESS[person.top] * (1 + hem))[groups == "top"]
    offsets[groups == "bottom"] = 0.013
    if person.bottom != "skirt" and person.top != "dress":  # trousers hang from the hips
        for side in ("Left", "Right"):
            down = m.along(f"{side}UpLeg", f"{side}Leg", f"{side}Foot")
            offsets[groups == "bottom"] += (0.012 * np.clip(down, 0, 2))[groups == "bottom"]
    offsets[groups == "shoes"] = 0.01
    waves = np.sin(m.vertices @ np.array([61.0, 47.0, 53.0])) * 0.004
    offsets[groups == "hair"] = (0.022 + waves)[groups == "hair"]
    offsets[groups == "brow"] = 0.003
    return offsets * m.scale


def _skirt(m: Measures, length: float) -> Skin:
    """A cone from the waist to `length` leg bones below the hips, moved by hips and thighs."""
    rings, sectors = 9, 32
    waist = m.head("Hips")[2] + 0.06 * m.scale
    thigh = m.head("LeftUpLeg")[2] - m.head("LeftLeg")[2]
    bottom = m.head("LeftUpLeg")[2] - thigh * length
    near = np.abs(m.vertices[:, 2] - waist) < 0.03 * m.scale
    trunk = m.vertices[near & m.on("Hips", "LHipJoint", "RHipJoint", "LowerBack", "Spine")]
    centre, half = trunk.mean(0), np.ptp(trunk, axis=0) / 2 + 0.022 * m.scale
    down = np.linspace(0, 1, rings)[:, None]
    angle = np.linspace(0, 2 * np.pi, sectors + 1)[None]
    flare = 1 + 0.35 * np.sqrt(down) + 0.25 * down + 0.035 * down * np.cos(8 * angle)
    x = centre[0] + half[0] * flare * np.cos(angle)
    y = centre[1] + half[1] * flare * np.sin(angle) * 1.08
    z = np.broadcast_to(waist + (bottom - waist) * down, x.shape)
    positions = np.stack([x, y, z], -1).reshape(-1, 3)
    share = np.broadcast_to(np.clip(down * 1.5, 0, 0.97), x.shape).reshape(-1)
    left = 1 / (1 + np.exp(-positions[:, 0] / (0.07 * m.scale)))
    bones = np.tile([m.names.index(n) for n in ("Hips", "LeftUpLeg", "RightUpLeg")], (len(left), 1))
    values = np.stack([1 - share, share * left, share * (1 - left)], 1)
    faces = grid_faces(rings, sectors + 1)
    faces = np.concatenate([faces, faces[:, ::-1]])  # seen from inside, too
    return _loose(positions, faces, bones, values, len(m.names))


def _long_hair(m: Measures) -> Skin:
    """A curtain of hair around the back of the head, down to the shoulders."""
    rings, sectors = 7, 20
    on_head = m.on("Head")
    head = m.vertices[on_head]
    middle = (head.max(0) + head.min(0)) / 2
    half = np.ptp(head, axis=0) / 2
    angle = np.linspace(-0.2 * np.pi, 1.2 * np.pi, sectors)[None]
    down = np.linspace(0, 1, rings)[:, None]
    width = half[0] * (0.98 + 0.12 * down) + 0.02 * m.scale
    depth = half[1] * (0.80 - 0.1 * down) + 0.02 * m.scale
    x = middle[0] + width * np.cos(angle)
    y = middle[1] + 0.025 * m.scale + depth * np.sin(angle)
    top, bottom = middle[2] + 0.35 * half[2], m.head("Neck")[2] - 0.06 * m.scale
    z = np.broadcast_to(top + (bottom - top) * down, x.shape)
    positions = np.stack([x, y, z], -1).reshape(-1, 3)
    share = np.broadcast_to(0.55 * down, x.shape).reshape(-1)
    bones = np.tile([m.names.index("Head"), m.names.index("Spine1")], (len(positions), 1))
    faces = grid_faces(rings, sectors)
    faces = np.concatenate([faces, faces[:, ::-1]])
    values = np.stack([1 - share, share], 1)
    return _loose(positions, faces, bones, values, len(m.names))


def _loose(
    positions: np.ndarray, faces: np.ndarray, bones: np.ndarray, values: np.ndarray, count: int
) -> Skin:
    outward = faces[: len(faces) // 2]
    return Skin(
        positions.astype(np.float32),
        smooth_normals(positions, outward).astype(np.float32),
        faces,
        np.zeros((len(positions), 2), np.float32),
        weight_matrix(bones, values, count),
    )

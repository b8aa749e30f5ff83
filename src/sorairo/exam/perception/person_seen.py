"""Sees a person's skin, hair and clothes from the pixels alone, and whether two pictures show the
same clothes and the same hair.

Small classifiers sort every second pixel: first by the colours around it, then also by what the
pixels around it were taken for (auto-context; Tu and Bai, 2010). What has been found of two shots
is compared by two more. The weights are in fitted/people.json, written by
`python -m sorairo.exam.fitting.fit_people`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from sorairo.exam.perception.fitted_nets import fitted_nets
from sorairo.world.lifelike.people.appearance.dressing import PARTS

CLASSES = ("none", *PARTS)
SAME = ("other", "same")
BLURS = (1.0, 2.5, 6.0)  # pixels of 64
STEPS = (4, 8, 16)  # pixels of 64: how far around a pixel is looked
DOWN = (-24, -16, -8, -4, 4, 8, 16, 24)
BORDER = 6  # columns at the left and the right that show what is behind
LEAST = 0.012  # of a picture: the smallest person
LEAST_SHARES = {"skin": 0.05, "hair": 0.03}  # of a person: a ball has neither
AGREES = (
    0.35  # chance from which on two shots agree: as few errors of either kind where it was fitted
)
COMPARED = {"clothes": ("top", "bottom"), "hair": ("hair", "skin")}


@dataclass(frozen=True, eq=False)
class PersonSeen:
    """What one shot shows of a person."""

    size: float
    """The share of the pixels that the person covers."""
    amounts: np.ndarray
    """What part of the person each of PARTS is, [parts]."""
    colors: np.ndarray
    """The colour of each part: its brightness and how red and how blue it is, [parts, 3]."""

    @property
    def there(self) -> bool:
        """Whether there is a person at all."""
        human = all(
            self.amounts[PARTS.index(name)] >= least for name, least in LEAST_SHARES.items()
        )
        return self.size >= LEAST and human


def person_in(frames: np.ndarray) -> PersonSeen:
    """The person in frames of one shot, uint8 [F, 128, 128, 3]."""
    small = halved(frames)
    chances = np.stack([sorted_pixels(frame) for frame in small])
    return pooled(small, chances)


def same_chance(kind: str, one: PersonSeen, other: PersonSeen) -> float:
    """How probable it is that two shots show the same of a kind, a key of COMPARED, 0..1."""
    return float(fitted_nets("people")[kind](pair_features(kind, one, other))[1])


def halved(frames: np.ndarray) -> np.ndarray:
    """Pictures of half the size, float32 [F, H / 2, W / 2, 3], 0..1."""
    count, tall, wide, _ = frames.shape
    return frames.reshape(count, tall // 2, 2, wide // 2, 2, 3).mean((2, 4), dtype=np.float32) / 255


def sorted_pixels(picture: np.ndarray) -> np.ndarray:
    """How probable each of CLASSES is at each pixel of a halved picture, [H, W, classes]."""
    nets = fitted_nets("people")
    colors = color_features(picture)
    return nets["second"](context_features(picture, nets["first"](colors)))


def sorted_people(picture: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Of each connected part of where somebody is in a halved picture: where that is, bool [H, W],
    and how probable each of CLASSES is at each pixel, [H, W, classes]."""
    nets = fitted_nets("people")
    first = nets["first"](color_features(picture))
    there = ndimage.gaussian_filter(1 - first[..., 0], 1.0) > 0.4
    labels, count = ndimage.label(there, np.ones((3, 3)))  # pyright: ignore[reportGeneralTypeIssues]
    nobody = np.eye(len(CLASSES), dtype=np.float32)[0]
    found = []
    for label in range(1, count + 1):
        around = np.asarray(ndimage.binary_dilation(labels == label, iterations=2), bool)
        if around.mean() < LEAST / 2:
            continue
        alone = np.where(around[..., None], first, nobody)
        chances = nets["second"](context_features(picture, alone))
        found.append((around & (chances[..., 0] < 0.5), chances))
    return found


def color_features(picture: np.ndarray) -> np.ndarray:
    """The colours at and around each pixel, and at the borders of its row, [H, W, features]."""
    tall, wide, _ = picture.shape
    soft = [ndimage.gaussian_filter(picture, (s, s, 0)) for s in BLURS]
    left, right = (
        np.broadcast_to(part.mean(1, keepdims=True), picture.shape)
        for part in (soft[0][:, :BORDER], soft[0][:, -BORDER:])
    )
    found = [picture, *soft, *(np.abs(picture - each) for each in (left, right, soft[2]))]
    found += [_moved(soft[0], way * step, 0) for step in STEPS for way in (-1, 1)]
    found += [_moved(soft[0], 0, way * step) for step in STEPS for way in (-1, 1)]
    y, x = np.mgrid[-1 : 1 : tall * 1j, -1 : 1 : wide * 1j]
    return np.concatenate([*found, np.stack([y, x, np.abs(x)], -1)], -1, dtype=np.float32)


def context_features(picture: np.ndarray, chances: np.ndarray) -> np.ndarray:
    """What pixels around each one were taken for, where it is on the person, and its colour."""
    soft = ndimage.gaussian_filter(chances, (1.0, 1.0, 0))
    wide = ndimage.gaussian_filter(chances, (4.0, 4.0, 0))
    found = [chances, soft, wide, *(_moved(soft, step, 0) for step in DOWN)]
    found += [_moved(soft, 0, step) for step in (-8, -4, 4, 8)]
    return np.concatenate([*found, _on_person(1 - soft[..., 0]), picture], -1, dtype=np.float32)


def _on_person(presence: np.ndarray) -> np.ndarray:
    """Where each pixel is on the person: from the middle to the right, and from the top down, in
    heights of the person, [H, W, 2]."""
    tall, wide = presence.shape
    sure = np.square(presence) + 1e-4
    down, across = np.cumsum(sure.sum(1)), np.cumsum(sure.sum(0))
    top, bottom = (np.searchsorted(down, share * down[-1]) for share in (0.03, 0.97))
    middle = np.searchsorted(across, across[-1] / 2)
    height = max(float(bottom - top), 4.0)
    y, x = np.mgrid[:tall, :wide]
    return np.stack([(x - middle) / height, (y - top) / height], -1)


def _moved(values: np.ndarray, down: int, right: int) -> np.ndarray:
    """The values some pixels below and to the right, [H, W, C]; those of the border beyond it."""
    rows = np.clip(np.arange(values.shape[0]) + down, 0, values.shape[0] - 1)
    columns = np.clip(np.arange(values.shape[1]) + right, 0, values.shape[1] - 1)
    return values[rows][:, columns]


def pooled(pictures: np.ndarray, chances: np.ndarray) -> PersonSeen:
    """What pictures [F, H, W, 3] show, by the chances of their pixels [F, H, W, classes]."""
    one = np.stack([_largest(1 - each[..., 0]) for each in chances])
    weights = np.square(chances[..., 1:]) * one[..., None]
    mass = weights.sum((0, 1, 2))
    mean = np.einsum("fhwp,fhwc->pc", weights, pictures) / (mass[:, None] + 1e-6)
    light = np.log(mean + 0.03)
    tone = np.stack([light.mean(-1), light[:, 0] - light[:, 1], light[:, 2] - light[:, 1]], -1)
    return PersonSeen(
        size=float((one & (chances[..., 0] < 0.5)).mean()),
        amounts=mass / max(float(mass.sum()), 1e-6),
        colors=tone,
    )


def _largest(presence: np.ndarray) -> np.ndarray:
    """The largest connected part of where somebody is, and a little around it, bool [H, W]."""
    there = ndimage.gaussian_filter(presence, 1.0) > 0.4
    labels, count = ndimage.label(there)  # pyright: ignore[reportGeneralTypeIssues]
    if not count:
        return there
    largest = labels == 1 + np.bincount(labels.ravel())[1:].argmax()
    return np.asarray(ndimage.binary_dilation(largest, iterations=2), bool)


def pair_features(kind: str, one: PersonSeen, other: PersonSeen) -> np.ndarray:
    """How two shots differ in the parts of a kind, [features]; the same in either order."""
    parts = [PARTS.index(name) for name in COMPARED[kind]]
    found = [np.abs(one.colors - other.colors)[parts].ravel()]
    low, high = (pick(one.amounts, other.amounts)[parts] for pick in (np.minimum, np.maximum))
    found += [np.log(low + 0.01), np.log(high + 0.01)]
    return np.concatenate(found)

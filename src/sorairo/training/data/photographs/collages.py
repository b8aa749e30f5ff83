"""Clips made of photographs, for codecs that should keep textures and small fast objects.

The background is a photograph, still or under a moving camera. Cut-out objects and pieces of other
photographs fly across it.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from sorairo.training.data.dead_leaves import random_outline
from sorairo.training.data.photographs.pictures import Pictures

STILL = 0.5  # share of clips with a still camera
LARGER = 2  # objects are drawn at this multiple of their size, then averaged
SIZES = (0.06, 0.5)  # of an object, as a share of the clip's side; log-uniform
SPEEDS = (0.005, 0.12)  # of an object, in sides of the clip a frame; log-uniform
GRAVITY = 0.006  # the largest, in sides of the clip per frame squared


def collage(
    rng: np.random.Generator, pictures: Pictures, frames: int, height: int, width: int
) -> tuple[np.ndarray, np.ndarray]:
    """A clip of 0 to 4 objects: frames uint8 [F, H, W, 3], and their masks, bool [F, H, W]."""
    clip = _background(rng, pictures, frames, height, width)
    mask = np.zeros((frames, height, width), bool)
    for _ in range(int(rng.choice((0, 1, 2, 3, 4)))):
        _fly(rng, _object(rng, pictures, min(height, width)), clip, mask)
    return clip, mask


def _background(
    rng: np.random.Generator, pictures: Pictures, frames: int, height: int, width: int
) -> np.ndarray:
    """A window of a photograph, at any scale from its full resolution to the largest window."""
    picture = _photograph(rng, pictures)
    room = min(picture.height / height, picture.width / width)
    scale = np.exp(rng.uniform(0, np.log(max(room, 1.0)))) if room > 1 else room
    still = rng.random() < STILL
    drift = np.zeros(2) if still else rng.normal(0, 0.02, 2) * scale * min(height, width)
    zoom = 1.0 if still or rng.random() < 0.5 else float(np.exp(rng.normal(0, 0.01)))
    size = np.array([width, height]) * scale
    place = rng.uniform(0, 1, 2) * np.maximum(np.array(picture.size) - size, 0)
    out = np.empty((frames, height, width, 3), np.uint8)
    for index in range(1 if still else frames):
        now = np.minimum(size * zoom**index, picture.size)
        corner = np.clip(place + drift * index, 0, np.array(picture.size) - now)
        box = (*corner, *(corner + now))
        out[index] = np.asarray(picture.resize((width, height), Image.Resampling.BICUBIC, box=box))
    if still:
        out[1:] = out[0]
    return out


def _photograph(rng: np.random.Generator, pictures: Pictures) -> Image.Image:
    """A photograph in other colours, sometimes mirrored or rotated by a quarter turn."""
    pixels = pictures.photographs[int(rng.integers(len(pictures.photographs)))]
    if rng.random() < 0.5:
        pixels = pixels[:, ::-1]
    if rng.random() < 0.25:
        pixels = np.rot90(pixels)
    levels = np.linspace(0, 1, 256)[:, None] ** np.exp(rng.normal(0, 0.25))
    table = (255 * levels * rng.uniform(0.75, 1.1, 3)).clip(0, 255).astype(np.uint8)
    return Image.fromarray(np.stack([table[pixels[..., c], c] for c in range(3)], axis=-1))


def _object(rng: np.random.Generator, pictures: Pictures, side: int) -> Image.Image:
    """A cut-out or a polygon of a photograph, with alpha, LARGER times the size that is shown."""
    low, high = np.log(SIZES[0]), np.log(SIZES[1])
    size = max(4, round(np.exp(rng.uniform(low, high)) * side)) * LARGER
    if len(pictures.cutouts) and rng.random() < 0.7:
        pixels = pictures.cutouts[int(rng.integers(len(pictures.cutouts)))]
        return Image.fromarray(pixels).resize((size, size), Image.Resampling.BOX)
    piece = Image.fromarray(_background(rng, pictures, 1, size, size)[0]).convert("RGBA")
    alpha = Image.new("L", (size, size), 0)
    corners = (random_outline(rng) * 0.5 + 0.5) * size
    ImageDraw.Draw(alpha).polygon([tuple(corner) for corner in corners], fill=255)
    piece.putalpha(alpha)
    return piece


def _fly(rng: np.random.Generator, image: Image.Image, clip: np.ndarray, mask: np.ndarray) -> None:
    """Draws an object into every frame, on a parabola through the middle part of the picture."""
    frames, height, width = mask.shape
    side = min(height, width)
    angle, speed = rng.uniform(0, 2 * np.pi), np.exp(rng.uniform(*np.log(SPEEDS))) * side
    velocity = np.array([np.cos(angle), np.sin(angle)]) * speed
    middle, at = rng.uniform(0.15, 0.85, 2) * (width, height), rng.uniform(0, frames)
    gravity = rng.uniform(0, GRAVITY) * side if rng.random() < 0.5 else 0.0
    turn = rng.normal(0, 12) if rng.random() < 0.6 else 0.0
    for index in range(frames):
        since = index - at
        place = middle + velocity * since + np.array([0, 0.5 * gravity * since**2])
        turned = image.rotate(turn * index, Image.Resampling.BILINEAR) if turn else image
        _paste(turned, place, clip[index], mask[index])


def _paste(image: Image.Image, place: np.ndarray, frame: np.ndarray, mask: np.ndarray) -> None:
    """Draws an object centred at a place, to half a pixel, into a frame and its mask."""
    left, top = (round(float(p) * LARGER - s / 2) for p, s in zip(place, image.size, strict=True))
    pad = [left % LARGER, top % LARGER]
    spread = [-(-(s + p) // LARGER) for s, p in zip(image.size, pad, strict=True)]
    canvas = Image.new("RGBA", (spread[0] * LARGER, spread[1] * LARGER))
    canvas.paste(image, (pad[0], pad[1]))
    small = np.asarray(canvas.convert("RGBa").resize(spread, Image.Resampling.BOX), np.float32)
    x, y = left // LARGER, top // LARGER
    x0, y0 = max(x, 0), max(y, 0)
    x1, y1 = min(x + spread[0], frame.shape[1]), min(y + spread[1], frame.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    seen = small[y0 - y : y1 - y, x0 - x : x1 - x]
    alpha = seen[..., 3:] / 255
    under = frame[y0:y1, x0:x1]
    frame[y0:y1, x0:x1] = (under * (1 - alpha) + seen[..., :3]).round().clip(0, 255)
    mask[y0:y1, x0:x1] |= alpha[..., 0] > 0.5

"""Wan: what the networks are given beside noise, by family: pictures, masks, references, and the
latents of an earlier window."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from sorairo.generation.engine import Engine
from sorairo.models.protocols import TokenBatch
from sorairo.nn.patches import unpatchify
from sorairo.video import Clip
from tiny_wan import OPTIONS, film, record_velocities

LENGTH = 9  # frames


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[TokenBatch]:
    """What denoisers are given."""
    return record_velocities(monkeypatch)


def test_the_picture_of_5b_is_clean_at_every_step(
    wan_engines: dict[str, Engine], seen: list[TokenBatch]
):
    """Its tokens are at noise 0 and do not change, so that the last step leaves them clean."""
    engine = wan_engines["wan2.2-5b"]
    picture = Clip(frames=film(1, 24).frames, fps=24)
    engine.animate(picture, "a ball", seconds=LENGTH / 24, **{**OPTIONS, "steps": 3})
    first = [batch.x[:, :4] for batch in seen]
    assert len(first) == 3
    assert all(bool((batch.sigma[:, :4] == 0).all()) for batch in seen)
    assert all(bool((batch.sigma[:, 4:] > 0).all()) for batch in seen)
    assert all(torch.equal(each, first[0]) for each in first)


def test_the_mask_of_i2v(wan_engines: dict[str, Engine], seen: list[TokenBatch]):
    """1 is given; the first frame has four flags, a last one the fourth flag of the last latent
    frame; what is not given is grey."""
    engine = wan_engines["wan2.2-i2v-14b"]
    ends = film(2, 16)
    pictures = [(0.0, replace(ends, frames=ends.frames[:1]))]
    pictures.append((8 / 16, replace(ends, frames=ends.frames[1:])))
    engine.animate(pictures, "a ball", seconds=9 / 16, **OPTIONS)
    given = seen[0].given
    assert given is not None
    channels = unpatchify(given[:1].float(), (3, 4, 4), 2)[0]
    assert channels.shape == (20, 3, 8, 8)
    flags = channels[:4, :, 0, 0].T
    assert flags.tolist() == [[1, 1, 1, 1], [0, 0, 0, 0], [0, 0, 0, 1]]
    codec = engine.model.codec
    video = torch.zeros(1, 3, 9, 64, 64)
    for frame, picture in ((0, ends.frames[0]), (8, ends.frames[1])):
        video[0, :, frame] = torch.from_numpy(picture).permute(2, 0, 1) / 127.5 - 1
    with torch.no_grad():
        torch.testing.assert_close(channels[4:], codec.encode(video)[0], atol=2e-2, rtol=2e-2)


def test_a_hint_is_a_reference_of_vace(wan_engines: dict[str, Engine], seen: list[TokenBatch]):
    engine = wan_engines["wan2.1-vace-1.3b"]
    made = engine.animate(film(1, 16), "a ball", seconds=9 / 16, strength=[0.5], **OPTIONS)
    assert made.num_frames == 9
    (batch,) = seen
    assert batch.grid == (3, 4, 4)
    assert batch.x.shape[1] == 4 * 16, "three latent frames, and the reference"
    assert batch.given is not None
    assert batch.positions[0, -16:, 0].tolist() == [-1.0] * 16
    reference = unpatchify(batch.given[:1, -16:].float(), (1, 4, 4), 2)[0]
    assert bool((reference[16:] == 0).all()), "nothing is changed in it, and it is not masked"
    assert bool((reference[:16] != 0).any())
    grid = unpatchify(batch.given[:1, :-16].float(), (3, 4, 4), 2)[0]
    assert bool((grid[32:] == 1).all()), "all of the clip is generated"


@pytest.mark.parametrize("name", ["wan2.2-i2v-14b", "wan2.1-vace-1.3b"])
def test_a_long_clip_continues_in_latents(
    wan_engines: dict[str, Engine], seen: list[TokenBatch], name: str
):
    """What an earlier window has made is given to the next one as it is, not coded again."""
    model = wan_engines[name].model
    short = replace(model, info=replace(model.info, window_frames=21))
    Engine(short).generate("a ball", seconds=33 / 16, **OPTIONS)
    first, second, *_ = (batch.given for batch in seen)
    assert first is not None
    assert second is not None
    grids = [
        unpatchify(each[:1].float(), (each.shape[1] // 16, 4, 4), 2)[0] for each in (first, second)
    ]
    mask, made = (slice(0, 4), slice(4, 20)) if "i2v" in name else (slice(32, 96), slice(0, 16))
    known = 1.0 if "i2v" in name else 0.0
    assert bool((grids[0][mask] == 1 - known).all())
    assert bool((grids[1][mask, :4] == known).all())
    assert bool((grids[1][mask, 4:] == 1 - known).all())
    assert not torch.equal(grids[1][made, :4], grids[0][made, :4])

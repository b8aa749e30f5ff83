"""The codec: groups are encoded alone, the decoder is causal, and streaming gives the same
result."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from random_weights import randomise
from sorairo.models.codec import Codec, CodecConfig, pad_start
from sorairo.nn import layout

TINY = CodecConfig(widths=(16, 24), latent_channels=4, encoder_depths=(1, 1), decoder_depths=(1, 2))


@pytest.fixture(scope="module", params=[False, True], ids=["low-memory", "high-memory"])
def codec(request: pytest.FixtureRequest) -> Codec:
    """A codec with random weights (the temporal mixes start at zero), in float64."""
    config = dataclasses.replace(TINY, high_memory=request.param)
    codec = randomise(Codec(config), seed=1).double()
    codec.latent_mean.copy_(torch.tensor([0.5, -1, 2, 0]))
    codec.latent_std.copy_(torch.tensor([0.5, 2, 1, 3]))
    return codec.requires_grad_(False)


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def frames_that_differ(a: torch.Tensor, b: torch.Tensor) -> list[int]:
    return (a != b).any(dim=(0, 1)).flatten(1).any(1).nonzero().flatten().tolist()


def test_a_latent_frame_comes_from_its_own_group_alone(codec: Codec):
    video = noise(2, 3, 16, 16, 16)
    latents = codec.encode(video)
    assert latents.shape == (2, 4, 4, 2, 2)
    for group in range(4):
        other = video.clone()
        other[:, :, 4 * group : 4 * group + 4] += 1
        assert frames_that_differ(codec.encode(other), latents) == [group]


def test_windows_cut_at_any_group_encode_alike(codec: Codec):
    video = noise(1, 3, 16, 16, 24)
    latents = codec.encode(video)
    torch.testing.assert_close(codec.encode(video[:, :, 4:12]), latents[:, :, 1:3])


def test_the_decoder_is_causal(codec: Codec):
    """A change of latent frame g changes its own frames, some after, and none before."""
    latents = noise(1, 4, 6, 2, 2)
    video = codec.decode(latents)
    assert video.shape == (1, 3, 24, 16, 16)
    for group in range(6):
        other = latents.clone()
        other[:, :, group] += 1
        changed = frames_that_differ(codec.decode(other), video)
        assert min(changed) == 4 * group
        assert set(range(4 * group, 4 * group + 4)) <= set(changed)
        if group < 5:
            assert max(changed) >= 4 * (group + 1), "the decoder must look back"


@pytest.mark.parametrize("parts", [(1, 1, 1, 1, 1, 1, 1), (7,), (1, 6), (6, 1), (3, 1, 3), (2, 5)])
def test_streaming_equals_the_whole(codec: Codec, parts: tuple[int, ...]):
    latents = noise(2, 4, 7, 3, 2)
    state: dict[int, torch.Tensor] = {}
    streamed = [codec.decode(part, state) for part in latents.split(list(parts), dim=2)]
    torch.testing.assert_close(torch.cat(streamed, dim=2), codec.decode(latents))
    if len(parts) > 1:
        forgetful = [codec.decode(part) for part in latents.split(list(parts), dim=2)]
        assert not torch.allclose(torch.cat(forgetful, dim=2), codec.decode(latents))


def test_clips_of_a_batch_are_independent(codec: Codec):
    latents = noise(3, 4, 4, 2, 2)
    torch.testing.assert_close(codec.decode(latents)[1:2], codec.decode(latents[1:2]))


def test_latents_are_scaled_going_in_and_coming_out(codec: Codec):
    video = noise(1, 3, 8, 16, 16)
    mean, std = (v.view(1, -1, 1, 1, 1) for v in (codec.latent_mean, codec.latent_std))
    latents = codec.encode(video)
    torch.testing.assert_close(latents * std + mean, codec.encoder(video))
    torch.testing.assert_close(codec.decode(latents), codec.decoder(latents * std + mean))


def test_clips_begin_with_copies_of_their_first_frame(codec: Codec):
    for frames, latent_frames in ((1, 1), (5, 2), (13, 4)):
        video = noise(1, 3, frames, 16, 16)
        padded = pad_start(video, 4)
        assert torch.equal(padded[:, :, 3:], video)
        for copy in range(3):
            assert torch.equal(padded[:, :, copy], video[:, :, 0])
        latents = codec.encode_clip(video)
        assert latents.shape[2] == latent_frames == TINY.law.latent_frames(frames)
        assert torch.equal(latents, codec.encode(padded))
        assert torch.equal(codec.decode_clip(latents), codec.decode(latents)[:, :, 3:])
        assert codec.decode_clip(latents).shape == video.shape


def test_frames_and_latent_frames():
    assert [TINY.law.latent_frames(n) for n in (1, 2, 5, 6, 48, 49, 50)] == [1, 2, 2, 3, 13, 13, 14]
    assert [TINY.law.frames_held(n) for n in (1, 2, 13)] == [1, 5, 49]


@given(frames=st.integers(1, 500), time_factor=st.integers(1, 8))
def test_a_clip_fits_its_latent_frames_with_less_than_a_group_to_spare(
    frames: int, time_factor: int
):
    config = CodecConfig(time_factor=time_factor)
    held = config.law.frames_held(config.law.latent_frames(frames))
    assert frames <= held < frames + time_factor
    assert config.law.latent_frames(held) == config.law.latent_frames(frames)


def test_a_codec_of_one_frame_a_group():
    config = CodecConfig(time_factor=1, widths=(8, 8), encoder_depths=(1, 1), decoder_depths=(1, 1))
    codec = randomise(Codec(config)).double()
    video = noise(1, 3, 5, 16, 8)
    assert codec.encode_clip(video).shape == (1, 8, 5, 2, 1)
    assert codec.decode_clip(codec.encode_clip(video)).shape == video.shape


def test_layouts_and_back():
    x = torch.arange(2 * 3 * 8 * 12.0).reshape(2, 3, 8, 12)
    deep = layout.space_to_depth(x, 4)
    assert torch.equal(layout.depth_to_space(deep, 4), x)
    assert deep.shape == (2, 48, 2, 3)
    assert torch.equal(deep[1, (2 * 4 + 3) * 3 + 1], x[1, 1, 2::4, 3::4])

    video = torch.arange(2 * 3 * 8 * 8 * 12.0).reshape(2, 3, 8, 8, 12)
    groups = layout.group_frames(video, 4, 2)
    assert groups.shape == (4, 48, 4, 6)
    assert torch.equal(layout.ungroup_frames(groups, 2, 4, 2), video)
    # clip 1, group 1, frame 2 of it, pixel (0, 1) of each block, channel 2
    assert torch.equal(groups[3, ((2 * 2 + 0) * 2 + 1) * 3 + 2], video[1, 2, 6, 0::2, 1::2])

    flat = layout.fold_time(video)
    assert torch.equal(layout.unfold_time(flat, 8), video)
    assert torch.equal(flat[8 + 5], video[1, :, 5])


def test_folding_time_copies_nothing_where_channels_are_last():
    stored = torch.zeros(2, 4, 5, 6, 3)  # b g h w c
    video = stored.permute(0, 4, 1, 2, 3)
    assert layout.fold_time(video).data_ptr() == stored.data_ptr()
    assert layout.unfold_time(layout.fold_time(video), 4).data_ptr() == stored.data_ptr()

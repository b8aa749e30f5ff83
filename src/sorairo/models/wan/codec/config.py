"""The two codecs of Wan as values. No torch.

Wan, "Open and advanced large-scale video generative models" (arXiv 2503.20314, section 4.1); the
constants are those of the official code, `wan/modules/vae2_1.py` and `vae2_2.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from sorairo.models.latent_law import LatentLaw

BLOCKS = 2  # residual blocks of an encoder level; a decoder level has one more
MULTIPLIERS = (1, 2, 4, 4)  # of the base width, by level
HALVES_TIME = (False, True, True)  # between encoder levels; the decoder has the reverse

MEANS_STDS: dict[int, tuple[tuple[float, ...], tuple[float, ...]]] = {
    16: (
        (
            *(-0.7571, -0.7089, -0.9113, 0.1075, -0.1745, 0.9653, -0.1517, 1.5508),
            *(0.4134, -0.0715, 0.5517, -0.3632, -0.1922, -0.9497, 0.2503, -0.2921),
        ),
        (
            *(2.8184, 1.4541, 2.3275, 2.6558, 1.2196, 1.7708, 2.6052, 2.0743),
            *(3.2687, 2.1526, 2.8652, 1.5579, 1.6382, 1.1253, 2.8251, 1.9160),
        ),
    ),
    48: (
        (
            *(-0.2289, -0.0052, -0.1323, -0.2339, -0.2799, 0.0174, 0.1838, 0.1557),
            *(-0.1382, 0.0542, 0.2813, 0.0891, 0.1570, -0.0098, 0.0375, -0.1825),
            *(-0.2246, -0.1207, -0.0698, 0.5109, 0.2665, -0.2108, -0.2158, 0.2502),
            *(-0.2055, -0.0322, 0.1109, 0.1567, -0.0729, 0.0899, -0.2799, -0.1230),
            *(-0.0313, -0.1649, 0.0117, 0.0723, -0.2839, -0.2083, -0.0520, 0.3748),
            *(0.0152, 0.1957, 0.1433, -0.2944, 0.3573, -0.0548, -0.1681, -0.0667),
        ),
        (
            *(0.4765, 1.0364, 0.4514, 1.1677, 0.5313, 0.4990, 0.4818, 0.5013),
            *(0.8158, 1.0344, 0.5894, 1.0901, 0.6885, 0.6165, 0.8454, 0.4978),
            *(0.5759, 0.3523, 0.7135, 0.6804, 0.5833, 1.4146, 0.8986, 0.5659),
            *(0.7069, 0.5338, 0.4889, 0.4917, 0.4069, 0.4999, 0.6866, 0.4093),
            *(0.5709, 0.6065, 0.6415, 0.4944, 0.5726, 1.2042, 0.5458, 1.6887),
            *(0.3971, 1.0600, 0.3943, 0.5537, 0.5444, 0.4089, 0.7468, 0.7744),
        ),
    ),
}
"""Mean and standard deviation of each latent channel, by their number."""


@dataclass(frozen=True, kw_only=True)
class WanCodecConfig:
    """One of the two codecs; the defaults are that of Wan 2.1."""

    latent_channels: int = 16
    encoder_width: int = 96
    decoder_width: int = 96
    patch: int = 1
    """Pixels per side that are folded into channels before the first layer."""
    residual: bool = False
    """Whether a shortcut without parameters leads around each level (2.2)."""

    @property
    def law(self) -> LatentLaw:
        """The first latent frame holds one frame, each later one four."""
        return LatentLaw(
            time_factor=4,
            space_factor=8 * self.patch,
            channels=self.latent_channels,
            first_frames=1,
        )

    @property
    def pixel_channels(self) -> int:
        return 3 * self.patch**2

    @property
    def encoder_levels(self) -> tuple[tuple[int, int], ...]:
        """Channels into and out of each level."""
        widths = [self.encoder_width * each for each in (1, *MULTIPLIERS)]
        return tuple(zip(widths[:-1], widths[1:], strict=True))

    @property
    def decoder_levels(self) -> tuple[tuple[int, int], ...]:
        """Channels into and out of each level. In 2.1, upsampling halves the channels."""
        widths = [self.decoder_width * each for each in (MULTIPLIERS[-1], *MULTIPLIERS[::-1])]
        levels = list(zip(widths[:-1], widths[1:], strict=True))
        if not self.residual:
            levels[1:] = [(into // 2, out) for into, out in levels[1:]]
        return tuple(levels)


CODEC_21 = WanCodecConfig()
CODEC_22 = WanCodecConfig(
    latent_channels=48, encoder_width=160, decoder_width=256, patch=2, residual=True
)

"""How many video frames and pixels a latent frame holds. No torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class LatentLaw:
    """The compression law of a codec.

    A clip of 1 + k * `time_factor` frames becomes 1 + k latent frames: the first latent frame
    represents the first frame, each later one `time_factor` frames. Codecs differ in the input for
    the first latent frame. Ours takes `time_factor` frames, the first frame after copies of it, so
    that all latent frames are of one kind and a clip may be cut at any of them; Wan's takes one.
    """

    time_factor: int = 4
    """Frames of a latent frame."""
    space_factor: int = 8
    """Pixels per side of a latent pixel."""
    channels: int = 8
    """Channels of the latents."""
    first_frames: int = 4
    """Frames that the codec encodes to and decodes from the first latent frame: `time_factor` or
    1. For `time_factor` 1 both are the same."""

    def latent_frames(self, num_frames: int) -> int:
        """Latent frames of a clip; the last one may be filled in part."""
        return 1 + -(-(num_frames - 1) // self.time_factor)

    def frames_held(self, latent_frames: int) -> int:
        """Frames of a clip that fills its latent frames."""
        return 1 + (latent_frames - 1) * self.time_factor

    def coded_frames(self, latent_frames: int) -> int:
        """Frames that the codec encodes to this number of latent frames."""
        return self.first_frames + (latent_frames - 1) * self.time_factor

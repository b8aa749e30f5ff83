"""Pixels and sound: clips of uint8 frames, in and out of mp4, gif and png. No torch."""

from sorairo.video.clip import Clip
from sorairo.video.sound import Sound

__all__ = ["Clip", "Sound"]

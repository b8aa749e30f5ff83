"""Clips of frames and sound, in memory and in files.

`reading` reads pictures and films, `writing` writes mp4, GIF and PNG; both work with frames and
`Footage`, and `Clip` puts them together. Imports no torch.
"""

from sorairo.video.clip import Clip
from sorairo.video.footage import Footage
from sorairo.video.sound import Sound

__all__ = ["Clip", "Footage", "Sound"]

"""Joins mp4 files that `write_mp4` wrote, without encoding their frames again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import av

from sorairo.interruption import check_interrupted
from sorairo.video.sound import Sound
from sorairo.video.writing.audio_encoder import AacEncoder


def join_mp4(
    paths: Sequence[Path], target: Path, metadata: dict[str, str], sound: Sound | None = None
) -> None:
    """Write one mp4 with the frames of several of equal size and rate, one after another. Their own
    sound is left out; `sound` is that of the result, from its first frame on."""
    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    seconds = sum(_seconds(path) for path in paths)
    with av.open(f"file:{target}", "w", format="mp4", options=options) as container:
        container.metadata.update(metadata)
        stream, audio, begins = None, None, 0
        for path in paths:
            with av.open(f"file:{path}") as source:
                given = source.streams.video[0]
                if stream is None:
                    stream = container.add_stream_from_template(given)
                    audio = AacEncoder(container, sound, seconds) if sound else None
                for packet in source.demux(given):
                    check_interrupted()
                    if packet.dts is None or packet.pts is None or not given.time_base:
                        continue
                    packet.pts, packet.dts = packet.pts + begins, packet.dts + begins
                    shown = float(packet.dts * given.time_base)
                    packet.stream = stream
                    container.mux(packet)
                    if audio:
                        audio.write_until(shown)
                begins += given.duration or 0
        if audio:
            audio.finish()


def _seconds(path: Path) -> float:
    with av.open(f"file:{path}") as source:
        given = source.streams.video[0]
        return float((given.duration or 0) * (given.time_base or 0))

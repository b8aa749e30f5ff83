"""Which of several tracks is shown and heard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from films import film, pitch, tone
from footage import shade_of, shades
from sorairo.video import Clip


def marked(path: Path, change: Callable[[Any], None]) -> Path:
    """The film written again with other dispositions."""
    made = path.with_name(f"marked{path.suffix}")
    with av.open(str(path)) as source, av.open(str(made), "w") as target:
        streams = [target.add_stream_from_template(each) for each in source.streams]
        change(streams)
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                target.mux(packet)
    return made


def test_texts_stay_with_a_clip_that_is_put_into_another_container(tmp_path: Path):
    """Matroska has them under names in capitals."""
    texts = {"title": "a ball", "comment": '{"sorairo": "generate"}', "artist": "A. N. Other"}
    frames = np.stack(shades([50, 100]))
    path = Clip(frames=frames, fps=12.0, metadata=texts).save(tmp_path / "clip.mp4")
    with av.open(str(path)) as source, av.open(str(tmp_path / "clip.mkv"), "w") as target:
        target.metadata.update(source.metadata)
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    assert Clip.load(tmp_path / "clip.mkv").metadata == texts


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
@pytest.mark.parametrize("default", [0, 1])
def test_the_sound_of_the_track_that_is_marked_as_default(
    tmp_path: Path, suffix: str, default: int
):
    times = [i / 25 for i in range(25)]
    sounds = ((0, tone(440, 1)), (0, tone(880, 1)))
    path = film(tmp_path / f"two.{suffix}", [100] * 25, times, 1.0, sounds=sounds)

    def change(streams: list[Any]) -> None:
        for index, stream in enumerate(streams[1:]):
            stream.disposition = int(index == default)

    sound = Clip.load(marked(path, change)).sound
    assert sound is not None
    assert pitch(sound) == pytest.approx(440 * (1 + default), abs=3)


@pytest.mark.parametrize("default", [0, 1])
def test_the_pictures_of_the_track_that_is_marked_as_default(tmp_path: Path, default: int):
    path = tmp_path / "two.mkv"
    with av.open(str(path), "w") as container:
        streams: list[Any] = [container.add_stream("libx264", rate=25) for _ in range(2)]
        for index, stream in enumerate(streams):
            stream.width = stream.height = 32
            stream.pix_fmt, stream.disposition = "yuv420p", int(index == default)
        for index, stream in enumerate(streams):
            frame = av.VideoFrame.from_ndarray(shades([60 + 100 * index])[0], format="rgb24")
            container.mux([*stream.encode(frame), *stream.encode(None)])
    assert shade_of(Clip.load(path).frames)[0] == pytest.approx(60 + 100 * default, abs=3)

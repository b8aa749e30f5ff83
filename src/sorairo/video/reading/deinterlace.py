"""Deinterlacing: films whose even and odd rows show different times, from camcorders and TV."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import chain

import av
from av.error import BlockingIOError as NotYet
from av.error import EOFError as NoMore
from av.filter import Graph
from av.video.stream import VideoStream


def progressive(pictures: Iterator[av.VideoFrame], stream: VideoStream) -> Iterator[av.VideoFrame]:
    """`pictures` deinterlaced with FFmpeg's bwdif, if the first one is marked as interlaced.

    Their number stays the same; each keeps the time of its first rows.
    """
    first = next(pictures, None)
    if first is None or not first.interlaced_frame:
        yield from (() if first is None else chain([first], pictures))
        return
    graph = Graph()
    source = graph.add_buffer(template=stream)
    whole = graph.add("bwdif", "mode=send_frame:deint=interlaced")
    sink = graph.add("buffersink")
    source.link_to(whole)
    whole.link_to(sink)
    graph.configure()
    for picture in chain([first], pictures, (None,)):
        graph.push(picture)
        with suppress(NotYet, NoMore):
            while True:
                yield graph.vpull()

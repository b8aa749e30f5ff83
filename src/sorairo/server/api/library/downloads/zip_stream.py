"""A zip file that is sent while it is written: nothing of it is kept."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Iterable, Iterator


class ZipStream:
    """Files in a zip, without compression: clips and pictures are compressed already."""

    def __init__(self) -> None:
        self.sink = _Sink()
        self.zip = zipfile.ZipFile(self.sink, "w", zipfile.ZIP_STORED, allowZip64=True)

    def add(self, name: str, chunks: Iterable[bytes], modified_at: float) -> Iterator[bytes]:
        """Writes a file; yields what is to be sent. The time is in seconds since 1970."""
        date = time.localtime(max(modified_at, 315_619_200))[:6]  # zip files begin in 1980
        info = zipfile.ZipInfo(name, date_time=date)
        info.external_attr = 0o644 << 16
        with self.zip.open(info, "w", force_zip64=True) as file:
            for chunk in chunks:
                file.write(chunk)
                yield self.sink.taken()
        yield self.sink.taken()

    def end(self) -> Iterator[bytes]:
        """Writes the directory at the end."""
        self.zip.close()
        yield self.sink.taken()


class _Sink(io.RawIOBase):
    """Takes what is written, and gives it away."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(data)  # type: ignore[call-overload]
        self.parts.append(part)
        return len(part)

    def taken(self) -> bytes:
        """What was written since the last call."""
        data, self.parts = b"".join(self.parts), []
        return data

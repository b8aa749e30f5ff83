"""Messages between the server and the process of a session: the length of a header, the length of a
body (4 bytes each, little endian), the header as JSON, the body."""

from __future__ import annotations

import asyncio
import json
import struct
from typing import Any, BinaryIO

LENGTHS = struct.Struct("<II")
MAX_BYTES = 64 * 2**20  # of one part of a message


def packed(header: dict[str, Any], body: bytes = b"") -> bytes:
    """A message."""
    text = json.dumps(header, separators=(",", ":")).encode()
    return LENGTHS.pack(len(text), len(body)) + text + body


def read_message(file: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """The next message of a file; None at its end."""
    lengths = file.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    head, body = LENGTHS.unpack(lengths)
    return json.loads(file.read(head)), file.read(body)


async def read_message_of(stream: asyncio.StreamReader) -> tuple[dict[str, Any], bytes]:
    """The next message of a stream. Raises IncompleteReadError at its end."""
    head, body = LENGTHS.unpack(await stream.readexactly(LENGTHS.size))
    if max(head, body) > MAX_BYTES:
        raise asyncio.IncompleteReadError(b"", None)
    return json.loads(await stream.readexactly(head)), await stream.readexactly(body)

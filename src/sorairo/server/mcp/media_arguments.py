"""Pictures and videos in the arguments of tools: ids, data URLs and local files."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from mcp.server.mcpserver.exceptions import ToolError

RESOURCE_PREFIX = "sorairo://videos/"


@dataclass
class MediaArguments:
    """Sorts the media of one tool call into fields of the request and files to upload."""

    local_files: bool
    """Whether paths are read from this machine's disk; not for clients on the network."""
    fields: dict[str, Any] = field(default_factory=dict)
    """Fields of the request that refer to media."""
    files: dict[str, Path] = field(default_factory=dict)
    """Files to upload, by the name of their field."""

    def picture(self, name: str, value: str) -> None:
        """Adds a picture. Raises ToolError.

        Args:
            name: The field of the request.
            value: A data URL, the id of a file, or, with `local_files`, a path.
        """
        if value.startswith("data:"):
            self.fields[name] = {"image_url": value}
        elif value.startswith("file-"):
            self.fields[name] = {"file_id": value}
        else:
            self.files[name] = self._path(value, "a data URL or the id of a file")

    def video(self, name: str, value: str) -> None:
        """Adds a video: its id or resource URI, or, with `local_files`, a path. Raises
        ToolError."""
        if value.startswith(RESOURCE_PREFIX):
            value = value.removeprefix(RESOURCE_PREFIX).partition("/")[0]
        if value.startswith("video_"):
            self.fields[name] = {"id": value}
        else:
            self.files[name] = self._path(value, "the id of a video, such as video_0123")

    def _path(self, value: str, other: str) -> Path:
        if not self.local_files:
            raise ToolError(f"'{value[:80]}' is not {other}.")
        path = Path(os.path.expanduser(value.removeprefix("file://")))
        if value.startswith("file://") and not os.path.isfile(path):  # a URI, RFC 8089
            path = Path(url2pathname(urlsplit(value).path))
        if not os.path.isfile(path):
            raise ToolError(f"There is no file {path}: give its absolute path, or {other}.")
        return path

"""A server that speaks the part of the Hugging Face Hub's HTTP API that fetching models needs: the
description of a repository with sizes and digests, and its files with byte ranges."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

import pytest

from serving import in_thread
from sorairo.models.pull.catalogue import CatalogueEntry, WantedFile

COMMIT = "0123456789abcdef0123456789abcdef01234567"
REPOSITORY = "somebody/tiny"
LARGEST = "denoiser.safetensors"  # of its files
SMALL = 512  # larger files have their SHA-256 as digest, smaller ones that of git


@dataclass
class Hub:
    """What the server has, and what it was asked for."""

    repositories: dict[str, dict[str, bytes]] = field(default_factory=dict)
    licence: str = "apache-2.0"
    url: str = ""
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """Paths of files that were fetched, and the byte range."""
    stalls_after: int | None = None
    """After how many bytes of a response the server sends nothing more."""
    stalled: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)
    swapped: dict[str, bytes] = field(default_factory=dict)
    """Content that is sent in place of that of which the digest is stated, by path."""

    page: bytes = b""
    """What a proxy answers in place of every description; empty: there is none."""

    def describe(self, repository: str) -> bytes:
        siblings = []
        for name, content in self.repositories[repository].items():
            git = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
            entry: dict[str, object] = {"rfilename": name, "size": len(content), "blobId": git}
            if len(content) > SMALL:
                digest = hashlib.sha256(content).hexdigest()
                entry["lfs"] = {"sha256": digest, "size": len(content), "pointerSize": 134}
            siblings.append(entry)
        return json.dumps(
            {
                "id": repository,
                "sha": COMMIT,
                "siblings": siblings,
                "cardData": {"license": self.licence},
            }
        ).encode()


@contextmanager
def hub_server() -> Iterator[Hub]:
    """A running server and what it has."""
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_line: object) -> None:
            pass

        def do_GET(self) -> None:
            parts = unquote(urlsplit(self.path).path).strip("/").split("/")
            if parts[:2] == ["api", "models"]:
                repository = "/".join(parts[2:4])
                if hub.page:
                    self._send(200, hub.page, {"content-type": "text/html"})
                elif repository not in hub.repositories:
                    self._send(404, b"{}", {"x-error-code": "RepoNotFound"})
                else:
                    self._send(200, hub.describe(repository), {"content-type": "application/json"})
                return
            if parts[0] == "api":  # what the library asks beside, for its own purposes
                self._send(404, b"{}", {})
                return
            repository, name = "/".join(parts[:2]), "/".join(parts[4:])
            assert parts[2:4] == ["resolve", COMMIT]
            self._send_file(name, hub.repositories[repository][name])

        def _send_file(self, name: str, content: bytes) -> None:
            wanted = self.headers.get("range")
            hub.asked.append((name, wanted))
            content = hub.swapped.get(name, content)
            if wanted is None:
                self._send(200, content, {})
                return
            start = int(wanted.removeprefix("bytes=").partition("-")[0])
            span = f"bytes {start}-{len(content) - 1}/{len(content)}"
            self._send(206, content[start:], {"content-range": span})

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for key, value in {**headers, "content-length": str(len(body))}.items():
                self.send_header(key, value)
            self.end_headers()
            if hub.stalls_after is None or len(body) <= hub.stalls_after:
                self.wfile.write(body)
                return
            self.wfile.write(body[: hub.stalls_after])
            self.wfile.flush()
            hub.stalled.set()
            hub.released.wait(60)
            self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    with in_thread(server):
        yield hub
        hub.released.set()


def use_hub(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets commands use a hub, in processes and in this one, where its library is loaded."""
    monkeypatch.setenv("HF_ENDPOINT", url)
    monkeypatch.setattr("huggingface_hub.hf_api.constants.ENDPOINT", url)
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", url)
    monkeypatch.setattr(
        "huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE",
        url + "/{repo_id}/resolve/{revision}/{filename}",
    )


def listed(*files: WantedFile) -> CatalogueEntry:
    """An entry of the list of models, of these files."""
    return CatalogueEntry(name="entry", summary="", files=files)

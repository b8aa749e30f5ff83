"""Fetches pictures from addresses that clients name: off by default, https only, public hosts only.

The address of the connected socket is checked, not that of an earlier look-up, so a name that
resolves to a public address first and to a private one later gains nothing (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import SplitResult, urljoin, urlsplit

from sorairo.errors import MediaError
from sorairo.notes import Note

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
MAX_BYTES = 10 * 2**20
MAX_SECONDS = 10.0
MAX_REDIRECTS = 3  # within one host
MAX_URL_LENGTH = 4096
CHUNK = 1 << 16
REDIRECTS = (301, 302, 303, 307, 308)
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: IPv4 addresses in IPv6 ones
HEADERS = {"accept": "image/png, image/jpeg, image/webp", "accept-encoding": "identity"}


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet, also as an IPv4 address in an IPv6 one."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address.sixtofour is not None or address.teredo is not None or address in NAT64:
            return False
    return address.is_global and not address.is_multicast


@dataclass(frozen=True, kw_only=True)
class PictureFetcher:
    """Fetches pictures. The defaults are for the public internet."""

    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    """Which certificates are trusted."""
    allows: Callable[[Address], bool] = is_public
    """Whether an address may be connected to."""
    ports: tuple[int, ...] | None = (443,)
    """The ports that URLs may name; None: any."""
    seconds: float = MAX_SECONDS
    """Time for the whole of a request."""
    max_bytes: int = MAX_BYTES
    """The largest picture."""

    def fetch(self, url: str) -> bytes:
        """The content at a URL, of which nothing is checked but its size. Raises MediaError, whose
        message says nothing of the network."""
        end, origin = time.monotonic() + self.seconds, self._checked(url)
        try:
            for _ in range(MAX_REDIRECTS + 1):
                found = self._get(self._checked(url), end)
                if isinstance(found, bytes):
                    return found
                url = urljoin(url, found)
                if self._checked(url)[:2] != origin[:2]:
                    raise MediaError(
                        Note("It redirects to another host: send the final address.", "redirects")
                    )
        except MediaError:
            raise
        except (OSError, HTTPException, ValueError) as error:
            if time.monotonic() >= end:
                message = f"It could not be fetched within {self.seconds:g} seconds."
            else:
                message = "It could not be fetched: check the address, or send the picture itself."
            raise MediaError(message) from error
        raise MediaError(Note("It redirects too often: send the final address.", "redirects"))

    def _checked(self, url: str) -> SplitResult:
        """The parts of a URL that may be fetched. Raises MediaError."""
        try:
            parts = urlsplit(url)
            port = parts.port or 443
            host = (parts.hostname or "").encode("idna").decode()
        except (ValueError, UnicodeError) as error:
            raise MediaError("It is not a valid address.") from error
        printable = url.isascii() and url.isprintable() and " " not in url
        if parts.scheme != "https" or not host or not printable or len(url) > MAX_URL_LENGTH:
            raise MediaError("It must be an address that begins with https://.")
        if parts.username is not None or (self.ports is not None and port not in self.ports):
            raise MediaError("It must be an address without a user and a port.")
        return parts

    def _get(self, parts: SplitResult, end: float) -> bytes | str:
        """The content, or where it has moved to."""
        connection = _CheckedConnection(parts, self, end)
        watchdog = threading.Timer(max(0.0, end - time.monotonic()), connection.abort)
        watchdog.daemon = True
        watchdog.start()
        try:
            with closing(connection):
                path = parts._replace(scheme="", netloc="", path=parts.path or "/", fragment="")
                connection.request("GET", path.geturl(), headers=HEADERS)
                response = connection.getresponse()
                if response.status in REDIRECTS:
                    return response.headers.get("location", "")
                return self._content(response, end)
        finally:
            watchdog.cancel()

    def _content(self, response: HTTPResponse, end: float) -> bytes:
        if response.status != 200 or response.headers.get("content-encoding", "identity") not in (
            "",
            "identity",
        ):
            raise HTTPException(f"status {response.status}")
        parts, size = [], 0
        while chunk := response.read1(CHUNK):
            parts.append(chunk)
            size += len(chunk)
            if size > self.max_bytes:
                raise MediaError(f"It is larger than {self.max_bytes // 2**20} MB: send a smaller.")
            if time.monotonic() > end:
                raise TimeoutError
        if response.length or time.monotonic() > end:
            raise HTTPException("the content is incomplete")
        return b"".join(parts)


class _CheckedConnection(HTTPSConnection):
    """A connection whose socket is checked after it is connected and before anything is sent."""

    def __init__(self, parts: SplitResult, fetcher: PictureFetcher, end: float) -> None:
        host = (parts.hostname or "").encode("idna").decode()
        super().__init__(host, parts.port or 443, context=fetcher.context)
        self.fetcher, self.end = fetcher, end
        self.raw: socket.socket | None = None

    def connect(self) -> None:
        """Connects to the first address of the host that may be connected to."""
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        addresses = [info[4] for info in found if self._allows(str(info[4][0]))]
        if not addresses:
            raise OSError("no address of the host may be connected to")
        left = max(0.1, self.end - time.monotonic())
        host = str(addresses[0][0])
        self.raw = socket.create_connection((host, self.port), timeout=left)
        if not self._allows(str(self.raw.getpeername()[0])):
            self.raw.close()
            raise OSError("the connected address is not allowed")
        self.sock = self.fetcher.context.wrap_socket(self.raw, server_hostname=self.host)

    def _allows(self, address: str) -> bool:
        return self.fetcher.allows(ipaddress.ip_address(address.partition("%")[0]))

    def abort(self) -> None:
        """Ends all reading and writing, from another thread."""
        for each in (self.sock, self.raw):
            if each is not None:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

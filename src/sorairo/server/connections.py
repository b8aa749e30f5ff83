"""Connections of the HTTP server: how many there are, and how long a client may take."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from sorairo.server.api.errors import error_response
from sorairo.server.api.request_ids import new_request_id

RESERVED_FILES = 256  # descriptors for the database, clips, pipes to workers
BACKLOG = 256  # connections that the kernel holds until they are accepted
MIN_CONNECTIONS = 64  # however few descriptors there are


@dataclass(frozen=True, kw_only=True)
class ConnectionLimits:
    """What clients may use. Times are in seconds."""

    total: int = 1000
    """Connections at once."""
    per_address: int = 250
    """Connections of one address at once; local addresses and trusted proxies may use all."""
    head: float = 15.0
    """From the beginning of a connection, or the end of the last response, to a complete head."""
    body_pause: float = 20.0
    """Without a byte of a request body."""
    body_grace: float = 30.0
    """After which a request body must have arrived at `body_rate` on average."""
    body_rate: float = 1000.0
    """Bytes per second."""
    write_pause: float = 60.0
    """In which a client takes nothing of a response."""
    stalled: float = 1.0
    """Without a byte of a request body, or with nothing of a response taken: then the connection
    makes room for a new one, if there is no other place."""
    proxies: tuple[str, ...] = ()
    """Addresses and networks of trusted proxies, to which `per_address` does not apply."""

    def is_shared(self, address: str) -> bool:
        """Whether many clients may come from an address: this machine's own, or a proxy's."""
        try:
            found = ipaddress.ip_address(address)
            networks = [ipaddress.ip_network(each) for each in self.proxies]
            return found.is_loopback or any(found in each for each in networks)
        except ValueError:  # a Unix socket
            return True


def limit_to_descriptors(limits: ConnectionLimits) -> ConnectionLimits:
    """Raises the limit on open files of this process if necessary; if that is not possible, the
    same limits for fewer connections."""
    try:
        import resource
    except ImportError:  # Windows
        return limits
    needed = limits.total + BACKLOG + RESERVED_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return limits
    return replace(limits, total=max(MIN_CONNECTIONS, soft - BACKLOG - RESERVED_FILES))


class Connections:
    """The open connections of a server."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self.limits = limits
        self.open: set[LimitedProtocol] = set()
        self.per_address: Counter[str] = Counter()
        self.waiting: dict[LimitedProtocol, None] = {}
        """Those without a complete request, in the order in which they began to wait."""

    def protocol(self) -> Any:
        """What uvicorn calls to make the protocol of a connection."""
        return partial(LimitedProtocol, registry=self)

    def admit(self, new: LimitedProtocol) -> bool:
        """Counts a new connection. If there are too many, the one that has waited longest without
        a complete request makes room, or one whose client stalls; False if there is none."""
        limits, address = self.limits, new.address
        shared = limits.is_shared(address)
        if self.per_address[address] >= limits.per_address and not shared:
            room = self._make_room(address)
        else:
            room = len(self.open) < limits.total or self._make_room(None)
        self.open.add(new)
        self.per_address[address] += 1
        if room:
            self.waiting[new] = None
        return room

    def _make_room(self, address: str | None) -> bool:
        """Closes one connection (of an address); False if all are in use."""
        now = time.monotonic()
        waiting = (each for each in self.waiting if address in (None, each.address))
        found = next(waiting, None)
        if found is None:
            mine = (each for each in self.open if address in (None, each.address))
            found = max(mine, key=lambda each: each.stalled_for(now), default=None)
            if found is None or found.stalled_for(now) <= self.limits.stalled:
                return False
        self.forget(found)
        found.transport.abort()
        return True

    def forget(self, closed: LimitedProtocol) -> None:
        """Stops counting a connection."""
        if closed in self.open:
            self.open.discard(closed)
            self.waiting.pop(closed, None)
            self.per_address[closed.address] -= 1
            self.per_address += Counter()  # removes zeros

    def close_slow(self) -> None:
        """Closes connections whose clients take too long; called about once a second."""
        now = time.monotonic()
        for each in list(self.open):
            each.close_if_slow(now)

    def abort_all(self) -> None:
        """Closes all connections at once, whatever they are doing."""
        for each in list(self.open):
            each.transport.abort()


class LimitedProtocol(H11Protocol):
    """One connection, within the limits of `registry`."""

    def __init__(self, *args: Any, registry: Connections, **more: Any) -> None:
        super().__init__(*args, **more)
        self.registry, self.limits, self.address = registry, registry.limits, ""
        self.waiting_since = self.body_since = self.last_data = self.last_written = time.monotonic()
        self.body_bytes = self.unwritten = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.address = self.client[0] if self.client else ""
        if not self.registry.admit(self):
            self.refuse(503, "The server has too many connections: try again.", retry_after=5)

    def connection_lost(self, exc: Exception | None) -> None:
        self.registry.forget(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        before, self.last_data = self.cycle, time.monotonic()
        self.body_bytes += len(data)
        super().data_received(data)
        if self.cycle is not before:
            self.body_since, self.body_bytes = self.last_data, 0
            self.registry.waiting.pop(self, None)

    def on_response_complete(self) -> None:
        self.waiting_since = time.monotonic()
        if self in self.registry.open:
            self.registry.waiting[self] = None
        super().on_response_complete()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """A WebSocket has limits of its own: those of the sessions of play."""
        self.registry.forget(self)
        super().handle_websocket_upgrade(event)

    def send_400_response(self, msg: str) -> None:
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self.refuse(400, "This is not a valid HTTP request.")
        else:
            self.transport.abort()  # in the middle of a response

    def shutdown(self) -> None:
        if self._reads_body() and not self.cycle.response_started:
            self.refuse(503, "The server is stopping: send the request again.", retry_after=2)
        else:
            super().shutdown()

    def close_if_slow(self, now: float) -> None:
        """Closes the connection if its client takes longer than the limits allow."""
        limits, buffered = self.limits, self.transport.get_write_buffer_size()
        if buffered == 0 or buffered != self.unwritten:
            self.unwritten, self.last_written = buffered, now
        if now - self.last_written > limits.write_pause:
            self.transport.abort()
        elif self.cycle is None or self.cycle.response_complete:
            if now - self.waiting_since > limits.head:
                self.refuse(408, "The request did not arrive in time: send it again.")
        elif self._reads_body():
            self._check_body(now)

    def stalled_for(self, now: float) -> float:
        """Seconds since the client has sent or taken anything that the server waits for."""
        if self._reads_body():
            return 0.0 if self.flow.read_paused else now - self.last_data
        return now - self.last_written if self.transport.get_write_buffer_size() else 0.0

    def _check_body(self, now: float) -> None:
        if self.flow.read_paused:  # it is the server that does not read
            self.last_data = self.body_since = now
            self.body_bytes = 0
            return
        duration, limits = now - self.body_since, self.limits
        too_slow = duration > limits.body_grace and self.body_bytes < duration * limits.body_rate
        if too_slow or now - self.last_data > limits.body_pause:
            self.refuse(408, "The request body arrives too slowly: send it again.")

    def _reads_body(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete and self.cycle.more_body

    def refuse(self, status: int, message: str, *, retry_after: int | None = None) -> None:
        """Sends an error, unless a response has begun, and closes the connection."""
        active = self.cycle is not None and not self.cycle.response_complete
        if not (active and self.cycle.response_started):
            headers = {"connection": "close", "x-request-id": new_request_id()}
            headers |= {} if retry_after is None else {"retry-after": str(retry_after)}
            self.transport.write(_wire_format(status, message, headers))
        if active:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.registry.waiting.pop(self, None)
        self.transport.close()


def _wire_format(status: int, message: str, headers: dict[str, str]) -> bytes:
    """An error response in HTTP/1.1."""
    response = error_response(status, message, headers=headers)
    lines = [b"%s: %s" % each for each in response.raw_headers]
    return b"\r\n".join([b"HTTP/1.1 %d " % status, *lines, b"", bytes(response.body)])

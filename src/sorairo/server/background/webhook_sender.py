"""Delivers webhook events, signed as Standard Webhooks 1.0, which `webhooks.unwrap` of OpenAI's SDK
verifies.

Several events are delivered at once, but only one at a time to each webhook, so a receiver that is
slow or endless delays its own events only. A delivery has a deadline as a whole, and nothing of the
answer is read but its head.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import ssl
import threading
import time
from collections import deque
from functools import cache

import httpx

from sorairo.jobs.outbox import PREFIX, Event, Outbox

POLL_INTERVAL, BUSY_INTERVAL = 1.0, 0.05  # seconds; the second while events are being delivered
DEADLINE = 10.0  # seconds from looking up the host until the head of the answer is there
MAX_DELIVERIES = 32  # at once
CLOSING_SECONDS = 2.0  # to free the connections when the server stops
log = logging.getLogger("sorairo.webhooks")


class WebhookSender:
    """Delivers the events in an outbox. `run` is called by one thread; connections are made in
    another one, which `close` ends."""

    def __init__(self, outbox: Outbox, *, deadline: float = DEADLINE) -> None:
        self.outbox, self.deadline = outbox, deadline
        self.busy: set[str] = set()  # webhooks to which an event is being delivered
        self.ended: deque[tuple[Event, bool]] = deque()  # deliveries, and whether they succeeded
        self.loop = asyncio.new_event_loop()
        self.deliveries: set[asyncio.Task[None]] = set()  # changed in the thread of the loop only
        self.thread = threading.Thread(target=self._serve, name="webhooks", daemon=True)

    def run(self) -> float:
        """Records the deliveries that have ended and begins those that are due; returns the seconds
        until the next call."""
        self._record()
        while len(self.busy) < MAX_DELIVERIES and self.outbox.any_due(self.busy):
            event = self.outbox.claim_next(self.busy)
            if event is None:  # another server was quicker
                break
            self._begin(event)
        return BUSY_INTERVAL if self.busy else POLL_INTERVAL

    def close(self) -> None:
        """Abandons what is being delivered; it is delivered again later. `run` must not be called
        any more."""
        if self.thread.ident is None:
            self.loop.close()
        elif self.thread.is_alive():
            self.loop.call_soon_threadsafe(self.loop.stop)
            self.thread.join(CLOSING_SECONDS)

    def _serve(self) -> None:
        """Runs the event loop until `close`, then cancels the deliveries, which cancel the tasks
        that they have started, and frees their sockets."""
        self.loop.run_forever()
        for delivery in self.deliveries:
            delivery.cancel()
        if self.deliveries:
            self.loop.run_until_complete(asyncio.wait(self.deliveries))
        self.loop.close()

    def _begin(self, event: Event) -> None:
        self.busy.add(event.webhook.id)
        if self.thread.ident is None:
            self.thread.start()
        self.loop.call_soon_threadsafe(self._deliver_soon, event)

    def _deliver_soon(self, event: Event) -> None:
        delivery = self.loop.create_task(self._deliver(event))
        self.deliveries.add(delivery)
        delivery.add_done_callback(self.deliveries.discard)

    def _record(self) -> None:
        while self.ended:
            event, delivered = self.ended[0]
            if delivered:
                self.outbox.mark_delivered(event)
            else:
                self.outbox.mark_failed(event)
            self.ended.popleft()
            self.busy.discard(event.webhook.id)

    async def _deliver(self, event: Event) -> None:
        delivered = False
        try:
            async with asyncio.timeout(self.deadline):
                delivered = await _accepted(event)
        except Exception as error:
            log.warning("%s could not be delivered: %s", event.id, type(error).__name__)
        self.ended.append((event, delivered))  # not if it is cancelled


async def _accepted(event: Event) -> bool:
    """Posts an event; whether the receiver answers with success. The body of the answer is not
    read: the connection is closed."""
    body = event_body(event)
    headers = signed_headers(event.id, body, event.webhook.secret, int(time.time()))
    async with (
        httpx.AsyncClient(timeout=None, verify=_trusted_authorities()) as client,
        client.stream("POST", event.webhook.url, content=body, headers=headers) as response,
    ):
        return response.is_success


@cache
def _trusted_authorities() -> ssl.SSLContext:
    """Loading these takes longer than a delivery."""
    return httpx.create_ssl_context()


def event_body(event: Event) -> bytes:
    """The event as JSON, in the shape of OpenAI's webhooks."""
    body = {
        "id": event.id,
        "object": "event",
        "created_at": int(event.created_at),
        "type": f"video.{event.kind}",
        "data": {"id": event.job},
    }
    return json.dumps(body).encode()


def signed_headers(message_id: str, body: bytes, secret: str, now: int) -> dict[str, str]:
    """The headers of a message; the signature is an HMAC-SHA256 of `id.timestamp.body`."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    mac = hmac.new(key, f"{message_id}.{now}.".encode() + body, hashlib.sha256).digest()
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(now),
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }

"""Delivers webhook events, signed as Standard Webhooks 1.0, which `webhooks.unwrap` of OpenAI's SDK
verifies."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import time

import httpx

from sorairo.jobs.outbox import PREFIX, Event, Outbox

POLL_INTERVAL, TIMEOUT = 1.0, 10.0  # seconds
log = logging.getLogger("sorairo.webhooks")


class WebhookSender:
    """Delivers the events in an outbox."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox

    def run(self) -> float:
        """Delivers one event if one is due; returns the seconds until the next run."""
        return 0.0 if self.deliver_next() else POLL_INTERVAL

    def deliver_next(self) -> bool:
        """Attempts to deliver one event that is due; False if there is none."""
        event = self.outbox.claim_next()
        if event is None:
            return False
        body = event_body(event)
        headers = signed_headers(event.id, body, event.webhook.secret, int(time.time()))
        try:
            response = httpx.post(event.webhook.url, content=body, headers=headers, timeout=TIMEOUT)
            delivered = response.is_success
        except httpx.HTTPError as error:
            log.warning("%s could not be delivered: %s", event.id, type(error).__name__)
            delivered = False
        if delivered:
            self.outbox.mark_delivered(event)
        else:
            self.outbox.mark_failed(event)
        return True


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

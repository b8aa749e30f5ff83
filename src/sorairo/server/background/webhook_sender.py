"""Delivering events, signed as Standard Webhooks 1.0: the SDK's `webhooks.unwrap` reads them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import time

import httpx

from sorairo.jobs.outbox import PREFIX, Event, Outbox

LOOK_EVERY, PATIENCE = 1.0, 10.0  # seconds
log = logging.getLogger("sorairo.webhooks")


class WebhookSender:
    """Delivers what is in the outbox."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox

    def round(self) -> float:
        """One event, if one is due; the seconds until the next is looked for."""
        return 0.0 if self.deliver_next() else LOOK_EVERY

    def deliver_next(self) -> bool:
        """Delivers one event that is due; False where there is none."""
        event = self.outbox.take()
        if event is None:
            return False
        body = body_of(event)
        headers = signed(event.id, body, event.hook.secret, int(time.time()))
        try:
            answer = httpx.post(event.hook.url, content=body, headers=headers, timeout=PATIENCE)
            delivered = answer.is_success
        except httpx.HTTPError as error:
            log.warning("%s could not be delivered: %s", event.id, type(error).__name__)
            delivered = False
        if delivered:
            self.outbox.delivered(event)
        else:
            self.outbox.failed(event)
        return True


def body_of(event: Event) -> bytes:
    """As OpenAI's webhooks say it."""
    told = {
        "id": event.id,
        "object": "event",
        "created_at": int(event.created_at),
        "type": f"video.{event.kind}",
        "data": {"id": event.job},
    }
    return json.dumps(told).encode()


def signed(name: str, body: bytes, secret: str, now: int) -> dict[str, str]:
    """HMAC-SHA256 over `id.timestamp.body`."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    mac = hmac.new(key, f"{name}.{now}.".encode() + body, hashlib.sha256).digest()
    return {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(now),
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }

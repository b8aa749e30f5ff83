"""How much may be asked for: by key, and by the room that is left."""

from __future__ import annotations

import math
import time

from sorairo.server.refusals import ApiError
from sorairo.server.service import Service

DAY = 86_400.0  # seconds in which the cost of jobs is counted
SOON = 5  # seconds after which a job may have ended


def check_quota(service: Service, owner: str, *, cost: float, count: int = 1) -> dict[str, str]:
    """Headers that tell what is left when `count` more jobs of this cost in all are accepted.

    Raises ApiError 429 where that is more than the owner's key allows, 507 where the disk is nearly
    full.
    """
    check_room(service)
    own = service.keys.quota(owner)
    most = service.most_waiting if own.most_waiting is None else own.most_waiting
    left = most - service.queue.waiting(owner) - count
    if left < 0:
        raise _too_much(f"{most} jobs may wait or run at once: wait until one has ended.", SOON)
    headers = {
        "x-ratelimit-limit-requests": str(most),
        "x-ratelimit-remaining-requests": str(left),
        "x-ratelimit-reset-requests": f"{SOON}s",
    }
    if own.most_cost is not None:
        headers |= _check_cost(service, owner, cost, own.most_cost)
    return headers


def _check_cost(service: Service, owner: str, cost: float, most: float) -> dict[str, str]:
    now = time.time()
    spent, first = service.queue.spent(owner, now - DAY)
    again = math.ceil((first or now) + DAY - now)
    if spent + cost > most:
        raise _too_much(
            f"This would be {spent + cost:.3g} of the {most:.3g} pixel-seconds that this key has a"
            " day: ask for a smaller or shorter video.",
            again,
        )
    return {
        "x-ratelimit-limit-pixel-seconds": f"{most:.0f}",
        "x-ratelimit-remaining-pixel-seconds": f"{most - spent - cost:.0f}",
        "x-ratelimit-reset-pixel-seconds": f"{again}s",
    }


def check_room(service: Service) -> None:
    """Raises ApiError 507 where the disk is nearly full."""
    room = service.media.room()
    if room is not None and room < service.least_room:
        raise ApiError(
            507,
            f"Only {room // 2**20} MB of disk are left where videos are kept: delete some first.",
            code="insufficient_storage",
        )


def _too_much(message: str, after: int) -> ApiError:
    headers = {"retry-after": str(after)}
    return ApiError(429, message, code="rate_limit_exceeded", headers=headers)

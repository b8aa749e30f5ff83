"""How much may be asked for: by key, and by the room that is left."""

from __future__ import annotations

from dataclasses import replace

from sorairo.jobs.admission import SOON, Allowance
from sorairo.jobs.keys import Quota
from sorairo.server.api.errors import ApiError
from sorairo.server.api.service import Service


def quota_of(service: Service, owner: str) -> Quota:
    """That of the owner's key; the server's own bound on waiting jobs where it has none."""
    own = service.keys.quota(owner)
    return replace(own, most_waiting=service.most_waiting) if own.most_waiting is None else own


def left(allowance: Allowance) -> dict[str, str]:
    """Headers that tell what else may be asked for."""
    quota = allowance.quota
    headers = {}
    if quota.most_waiting is not None:
        headers |= {
            "x-ratelimit-limit-requests": str(quota.most_waiting),
            "x-ratelimit-remaining-requests": str(max(0, quota.most_waiting - allowance.waiting)),
            "x-ratelimit-reset-requests": f"{SOON}s",
        }
    if quota.most_cost is not None:
        headers |= {
            "x-ratelimit-limit-pixel-seconds": f"{quota.most_cost:.0f}",
            "x-ratelimit-remaining-pixel-seconds": f"{quota.most_cost - allowance.spent:.0f}",
            "x-ratelimit-reset-pixel-seconds": f"{allowance.lapses}s",
        }
    return headers


def check_room(service: Service) -> None:
    """Raises ApiError 507 where the disk is nearly full."""
    room = service.media.room()
    if room is not None and room < service.least_room:
        raise ApiError(
            507,
            f"Only {room // 2**20} MB of disk are left where videos are kept: delete some first.",
            code="insufficient_storage",
        )

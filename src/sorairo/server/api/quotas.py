"""The quota of an owner, the rate limit headers of responses, and the check of disk space."""

from __future__ import annotations

from dataclasses import replace

from sorairo.jobs.admission import RETRY_SECONDS, QuotaUsage
from sorairo.jobs.keys import Quota
from sorairo.notes import Note
from sorairo.server.api.errors import ApiError
from sorairo.server.api.service import Service
from sorairo.server.background.trash import empty_trash
from sorairo.server.disk_space import free_bytes

SHARE_OF_DISK = 0.5  # of what can be stored, for a key without a limit of its own


def quota_of(service: Service, owner: str) -> Quota:
    """The quota of the owner's key, with the limits of the server where it has none of its own: on
    unfinished jobs, and half of the disk, so that no key can fill it for all others."""
    quota = service.keys.quota(owner)
    if quota.most_waiting is None:
        quota = replace(quota, most_waiting=service.max_unfinished_jobs)
    free = service.media.free_bytes() if owner and quota.most_bytes is None else None
    if free is not None:
        disk = max(0, free - service.min_free_bytes) + service.storage.used()
        quota = replace(quota, most_bytes=SHARE_OF_DISK * disk)
    return quota


def rate_limit_headers(usage: QuotaUsage) -> dict[str, str]:
    """Headers that say what is left of a quota."""
    quota = usage.quota
    headers = {}
    if quota.most_waiting is not None:
        headers |= {
            "x-ratelimit-limit-requests": str(quota.most_waiting),
            "x-ratelimit-remaining-requests": str(max(0, quota.most_waiting - usage.waiting)),
            "x-ratelimit-reset-requests": f"{RETRY_SECONDS}s",
        }
    if quota.most_cost is not None:
        headers |= {
            "x-ratelimit-limit-pixel-seconds": f"{quota.most_cost:.0f}",
            "x-ratelimit-remaining-pixel-seconds": f"{quota.most_cost - usage.spent:.0f}",
            "x-ratelimit-reset-pixel-seconds": f"{usage.resets_in}s",
        }
    return headers


def check_disk_space(service: Service, coming: int = 0) -> None:
    """Raises ApiError 507 if a disk on which the server writes is nearly full, or would be with
    `coming` more bytes, even after the trash was emptied."""
    least = service.min_free_bytes + coming
    free = free_bytes(service.media, service.queue.database)
    if free is not None and free < least:
        empty_trash(service.library, service.media, 0.0)
        free = free_bytes(service.media, service.queue.database)
    if free is not None and free < least:
        raise ApiError(
            507,
            Note(
                f"Only {free // 2**20} MB of disk space are left on the server: delete videos, or"
                f" try"
                " again later.",
                "disk_space",
                left=free // 2**20,
            ),
            code="insufficient_storage",
        )

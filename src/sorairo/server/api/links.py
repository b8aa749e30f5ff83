"""Signed links to the files of videos, which need no key: for `<video>`, `<img>` and `curl -O`."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from sorairo.jobs.job import Job
from sorairo.notes import Note
from sorairo.server.api.errors import ApiError

VALID_SECONDS = 3600  # at least
ROUNDING = 900  # seconds: a link stays the same for so long, so that clients can cache its file
MAX_DIGITS = 12


@dataclass(frozen=True)
class LinkSigner:
    """Signs and checks links; a signature is for one file of one video, until it expires."""

    secret: Callable[[], bytes]
    """Gives the key of the HMAC."""

    def query(self, job: Job, variant: str) -> dict[str, str]:
        """The query of a link to a file of a job."""
        expires = str((int(time.time()) // ROUNDING + 1) * ROUNDING + VALID_SECONDS)
        signature = self._signature(job, variant, expires)
        return {"variant": variant, "expires": expires, "signature": signature}

    def check(self, job: Job, variant: str, query: Mapping[str, str]) -> None:
        """Raises ApiError if the query is not one that `query` has returned, or has expired."""
        expires, signature = query.get("expires", ""), query.get("signature", "")
        expected = self._signature(job, variant, expires)
        if not hmac.compare_digest(expected.encode(), signature.encode(errors="replace")):
            raise _rejected("The signature of this link is not valid", "invalid_signature")
        if int(expires) < time.time():
            raise _rejected("This link has expired", "link_expired")

    def _signature(self, job: Job, variant: str, expires: str) -> str:
        """HMAC-SHA256 of what the link stands for; "" for an expiry that is never issued."""
        if not (expires.isascii() and expires.isdigit() and len(expires) <= MAX_DIGITS):
            raise _rejected("The signature of this link is not valid", "invalid_signature")
        text = "\n".join((job.id, job.owner, variant, expires))
        return hmac.new(self.secret(), text.encode(), hashlib.sha256).hexdigest()


def link(base: str, job: Job, query: Mapping[str, str]) -> str:
    """The address of a file of a job."""
    return f"{base}/v1/videos/{job.id}/content?{urlencode(query)}"


def _rejected(reason: str, code: str) -> ApiError:
    return ApiError(
        403, Note(f"{reason}: retrieve the video again for a new one.", "link"), code=code
    )

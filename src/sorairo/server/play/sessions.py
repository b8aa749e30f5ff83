"""The sessions of play of a server: at most so many, each with a token by which it is resumed."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from sorairo.errors import QuotaError
from sorairo.play.facts import PlayableFacts
from sorairo.server.play.process import PlayProcess

MAX_SESSIONS = 4  # of a server; each has a process
RESUME_SECONDS = 120.0  # for which a session without a connection is kept
LEFT_SECONDS = 5.0  # without a connection, after which a session may make room for a new one
IDLE_SECONDS = 600.0  # without a message, after which a session ends
RETRY_SECONDS = 30


@dataclass(kw_only=True, eq=False)
class HostedSession:
    """One session."""

    id: str
    owner: str
    """Whose session it is: the id of a key, or ""."""
    token: str
    """The secret by which a connection takes it over."""
    begin: dict[str, Any]
    """What it begins with: world, mode, seed, prompt."""
    facts: PlayableFacts
    """The world."""
    created_at: float = field(default_factory=time.time)
    process: PlayProcess | None = None
    """None until the first connection."""
    connections: int = 0
    """How many connections there have been: the last one holds the session."""
    connected: bool = False
    left_at: float = field(default_factory=time.monotonic)
    """Since when it has had no connection."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while the process starts."""

    @property
    def expired(self) -> bool:
        """Whether nobody has come back in time."""
        return not self.connected and time.monotonic() - self.left_at > RESUME_SECONDS


class PlaySessions:
    """All sessions of a server; `world` is the one that it was started with."""

    def __init__(self, world: PlayableFacts | None = None, limit: int = MAX_SESSIONS) -> None:
        self.world, self.limit = world, limit
        self._sessions: dict[str, HostedSession] = {}
        self.sockets = 0
        """How many connections there are."""

    def create(self, owner: str, begin: dict[str, Any], facts: PlayableFacts) -> HostedSession:
        """A new session, whose process starts with its first connection. If there are too many (a
        key may have half of them), the one that was left first makes room. Raises QuotaError if
        there is none that was left a while ago."""
        self.end_expired()
        most = max(1, self.limit // 2) if owner else self.limit
        self._make_room([each for each in self._sessions.values() if each.owner == owner], most)
        self._make_room(list(self._sessions.values()), self.limit)
        made = HostedSession(
            id=f"play_{secrets.token_hex(16)}",
            owner=owner,
            token=secrets.token_urlsafe(32),
            begin=begin,
            facts=facts,
        )
        self._sessions[made.id] = made
        return made

    def _make_room(self, sessions: list[HostedSession], most: int) -> None:
        if len(sessions) < most:
            return
        left = [each for each in sessions if not each.connected]
        first = min(left, key=lambda each: each.left_at, default=None)
        if first is None or time.monotonic() - first.left_at < LEFT_SECONDS:
            raise QuotaError(
                f"{len(sessions)} sessions of play are open, the most that there may be: end one,"
                " or try again later.",
                retry_after=RETRY_SECONDS,
            )
        self.end(first)

    def get(self, session_id: str, owner: str | None = None) -> HostedSession | None:
        """The session with this id (of an owner)."""
        self.end_expired()
        found = self._sessions.get(session_id)
        return found if found and owner in (None, found.owner) else None

    def end(self, session: HostedSession) -> None:
        """Ends a session and its process."""
        self._sessions.pop(session.id, None)
        if session.process is not None:
            session.process.end()

    def end_expired(self) -> None:
        """Ends the sessions to which nobody has come back."""
        for each in [each for each in self._sessions.values() if each.expired]:
            self.end(each)

    async def end_all(self) -> None:
        """Ends all sessions, and waits for their processes."""
        sessions = list(self._sessions.values())
        for each in sessions:
            self.end(each)
        await asyncio.gather(*(each.process.wait() for each in sessions if each.process))

    def leave(self, session: HostedSession, connection: int) -> None:
        """Notes that a connection has ended: unless another one has taken over, the session waits
        RESUME_SECONDS for the next one. The process of a session that was ended while it started
        ends now."""
        if session.id not in self._sessions:
            self.end(session)
        if connection != session.connections:
            return
        session.connected, session.left_at = False, time.monotonic()
        loop = asyncio.get_running_loop()
        loop.call_later(RESUME_SECONDS + 1, self.end_expired)

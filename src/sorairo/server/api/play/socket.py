"""The WebSocket of a session of play: messages of the page go in, frames come out."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from sorairo.errors import SorairoError
from sorairo.play.facts import PlayableFacts
from sorairo.server.api.play.commands import PlayCommand, command_of, read_object
from sorairo.server.play.messages import packed
from sorairo.server.play.process import PlayProcess, PlayProcessError
from sorairo.server.play.sessions import IDLE_SECONDS, HostedSession, PlaySessions

router = APIRouter(prefix="/v1")
HELLO_SECONDS = 10.0  # in which the first message has to come
MAX_SOCKETS = 64  # of all sessions together
# Why a connection is closed, in the range of codes that RFC 6455 leaves to applications.
UNKNOWN, IDLE, TAKEN, ENDED, BUSY = 4404, 4408, 4409, 4410, 4429


@router.websocket("/play/sessions/{session_id}/socket")
async def play_socket(socket: WebSocket, session_id: str) -> None:
    """Plays a session. The first message has its token: `{"type": "hello", "token": "..."}`; it
    takes the session over from an earlier connection."""
    await socket.accept()
    sessions: PlaySessions = socket.app.state.service.play
    if sessions.sockets >= MAX_SOCKETS:
        await socket.close(BUSY, "The server has too many connections: try again.")
        return
    sessions.sockets += 1
    try:
        session = await _admitted(socket, sessions, session_id)
        if session is None:
            await socket.close(UNKNOWN, "There is no such session: begin a new one.")
            return
        session.connections += 1
        session.connected, connection = True, session.connections
        try:
            await _play(socket, sessions, session, connection)
        finally:
            sessions.leave(session, connection)
    except WebSocketDisconnect:
        return
    finally:
        sessions.sockets -= 1


async def _admitted(
    socket: WebSocket, sessions: PlaySessions, session_id: str
) -> HostedSession | None:
    """The session that the first message names and has the token of."""
    try:
        message = read_object(await asyncio.wait_for(socket.receive_text(), HELLO_SECONDS))
    except (SorairoError, TimeoutError, KeyError):
        return None
    token, found = str(message.get("token", "")), sessions.get(session_id)
    matches = found is not None and hmac.compare_digest(
        found.token.encode(), token.encode("utf-8", "replace")
    )
    return found if matches else None


async def _play(
    socket: WebSocket, sessions: PlaySessions, session: HostedSession, connection: int
) -> None:
    try:
        process, first = await _process_of(session)
        await _answer(socket, process, first)
        while True:
            try:
                message = await asyncio.wait_for(socket.receive(), IDLE_SECONDS)
            except TimeoutError:
                message = None
            if message and message["type"] == "websocket.disconnect":
                return
            if connection != session.connections:
                await socket.close(TAKEN, "The session goes on in another window.")
                return
            if message is None:
                sessions.end(session)
                await socket.close(IDLE, "Nothing was done for a while: begin again.")
                return
            await _follow(socket, process, message, session.facts)
    except PlayProcessError:
        sessions.end(session)
        await socket.close(ENDED, "The session has ended: begin again.")


async def _process_of(session: HostedSession) -> tuple[PlayProcess, PlayCommand]:
    """The process of a session, which is started for its first connection, and the command whose
    answer a new connection gets."""
    async with session.lock:
        if session.process is None:
            session.process = await PlayProcess.start()
            return session.process, PlayCommand(words={"do": "open", **session.begin})
    return session.process, PlayCommand(words={"do": "look"})


async def _follow(
    socket: WebSocket, process: PlayProcess, message: Mapping[str, Any], facts: PlayableFacts
) -> None:
    """Does what a message says."""
    try:
        command = command_of(message.get("text"), message.get("bytes"), facts)
    except SorairoError as error:
        await socket.send_text(json.dumps({"type": "error", "message": str(error)}))
        return
    await _answer(socket, process, command)


async def _answer(socket: WebSocket, process: PlayProcess, command: PlayCommand) -> None:
    """Sends the answer to a command: a frame, as a header and its pixels, or an error."""
    header, body = await process.ask(dict(command.words), command.picture)
    header |= {} if command.id is None else {"id": command.id}
    if "error" in header:
        text = {"type": "error", "message": header["error"], "id": command.id}
        await socket.send_text(json.dumps(text))
        return
    await socket.send_bytes(packed(header, body))

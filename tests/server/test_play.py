"""Playing on a real server: two players, a lost connection, a clip of what was played."""

from __future__ import annotations

import asyncio
import json
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.websockets import WebSocketDisconnect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from hostile_values import ANY_JSON
from serving import Running, serving
from sorairo.errors import SorairoError
from sorairo.play.facts import crafter_facts
from sorairo.server.api.play import socket
from sorairo.server.api.play.commands import command_of
from sorairo.server.api.service import Service
from sorairo.server.play import sessions
from sorairo.server.play.process import PlayProcess
from sorairo.server.play.sessions import MAX_SESSIONS
from tiny_crafter import tiny_crafter

PATIENCE = 120.0  # seconds for an answer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server of `sorairo play`, with a network whose weights are random."""
    model = tiny_crafter(tmp_path_factory.mktemp("model"))
    command = ("play", str(model), "--no-open")
    with serving(tmp_path_factory.mktemp("play"), workers=0, command=command) as running:
        yield running


class Player:
    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    def ask(self, **message: Any) -> dict[str, Any]:
        self.socket.send(json.dumps(message))
        return self.answer()

    def answer(self) -> dict[str, Any]:
        """The header of the next frame, with the size of its pixels; or an error."""
        data = self.socket.recv(timeout=PATIENCE)
        if isinstance(data, str):
            return json.loads(data)
        head, body = struct.unpack("<II", data[:8])
        assert len(data) == 8 + head + body
        return {**json.loads(data[8 : 8 + head]), "bytes": body}


def begin(server: Running, **fields: Any) -> dict[str, Any]:
    answer = httpx.post(f"{server.url}/v1/play/sessions", json={"mode": "simulator", **fields})
    assert answer.status_code == 200, answer.text
    return answer.json()


@contextmanager
def playing(server: Running, session: dict[str, Any], token: str = "") -> Iterator[Player]:
    address = f"{server.url.replace('http', 'ws')}/{session['socket']}"
    with connect(address) as socket:
        socket.send(json.dumps({"type": "hello", "token": token or session["token"]}))
        yield Player(socket)


def test_two_players_play_in_worlds_of_their_own_and_resume(server: Running):
    one, two = begin(server, seed=3, prompt="a forest at night"), begin(server, seed=3)
    with playing(server, one) as first, playing(server, two) as second:
        assert first.answer()["daylight"] < 0.3
        start = second.answer()
        assert start["bytes"] == start["width"] * start["height"] * 3
        assert start["position"] == [32, 32]
        for number in range(10):
            moved = first.ask(type="step", action="do", id=number)
            assert (moved["id"], moved["step"], moved["agreement"]) == (number, number + 1, 1)
        right = second.ask(type="step", action="right")
        assert right["position"] == [33, 32]
        assert second.ask(type="step", action="lef")["message"].endswith("Did you mean 'left'?")
        assert "type of message" in second.ask(type=3)["message"]
    with playing(server, two) as again:
        resumed = again.answer()
        assert {**resumed, "ms": 0} == {**right, "ms": 0}
        video = httpx.post(
            f"{server.url}/v1/play/sessions/{two['id']}/video", timeout=PATIENCE
        ).json()
        assert (video["status"], video["seed"], video["size"]) == ("completed", 3, "576x576")
        recipe = httpx.get(f"{server.url}/v1/videos/{video['id']}/recipe").json()
        assert recipe["imported_from"]["played"]["actions"] == ["right"]
        extended = httpx.post(
            f"{server.url}/v1/videos/extensions",
            json={"video": {"id": video["id"]}, "prompt": "a red ball rolls", "seconds": "4"},
        ).json()
        listed = httpx.get(f"{server.url}/v1/models").json()["data"]
        remixed = httpx.post(
            f"{server.url}/v1/videos/{video['id']}/remix", json={"prompt": "a blue box"}
        ).json()
        assert video["model"] == "tiny-crafter"
        assert extended["model"] == remixed["model"] == "sora-2"
        assert not {"crafter", "tiny-crafter"} & {each["id"] for each in listed}
        with playing(server, two) as other:  # takes the session over
            assert other.answer()["step"] == 1
            with pytest.raises(ConnectionClosed):
                again.ask(type="step", action="left")
            assert again.socket.close_code == 4409
    for session in (one, two):
        assert httpx.delete(f"{server.url}/v1/play/sessions/{session['id']}").json()["deleted"]
    with playing(server, one) as late, pytest.raises(ConnectionClosed):
        late.answer()


def test_networks_draw_in_the_process_of_the_session(server: Running):
    world = httpx.get(f"{server.url}/v1/play/worlds").json()["data"][0]
    assert (world["id"], world["modes"]) == ("tiny-crafter", ["dream", "anchored", "simulator"])
    session = begin(server, mode="dream", seed=3)
    with playing(server, session) as player:
        assert player.answer()["mode"] == "dream"
        dreamed = player.ask(type="step", action="left")
        assert dreamed["agreement"] < 0.5, "random weights know nothing"
        assert len(dreamed["wrong"]) > 30
        assert player.ask(type="prompt", prompt="night falls")["prompt"] == "night falls"
        assert player.ask(type="mode", mode="anchored")["step"] == 1
        assert player.ask(type="step", action="up")["position"] == [31, 31]
        assert player.ask(type="mode", mode="simulator")["agreement"] == 1
        player.ask(type="mode", mode="dream")
        player.ask(type="start", seed=0, prompt="lava")
        died = [player.ask(type="step", action="left") for _ in range(3)]
        assert [each.get("died_at") for each in died] == [None, 2, 2]
        assert [each.get("alive") for each in died] == [True, False, None]
        assert ["agreement" in each for each in died] == [True, True, False]
        assert not any(each["over"] for each in died), "the dream goes on"
        refused = player.ask(type="mode", mode="anchored")["message"]
        assert refused.startswith("The simulator's player died at step 2")
        player.ask(type="start", seed=0, prompt="lava")
        player.ask(type="mode", mode="anchored")
        ends = [player.ask(type="step", action="left")["over"] for _ in range(2)]
        assert ends == [False, True]
        assert player.ask(type="step", action="left")["message"].startswith("The player has died")
        player.ask(type="mode", mode="dream")
        player.socket.send(bytes(72 * 72 * 3))
        from_picture = player.answer()
        assert (from_picture["step"], from_picture["seed"]) == (0, None)
        assert "agreement" not in from_picture
        assert "start from a seed" in player.ask(type="mode", mode="anchored")["message"]
        player.socket.send(b"too short")
        assert "72x72 pixels" in player.answer()["message"]
    httpx.delete(f"{server.url}/v1/play/sessions/{session['id']}")


@settings(max_examples=200)
@given(message=ANY_JSON, kind=st.sampled_from(["step", "start", "prompt", "mode", "look"]))
def test_hostile_messages_are_commands_or_sentences(message: Any, kind: str):
    facts = crafter_facts()
    typed = {**message, "type": kind} if isinstance(message, dict) else message
    for text in (json.dumps(message), json.dumps(typed), str(message)):
        with suppress(SorairoError):
            words = command_of(text, None, facts).words
            assert json.loads(json.dumps(words)) == words
    for data in (None, b"", bytes(3)):
        with pytest.raises(SorairoError):
            command_of(None, data, facts)


def wait_for(client: TestClient, process: PlayProcess | None) -> None:
    """Waits until a process has ended, and the event loop has closed its pipes."""

    async def ended() -> None:
        assert process is not None
        await asyncio.wait_for(process.wait(), PATIENCE)
        await asyncio.sleep(0.2)

    assert client.portal is not None
    client.portal.call(ended)


def test_a_connection_that_was_taken_over_ends_nothing(
    client: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(socket, "IDLE_SECONDS", 2.0)
    begun = client.post("/v1/play/sessions", json={"mode": "simulator", "seed": 3}).json()
    hello, session = {"type": "hello", "token": begun["token"]}, service.play.get(begun["id"])
    assert session is not None
    with client.websocket_connect(begun["socket"]) as left:
        left.send_json(hello)
        left.receive_bytes()
        with client.websocket_connect(begun["socket"]) as playing:
            playing.send_json(hello)
            playing.receive_bytes()
            end = time.monotonic() + 4.0
            while time.monotonic() < end:
                playing.send_json({"type": "look"})
                playing.receive_bytes()
                time.sleep(0.2)
            with pytest.raises(WebSocketDisconnect) as closed:
                left.receive_bytes()
            assert closed.value.code == socket.TAKEN
            playing.send_json({"type": "step", "action": "right"})
            playing.receive_bytes()
            with pytest.raises(WebSocketDisconnect) as closed:
                playing.receive_bytes()
            assert closed.value.code == socket.IDLE
    assert client.get(f"/v1/play/sessions/{begun['id']}").status_code == 404
    wait_for(client, session.process)


def test_a_session_that_is_ended_while_it_starts_leaves_no_process(
    client: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch
):
    start, begun = PlayProcess.start, client.post("/v1/play/sessions", json={}).json()
    session = service.play.get(begun["id"])
    assert session is not None

    async def ended_meanwhile() -> PlayProcess:
        process = await start()
        service.play.end(session)
        return process

    monkeypatch.setattr(PlayProcess, "start", ended_meanwhile)
    with client.websocket_connect(begun["socket"]) as player:
        player.send_json({"type": "hello", "token": begun["token"]})
        player.receive_bytes()
        assert session.process is not None
        assert session.process.alive
    wait_for(client, session.process)


def test_strangers_are_refused(server: Running):
    session = begin(server)
    with playing(server, session, token="guessed") as stranger, pytest.raises(ConnectionClosed):
        stranger.answer()
    address = f"{server.url.replace('http', 'ws')}/{session['socket']}"
    with pytest.raises(InvalidStatus), connect(address, origin="http://elsewhere.example"):  # type: ignore[arg-type]
        pass
    httpx.delete(f"{server.url}/v1/play/sessions/{session['id']}")


def test_there_are_so_many_sessions_and_no_more(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sessions, "LEFT_SECONDS", 3600.0)
    begun = [client.post("/v1/play/sessions", json={}) for _ in range(MAX_SESSIONS + 1)]
    assert [each.status_code for each in begun] == [200] * MAX_SESSIONS + [429]
    assert "4 sessions of play are open" in begun[-1].json()["error"]["message"]
    nothing = client.post(f"/v1/play/sessions/{begun[0].json()['id']}/video")
    assert (nothing.status_code, nothing.json()["error"]["code"]) == (400, "not_ready")
    assert client.delete(f"/v1/play/sessions/{begun[0].json()['id']}").status_code == 200
    assert client.post("/v1/play/sessions", json={}).status_code == 200
    monkeypatch.setattr(sessions, "LEFT_SECONDS", 0.0)
    assert client.post("/v1/play/sessions", json={}).status_code == 200, "the first one makes room"
    assert client.get(f"/v1/play/sessions/{begun[1].json()['id']}").status_code == 404
    for name, value in {"mode": "sims", "world": "go", "seed": -1}.items():
        answer = client.post("/v1/play/sessions", json={name: value})
        assert (answer.status_code, answer.json()["error"]["param"]) == (400, name)

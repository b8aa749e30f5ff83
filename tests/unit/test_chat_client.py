"""Chat endpoints that respond correctly, late, wrongly, with too much, or with a redirect."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from serving import in_thread
from sorairo.errors import RequestError
from sorairo.generation.prompts.chat_client import LONGEST, Endpoint, cleaned, endpoint
from sorairo.generation.prompts.expansion import expanded

PROMPT = "a red ball drops"
Answering = Callable[[BaseHTTPRequestHandler, dict], None]


@pytest.fixture
def serve() -> Iterator[Callable[[Answering], Endpoint]]:
    """Starts a server that answers with a function; gives the endpoint."""
    servers = contextlib.ExitStack()

    def start(answering: Answering) -> Endpoint:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with contextlib.suppress(OSError):  # the client has gone
                    answering(self, {"path": self.path, **json.loads(body)})

            def do_GET(self) -> None:
                raise AssertionError("nobody gets")

            def log_message(self, *args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        servers.enter_context(in_thread(server))
        url = f"http://127.0.0.1:{server.server_port}/v1"
        return Endpoint(url=url, model="scribe", key="secret", seconds=2.0)

    with servers:
        yield start


def send(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200) -> None:
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def says(content: object) -> Answering:
    record = json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]})
    return lambda handler, asked: send(handler, record.encode())


def test_a_good_answer_is_the_prompt(serve):
    received: list[dict] = []

    def answer(handler, asked):
        received.append({**asked, "key": handler.headers["Authorization"]})
        says("  “A red ball drops\n onto\u200b wet\x1b[31m sand.” ")(handler, asked)

    found = expanded(PROMPT, endpoint=serve(answer))
    assert found.prompt == "A red ball drops onto wet[31m sand."
    assert (found.raw, found.by, found.warning) == (PROMPT, "scribe", "")
    (asked,) = received
    assert (asked["path"], asked["model"]) == ("/v1/chat/completions", "scribe")
    assert asked["messages"][-1] == {"role": "user", "content": PROMPT}
    assert asked["key"] == "Bearer secret"


def test_reasoning_blocks_are_left_out(serve):
    found = expanded(PROMPT, endpoint=serve(says("<think>a ball, hm</think>\n\nA red ball falls.")))
    assert found.prompt == "A red ball falls."


@pytest.mark.parametrize(
    ("answer", "prompt"),
    [
        ('"A sign says stop."', "A sign says stop."),
        ("'A dog's ball rolls.'", "A dog's ball rolls."),
        ('"Stop" is on one sign, on the other "Go"', '"Stop" is on one sign, on the other "Go"'),
        ("“停”在左边，右边写着“走”", "“停”在左边，右边写着“走”"),
    ],
)
def test_quotes_around_an_answer_are_left_out_and_those_in_it_stay(answer: str, prompt: str):
    assert cleaned(answer) == prompt


def late(handler, asked):
    time.sleep(3)
    says("too late")(handler, asked)


def dripping(handler, asked):
    """Sends a byte now and then, each within the socket's timeout."""
    handler.send_response(200)
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.1)


def elsewhere(handler, asked):
    handler.send_response(302)
    handler.send_header("Location", "/other")
    handler.end_headers()


@pytest.mark.parametrize(
    ("answering", "problem"),
    [
        (late, "did not answer within 2 s"),
        (dripping, "did not answer within 2 s"),
        (elsewhere, "status 302"),
        (lambda handler, asked: send(handler, b"{}", 500), "status 500"),
        (lambda handler, asked: send(handler, b"{}", 401), "status 401"),
        (lambda handler, asked: send(handler, b"<html>"), "as a chat API does"),
        (lambda handler, asked: send(handler, b"\xff\x00"), "as a chat API does"),
        (lambda handler, asked: send(handler, b'{"choices": []}'), "as a chat API does"),
        (lambda handler, asked: send(handler, b"[" * 100_000), "as a chat API does"),
        (lambda handler, asked: handler.wfile.write(b"nonsense\r\n\r\n"), "does not speak HTTP"),
        (says(None), "as a chat API does"),
        (says({"text": "x"}), "as a chat API does"),
        (says(" \n\u200b "), "is empty"),
        (says("word " * LONGEST), "characters, more than"),
        (says("x" * 10_000_000), "more than 256 kB"),
    ],
)
def test_what_goes_wrong_leaves_the_prompt_as_it_is(serve, answering, problem: str):
    started = time.monotonic()
    found = expanded(PROMPT, endpoint=serve(answering))
    assert (found.prompt, found.by) == (PROMPT, "")
    assert problem in found.warning
    assert "secret" not in found.warning
    assert time.monotonic() - started < 10


def test_an_unreachable_server():
    found = expanded(PROMPT, endpoint=Endpoint(url="http://127.0.0.1:1/v1"))
    assert "cannot be reached" in found.warning
    assert found.prompt == PROMPT


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "host:80/v1", "http://", "http://a b/", "http://[::1", "ftp://x/"]
)
def test_only_addresses_of_the_web(url: str):
    with pytest.raises(RequestError, match="http://host:port/v1"):
        Endpoint(url=url)


def test_the_environment_names_the_endpoint(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SORAIRO_EXPAND_URL", raising=False)
    assert endpoint() is None
    monkeypatch.setenv("SORAIRO_EXPAND_URL", "https://example.org/v1")
    monkeypatch.setenv("SORAIRO_EXPAND_MODEL", "scribe")
    monkeypatch.setenv("SORAIRO_EXPAND_KEY", "secret")
    found = endpoint()
    assert found is not None
    assert (found.url, found.model, found.key) == ("https://example.org/v1", "scribe", "secret")
    assert "secret" not in repr(found)
    other = endpoint("http://localhost:8000/v1")
    assert other is not None
    assert other.url == "http://localhost:8000/v1"

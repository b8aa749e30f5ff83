"""Hostile values in every header that is read: an error of the client, never one of the server."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from services import service_on
from serving import Running
from sorairo.jobs.database import open_database
from sorairo.server.app import create_app
from sorairo.server.uploads.media_store import MediaStore

ANY = (
    *(
        b"",
        b" ",
        b"\t",
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"\xc2\xb2",
        b"%00",
        b"%ED%A0%80",
        b'"',
        b"\\",
    ),
    *(
        b"9" * 30,
        b"9" * 5000,
        b"-1",
        b"1e999",
        b"[",
        b"[::1",
        b"[127.0.0.1]",
        b"http://[",
        b"]",
        b",",
    ),
    *(b"x" * 9000, b"=?utf-8?q?=ff?=", b"a=b; a", b";" * 500, b"\x7f", b"*", b"nul\x01", b"a\x0bb"),
)
OF_HEADER: Mapping[str, tuple[bytes, ...]] = {
    "host": (
        b"127.0.0.1:99999999",
        b"127.0.0.1:x",
        b"a/b",
        b"u@127.0.0.1",
        b"127.0.0.1#",
        b"[::1%lo]",
    ),
    "origin": (b"http://[127.0.0.1]", b"http://a:b", b"http://u@h", b"//127.0.0.1", b"http://\xe9"),
    "content-length": (
        b"+3",
        b"0x10",
        b"1,1",
        b"3 3",
        b"18446744073709551616",
        b"00000000000000000000000",
    ),
    "content-type": (
        *(
            b"multipart/form-data",
            b"multipart/form-data; boundary=",
            b"multipart/form-data; boundary=\xff",
        ),
        *(
            b"multipart/form-data; boundary=a; charset=" + codec
            for codec in (
                b"undefined",
                b"idna",
                b"hex",
                b"utf-7",
                b"\xff",
                b"unicode_escape",
                b"rot13",
            )
        ),
        *(
            b"multipart/form-data; boundary*=x'y'z",
            b"application/x-www-form-urlencoded; charset=undefined",
        ),
    ),
    "transfer-encoding": (b"gzip", b"chunked, chunked", b"identity", b"chunke\xff"),
    "authorization": (
        b"Bearer",
        b"Bearer ",
        b"Bearer \xff\xff",
        b"Bearer  \x80",
        b"Basic Og==",
        b"bearer" * 999,
    ),
    "api-key": (),
    "x-api-key": (),
    "idempotency-key": (b"k" * 300, b"\x80" * 255, b"\xa0"),
    "range": (
        *(
            b"bytes=",
            b"bytes=-",
            b"bytes=a-b",
            b"bytes=1-0",
            b"bytes=-0",
            b"bytes=--1",
            b"bytes=0-0,",
            b"lines=1-2",
        ),
        *(
            b"bytes=" + b"9" * 5000 + b"-",
            b"bytes=-" + b"9" * 5000,
            b"bytes=" + b"0-1," * 2000,
            b"bytes=\xb2-\xb3",
        ),
    ),
    "if-range": (b'W/"x"', b"Fri, 99 Foo 0000 99:99:99 GMT", b"Thu, 01 Jan 99999 00:00:00 GMT"),
    "if-none-match": (b"W/", b'"' + b"," * 5000, b'*, "a"'),
    "if-modified-since": (
        b"Fri, 99 Foo 0000 99:99:99 GMT",
        b"Thu, 01 Jan 99999 00:00:00 GMT",
        b"0" * 5000,
    ),
    "cookie": (b"a" * 8000, b'a="\\', b"=;=;=", b'$Version="1', b"a=\\777"),
    "x-client-request-id": (),
    "x-forwarded-host": (b"[::1",),
    "x-forwarded-proto": (b"javascript",),
    "x-forwarded-for": (b"[::1", b"1.2.3.4:x", b"," * 4000),
    "access-control-request-method": (),
    "access-control-request-headers": (),
    "accept": (b"text/html;q=x",),
    "connection": (b"upgrade",),
    "upgrade": (b"websocket", b"h2c"),
    "expect": (b"200-ok",),
    "user-agent": (),
}
FRAMING = ("content-length", "transfer-encoding", "connection", "expect")
BODY = b'{"prompt": ""}'
FORM = b'--a\r\nContent-Disposition: form-data; name="prompt"\r\n\r\n\xff\xfe\r\n--a--\r\n'


def status(port: int, method: str, path: str, header: str, value: bytes) -> int:
    """The status of a raw request with one hostile header; 0 if the connection was only closed."""
    body = FORM if header == "content-type" else BODY
    lines = {
        "host": b"127.0.0.1",
        "connection": b"close",
        "content-type": b"application/json",
        "content-length": b"%d" % len(body),
        header: value,
    }
    head = b"".join(b"%s: %s\r\n" % (name.encode(), each) for name, each in lines.items())
    with socket.create_connection(("127.0.0.1", port), 10) as one:
        one.sendall(f"{method} {path} HTTP/1.1\r\n".encode() + head + b"\r\n" + body)
        if header in FRAMING:  # the server may wait for more
            one.shutdown(socket.SHUT_WR)
        received = b""
        try:
            while chunk := one.recv(2**16):
                received += chunk
        except ConnectionError:
            pass
    if not received:
        return 0
    front, _, answer = received.partition(b"\r\n\r\n")
    code = int(front.split(b" ")[1])
    if code >= 400:
        assert json.loads(answer)["error"]["message"], "in the shape of all errors"
    return code


@pytest.mark.parametrize("header", OF_HEADER)
def test_a_hostile_header_is_the_clients_error(server: Running, header: str):
    port = int(server.url.rpartition(":")[2])
    for value in (*ANY, *OF_HEADER[header]):
        for method, path in (("POST", "/v1/videos"), ("GET", "/v1/videos/video_1/content")):
            code = status(port, method, path, header, value)
            assert 200 <= code < 500 or (code == 0 and header in FRAMING), (
                header,
                value,
                method,
                code,
            )


NAMES = st.sampled_from(list(OF_HEADER))
VALUES = st.one_of(st.binary(max_size=40), st.sampled_from(ANY[:-2]))


@settings(max_examples=150)
@given(headers=st.dictionaries(NAMES, VALUES, max_size=4), path=st.sampled_from(["", "/video_1"]))
def test_any_bytes_in_headers(hostile: TestClient, headers: dict[str, bytes], path: str):
    sent = {**headers, "content-type": headers.get("content-type", b"application/json")}
    sent.pop("transfer-encoding", None)
    url = f"/v1/videos{path}"
    for method, body in (("GET", b""), ("POST", BODY), ("HEAD", b""), ("OPTIONS", b"")):
        body = b'{"prompt": "a ball"}' if body else b""  # a job, with its idempotency key
        answer = hostile.request(method, url, content=body, headers=sent)  # type: ignore[arg-type]
        assert answer.status_code < 500, (method, sent)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("headers")
    database = open_database(f"sqlite:///{folder}/jobs.db")
    service = service_on(database, MediaStore(str(folder / "media")))
    app = create_app(service, proxies=("10.0.0.0/8",))
    with TestClient(app, raise_server_exceptions=False, client=("10.0.0.1", 1)) as client:
        yield client

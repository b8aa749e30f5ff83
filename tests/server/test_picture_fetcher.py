"""Pictures are fetched from https addresses, over real connections with real certificates."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from fastapi.testclient import TestClient

from serving import picture
from sorairo.errors import MediaError
from sorairo.server.api.service import Service
from sorairo.server.app import create_app
from sorairo.server.uploads.picture_fetcher import PictureFetcher, is_public

PNG = picture()


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


PAGES = {
    "/a.png": answer(PNG),
    "/": answer(PNG),
    "/?id=1": answer(PNG),
    "/page": answer(b"<html>"),
    "/moved": answer(b"", "location: /a.png", status="302 Found"),
    "/away": answer(b"", "location: https://127.0.0.1:1/", status="302 Found"),
    "/down": answer(b"", "location: http://localhost/a.png", status="302 Found"),
    "/round": answer(b"", "location: /round", status="301 Moved"),
    "/missing": answer(b"", status="404 Not Found"),
    "/packed": answer(PNG, "content-encoding: gzip"),
    "/cut": answer(PNG)[:-10],
    "/large": answer(bytes(200_000)),
}


@dataclass(frozen=True)
class Site:
    """A web site with a certificate for the host name `localhost`."""

    port: int
    context: ssl.SSLContext
    asked: list[str]

    def url(self, path: str) -> str:
        return f"https://localhost:{self.port}{path}"

    def fetcher(self, **changes: object) -> PictureFetcher:
        """A fetcher that trusts the site, and may connect to the loopback."""
        own = PictureFetcher(
            context=self.context, allows=lambda _: True, ports=None, seconds=5, max_bytes=100_000
        )
        return replace(own, **changes)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    certificate, key = certificate_of(folder)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate, key)
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listening = threading.Thread(target=listen, args=(listener, serving, asked), daemon=True)
        listening.start()
        trusting = ssl.create_default_context(cafile=str(certificate))
        yield Site(port=listener.getsockname()[1], context=trusting, asked=asked)


def certificate_of(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "key.pem").write_bytes(private)
    return folder / "certificate.pem", folder / "key.pem"


def listen(listener: socket.socket, context: ssl.SSLContext, asked: list[str]) -> None:
    while True:
        try:
            raw, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=serve, args=(raw, context, asked), daemon=True).start()


def serve(raw: socket.socket, context: ssl.SSLContext, asked: list[str]) -> None:
    try:
        with context.wrap_socket(raw, server_side=True) as connection:
            path = connection.recv(4096).split()[1].decode()
            asked.append(path)
            if path == "/drip":
                for letter in answer(PNG):
                    connection.sendall(bytes([letter]))
                    time.sleep(0.05)
            else:
                connection.sendall(PAGES[path])
    except OSError:
        pass


def test_a_picture_is_fetched(site: Site):
    assert site.fetcher().fetch(site.url("/a.png")) == PNG
    assert site.fetcher().fetch(site.url("/moved#part")) == PNG, "on the same host"
    for path in ("", "?id=1"):
        assert site.fetcher().fetch(site.url(path)) == PNG, "of the root"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/away", "redirects to another host"),
        ("/down", "begins with https"),
        ("/round", "redirects too often"),
        ("/missing", "could not be fetched"),
        ("/packed", "could not be fetched"),
        ("/cut", "could not be fetched"),
        ("/large", "larger than 0 MB"),
    ],
)
def test_other_answers_are_refused(site: Site, path: str, reason: str):
    with pytest.raises(MediaError, match=reason):
        site.fetcher().fetch(site.url(path))


def test_a_slow_site_is_given_up(site: Site):
    start = time.monotonic()
    with pytest.raises(MediaError, match="within 1 seconds"):
        site.fetcher(seconds=1.0).fetch(site.url("/drip"))
    assert time.monotonic() - start < 4


def test_a_certificate_of_nobody_is_refused(site: Site):
    for wrong in (
        site.fetcher(context=ssl.create_default_context()),
        site.fetcher(),
    ):
        host = "localhost" if wrong.context is not site.context else "127.0.0.1"
        with pytest.raises(MediaError, match="could not be fetched"):
            wrong.fetch(f"https://{host}:{site.port}/a.png")


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/a.png",
        "file:///etc/passwd",
        "https://user@localhost/a.png",
        "https://localhost:22/",
        "https:///a.png",
        "https://localhost/\r\nhost: other",
        "https://local host/",
        "https://[::1/",
        "ftp://localhost/a",
    ],
)
def test_other_addresses_are_refused(site: Site, url: str):
    before = len(site.asked)
    with pytest.raises(MediaError):
        site.fetcher(ports=(443,)).fetch(url)
    assert len(site.asked) == before


def test_private_addresses_are_not_connected_to(site: Site):
    before = len(site.asked)
    for allows in (is_public, once(True)):
        with pytest.raises(MediaError, match="could not be fetched"):
            site.fetcher(allows=allows).fetch(site.url("/a.png"))
    assert len(site.asked) == before


def once(value: bool) -> Callable[[object], bool]:
    """Allows the addresses of the look-up, and then no longer that of the connected socket, as if
    the name had changed meanwhile."""
    looked_up = set()

    def allows(address: object) -> bool:
        is_new = address not in looked_up
        looked_up.add(address)
        return value and is_new

    return allows


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fc00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_public_addresses(address: str, public: bool):
    assert is_public(ipaddress.ip_address(address)) is public


def test_requests_name_addresses_only_where_that_is_enabled(service: Service, site: Site):
    def create(client: TestClient, path: str) -> tuple[int, str]:
        body = {"prompt": "x", "input_reference": {"image_url": site.url(path)}}
        answer = client.post("/v1/videos", json=body)
        return answer.status_code, (answer.json()["error"] or {}).get("message", "")

    with TestClient(create_app(service)) as client:
        status, message = create(client, "/a.png")
        assert status == 400
        assert "--fetch-images" in message
    with TestClient(create_app(replace(service, fetcher=site.fetcher()))) as client:
        assert create(client, "/a.png") == (200, "")
        job = service.queue.page()[0][0]
        assert b"".join(service.media.read(job.payload["media"][0])) == PNG
        status, message = create(client, "/page")
        assert (status, "supported file type" in message) == (400, True)
        body = {"prompt": "x", "conditions": [{"image_url": site.url("/a.png"), "time": 1}]}
        assert client.post("/v1/videos", json=body).status_code == 200

"""A server whose port is taken says so before it loads anything."""

from __future__ import annotations

import socket

import pytest

from sorairo.errors import RequestError
from sorairo.server.supervisor import check_port


def test_a_port_in_use_is_one_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(RequestError, match=rf"port {port} \(address already in use\).*--port"):
            check_port("127.0.0.1", port)
    check_port("127.0.0.1", port)


def test_an_address_of_another_machine_is_one_sentence():
    with pytest.raises(RequestError, match="--host"):
        check_port("192.0.2.1", 0)

"""A server in a thread of this process, with limits that a test can wait for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import pytest
import uvicorn

from serving import free_port
from sorairo.server.api.service import Service
from sorairo.server.app import create_app
from sorairo.server.connections import ConnectionLimits, Connections
from sorairo.server.supervisor import ApiServer


@dataclass(frozen=True)
class Threaded:
    """A running server."""

    port: int
    server: ApiServer
    connections: Connections


Start = Callable[[ConnectionLimits], AbstractContextManager[Threaded]]


@pytest.fixture
def start(service: Service) -> Start:
    """Starts a server with these limits, until the block ends."""

    @contextmanager
    def running(limits: ConnectionLimits) -> Iterator[Threaded]:
        connections, port = Connections(limits), free_port()
        config = uvicorn.Config(
            create_app(service),
            port=port,
            http=connections.protocol(),
            ws="none",
            backlog=8,
            access_log=False,
            log_config=None,
        )
        server = ApiServer(config, service, connections)
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            threading.Event().wait(0.01)
        try:
            yield Threaded(port=port, server=server, connections=connections)
        finally:
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive()

    return running

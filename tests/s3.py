"""A temporary S3 server on a port of this machine; its files are kept in memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest import mock

from moto.server import ThreadedMotoServer

from serving import free_port

BUCKET = "clips"
OWN = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any", "AWS_REGION": "us-east-1"}
ONCE = {"AWS_MAX_ATTEMPTS": "1"}  # who is away is soon known to be


@dataclass
class S3:
    """Stopped and started again it has the files that it had."""

    port: int
    server: ThreadedMotoServer = field(init=False)

    def start(self) -> None:
        self.server = ThreadedMotoServer(ip_address="127.0.0.1", port=self.port, verbose=False)
        self.server.start()

    def stop(self) -> None:
        self.server.stop()


@contextmanager
def running_s3() -> Iterator[S3]:
    """A bucket named BUCKET, which this process and those that it starts find by themselves. One
    a process: who has found it once looks for no other."""
    import boto3

    s3 = S3(port=free_port())
    s3.start()
    where = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{s3.port}", "AWS_DEFAULT_REGION": "us-east-1"}
    with mock.patch.dict(os.environ, {**OWN, **ONCE, **where}):
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        try:
            yield s3
        finally:
            s3.stop()

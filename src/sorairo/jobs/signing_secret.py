"""The secret that signs links to files: one for all servers of a database."""

from __future__ import annotations

import secrets

from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import IntegrityError

from sorairo.jobs.schema import server_secrets

LINKS = "links"  # the name of the secret


def signing_secret(database: Engine) -> bytes:
    """The secret of a database, which is made when it is first needed."""
    query = select(server_secrets.c.value).where(server_secrets.c.name == LINKS)
    with database.execution_options(read_only=True).begin() as connection:
        found = connection.execute(query).scalar_one_or_none()
    if found is not None:
        return bytes.fromhex(found)
    try:
        with database.begin() as connection:
            row = {"name": LINKS, "value": secrets.token_hex(32)}
            connection.execute(insert(server_secrets).values(row))
    except IntegrityError:  # another process was faster
        pass
    with database.execution_options(read_only=True).begin() as connection:
        return bytes.fromhex(connection.execute(query).scalar_one())

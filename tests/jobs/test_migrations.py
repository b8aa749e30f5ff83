"""Databases of earlier versions get the tables and columns of this one, and keep their rows."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, insert, inspect, select, text

from sorairo.jobs.database import open_database
from sorairo.jobs.forecast import Forecaster
from sorairo.jobs.keys import ApiKeyStore, Quota
from sorairo.jobs.library.lineage import FamilyTree
from sorairo.jobs.migrations import MIGRATIONS, Migration, add_column, migrate
from sorairo.jobs.queue import Queue
from sorairo.jobs.schema import (
    characters,
    deleted_jobs,
    jobs,
    keys,
    lineage,
    measured_rates,
    metadata,
    migrations,
    outbox,
    spending,
)
from sorairo.jobs.stored.expected_rates import read_expected, write_expected
from sorairo.jobs.work_rates import Point, Work

OLD_FILE = Path(__file__).parents[1] / "compatibility" / "files" / "jobs" / "jobs.db"
LATER = (spending, outbox, migrations, lineage)  # tables that the first version did not have
LATER_COLUMNS = (
    *(jobs.c.cost, jobs.c.emptied, jobs.c.postponed, jobs.c.due_at),
    *(jobs.c.favourite, jobs.c.tags, jobs.c.trashed_at),
    *(keys.c.most_waiting, keys.c.most_cost, keys.c.admin, characters.c.video),
    deleted_jobs.c.created_at,
)
ALL_VERSIONS = [migration.version for migration in MIGRATIONS]


def described(database: Engine) -> Mapping[str, Any]:
    """The columns and indexes of every table, without their order."""
    found = inspect(database)
    return {
        table: (
            {
                (each["name"], str(each["type"]), each["nullable"])
                for each in found.get_columns(table)
            },
            {(each["name"], *each["column_names"]) for each in found.get_indexes(table)},
        )
        for table in found.get_table_names()
    }


def versions(database: Engine) -> list[int]:
    with database.begin() as connection:
        query = select(migrations.c.version).order_by(migrations.c.version)
        return list(connection.execute(query).scalars())


@pytest.fixture
def first_version(url: str) -> str:
    """A database as the first version made it, with one job and one key."""
    engine = create_engine(url)
    with engine.begin() as connection:
        metadata.create_all(connection)
        for table in LATER:
            table.drop(connection)
        for column in LATER_COLUMNS:
            connection.execute(text(f"ALTER TABLE {column.table.name} DROP COLUMN {column.name}"))
        connection.execute(
            text(
                "INSERT INTO jobs (id, owner, payload, status, progress, attempts, fence,"
                " cancelled, created_at)"
                " VALUES ('video_1', '', '{}', 'queued', 0, 0, 0, false, 1.0),"
                " ('video_2', '', '{\"told\": {\"remixed_from_video_id\": \"video_1\"}}',"
                " 'queued', 0, 0, 0, false, 2.0)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO keys (id, name, digest, created_at)"
                " VALUES ('key_1', 'studio', 'digest', 1.0)"
            )
        )
    engine.dispose()
    return url


def test_versions_are_consecutive():
    assert list(range(1, len(MIGRATIONS) + 1)) == ALL_VERSIONS


def test_a_new_database_has_the_last_version(database: Engine):
    assert versions(database) == ALL_VERSIONS
    assert set(described(database)) == set(metadata.tables)


def test_the_first_version_becomes_the_last(
    first_version: str, tmp_path: Path, opened: Callable[[], Engine]
):
    database = opened()
    assert versions(database) == ALL_VERSIONS
    job = Queue(database).claim("worker")
    assert job is not None
    assert (job.id, job.cost, job.emptied) == ("video_1", 0.0, False)
    assert (job.favourite, job.tags, job.trashed_at) == (False, (), None)
    (remix,) = FamilyTree(database).family("video_1")
    assert (remix.child, remix.relation) == ("video_2", "remix")
    (key,) = ApiKeyStore(database).all_keys()
    assert (key.name, key.quota) == ("studio", Quota())
    if database.dialect.name == "sqlite":
        new = open_database(f"sqlite:///{tmp_path}/new.db")
        assert described(database) == described(new)
        new.dispose()


def test_a_database_without_a_version_that_has_all_columns(tmp_path: Path):
    """As the last version before migrations were numbered made it."""
    shutil.copy(OLD_FILE, tmp_path / "old.db")
    old, new = (open_database(f"sqlite:///{tmp_path}/{name}.db") for name in ("old", "new"))
    assert versions(old) == ALL_VERSIONS
    assert described(old) == described(new)
    assert len(Queue(old).page(limit=100)[0]) > 10
    for each in (old, new):
        each.dispose()


def test_what_was_measured_without_steps_is_measured_again(url: str, opened: Callable[[], Engine]):
    """Version 11 had rates that did not tell efforts apart; its jobs count as usual ones."""
    engine = create_engine(url)
    with engine.begin() as connection:
        metadata.create_all(connection)
        measured_rates.drop(connection)
        connection.execute(
            text(
                "CREATE TABLE expected_rates (model VARCHAR(255) NOT NULL, pixels INTEGER NOT NULL,"
                " rate FLOAT NOT NULL, PRIMARY KEY (model, pixels))"
            )
        )
        connection.execute(text("INSERT INTO expected_rates VALUES ('', 10240, 3.5)"))
        connection.execute(
            insert(migrations), [{"version": each, "applied_at": 1.0} for each in range(1, 12)]
        )
        done = {"payload": {"command": "generate"}, "status": "completed", "attempts": 1}
        times = {"created_at": 1.0, "started_at": 2.0, "ended_at": 32.0, "cost": 10.0}
        connection.execute(insert(jobs).values(id="video_1", owner="", **done, **times))
    engine.dispose()
    database = opened()
    assert versions(database) == ALL_VERSIONS
    assert set(described(database)) == set(metadata.tables)
    with database.begin() as connection:
        assert not read_expected(connection)
    write_expected(database, "", [Point(1.0, 5.0), Point(1.0, 3.0, 0.2)])
    with database.begin() as connection:
        assert read_expected(connection) == {"": [Point(1.0, 5.0), Point(1.0, 3.0, 0.2)]}
    forecaster = Forecaster(database)
    for effort, seconds in ((1.0, 30), (0.2, 18)):
        work = Work(kind=("generate", ""), length=10.0, effort=effort)
        assert forecaster.of_new(work).seconds == seconds


def test_only_later_migrations_are_applied(database: Engine):
    """Twice, as when a server starts again."""

    def fails(_connection: Any) -> None:
        raise AssertionError("applied again")

    later = len(MIGRATIONS) + 1
    added = Migration(version=later, apply=add_column("keys", "note", "VARCHAR(64)"))
    steps = (*(replace(each, apply=fails) for each in MIGRATIONS), added)
    for _ in range(2):
        with database.begin() as connection:
            migrate(connection, steps)
    assert versions(database) == [*ALL_VERSIONS, later]
    assert "note" in {each["name"] for each in inspect(database).get_columns("keys")}


def test_a_migration_that_fails_changes_nothing(database: Engine):
    def fails(connection: Any) -> None:
        connection.execute(text("ALTER TABLE keys ADD COLUMN note VARCHAR(64)"))
        raise RuntimeError("power failure")

    steps = (*MIGRATIONS, Migration(version=len(MIGRATIONS) + 1, apply=fails))
    with pytest.raises(RuntimeError, match="power failure"), database.begin() as connection:
        migrate(connection, steps)
    assert versions(database) == ALL_VERSIONS
    assert "note" not in {each["name"] for each in inspect(database).get_columns("keys")}

"""A cursor of a list outlives its job."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, func, select, update

from sorairo.errors import RequestError
from sorairo.jobs.cursors import KEPT_SECONDS
from sorairo.jobs.library.changes import Library
from sorairo.jobs.library.listing import JobFilter, Sort
from sorairo.jobs.queue import Queue
from sorairo.jobs.schema import deleted_jobs, jobs


class Clock:
    now = 1e9

    def __call__(self) -> float:
        return self.now


def creation_order(database: Engine, newest_first: bool) -> list[str]:
    with database.begin() as connection:
        rows = connection.execute(select(jobs.c.id).order_by(jobs.c.created_at, jobs.c.number))
        names = list(rows.scalars())
    return names[::-1] if newest_first else names


@pytest.mark.parametrize("newest_first", [True, False])
def test_a_list_in_the_order_of_creation_is_walked_while_its_jobs_are_deleted(
    database: Engine, newest_first: bool
):
    """Imported videos are older than their place in the order of submission says."""
    queue, library, wanted = Queue(database), Library(database), JobFilter(owner="me")
    for name in range(6):
        queue.submit(f"video_{name}", {}, owner="me")
    with database.begin() as connection:
        times = {"video_0": 30.0, "video_1": 10.0, "video_2": 20.0, "video_3": 20.0}
        for name, at in times.items():
            connection.execute(update(jobs).where(jobs.c.id == name).values(created_at=at))
    expected = creation_order(database, newest_first)
    assert expected[:: -1 if newest_first else 1][:4] == [
        "video_1",
        "video_2",
        "video_3",
        "video_0",
    ]
    seen, after, more = [], None, True
    while more:
        (job,), more = library.page(
            wanted, limit=1, after=after, newest_first=newest_first, sort=Sort.CREATED
        )
        seen.append(job.id)
        after = job.id
        assert queue.delete(job.id, "me")
    assert seen == expected


def test_a_place_that_an_earlier_version_kept_has_no_time(database: Engine):
    queue, library = Queue(database), Library(database)
    queue.submit("a", {})
    queue.submit("b", {})
    queue.delete("b")
    with database.begin() as connection:
        connection.execute(update(deleted_jobs).values(created_at=None))
    assert [job.id for job in queue.page(after="b")[0]] == ["a"]
    with pytest.raises(RequestError, match="'after': there is no video 'b'"):
        library.page(JobFilter(), after="b", sort=Sort.CREATED)


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("limit", [1, 3])
def test_a_list_is_walked_while_its_jobs_are_deleted(
    database: Engine, newest_first: bool, limit: int
):
    queue = Queue(database)
    names = [queue.submit(f"video_{n}", {}, owner="me").id for n in range(10)]
    other = queue.submit("video_of_another", {}, owner="you").id
    seen, after, more = [], None, True
    while more:
        found, more = queue.page(owner="me", limit=limit, after=after, newest_first=newest_first)
        for job in found:
            assert queue.delete(job.id, "me")
        seen += [job.id for job in found]
        after = seen[-1]
    assert seen == (names[::-1] if newest_first else names)
    assert queue.get(other)


def test_a_job_with_the_number_of_a_deleted_one_is_listed(database: Engine):
    """SQLite gives the number of the last job again when that job is deleted."""
    queue = Queue(database)
    for name in ("a", "b"):
        queue.submit(name, {})
    queue.delete("b")
    queue.submit("c", {})
    assert [job.id for job in queue.page(after="b", newest_first=False)[0]] == ["c"]
    assert [job.id for job in queue.page(after="b")[0]] == ["a"]
    queue.delete("c")
    queue.submit("b", {})
    assert [job.id for job in queue.page(after="b")[0]] == ["a"], "an id that is used again"
    queue.delete("b")
    assert [job.id for job in queue.page(after="b")[0]] == ["a"]


def test_places_belong_to_an_owner_and_are_forgotten_in_time(database: Engine):
    clock = Clock()
    queue = Queue(database, clock=clock)
    for name in ("a", "b", "c"):
        queue.submit(name, {}, owner="me")
    queue.delete("a", "you")
    queue.delete("b", "me")
    assert [job.id for job in queue.page(owner="me", after="b")[0]] == ["a"]
    with pytest.raises(RequestError, match="'after': there is no video 'b'"):
        queue.page(owner="you", after="b")
    clock.now += KEPT_SECONDS + 1
    queue.delete("c", "me")
    with pytest.raises(RequestError):
        queue.page(owner="me", after="b")
    with database.begin() as connection:
        assert connection.execute(select(func.count()).select_from(deleted_jobs)).scalar() == 1

"""Marks, tags, search, lineage and the trash, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from sorairo.errors import LeaseLostError, QuotaError, RequestError
from sorairo.jobs.job import COMPLETED, QUEUED, Job
from sorairo.jobs.keys import Quota
from sorairo.jobs.library.changes import LabelChange, Library
from sorairo.jobs.library.lineage import FamilyTree
from sorairo.jobs.library.listing import JobFilter, Sort
from sorairo.jobs.queue import Queue
from sorairo.jobs.stored.ledger import StorageLedger


class Time:
    """A clock that a test sets."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def queue(database: Engine, clock: Time) -> Queue:
    return Queue(database, clock=clock)


@pytest.fixture
def library(database: Engine, clock: Time) -> Library:
    return Library(database, clock=clock)


def payload(prompt: str, command: str = "generate", **video: Any) -> dict[str, Any]:
    return {"command": command, "video": {"prompt": prompt, "model": "sora-2", **video}}


def ids(library: Library, **wanted: Any) -> list[str]:
    return [job.id for job in library.page(JobFilter(owner="key_1", **wanted), limit=100)[0]]


def test_search_and_filters(queue: Queue, library: Library):
    queue.submit("video_1", payload("a Red ball drops"), owner="key_1")
    queue.submit(
        "video_2", payload("100% of a 红球, 50_50", "extend", model="other"), owner="key_1"
    )
    queue.submit("video_3", payload("a red box"), owner="key_2")
    library.label(["video_2"], "key_1", LabelChange(favourite=True, tags=("ball games", "Red")))
    assert ids(library) == ["video_2", "video_1"]
    for text, found in {
        "red BALL": ["video_2", "video_1"],
        "red drops": ["video_1"],
        "红球": ["video_2"],
        "100%": ["video_2"],
        "1%f": [],
        "0_5": ["video_2"],
        "a_Red": [],
        "games": ["video_2"],
    }.items():
        assert ids(library, text=text) == found, text
    assert ids(library, tags=("RED",)) == ["video_2"]
    assert ids(library, tags=("ball",)) == [], "a tag is found as a whole"
    assert ids(library, tags=("red", "ball games"), favourite=True) == ["video_2"]
    assert ids(library, favourite=False) == ["video_1"]
    assert ids(library, kind=("extend", "loop")) == ["video_2"]
    assert ids(library, model="sora-2") == ["video_1"]
    assert ids(library, status=(COMPLETED,)) == []
    assert ids(library, ids=("video_1", "video_3")) == ["video_1"]


@pytest.mark.parametrize("text", ["été", "ÉTÉ", "шар ÉTÉ", "ΣΑΛΑ"])
def test_search_in_upper_and_lower_case_of_any_script(queue: Queue, library: Library, text: str):
    queue.submit("video_1", payload("Été, Шар, Σαλα"), owner="key_1")
    assert ids(library, text=text) == ["video_1"]
    assert ids(library, text="ete") == []


def test_a_prompt_that_is_no_text_hinders_no_search(
    queue: Queue, library: Library, database: Engine
):
    """As an earlier version stored it. PostgreSQL refuses it."""
    if database.dialect.name == "sqlite":
        queue.submit("video_1", payload("Été \ud800"), owner="key_1")
    queue.submit("video_2", {"command": "generate"}, owner="key_1")
    queue.submit("video_3", payload("été"), owner="key_1")
    found = ids(library, text="ÉTÉ")
    assert found == ["video_3", "video_1"][: 2 if database.dialect.name == "sqlite" else 1]


def test_labels_are_changed_for_all_or_none(queue: Queue, library: Library):
    for name in ("video_1", "video_2"):
        queue.submit(name, payload("x"), owner="key_1")
    both = library.label(["video_1", "video_2"], "key_1", LabelChange(tags=("b", "a")))
    assert both is not None
    assert [job.tags for job in both] == [("a", "b")] * 2
    change = LabelChange(add=("New  One",), remove=("a",))
    (job,) = library.label(["video_1", "video_1"], "key_1", change) or []
    assert (job.tags, job.favourite) == (("b", "new one"), False)
    assert library.tags("key_1") == [("b", 2), ("a", 1), ("new one", 1)]
    for other in (["video_1", "video_9"], ["video_1", "video_2\0"]):
        assert library.label(other, "key_1", LabelChange(favourite=True)) is None
    assert library.label(["video_1"], "key_2", LabelChange(favourite=True)) is None
    for wrong in ("", " ", "x" * 65, "a\0b", "two\nlines\x07"):
        with pytest.raises(RequestError, match="tag"):
            library.label(["video_1"], "key_1", LabelChange(add=(wrong,)))
    with pytest.raises(RequestError, match="at most 32"):
        library.label(["video_1"], "key_1", LabelChange(add=tuple(map(str, range(32)))))
    assert ids(library, favourite=True) == []


def test_the_trash_stops_a_job_and_restores_it(queue: Queue, library: Library, database: Engine):
    queue.submit("video_1", payload("x"), owner="key_1", request_key="k")
    running = queue.claim("worker")
    assert running is not None
    (gone,) = library.trash(["video_1"], "key_1") or []
    assert (gone.status, gone.trashed_at) == (QUEUED, 1000.0)
    with pytest.raises(LeaseLostError):
        queue.renew(running)
    assert queue.claim("worker") is None
    assert queue.get("video_1") is None
    assert queue.get("video_1", or_trashed=True) == gone
    assert queue.count_unfinished() == 0
    assert queue.count_by_status() == {}
    assert queue.existing_ids(["video_1"]) == {"video_1"}, "its files are kept"
    assert (ids(library), ids(library, trashed=True)) == ([], ["video_1"])
    assert queue.submit("video_2", payload("x"), owner="key_1", request_key="k").id == "video_2"
    assert library.trash(["video_1"], "key_1") is None
    assert library.restore(["video_1"], "key_2", size=lambda _: 0) is None

    def size(_job: Job) -> int:
        queue.submit(
            "video_0", payload("x"), owner="key_2"
        )  # others write while files are measured
        return 9000

    (back,) = library.restore(["video_1"], "key_1", size=size) or []
    assert (back.status, back.trashed_at, back.attempts) == (QUEUED, None, 0)
    assert ids(library) == ["video_2", "video_1"], "at its old place"
    assert StorageLedger(database).used("key_1") == 9000 + 4096
    again = queue.claim("worker")
    assert again is not None
    assert (again.id, again.fence) == ("video_1", 2)


def test_the_trash_frees_storage_and_is_emptied(
    queue: Queue, library: Library, database: Engine, clock: Time
):
    for name in ("video_1", "video_2"):
        queue.submit(name, payload("x"), owner="key_1")
    library.trash(["video_1"], "key_1")
    assert StorageLedger(database).used("key_1") == 4096
    with pytest.raises(QuotaError):
        library.restore(["video_1"], "key_1", size=lambda _: 5000, quota=Quota(most_bytes=9000))
    with pytest.raises(QuotaError, match="At most 1 jobs"):
        library.restore(["video_1"], "key_1", size=lambda _: 0, quota=Quota(most_waiting=1))
    assert ids(library, trashed=True) == ["video_1"], "nothing was changed"
    assert library.due(60) == []
    clock.now += 61
    library.trash(["video_2"], "key_1")
    assert library.due(60) == ["video_1"]
    assert library.purge(["video_1", "video_9"]) == ["video_1"]
    assert ids(library, trashed=True) == ["video_2"]
    assert queue.delete("video_2") is not None
    assert ids(library, trashed=True) == []
    page = queue.page(owner="key_1", after="video_1")
    assert page == ([], False), "cursors outlive the trash"


def test_lists_by_the_time_of_creation(queue: Queue, library: Library, clock: Time):
    for name, now in (("video_1", 3.0), ("video_2", 1.0), ("video_3", 2.0), ("video_4", 2.0)):
        clock.now = now
        queue.submit(name, payload("x"), owner="key_1")
    wanted, found, after = JobFilter(owner="key_1"), [], None
    for _ in range(4):
        (job,), more = library.page(wanted, limit=1, after=after, sort=Sort.CREATED)
        found, after = [*found, job.id], job.id
    assert (found, more) == (["video_1", "video_4", "video_3", "video_2"], False)
    upward, _ = library.page(wanted, limit=9, newest_first=False, sort=Sort.CREATED)
    assert [job.id for job in upward] == found[::-1]
    with pytest.raises(RequestError, match="'after'"):
        library.page(wanted, limit=1, after="video_9", sort=Sort.CREATED)
    library.trash(found[:2], "key_1")
    trash = JobFilter(owner="key_1", trashed=True)
    (job,), more = library.page(trash, limit=1, after=found[0], sort=Sort.CREATED)
    assert (job.id, more) == (found[1], False)
    (job, _), _ = library.page(wanted, limit=9, after=found[1], sort=Sort.CREATED)
    assert job.id == found[2], "the list goes on where a video was put into the trash"


def test_families(queue: Queue, database: Engine):
    """What is connected; the row of a deleted parent stays, that of a deleted child does not."""
    queue.submit("a", payload("x"))
    queue.submit("b", payload("x", remixed_from_video_id="a"))
    queue.submit("c", payload("x", "connect", parents={"a": "connection", "b": "connection"}))
    queue.submit("d", payload("x", remixed_from_video_id="c"))
    queue.submit("z", payload("x"))
    tree = FamilyTree(database)
    edges = {("b", "a", "remix"), ("c", "a", "connection"), ("c", "b", "connection")}
    every = {*edges, ("d", "c", "remix")}
    for name in "abcd":
        assert {(e.child, e.parent, e.relation) for e in tree.family(name)} == every
    assert tree.family("z") == ()
    queue.delete("a")
    queue.delete("d")
    assert {(e.child, e.parent, e.relation) for e in tree.family("b")} == edges

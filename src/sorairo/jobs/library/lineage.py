"""Which videos a video was made from, and which were made from it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, or_, select

from sorairo.jobs.schema import jobs, lineage

REMIX, IMPORT = "remix", "import"
ORIGIN = "origin_"  # how the ids of videos of other libraries begin
MAX_FAMILY = 200  # videos of a family that are listed
AT_ONCE = 200  # ids in one query


@dataclass(frozen=True, kw_only=True)
class Descent:
    """One row of the table `lineage`."""

    child: str
    """The id of a video."""
    parent: str
    """The id of one that it was made from, which may be deleted."""
    relation: str
    """How: the part that the parent had in the request, such as "remix" or "extension"."""


def record_parents(connection: Connection, child: str, payload: Mapping[str, Any]) -> None:
    """Records the parents that the payload of a new job names (`video.parents`)."""
    for parent, relation in parents_in(payload).items():
        row = {"child": child, "parent": parent, "relation": relation}
        connection.execute(insert(lineage).values(row))


def record_origin(
    connection: Connection, owner: str, child: str, origin: str, parents: Mapping[str, str]
) -> None:
    """Records that a new video is the one of another library with the id `origin` ("": not known),
    where it was made from `parents`: the relation to each, by its id. The ids are made names that
    no other owner's videos have; those of the owner's own videos stay as they are."""
    named = [*parents, *([origin] if origin else [])]
    query = select(jobs.c.id).where(jobs.c.id.in_(named), jobs.c.owner == owner)
    own = set(connection.execute(query).scalars())
    rows = {each: relation for each, relation in parents.items() if each not in (origin, child)}
    rows |= {origin: IMPORT} if origin and origin != child else {}
    for each, relation in rows.items():
        parent = each if each in own else _origin(owner, each)
        connection.execute(
            insert(lineage).values({"child": child, "parent": parent, "relation": relation})
        )


def _origin(owner: str, video: str) -> str:
    return ORIGIN + hashlib.sha256(f"{owner} {video}".encode()).hexdigest()[:32]


def parents_in(payload: Mapping[str, Any]) -> dict[str, str]:
    """The relation to each parent, by its id, in the payload of a job."""
    video = payload.get("video", payload.get("told")) or {}
    found = {}
    if video.get("remixed_from_video_id"):
        found[video["remixed_from_video_id"]] = REMIX
    return {**found, **(video.get("parents") or {})}


def forget_child(connection: Connection, child: str) -> None:
    """Deletes what is known of the parents of a deleted job."""
    connection.execute(delete(lineage).where(lineage.c.child == child))


def fill_in_remixes(connection: Connection) -> None:
    """A migration: the parents of the remixes that earlier versions made."""
    rows = connection.execute(select(jobs.c.id, jobs.c.payload)).all()
    known = set(connection.execute(select(lineage.c.child)).scalars())
    for row in rows:
        if row.id not in known:
            record_parents(connection, row.id, row.payload)


class FamilyTree:
    """The lineage in a database."""

    def __init__(self, database: Engine) -> None:
        self.reading = database.execution_options(read_only=True)

    def family(self, job: str, most: int = MAX_FAMILY) -> tuple[Descent, ...]:
        """All descents that connect a job with others, directly or through others, the nearest
        first, until more than `most` jobs are found."""
        seen, front = {job}, [job]
        found: dict[tuple[str, str], Descent] = {}
        with self.reading.begin() as connection:
            while front and len(seen) <= most:
                added = []
                for each in _around(connection, front):
                    found.setdefault((each.child, each.parent), each)
                    added += [name for name in (each.child, each.parent) if name not in seen]
                front = list(dict.fromkeys(added))
                seen |= set(front)
        return _joined(found.values())

    def parents(self, job: str) -> dict[str, str]:
        """The relation to each video that a job's one was made from, by its id."""
        with self.reading.begin() as connection:
            near = tuple(_around(connection, [job]))
            origins = [each.parent for each in near if each.child == job]
            found = _joined((*near, *_around(connection, origins)))
        return {each.parent: each.relation for each in found if each.child == job}


def _joined(found: Iterable[Descent]) -> tuple[Descent, ...]:
    """Descents in which the video of another library is the one that was imported from there."""
    found = tuple(dict.fromkeys(found))
    origins = [each for each in found if each.relation == IMPORT and each.parent.startswith(ORIGIN)]
    here = {each.parent: each.child for each in reversed(origins)}
    renamed = [
        replace(each, parent=here.get(each.parent, each.parent))
        for each in found
        if each not in origins
    ]
    return tuple(each for each in dict.fromkeys(renamed) if each.parent != each.child)


def _around(connection: Connection, names: Sequence[str]) -> Iterable[Descent]:
    for first in range(0, len(names), AT_ONCE):
        some = names[first : first + AT_ONCE]
        near = or_(lineage.c.child.in_(some), lineage.c.parent.in_(some))
        query = select(lineage).where(near).order_by(lineage.c.child, lineage.c.parent)
        for row in connection.execute(query).all():
            yield Descent(**row._mapping)

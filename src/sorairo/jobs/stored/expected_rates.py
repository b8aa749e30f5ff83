"""How long clips of a model are expected to take, measured by a worker before one was made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Engine, delete, insert, select
from sqlalchemy.exc import IntegrityError

from sorairo.jobs.schema import measured_rates
from sorairo.jobs.work_rates import Point


def read_expected(connection: Connection) -> Mapping[str, Sequence[Point]]:
    """What is expected of each model, "" for the one that workers are started with."""
    found: dict[str, list[Point]] = defaultdict(list)
    for row in connection.execute(select(measured_rates)):
        found[row.model].append(Point(float(row.pixels), row.rate, row.effort))
    return found


def write_expected(database: Engine, model: str, points: Sequence[Point]) -> None:
    """Replaces what is expected of a model; of two workers that measured at once, one counts."""
    rows = [{**each._asdict(), "model": model, "pixels": int(each.pixels)} for each in points]
    try:
        with database.begin() as connection:
            connection.execute(delete(measured_rates).where(measured_rates.c.model == model))
            if rows:
                connection.execute(insert(measured_rates), rows)
    except IntegrityError:
        pass

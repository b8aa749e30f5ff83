"""How long clips of a model are expected to take, measured by a worker before one was made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Engine, delete, insert, select
from sqlalchemy.exc import IntegrityError

from sorairo.jobs.schema import expected_rates

Points = Sequence[tuple[float, float]]
"""Pixels of a frame, and seconds for each second of a clip of that size."""


def read_expected(connection: Connection) -> Mapping[str, Points]:
    """What is expected of each model, "" for the one that workers are started with."""
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in connection.execute(select(expected_rates)):
        found[row.model].append((float(row.pixels), row.rate))
    return found


def write_expected(database: Engine, model: str, points: Points) -> None:
    """Replaces what is expected of a model; of two workers that measured at once, one counts."""
    rows = [{"model": model, "pixels": int(pixels), "rate": rate} for pixels, rate in points]
    try:
        with database.begin() as connection:
            connection.execute(delete(expected_rates).where(expected_rates.c.model == model))
            if rows:
                connection.execute(insert(expected_rates), rows)
    except IntegrityError:
        pass

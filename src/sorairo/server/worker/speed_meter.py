"""Measures the models of a worker while it has nothing to do, for forecasts before a first clip."""

from __future__ import annotations

import logging
import threading
import time

from sqlalchemy import Engine as Database
from sqlalchemy import select

from sorairo.generation.expected_rates import rates_by_block, rates_by_clips
from sorairo.jobs import clock
from sorairo.jobs.conditions import is_due
from sorairo.jobs.schema import jobs
from sorairo.jobs.stored.expected_rates import read_expected, write_expected
from sorairo.jobs.work_rates import Point
from sorairo.models import hub
from sorairo.models.sizing.shape import NetworkShape, shape_of
from sorairo.server.worker.loaded_models import LoadedModels

IDLE_SECONDS = 10.0  # without a job, before something is measured
FPS = 24.0  # of clips whose request says none
log = logging.getLogger("sorairo.worker")


class SpeedMeter:
    """Measures the model of a worker once, and other installed ones that nobody has measured: one
    after another, while no job waits. They need not be loaded. When a job comes, or the worker is
    `stopping`, it ends within a step; what it measured is measured again later."""

    def __init__(
        self,
        models: LoadedModels,
        database: Database,
        stopping: threading.Event,
        *,
        idle: float = IDLE_SECONDS,
    ) -> None:
        self.models, self.database, self.idle = models, database, idle
        self.stopping = stopping
        self._since = time.monotonic()
        self._left: list[str] | None = None  # names of models; None: not looked up yet

    def busy(self) -> None:
        """To be called when there is a job."""
        self._since = time.monotonic()

    def rest(self) -> None:
        """To be called when there is no job: measures one model, if there was none for a while."""
        if self._left == [] or time.monotonic() - self._since < self.idle:
            return
        try:
            self._measure_next()
        except InterruptedError:
            self.busy()
        except Exception:  # a forecast is not worth a worker
            log.warning("the speed of a model cannot be measured", exc_info=True)
            self._left = self._left and self._left[1:]
            self._since = time.monotonic()

    def _measure_next(self) -> None:
        if self._left is None:
            self._left = ["", *self._unmeasured()]
        write_expected(self.database, self._left[0], self._measured(self._left[0]))
        del self._left[0]

    def _measured(self, name: str) -> list[Point]:
        directory = name or self.models.model
        if directory:
            info = hub.info(hub.find(directory))
            shape = shape_of(info)
            if shape is not None and _is_computed(shape):
                return rates_by_block(info, shape, self.models.device, self._go_on)
        return rates_by_clips(self.models.get(name), FPS, lambda _now: self._go_on())

    def _go_on(self) -> None:
        """Raises InterruptedError if the worker has something else to do."""
        if self.stopping.is_set() or self._job_waits():
            raise InterruptedError

    def _job_waits(self) -> bool:
        with self.database.execution_options(read_only=True).begin() as connection:
            due = select(jobs.c.number).where(is_due(clock.now(connection))).limit(1)
            return connection.execute(due).first() is not None

    def _unmeasured(self) -> list[str]:
        with self.database.execution_options(read_only=True).begin() as connection:
            known = read_expected(connection)
        shapes = {info.name: shape_of(info) for info in hub.list_models()}
        return [
            name
            for name, shape in shapes.items()
            if name not in known and shape is not None and _is_computed(shape)
        ]


def _is_computed(shape: NetworkShape) -> bool:
    """Whether the work of whole requests follows from the shape, that of the codec included."""
    return shape.decode_flops_per_pixel > 0

"""Measures the models of a worker while it has nothing to do, for forecasts before a first clip."""

from __future__ import annotations

import logging
import time

from sqlalchemy import Engine as Database

from sorairo.generation.expected_rates import Points, rates_by_block, rates_by_clips
from sorairo.jobs.stored.expected_rates import read_expected, write_expected
from sorairo.models import hub
from sorairo.models.sizing.shape import NetworkShape, shape_of
from sorairo.server.worker.loaded_models import LoadedModels

IDLE_SECONDS = 10.0  # without a job, before something is measured
FPS = 24.0  # of clips whose request says none
log = logging.getLogger("sorairo.worker")


class SpeedMeter:
    """Measures the model of a worker once, and other installed ones that nobody has measured: one
    after another, while no job waits. They need not be loaded."""

    def __init__(
        self, models: LoadedModels, database: Database, *, idle: float = IDLE_SECONDS
    ) -> None:
        self.models, self.database, self.idle = models, database, idle
        self._since = time.monotonic()
        self._left: list[str] | None = None  # names of models; None: not looked up yet

    def busy(self) -> None:
        """To be called when there is a job."""
        self._since = time.monotonic()

    def rest(self) -> None:
        """To be called when there is no job: measures one model, if there was none for a while."""
        if self._left == [] or time.monotonic() - self._since < self.idle:
            return
        if self._left is None:
            self._left = ["", *self._unmeasured()]
        name = self._left.pop(0)
        try:
            points = self._measured(name)
            write_expected(self.database, name, points)
        except Exception:  # a forecast is not worth a worker
            log.warning("the speed of %s cannot be measured", name or "the model", exc_info=True)

    def _measured(self, name: str) -> Points:
        directory = name or self.models.model
        if directory:
            info = hub.info(hub.find(directory))
            shape = shape_of(info)
            if shape is not None and _is_computed(shape):
                return rates_by_block(info, shape, self.models.device)
        return rates_by_clips(self.models.get(name), FPS)

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

"""The command line that modules of this package share."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping

from sorairo.exam.perception.fitted_nets import fitted_nets, write_nets
from sorairo.world.tabletop.perception.classifiers import Net

Nets = Mapping[str, Net]


def parser(about: str | None) -> argparse.ArgumentParser:
    """The options of all of them."""
    formatter = argparse.RawTextHelpFormatter
    options = argparse.ArgumentParser(description=about, formatter_class=formatter)
    options.add_argument("--report", action="store_true", help="do not fit")
    return options


def fit_and_report(
    judge: str, fit: Callable[[], Nets], report: Callable[[Nets], None], *, report_only: bool
) -> None:
    """Fits the classifiers of a judge and stores them, unless `report_only`; then reports on those
    that are stored."""
    if not report_only:
        write_nets(judge, fit())
    report(fitted_nets(judge))

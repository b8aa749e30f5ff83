"""From the verdicts on cases to figures beside their aims."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

DRAWS = 2000  # of the bootstrap
WHOLE_DRAWS = 400  # where a statistic is slow
Z = 1.96  # standard deviations around the mean hold 95 %
STATISTICS = {"mean": np.mean, "median": np.median, "highest": np.max}
Verdict = Mapping[str, float]  # measure -> value of one case; a yes is 1, a no 0; NaN: no answer


@dataclass(frozen=True, kw_only=True)
class Aim:
    """A measure, how its cases are summed up, and the bound that is aimed at (None: only told)."""

    measure: str
    of: str = "mean"
    least: float | None = None
    most: float | None = None
    share: bool = False  # of cases: each says yes or no
    below_codec: float | None = None  # how far the truth after the codec may be better

    @property
    def key(self) -> str:
        return self.measure if self.of == "mean" else f"{self.measure} ({self.of})"

    def given(self, codec: Figure) -> Aim:
        """The aim with its bound, if that hangs on what the codec can do."""
        if self.below_codec is None or not codec.cases:
            return self
        return replace(self, least=codec.value - self.below_codec)

    def met(self, value: float) -> bool:
        above = self.least is None or value >= self.least
        return above and (self.most is None or value <= self.most)

    def failed(self, verdict: Verdict) -> bool:
        """Whether one case falls short."""
        value = verdict.get(self.measure, np.nan)
        if np.isnan(value) or (self.least is None and self.most is None):
            return False
        return value < 1 if self.share else not self.met(value)

    def badness(self, verdict: Verdict) -> float:
        """How far one case falls short, in multiples of the bound; 0 where it does not."""
        if not self.failed(verdict):
            return 0.0
        value = verdict[self.measure]
        bounds = [1.0] if self.share else [b for b in (self.least, self.most) if b is not None]
        return min(abs(value - bound) / max(abs(bound), 0.1) for bound in bounds)

    def __str__(self) -> str:
        if self.least is None and self.most is None:
            return ""
        if self.least is not None and self.most is not None:
            return f"{self.least:g}..{self.most:g}"
        sign, bound = (">=", self.least) if self.least is not None else ("<=", self.most)
        assert bound is not None
        return f"{sign} {100 * bound:.0f} %" if self.share else f"{sign} {bound:g}"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A value over `cases` cases, with its 95 % interval: Wilson's of a share (1927), as a
    bootstrap would give none where all say the same; of anything else the bootstrap's."""

    value: float
    low: float
    high: float
    cases: int

    def told(self, share: bool) -> str:
        if not self.cases:
            return "-"
        if share:
            return f"{100 * self.value:.0f} % [{100 * self.low:.0f}, {100 * self.high:.0f}]"
        return f"{self.value:.3g} [{self.low:.3g}, {self.high:.3g}]"


def figure(aim: Aim, verdicts: Sequence[Verdict]) -> Figure:
    """One measure over all cases that have an answer."""
    values = np.array([verdict.get(aim.measure, np.nan) for verdict in verdicts], float)
    values = values[~np.isnan(values)]
    if not len(values):
        return Figure(value=np.nan, low=np.nan, high=np.nan, cases=0)
    if aim.share:
        return _share(values)
    statistic = STATISTICS[aim.of]
    draws = np.random.default_rng(0).integers(len(values), size=(DRAWS, len(values)))
    low, high = np.percentile(statistic(values[draws], axis=1), [2.5, 97.5])
    return Figure(
        value=float(statistic(values)), low=float(low), high=float(high), cases=len(values)
    )


def _share(values: np.ndarray) -> Figure:
    n, share = len(values), float(values.mean())
    middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z * np.sqrt(share * (1 - share) / n + (Z / (2 * n)) ** 2) / (1 + Z**2 / n)
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Figure(value=share, low=float(min(low, share)), high=float(max(high, share)), cases=n)


def figure_of(
    statistic: Callable[[Sequence[Verdict]], float], verdicts: Sequence[Verdict]
) -> Figure:
    """A measure of all cases together; its cases are those of which it says something alone, or
    all, if it says nothing of any."""
    rng = np.random.default_rng(0)
    picks = rng.integers(len(verdicts), size=(WHOLE_DRAWS, len(verdicts))) if verdicts else []
    draws = [statistic([verdicts[i] for i in pick]) for pick in picks]
    known = [draw for draw in draws if not np.isnan(draw)]
    low, high = np.percentile(known, [2.5, 97.5]) if known else (np.nan, np.nan)
    alone = sum(not np.isnan(statistic([verdict])) for verdict in verdicts)
    return Figure(
        value=statistic(verdicts), low=float(low), high=float(high), cases=alone or len(verdicts)
    )


Columns = Mapping[str, Mapping[str, Figure]]  # who answered -> measure -> figure


def table(title: str, aims: Sequence[Aim], columns: Columns) -> str:
    """Measures down, who answered across; then the aim, and whether the first column meets it."""
    names = list(columns)
    lines = [f"{title:<28}" + "".join(f"{name:>28}" for name in names) + f"{'aim':>12}"]
    for aim in aims:
        cells = "".join(f"{columns[name][aim.key].told(aim.share):>28}" for name in names)
        first = columns[names[0]][aim.key]
        aim = aim.given(columns[names[-1]][aim.key])
        bound = str(aim)
        verdict = "" if not bound or not first.cases else "yes" if aim.met(first.value) else "NO"
        lines.append(f"{aim.key:<28}{cells}{bound:>12} {verdict}".rstrip())
    return "\n".join(lines)

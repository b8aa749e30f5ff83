"""Goals for the measures of a suite, and estimates with 95 % intervals from its verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

BOOTSTRAP_SAMPLES = 2000
JOINT_BOOTSTRAP_SAMPLES = 400  # joint measures are slow to compute
Z = 1.96  # standard deviations around the mean that hold 95 % of a normal distribution
STATISTICS = {"mean": np.mean, "median": np.median, "highest": np.max}

Verdict = Mapping[str, float]
"""Measure -> value for one answer: 1 for yes, 0 for no, NaN where the measure does not apply."""


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A measure of a suite, how it is summed up over the questions, and the bound to reach."""

    measure: str
    """The name of the measure: a key of the verdicts."""
    of: str = "mean"
    """The statistic over all questions: a key of `STATISTICS`."""
    least: float | None = None
    """The lower bound. A measure without any bound is reported but not judged."""
    most: float | None = None
    """The upper bound."""
    share: bool = False
    """Whether every verdict is a yes or a no, so that the mean is a share. An answer meets the goal
    with a yes, or with a no where the only bound is an upper one."""
    below_codec: float | None = None
    """Sets the lower bound to this much below the value of the true clips after the codec."""
    anchors: str = ""
    """What other models reach, each on its own test."""

    def __post_init__(self) -> None:
        assert self.of in STATISTICS, f"{self.measure}: no statistic '{self.of}'"

    @property
    def key(self) -> str:
        """The name in tables and reports."""
        return self.measure if self.of == "mean" else f"{self.measure} ({self.of})"

    @property
    def bounds(self) -> list[float]:
        return [bound for bound in (self.least, self.most) if bound is not None]

    def with_codec(self, codec: Estimate) -> Goal:
        """The goal with its lower bound computed from the codec's value, if it depends on that."""
        if self.below_codec is None or not codec.cases:
            return self
        return replace(self, least=codec.value - self.below_codec)

    def met(self, value: float) -> bool:
        """Whether a value over all questions is within the bounds."""
        above = self.least is None or value >= self.least
        return above and (self.most is None or value <= self.most)

    def failed(self, verdict: Verdict) -> bool:
        """Whether one answer misses the goal."""
        value = verdict.get(self.measure, np.nan)
        if np.isnan(value) or not self.bounds:
            return False
        if self.share:
            return value > 0 if self.least is None and self.below_codec is None else value < 1
        return not self.met(value)

    def shortfall(self, verdict: Verdict) -> float:
        """How far one answer misses the goal, in multiples of the bound; 0 if it does not."""
        if not self.failed(verdict):
            return 0.0
        if self.share:
            return 1.0
        value, bounds = verdict[self.measure], self.bounds
        return min(abs(value - bound) / max(abs(bound), 0.1) for bound in bounds)

    def __str__(self) -> str:
        if not self.bounds:
            return ""
        if self.least is not None and self.most is not None:
            return f"{self.least:g}..{self.most:g}"
        sign, bound = ">=" if self.least is not None else "<=", self.bounds[0]
        return f"{sign} {100 * bound:.0f} %" if self.share else f"{sign} {bound:g}"


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """The value of a measure over several answers, with its 95 % interval.

    The interval of a share is Wilson's (1927), because a bootstrap has no width where all answers
    agree. For every other statistic it is a bootstrap interval. Answers about one scene, such as
    those to its two prompts, count as one cluster: Wilson's interval has the effective number of
    answers (the number over the design effect; Kish 1965, Korn and Graubard 1998), and the
    bootstrap draws scenes.
    """

    value: float
    """NaN without any answer."""
    low: float
    """The lower end of the interval."""
    high: float
    """The upper end of the interval."""
    cases: int
    """The number of answers that the measure applies to."""

    def format(self, share: bool) -> str:
        """The value and the interval as text, a share in percent."""
        if not self.cases:
            return "-"
        if share:
            return f"{100 * self.value:.0f} % [{100 * self.low:.0f}, {100 * self.high:.0f}]"
        return f"{self.value:.3g} [{self.low:.3g}, {self.high:.3g}]"


NO_ESTIMATE = Estimate(value=np.nan, low=np.nan, high=np.nan, cases=0)
Estimates = Mapping[str, Mapping[str, Estimate]]
"""Column -> key of a goal -> estimate."""


def estimate(
    goal: Goal, verdicts: Sequence[Verdict], scenes: Sequence[str] | None = None
) -> Estimate:
    """A measure over all answers that it applies to. `scenes` names what each answer is about;
    None: each is about another scene."""
    values = np.array([verdict.get(goal.measure, np.nan) for verdict in verdicts], float)
    applies = np.flatnonzero(~np.isnan(values))
    if not len(applies):
        return NO_ESTIMATE
    clusters = _clusters(applies if scenes is None else [scenes[i] for i in applies.tolist()])
    values = values[applies]
    if goal.share:
        return _share(values, clusters)
    statistic = STATISTICS[goal.of]
    rng = np.random.default_rng(0)
    picks = rng.integers(len(clusters), size=(BOOTSTRAP_SAMPLES, len(clusters)))
    if len(clusters) == len(values):
        found = statistic(values[picks], axis=1)
    else:
        found = [statistic(values[np.concatenate([clusters[i] for i in pick])]) for pick in picks]
    low, high = np.percentile(found, [2.5, 97.5])
    return Estimate(
        value=float(statistic(values)), low=float(low), high=float(high), cases=len(values)
    )


def _clusters(scenes: Iterable[object]) -> list[list[int]]:
    """The places of the answers to each scene."""
    found: dict[object, list[int]] = {}
    for place, scene in enumerate(scenes):
        found.setdefault(scene, []).append(place)
    return list(found.values())


def _share(values: np.ndarray, clusters: Sequence[Sequence[int]]) -> Estimate:
    """Wilson's score interval for the effective number of answers."""
    share, n = float(values.mean()), len(values) / _design_effect(values, clusters)
    middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z * np.sqrt(share * (1 - share) / n + (Z / (2 * n)) ** 2) / (1 + Z**2 / n)
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    low, high = float(min(low, share)), float(max(high, share))
    return Estimate(value=share, low=low, high=high, cases=len(values))


def _design_effect(values: np.ndarray, clusters: Sequence[Sequence[int]]) -> float:
    """By how much the variance of a share of clustered answers exceeds that of independent ones: at
    least 1. Where it cannot be estimated, since all answers agree or are about one scene, it is the
    largest possible one: the answers of a scene are always the same."""
    n, count, share = len(values), len(clusters), float(values.mean())
    if count == n:
        return 1.0
    if count == 1 or share in (0.0, 1.0):
        return n / count
    residuals = [float(np.sum(values[list(each)] - share)) for each in clusters]
    clustered = count / (count - 1) * float(np.square(residuals).sum()) / n**2
    return max(1.0, clustered / (share * (1 - share) / (n - 1)))


def joint_estimate(
    statistic: Callable[[Sequence[Verdict]], float],
    verdicts: Sequence[Verdict],
    scenes: Sequence[str] | None = None,
) -> Estimate:
    """A measure that is computed from all verdicts together; `scenes` as for `estimate`.

    Its cases are the verdicts from which it can be computed alone, or all of them if there is none.
    The interval includes the value, which for a distance near 0 is below those of resampled
    verdicts.
    """
    rng = np.random.default_rng(0)
    clusters = _clusters(range(len(verdicts)) if scenes is None else scenes)
    size = (JOINT_BOOTSTRAP_SAMPLES, len(clusters))
    picks = rng.integers(len(clusters), size=size) if verdicts else []
    values = [statistic([verdicts[i] for each in pick for i in clusters[each]]) for pick in picks]
    known = [value for value in values if not np.isnan(value)]
    low, high = np.percentile(known, [2.5, 97.5]) if known else (np.nan, np.nan)
    alone = sum(not np.isnan(statistic([verdict])) for verdict in verdicts)
    value = statistic(verdicts)
    return Estimate(
        value=value,
        low=float(np.fmin(low, value)),
        high=float(np.fmax(high, value)),
        cases=alone or len(verdicts),
    )


def mean_of_means(verdicts: Sequence[Verdict], names: Sequence[str]) -> float:
    """The mean of the means of the measures that have cases; NaN if none has."""
    found = [[verdict[name] for verdict in verdicts if name in verdict] for name in names]
    means = [np.mean(values) for values in found if values]
    return float(np.mean(means)) if means else float("nan")

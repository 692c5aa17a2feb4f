"""A figure as log odds: the same number of points is another effect near an end of the scale.

Log odds ratio of the first score against the changed one, positive for a loss, with the variance
of Woolf 1955, from events and n or from score and n. Where the standard error of the figure
itself is larger than that of the counts (scores of one site or scenario go together), the counts
are taken for fewer: the effective sample size of the Cochrane Handbook 23.1.4.
"""

from dataclasses import dataclass
from math import exp, log, sqrt

from service.evidence.figures import Arm, Figure, from_counts, standard_error


@dataclass(frozen=True)
class LogOdds:
    """A log odds ratio with its standard error and from what; or no value and why not."""

    value: float | None
    error: float | None
    method: str


def log_odds(figure: Figure) -> LogOdds:
    """Return the log odds ratio of a figure, positive for a loss."""
    if figure.higher_is_better is None:
        return LogOdds(None, None, "no direction of the metric is stated")
    ends = (figure.before, figure.after)
    if any(arm.counted is None for arm in ends):
        return LogOdds(None, None, "its scores and n give no counts")
    first, second = map(_logit, ends)
    counted = from_counts(figure)
    if first is None or second is None or counted is None:
        return LogOdds(None, None, "a score of none or all has no odds")
    times = max(1.0, (standard_error(figure).value or 0.0) / (counted.value or 1.0))
    variance = sum(1 / (a.n * a.share * (1 - a.share)) for a in ends if a.n and a.share)
    loss = first - second if figure.higher_is_better else second - first
    sources = sorted({str(arm.counted) for arm in ends})
    fewer = f", counts reduced to {100 / times**2:.0f} %" if times > 1 else ""
    return LogOdds(loss, times * sqrt(variance), f"from {' and '.join(sources)}{fewer}")


def _logit(arm: Arm) -> float | None:
    share = arm.share
    return None if share is None or not 0 < share < 1 else log(share / (1 - share))


def odds_ratio(loss: float, *, higher_is_better: bool) -> float:
    """Return the odds of the changed score over those of the first one."""
    return exp(-loss if higher_is_better else loss)

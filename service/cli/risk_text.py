"""What was measured elsewhere, as lines to read: numbers in the words and digits of the pages."""

from collections.abc import Iterator

from loaders.model import NO_INTERVAL, RATIOS, interval_words
from service.common.amounts import against_none, amount
from service.common.digits import computed, counted, plural, printed
from service.evidence.pooling import Summary
from service.evidence.relevance import SENTENCE, DimensionEvidence, Pool, RelevantFigure
from service.evidence.risk import Risk
from service.fit.claims import Finding

_LISTS = {"same_domain": "same domain", "elsewhere": "elsewhere", "confounded": "confounded"}
DIRECTIONS = {
    None: "direction not stated",
    True: "higher is better",
    False: "lower is better",
}


def risk_lines(found: Risk) -> Iterator[str]:
    """Yield the evidence for each assumption of a benchmark that may not hold."""
    yield f"{found.fit.benchmark} for: {found.title}"
    for finding, evidence in found.evidence:
        yield from _assumption(finding, evidence)
    yield SENTENCE


def _assumption(finding: Finding, found: DimensionEvidence) -> Iterator[str]:
    levels = ", ".join(f"{n} {spaced(level)}" for level, n in sorted(found.verification.items()))
    judged = f"{spaced(finding.verdict)} ({finding.how}, {finding.rule})"
    studies = plural(found.studies, "study", "studies")
    yield f"\n{found.dimension}: {judged}; {studies}, figures: {levels or 'nothing measured'}"
    for name, heading in _LISTS.items():
        for item in getattr(found, name):
            yield f"  {heading}: {_figure(item)}"
    for pool in found.pools:
        yield from (f"  {line}" for line in _pool(pool))


def _figure(item: RelevantFigure) -> str:
    figure = item.figure
    sizes = [counted(end.n) for end in (figure.before, figure.after) if end.n]
    kind = figure.metric_class
    about = [
        "" if figure.kind in RATIOS else spaced(figure.kind),
        (kind.label or kind.code) if kind else "class of metric not stated",
        DIRECTIONS[figure.higher_is_better],
        spaced(figure.verification),
        f"n {' and '.join(sizes)}" if sizes else "n not known",
        "; ".join(_intervals(item)) or NO_INTERVAL,
        "measured here" if item.here else "",
    ]
    varied = sorted(figure.dimensions | figure.changed)
    named = f" [{' + '.join(varied)}]" if len(varied) > 1 else ""
    use = f"not pooled: {item.left_out}" if item.left_out else "pooled"
    return f"{amount(figure)} ({', '.join(filter(None, about))}) {figure.gap}{named}; {use}"


def _intervals(item: RelevantFigure) -> Iterator[str]:
    figure = item.figure
    for i in figure.intervals:
        ends = interval_words(printed(i.lower, figure.step), printed(i.upper, figure.step), i.level)
        yield ", ".join(filter(None, [ends, against_none(i, figure), i.caution]))


def spaced(code: str) -> str:
    """Return a code as words."""
    return code.replace("-", " ")


def _pool(pool: Pool) -> Iterator[str]:
    kind, odds = pool.metric_class, pool.log_odds
    about = f"{spaced(pool.scope)}, {kind.label or kind.code}, {DIRECTIONS[pool.higher_is_better]}"
    yield f"{about}, {spaced(pool.unit)}: {summed_up(pool.summary, pool.k, pool.why_none)}"
    yield from (f"  {warning}" for warning in pool.warnings)
    yield f"  as log odds: {summed_up(odds.summary, len(odds.studies), odds.why_none)}"
    if odds.summary and odds.ratio:
        mean, lower, upper = map(computed, odds.ratio)
        sure = interval_words(lower, upper, odds.summary.level)
        yield f"  odds ratio of the changed score over the first: {mean} ({sure})"


def summed_up(found: Summary | None, k: int, why_none: str | None) -> str:
    """Return a summary of k studies in a sentence, or why there is none."""
    if found is None:
        return f"not pooled, {why_none}"
    ends = interval_words(computed(found.lower), computed(found.upper), found.level)
    predicted = f"not predicted, {found.why_no_prediction}"
    if found.prediction_lower is not None and found.prediction_upper is not None:
        predicted = f"{computed(found.prediction_lower)} to {computed(found.prediction_upper)}"
    cut = f"; intervals cut at {printed(found.cut)} from 0" if found.cut else ""
    return (
        f"mean {computed(found.mean)} ({ends}), one more study {predicted}{cut}; k = {k}, "
        f"I\u00b2 = {computed(100 * found.i_squared, 0)} %, tau = {computed(found.tau)} "
        f"({found.heterogeneity}); {found.method}"
    )

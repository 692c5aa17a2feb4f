"""A check of a claimed score as lines to read: the words and digits of the page."""

from collections.abc import Iterator, Sequence

from service.common.digits import computed, plural, span
from service.ontology.plain_names import VERDICTS, plain
from service.score_claims.model import Ladder, LossGroup, MeasuredLoss, ScoreCheck, SideStatement

_SCOPES = {
    "here": "for this use",
    "same-domain": "same domain",
    "elsewhere": "other domains",
}


def claim_lines(found: ScoreCheck) -> Iterator[str]:
    """Yield what a claimed score assumed, what breaks, what was lost where, and the sources."""
    yield found.title
    yield found.headline
    yield found.summary
    yield from found.claim.notes
    yield "\nWhat the number assumed"
    for a in found.assumptions:
        yield f"  {a.plain} ({a.label.lower()}): {VERDICTS[a.verdict]}"
        yield f"    assumed: {_said(a.assumed)}; here: {_said(a.in_use)}"
    yield "\nWhat was lost where the same broke, in percentage points"
    for ladder in found.ladders:
        yield from _ladder(ladder)
    for group in found.losses:
        yield from _group(group)
    for name in found.never_alone:
        yield f"  {plain(name, name)}, alone: not measured"
    yield f"  {found.note}"
    yield from _listed("What the number does not say", found.not_said)
    yield from _listed("What is disputed", [d.words for d in found.disputes])
    scores = [f"{k.words}, {k.metric}, {k.n_words}: {k.record}" for k in found.known_scores]
    yield from _listed("Scores of this model on this benchmark in the records here", scores)
    yield from _listed("Sources", [f"[{s.number}] {s.url}" for s in found.sources])


def _said(statements: Sequence[SideStatement]) -> str:
    said = [
        f"{v.label} ({'claimed, no source' if s.claimed else v.basis}"
        f"{''.join(f' [{p.number}]' for p in s.sources)})"
        for s in statements
        for v in s.values
    ]
    return ", ".join(said) or "not stated"


def _names(names: Sequence[str], also: Sequence[str]) -> str:
    said = " + ".join(plain(name, name) for name in names)
    return f"{said}, with {', '.join(also).replace('-', ' ')}" if also else said


def _ladder(found: Ladder) -> Iterator[str]:
    yield f"  step by step, {_SCOPES[found.scope]}: {found.title} (gap/{found.gap})"
    yield f"    {found.scores[0].words} at first"
    for step, score in zip(found.steps, found.scores[1:], strict=True):
        changed = _names(step.assumptions, step.also_changed)
        yield f"    {step.words} ({step.interval_words}): {changed}; then {score.words}"
    yield f"    all steps: {found.total_words} ({found.total_interval_words})"
    for caution in found.cautions:
        yield f"    of the intervals: {caution}"


def _group(found: LossGroup) -> Iterator[str]:
    ends = found.range
    said = (
        f"{span(computed(ends.lowest), computed(ends.highest))}, "
        f"{plural(ends.figures, 'figure', 'figures')}, {plural(ends.studies, 'study', 'studies')}"
        if ends
        else f"no range, {found.no_range_because}"
    )
    name = _names(found.assumptions, found.also_changed)
    yield f"  {_SCOPES[found.scope]}: {name}; {found.metric_words.lower()}: {said}"
    yield from (f"    {_figure(f)}" for f in found.figures)


def _figure(found: MeasuredLoss) -> str:
    about = [
        found.interval_words,
        found.n_words,
        found.verification.replace("-", " "),
        f"measured by {found.measured_by}" if found.measured_by else "measurer not stated",
        "; ".join(s.title for s in found.studies) or "study not named",
        f"not in the range: {found.not_comparable}" if found.not_comparable else "",
    ]
    places = "".join(f" [{p.number}]" for p in found.sources)
    return f"{found.words} ({', '.join(filter(None, about))}) gap/{found.gap}{places}"


def _listed(heading: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"\n{heading}"
        yield from (f"  {line}" for line in lines)

"""Syntheses of a dimension as lines to read, in the words and digits of `evalgap risk`."""

from collections.abc import Iterator, Mapping, Sequence

from loaders.model import interval_words
from service.cli.risk_text import DIRECTIONS, spaced, summed_up
from service.common.amounts import amount
from service.common.digits import computed, plural
from service.evidence.by_dimension import EvidenceByDimension
from service.evidence.prediction import PredictionGate
from service.evidence.syntheses import GATES, LeftOut, StudyEstimate, Synthesis
from service.evidence.synthesis_report import NOTE


def evidence_lines(found: EvidenceByDimension, named: Mapping[str, str]) -> Iterator[str]:
    """Yield the syntheses of a dimension, what is in none, and why nothing is predicted.

    `named` has the name of each source by its address.
    """
    syntheses, left_out = found.syntheses.syntheses, found.syntheses.left_out
    made = sum(s.summary is not None for s in syntheses)
    yield f"{found.syntheses.dimension}: {plural(made, 'synthesis', 'syntheses')}"
    for synthesis in syntheses:
        yield from _synthesis(synthesis, named)
    yield from _left_out(left_out)
    yield from _prediction(found.prediction)
    yield NOTE


def _synthesis(found: Synthesis, named: Mapping[str, str]) -> Iterator[str]:
    kind, part = found.metric_class, found.subgroup
    about = f"{kind.label or kind.code}, {DIRECTIONS[found.higher_is_better]}"
    if part:
        about += f", {part.words} ({'found afterwards' if part.found_afterwards else 'subgroup'})"
    yield f"\n{about}: {summed_up(found.summary, found.k, found.why_none)}"
    if part is None:
        yield from (f"  {_estimate(e, named)}" for e in found.estimates)
    if found.summary is None:
        return
    yield from (f"  {warning}" for warning in found.warnings)
    for study, rest in found.without.items():
        ends = interval_words(computed(rest.lower), computed(rest.upper), rest.level)
        yield f"  without {study}: {computed(rest.mean)} ({ends})"
    if found.all_systems:
        yield f"  all systems: {summed_up(found.all_systems, found.k, None)}"
    odds = found.log_odds
    yield f"  as log odds: {summed_up(odds.summary, len(odds.studies), odds.why_none)}"
    yield f"  selection: {found.selection.words}"


def _estimate(found: StudyEstimate, named: Mapping[str, str]) -> str:
    effect, figure = found.effect, found.figure
    more = len(found.alternatives) - 1
    others = f"; {plural(more, 'other figure', 'other figures')} of it" if more else ""
    sources = "; ".join(dict.fromkeys(named.get(url, url) for url in figure.sources))
    return (
        f"{effect.study}: {computed(effect.effect)} points, standard error "
        f"{computed(effect.error)}, {spaced(figure.verification)}, {', '.join(figure.systems)}, "
        f"{figure.gap}{others}; from {sources or 'no source'}"
    )


def _left_out(items: Sequence[LeftOut]) -> Iterator[str]:
    for gate, asks in GATES.items():
        failed = [item for item in items if item.gate == gate]
        if failed:
            yield f"\nnot passed: {gate} ({asks}), {plural(failed, 'figure', 'figures')}"
            for item in failed:
                yield f"  {item.figure.name}, {amount(item.figure)}: {item.reason}"


def _prediction(gates: Sequence[PredictionGate]) -> Iterator[str]:
    yield "\nNo prediction is shown. Its criteria:"
    for gate in gates:
        state = "open" if gate.open else "closed"
        yield f"  {gate.name} {state}: {gate.asks}; found: {gate.found}"

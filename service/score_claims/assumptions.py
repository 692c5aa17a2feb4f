"""The five assumptions of a benchmark beside a use, in words, with their sources and quotes."""

from collections.abc import Iterable, Iterator, Mapping

from loaders.model import Card, Citation, Profile
from service.fit.claims import Claim, CodedValue, Finding
from service.ontology import dimensions
from service.ontology.dimensions import Dimension
from service.ontology.plain_names import plain
from service.records import repository
from service.score_claims.citing import SourceNumbers
from service.score_claims.model import (
    CheckedAssumption,
    CodeWords,
    Dispute,
    SideStatement,
    SourcePlace,
)
from service.store.port import Engine

Quotes = Mapping[tuple[str, str], tuple[Citation, ...]]
"""The citations of a record on a dimension; the record by its path without a version."""


def quotes(engine: Engine, benchmark: str, deployment: str | None) -> Quotes:
    """Return what the current records about a benchmark and a deployment cite, word for word."""
    found = repository.described(engine, "benchmark", benchmark, "card")
    if deployment is not None:
        found = [*found, *repository.described(engine, "deployment", deployment, "profile")]
    return {
        (f"{stored.record.kind}/{stored.record.id}", said.dimension): said.sources
        for stored in found
        if isinstance(stored.record, Card | Profile)
        for said in _statements(stored.record)
    }


def _statements(record: Card | Profile) -> Iterator:  # type: ignore[type-arg]
    yield from record.assumptions if isinstance(record, Card) else record.characteristics


def checked(
    words: Mapping[str, Dimension], finding: Finding, cited: Quotes, sources: SourceNumbers
) -> CheckedAssumption:
    """Return one assumption with its verdict, and what both sides say of it."""
    dimension, rule = words[finding.dimension], dimensions.rule(finding.rule)
    return CheckedAssumption(
        dimension=finding.dimension,
        label=dimension.label,
        plain=plain(finding.dimension, dimension.label),
        verdict=finding.verdict,
        how=finding.how,
        rule=finding.rule,
        because=rule.definition,
        assumed=[_statement(dimension, c, cited, sources) for c in finding.claims],
        in_use=[_statement(dimension, c, cited, sources) for c in finding.characteristics],
    )


def _statement(
    dimension: Dimension, claim: Claim, cited: Quotes, sources: SourceNumbers
) -> SideStatement:
    labels = {value.code: value.label for value in dimension.values}
    return SideStatement(
        author=claim.author,
        record=claim.record,
        status=claim.status,
        values=[_code(labels, c) for c in claim.coded],
        answer=claim.answer,
        claimed=claim.claimed,
        sources=_places(claim, cited, sources),
    )


def _code(labels: Mapping[str, str], coded: CodedValue) -> CodeWords:
    known = labels.get(coded.code, coded.code)
    return CodeWords(code=coded.code, label=known, basis=coded.basis, rule=coded.rule)


def _places(claim: Claim, cited: Quotes, sources: SourceNumbers) -> list[SourcePlace]:
    series = (claim.record or "").rpartition("/")[0]
    if (series, claim.dimension) in cited:
        return sources.cited(cited[series, claim.dimension])
    return [sources.cite(s.url, s.locator) for s in claim.sources]


def disputes(
    words: Mapping[str, Dimension], findings: Iterable[Finding], sources: SourceNumbers
) -> Iterator[Dispute]:
    """Yield in what cards, profiles or assessors contradict each other, or a rule an assessor."""
    for finding in findings:
        dimension = words[finding.dimension]
        name = plain(finding.dimension, dimension.label)
        for side, of in ((finding.claims, "Cards"), (finding.characteristics, "Profiles")):
            if said := _apart(dimension, side):
                yield _dispute(f"{name}: {of.lower()} disagree. {said}", side, sources)
        yield from _judged(name, finding, sources)


def _dispute(words: str, claims: Iterable[Claim], sources: SourceNumbers) -> Dispute:
    places = [sources.cite(s.url, s.locator) for c in claims for s in c.sources]
    return Dispute(about="assumption", record=None, words=words, sources=places)


def _apart(dimension: Dimension, claims: Iterable[Claim]) -> str:
    """Return who says what where two records each state a value of one part that the other lacks.

    Only what has a source counts, as in the question *Cards that disagree*.
    """
    said = [c for c in claims if c.values() and not c.claimed]
    for part in dimension.parts:
        values = {c.author: set(part.of(c.values())) for c in said}
        pairs = ((a, b) for a in values.values() for b in values.values() if a and b)
        if any(a - b and b - a for a, b in pairs):
            return " ".join(
                f"{author or 'One without an author'} says {dimension.words(codes)}."
                for author, codes in values.items()
                if codes
            )
    return ""


def _judged(name: str, finding: Finding, sources: SourceNumbers) -> Iterator[Dispute]:
    given = {j.verdict for j in finding.judgements}
    if not given or given == {finding.derived.verdict}:
        return
    who = "; ".join(
        f"{j.author or 'an assessor'} says {j.verdict.replace('-', ' ')}"
        for j in finding.judgements
    )
    places = [sources.cite(s.url, s.locator) for j in finding.judgements for s in j.sources]
    reviews = [j.review for j in finding.judgements if j.review]
    yield Dispute(
        about="assumption",
        record=reviews[0] if reviews else None,
        words=f"{name}: {who}; by rule it is {finding.derived.verdict.replace('-', ' ')}.",
        sources=places,
    )

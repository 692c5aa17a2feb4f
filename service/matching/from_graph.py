"""Matches in the graph: what might belong together, what somebody decided, who is left."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from typing_extensions import TypedDict

from loaders.formats.evalgap import FORMAT_VERSION
from loaders.formats.evalgap_matches import DECISIONS
from loaders.mapping.iris import BASE, EGAP, local_name, path_below
from loaders.reading.identifiers import identifiers
from service.matching.rules import FLOOR, MatchCandidate, Proposal, compared, proposals
from service.queries import internal
from service.store.port import Engine

_OWN = f"{BASE}id/agent/evalgap"
_KINDS = {
    str(EGAP.describesBenchmark): "benchmark",
    str(EGAP.describesDataset): "dataset",
    str(EGAP.describesImplementation): "implementation",
    str(EGAP.describesSystem): "system",
}


def things(engine: Engine) -> list[MatchCandidate]:
    """Return every benchmark, dataset, implementation and system as its current cards name it."""
    found: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in internal.rows(engine, "names-to-match"):
        kind = _KINDS[str(row["about"])]
        ident = str(row["thing"]).removeprefix(f"{BASE}id/{kind}/")
        field = local_name(row["field"])
        found[kind, ident][field].add(str(row["value"]))
    return [_described(kind, ident, fields) for (kind, ident), fields in found.items()]


def _described(kind: Any, ident: str, fields: Mapping[str, set[str]]) -> MatchCandidate:
    """Return a thing as its cards name it; the model ids of a system are names as others are."""
    if kind == "system":
        called = fields["title"] | fields["alternative"] | fields["identifier"]
        return MatchCandidate(kind, ident, tuple(sorted(called)), rank=_rank(fields))
    cited = fields["isReferencedBy"] | fields["bibliographicCitation"]
    return MatchCandidate(
        kind=kind,
        id=ident,
        titles=tuple(sorted(fields["title"])),
        abbreviations=tuple(sorted(fields["alternative"])),
        identifiers=frozenset(fields["identifier"]) | frozenset(identifiers(sorted(cited))),
        uses=frozenset(fields["datasetIdentifier"]),
        authors=frozenset(fields["wasAttributedTo"]),
        rank=_rank(fields),
    )


def _rank(fields: Mapping[str, set[str]]) -> int:
    return 0 if _OWN in fields["wasAttributedTo"] else 1


def proposed(engine: Engine) -> list[Proposal]:
    """Return the proposals on which nobody has decided, in either direction, the surest first."""
    rows = internal.rows(engine, "decided-matches")
    decided = {frozenset((path_below(r["subject"]), path_below(r["target"]))) for r in rows}
    every = proposals(things(engine))
    return [p for p in every if frozenset((p.subject, p.target)) not in decided]


def benchmarks_called(
    engine: Engine, names: Iterable[str], registry_names: Iterable[str]
) -> list[Proposal]:
    """Return the benchmarks that something with these names seems to be of, the surest first."""
    known = tuple(names)
    whole = dict.fromkeys((*known, *(name.rpartition("/")[2] for name in known)))
    subject = MatchCandidate(
        "implementation", "", titles=tuple(whole), uses=frozenset(registry_names)
    )
    every = (thing for thing in things(engine) if thing.kind == "benchmark")
    made = (compared(subject, thing) for thing in every)
    kept = [p for p in made if p is not None and p.confidence >= FLOOR]
    return sorted(kept, key=lambda p: (-p.confidence, p.target))


def as_file(made: list[Proposal]) -> dict[str, Any]:
    """Return proposals as the tree of an EvalGap file, to be decided on and imported."""
    return {
        "evalgap": FORMAT_VERSION,
        "matches": [{**as_json(p), "decision": next(iter(DECISIONS))} for p in made],
    }


class ProposedMatch(TypedDict):
    """Two things that seem to belong together: how, how sure that is, and why."""

    subject: str
    target: str
    relation: str
    confidence: Decimal
    reasons: list[str]


def as_json(proposal: Proposal) -> ProposedMatch:
    """Return a proposal as JSON values."""
    return {
        "subject": proposal.subject,
        "target": proposal.target,
        "relation": proposal.relation,
        "confidence": proposal.confidence,
        "reasons": list(proposal.reasons),
    }

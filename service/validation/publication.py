"""What was self-reported counts only once somebody has published it, by name and with a reason."""
# DESIGN: what-counts

from collections.abc import Iterable, Mapping

from loaders.mapping.iris import BASE, THINGS
from loaders.model import SELF_REPORTED, Gap, whole_number
from service.common.problems import Invalid, Problem
from service.records.plan_decisions import bare, nameless
from service.records.repository import load
from service.store.oxigraph.store import open_store
from service.store.port import Engine
from service.store.rdf_input import lines
from service.validation.validator import Issue

_UNPUBLISHED = (
    "The stored version of this gap is self-reported, and this one would count without anybody "
    "having published it. Publish it (evalgap publish, or POST /api/v1/gaps/{}/publication), or "
    "give published_by, with a name, and published_because, a sentence."
)
_GAPS = f"{BASE}graph/gap/"


def unpublished(
    engine: Engine, gaps: Mapping[str, Gap], known: frozenset[str]
) -> Mapping[str, list[Issue]]:
    """Return, by IRI of the version, a finding for each gap that would count unpublished.

    `known` are the IRIs of those that revise a stored gap.
    """
    claimed = {iri: gap for iri, gap in gaps.items() if iri in known and not _published(gap)}
    return {iri: [_issue(iri, gap)] for iri, gap in claimed.items() if _reported(engine, gap.id)}


def keep(before: Engine, after: Engine, names: Iterable[str]) -> None:
    """Raise `Invalid` where one of the graphs by these names has a gap that counts unpublished.

    Triples are judged as an import is: by the same version before, else by the one that stood, or
    that is written with it.
    """
    for name in names:
        ident, _, number = name.removeprefix(_GAPS).rpartition("/")
        version = whole_number(number) if name.startswith(_GAPS) else None
        new = _gap(after, ident, version) if version else None
        if new is None or version is None or _published(new):
            continue
        same = _gap(before, ident, version)
        old = [same] if same else [_gap(before, ident, None), _gap(after, ident, version - 1)]
        if any(gap and gap.verification == SELF_REPORTED for gap in old):
            raise Invalid(_UNPUBLISHED.format(ident), gap=ident, version=version)


def keep_replacing(engine: Engine, name: str, quads: bytes) -> None:
    """Raise as `keep` does, if the graph `name` were to hold exactly these N-Quads."""
    if not name.startswith(_GAPS):
        return
    scratch = open_store(None)
    scratch.commit(lines(engine.graph(str(THINGS)), str(THINGS)))  # the names of agents and metrics
    scratch.commit(quads)
    try:
        keep(engine, scratch, [name])
    finally:
        scratch.close()


def _published(gap: Gap) -> bool:
    """Return whether a gap does not count, or says who let it count and why."""
    if gap.verification == SELF_REPORTED:
        return True
    by = gap.published_by
    return by is not None and not nameless(by.name) and not bare(gap.published_because)


def _gap(engine: Engine, ident: str, version: int | None) -> Gap | None:
    """Return a version of a gap, by default the current one; None where there is none to read."""
    try:
        record = load(engine, "gap", ident, version).record
    except (Problem, ValueError):  # not there, or not to be read
        return None
    return record if isinstance(record, Gap) else None


def _reported(engine: Engine, ident: str) -> bool:
    stored = load(engine, "gap", ident).record
    return isinstance(stored, Gap) and stored.verification == SELF_REPORTED


def _issue(iri: str, gap: Gap) -> Issue:
    message = _UNPUBLISHED.format(gap.id)
    return Issue(iri, "Verification", gap.verification, message, "Violation", "")

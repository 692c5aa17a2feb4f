"""What was self-reported counts only once somebody has published it, by name and with a reason."""
# DESIGN: what-counts

from collections.abc import Mapping

from loaders.model import SELF_REPORTED, Gap
from service.records.repository import load
from service.store.port import Engine
from service.validation.validator import Issue

_UNPUBLISHED = (
    "The stored version of this gap is self-reported, and this one would count without anybody "
    "having published it. Publish it (evalgap publish, or POST /api/v1/gaps/{}/publication), or "
    "give published_by and published_because."
)


def unpublished(
    engine: Engine, gaps: Mapping[str, Gap], known: frozenset[str]
) -> Mapping[str, list[Issue]]:
    """Return, by IRI of the version, a finding for each gap that would count unpublished.

    `known` are the IRIs of those that revise a stored gap.
    """
    claimed = {
        iri: gap
        for iri, gap in gaps.items()
        if iri in known and gap.published_by is None and gap.verification != SELF_REPORTED
    }
    return {iri: [_issue(iri, gap)] for iri, gap in claimed.items() if _reported(engine, gap.id)}


def _reported(engine: Engine, ident: str) -> bool:
    stored = load(engine, "gap", ident).record
    return isinstance(stored, Gap) and stored.verification == SELF_REPORTED


def _issue(iri: str, gap: Gap) -> Issue:
    message = _UNPUBLISHED.format(gap.id)
    return Issue(iri, "Verification", gap.verification, message, "Violation", "")

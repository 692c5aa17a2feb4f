"""A change in words: its title, a sentence that says what changed, and the page to read it on."""

from collections import Counter
from urllib.parse import quote

from loaders.model import (
    Card,
    EditorialDecision,
    Flag,
    Gap,
    Match,
    Profile,
    Record,
    Review,
)
from service.common.amounts import figure
from service.common.digits import first_of
from service.ontology.plain_names import VERDICTS
from service.records.changes import Change
from service.web.pages.benchmark import history
from service.web.thing_pages import thing

WITHDRAWN = "withdrawn"
_FIELDS = 4
"""So many changed fields are named."""
_KINDS = {"card": "benchmark card", "profile": "deployment profile", "gap": "measured gap"}


def title(change: Change) -> str:
    """Return what changed: the kind of the record and its title, or what it is about."""
    return f"{kind_of(change).capitalize()}: {_name(change)}"


def kind_of(change: Change) -> str:
    """Return the kind of the record in words."""
    return _KINDS.get(change.kind, change.kind.replace("-", " "))


def _name(change: Change) -> str:
    record = change.record
    if isinstance(record, Review):
        return f"{record.card.rpartition('/')[0]} for {record.deployment}"
    if isinstance(record, Flag):
        return f"{record.part.replace('-', ' ')} of {record.figure}"
    if isinstance(record, Match):
        return f"{record.subject} and {record.target}"
    return str(getattr(record, "title", "") or change.id)


def sentence(change: Change) -> str:
    """Return what changed: stored first, withdrawn, counted again, or which fields differ."""
    record, before = change.record, change.before
    if record is None:
        return "This version cannot be read, or its import was undone and it is gone."
    if record.status == WITHDRAWN and (before is None or before.status != WITHDRAWN):
        return f"Withdrawn{_decided(record.withdrawal)}"
    if before is not None and before.status == WITHDRAWN and record.status != WITHDRAWN:
        return f"Counts again{_decided(record.reinstatement)}"
    if before is None:
        return f"New: {_says(record)}" if change.version == 1 else f"Version {change.version}."
    return f"Version {change.version} replaces version {change.version - 1}. {_fields(change)}"


def _decided(found: EditorialDecision | None) -> str:
    return f" by {found.by.name} on {found.on}: {found.reason}" if found else "."


def _says(record: Record) -> str:
    """Return in short what a new record says."""
    if isinstance(record, Gap):
        n = f", n = {record.n}" if record.n else ""
        return f"{figure(record).rstrip('.')}{n}."
    if isinstance(record, Flag):
        return record.problem
    if isinstance(record, Review):
        counts = Counter(VERDICTS.get(a.verdict, a.verdict) for a in record.assessments)
        return "; ".join(f"{word} {n}" for word, n in counts.items()) + "."
    if isinstance(record, Card):
        return f"a card of the benchmark {record.benchmark.id}, {record.status}."
    return f"{record.status}."


def _fields(change: Change) -> str:
    assert change.record is not None  # noqa: S101 - both are asked for before
    assert change.before is not None  # noqa: S101
    found = history.changes(change.before, change.record)
    names = list(dict.fromkeys(" / ".join(c.field.split(" / ")[:2]) for c in found))
    listed = first_of([name.replace("_", " ") for name in names], _FIELDS, "; ")
    return f"Changed: {listed}." if listed else "No field differs."


def page_of(change: Change) -> str:
    """Return the path of the page on which readers see the record, else that of the version."""
    record = change.record
    if isinstance(record, Card):
        return thing("benchmark", record.benchmark.id)
    if isinstance(record, Profile):
        return thing("deployment", record.deployment.id)
    if isinstance(record, Gap | Review):
        return thing(record.kind, record.id)
    return f"/doc/id/{quote(change.kind)}/{quote(change.id)}/{change.version}"

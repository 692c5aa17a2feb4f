"""What has changed in a source since it was read last, record by record and field by field."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from loaders.contract import shorten
from loaders.mapping.iris import path_below
from loaders.model import Record, whole_number
from service.common.digits import plural
from service.common.problems import Problem
from service.ingest.report import Outcome, RecordChange, as_json
from service.ingest.sources.registry import SeenRecords, Source
from service.records import repository
from service.store.port import Engine

_STATES = ("new", "revised", "unchanged", "gone", "set aside", "passed over")
_LONGEST = 1_000
"""How many characters of a value are kept."""
_FIELDS = 5
"""How many fields of a record a report in words has."""
_KEYS = ("dimension", "id", "name", "evaluation", "url", "title")
"""Fields by which the items of a list are recognised, in the order in which they are tried."""


@dataclass(frozen=True)
class FieldDrift:
    """A field of a record that says something else now; None where it is not there."""

    field: str
    before: str | None
    after: str | None

    def sentence(self) -> str:
        """Return the change in words."""
        if self.before is None:
            return f"{self.field}: now {shorten(self.after or '')!r}"
        if self.after is None:
            return f"{self.field}: not there any more, was {shorten(self.before)!r}"
        return f"{self.field}: {shorten(self.after)!r}, was {shorten(self.before)!r}"


@dataclass(frozen=True)
class Revised:
    """A record that the source has changed: its new and its old version, and what is different."""

    record: str
    replaces: str
    fields: tuple[FieldDrift, ...]

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "record": self.record,
            "replaces": self.replaces,
            "fields": [vars(change) for change in self.fields],
        }


@dataclass
class Drift:
    """What a run found of a source. `unchanged`: that it was not read, since nothing had changed.

    `outcome` says it in a word or two, `reason` why it is so; names of records are paths below
    `id/`. `counts` are of records, and of files for what was passed over or set aside.
    """

    source: Source
    outcome: str = ""
    reason: str = ""
    write: str | None = None
    counts: Counter[str] = field(default_factory=Counter)
    new: list[str] = field(default_factory=list)
    revised: list[Revised] = field(default_factory=list)
    gone: list[tuple[str, str]] = field(default_factory=list)
    set_aside: list[Outcome] = field(default_factory=list)
    cut_off: bool = False

    def add(self, outcome: Outcome, engine: Engine, seen: SeenRecords) -> None:
        """Take in what became of one document; `engine` has the versions before."""
        if outcome.state in {"set aside", "passed over"}:
            self.counts[outcome.state] += 1
        if outcome.state == "set aside":
            seen.broken(outcome.source)
            self.set_aside.append(outcome)
        self.cut_off = self.cut_off or outcome.cut_off
        for record, change in zip(outcome.records, outcome.changes, strict=True):
            seen.meet(_series(change.record), outcome.source)
            self.counts[change.state] += 1
            if change.state == "new":
                self.new.append(path_below(change.record))
            elif change.state == "revised":
                self.revised.append(_revised(engine, record, change))

    @property
    def found(self) -> bool:
        """Whether the source holds any card, be it set aside."""
        return any(number for state, number in self.counts.items() if state != "passed over")

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "source": self.source.name,
            "address": self.source.address,
            "outcome": self.outcome,
            "reason": self.reason or None,
            "import": self.write,
            "counts": self._counts(),
            "new": self.new,
            "revised": [r.document() for r in self.revised],
            "gone": [{"record": record, "file": file} for record, file in self.gone],
            "set_aside": [
                {"source": o.title, "problems": [as_json(p) for p in o.problems]}
                for o in self.set_aside
            ],
        }

    def _counts(self) -> dict[str, int]:
        counts = {**self.counts, "gone": len(self.gone)}
        return {state: counts.get(state, 0) for state in _STATES}

    def sentences(self, most: int) -> Iterator[str]:
        """Yield it in words, a line each, with at most so many lines of each sort."""
        said = ", ".join(f"{n:,} {state}" for state, n in self._counts().items() if n)
        about = "; ".join(words for words in (self.reason, said) if words)
        write = f" (import {self.write[:8]})" if self.write else ""
        yield f"{self.source.name}: {self.outcome}{': ' if about else ''}{about}{write}"
        sorts = (
            [f"new: {record}" for record in self.new],
            [line for r in self.revised for line in _lines(r)],
            [f"gone from the source: {record} (was in {file})" for record, file in self.gone],
            [f"set aside: {o.title}: {p.sentence()}" for o in self.set_aside for p in o.problems],
        )
        for lines in sorts:
            yield from (f"  {line}" for line in lines[:most])
            if len(lines) > most:
                yield f"  and {plural(len(lines) - most, 'more line', 'more lines')} (--json)"


def _lines(revised: Revised) -> Iterator[str]:
    yield f"revised: {revised.record}, replaces {revised.replaces}"
    yield from (f"  {change.sentence()}" for change in revised.fields[:_FIELDS])
    if len(revised.fields) > _FIELDS:
        yield f"  and {plural(len(revised.fields) - _FIELDS, 'more field', 'more fields')} (--json)"


def _revised(engine: Engine, record: Record, change: RecordChange) -> Revised:
    path, _, number = path_below(change.replaces).rpartition("/")
    kind, _, ident = path.partition("/")
    said: tuple[FieldDrift, ...]
    try:
        before = repository.load(engine, kind, ident, whole_number(number)).record
    except Problem as problem:
        said = (FieldDrift("", None, f"The version before cannot be read: {problem.detail}"),)
    else:
        said = tuple(changed_fields(before, record))
    return Revised(path_below(change.record), path_below(change.replaces), said)


def changed_fields(before: Record, after: Record) -> Iterator[FieldDrift]:
    """Yield each field that two versions of a record say otherwise; order in lists says nothing.

    Whether a person withdrew the record is no change of its source.
    """
    left_out = {"withdrawal", "reinstatement"}
    old, new = (r.model_dump(mode="json", exclude=left_out) for r in (before, after))
    yield from _differences(old, new, "")


def _differences(old: Any, new: Any, where: str) -> Iterator[FieldDrift]:
    if isinstance(old, list) and isinstance(new, list):
        yield from _items(old, new, where)
    elif isinstance(old, dict) and isinstance(new, dict):
        for name in {**old, **new}:
            yield from _differences(old.get(name), new.get(name), f"{where}/{name}")
    elif old != new:
        yield FieldDrift(where.lstrip("/"), _words(old), _words(new))


def _items(old: list[Any], new: list[Any], where: str) -> Iterator[FieldDrift]:
    """Yield the differences of two lists: item by item where these have a key, else as sets."""
    by_key = _by_key(old), _by_key(new)
    if by_key[0] is not None and by_key[1] is not None:
        yield from _differences(*by_key, where)
        return
    texts = [[json.dumps(item, sort_keys=True) for item in items] for items in (old, new)]
    gone, come = Counter(texts[0]) - Counter(texts[1]), Counter(texts[1]) - Counter(texts[0])
    name = where.lstrip("/")
    yield from (FieldDrift(name, _words(json.loads(text)), None) for text in gone.elements())
    yield from (FieldDrift(name, None, _words(json.loads(text))) for text in come.elements())


def _by_key(items: list[Any]) -> Mapping[str, Any] | None:
    """Return the items by a field that each has and no two share; None where there is none."""
    if not all(isinstance(item, dict) for item in items):
        return None
    for key in _KEYS:
        found = {str(item.get(key)): item for item in items if item.get(key)}
        if len(found) == len(items):
            return found
    return None


def _words(value: Any) -> str | None:
    if value is None or value in ([], {}):
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _series(version: str) -> str:
    return path_below(version).rpartition("/")[0]

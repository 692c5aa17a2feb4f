"""What became of each document of an import, and the tables that sum it up."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NotRequired, Self, get_args

from typing_extensions import TypedDict

from loaders.contract import FoundFields, Raw, RecordProblem
from loaders.mapping.iris import BASE
from loaders.model import CORE_DIMENSIONS, STANDINGS, WITHDRAWN, Description, Record
from service.validation.validator import Issue

State = Literal["new", "revised", "unchanged", "passed over", "set aside"]
"""What became of a document. One of several records is revised where one of them is, else new."""
STORED = frozenset({"new", "revised"})


class ProblemReport(TypedDict):
    """A problem of a record, null for what it does not name; `place` where there are several.

    `line` and `column` count from 1 and are there where the place in the file was looked for.
    """

    message: str
    field: str | None
    value: str | None
    mend: str | None
    place: NotRequired[str]
    line: NotRequired[int]
    column: NotRequired[int]


class ChangeReport(TypedDict):
    """What was done with one record: which version it has now, and which one that revised."""

    record: str | None
    state: str | None
    replaces: str | None
    replaces_source: str | None


class FieldsReport(TypedDict):
    """How many fields of a source were read and kept as text, and which were left out."""

    read: int
    kept: int
    left_out: list[str]


class OutcomeOfRecord(TypedDict):
    """What became of one document of an import."""

    source: str
    place: str | None
    state: State
    format: str | None
    problems: list[ProblemReport]
    warnings: list[ProblemReport]
    records: list[str]
    changes: list[ChangeReport]
    fields: FieldsReport | None


class FieldCounts(TypedDict):
    """How many fields were read and kept as text, and how often which was left out."""

    read: int
    kept: int
    left_out: dict[str, int]


class ImportSums(TypedDict):
    """Sums over outcomes; `coverage` is by level of card, dimension and state of the answer."""

    states: dict[str, int]
    warned: int
    records: dict[str, int]
    passed_over: dict[str, int]
    cut_off: dict[str, str]
    reasons: dict[str, int]
    fields: FieldCounts
    coverage: dict[str, dict[str, dict[str, int]]]


class ImportSumsBySource(ImportSums):
    """Sums over outcomes, in all and by source: the format of the files."""

    sources: dict[str, ImportSums]


@dataclass(frozen=True)
class RecordChange:
    """What an import did with one record.

    `record` is the IRI of its version now, `replaces` that of the version which it revised, and
    `replaces_source` the file from which that one was made; both are empty for a new record.
    """

    record: str
    state: Literal["new", "revised", "unchanged"]
    replaces: str = ""
    replaces_source: str = ""

    def document(self) -> ChangeReport:
        """Return the change as JSON values."""
        return {
            "record": self.record or None,
            "state": self.state or None,
            "replaces": self.replaces or None,
            "replaces_source": self.replaces_source or None,
        }

    def sentence(self) -> str:
        """Return what a revision replaced, as a sentence."""
        old = self.replaces.removeprefix(f"{BASE}id/")
        return f"revises {old}, made from {self.replaces_source}"


@dataclass(frozen=True)
class Outcome:
    """One document: what became of it, with its problems, warnings and records."""

    source: str
    state: State
    format: str = ""
    raw: Raw | None = field(default=None, repr=False)
    problems: tuple[RecordProblem, ...] = ()
    warnings: tuple[RecordProblem, ...] = ()
    records: tuple[Record, ...] = ()
    changes: tuple[RecordChange, ...] = ()
    """What was done with each of the records, in their order."""
    fields: FoundFields | None = None
    """What became of the fields of its source; None where its format takes or refuses each."""
    passed_over: str = ""
    """What a document is that is no card, in a word or two."""
    cut_off: bool = False
    """Whether what follows it in its archive could not be read."""
    waits: bool = False
    """Whether all that is wrong is that a record it names is not there (yet)."""

    @property
    def title(self) -> str:
        """The source with the place of the record in it."""
        return self.raw.title if self.raw else self.source

    @property
    def iris(self) -> tuple[str, ...]:
        """The versions that its records have now."""
        return tuple(change.record for change in self.changes)

    def document(self) -> OutcomeOfRecord:
        """Return the outcome as JSON values."""
        return {
            "source": self.source,
            "place": (self.raw.place if self.raw else "") or None,
            "state": self.state,
            "format": self.format or None,
            "problems": [as_json(p) for p in self.problems],
            "warnings": [as_json(p) for p in self.warnings],
            "records": list(self.iris),
            "changes": [c.document() for c in self.changes],
            "fields": _fields(self.fields),
        }


_Standings = tuple[str, Mapping[str, str]]
"""The level of a card, and how it stands to each dimension that it answers."""


def _standings(outcome: Outcome) -> Iterator[_Standings]:
    for record in outcome.records:
        if isinstance(record, Description) and record.status != WITHDRAWN:
            yield record.kind, {a.dimension: a.standing for a in record.assumptions}


@dataclass
class ImportCounts:
    """Running sums over outcomes: what became of them, why not, and how cards cover questions.

    `coverage` is, by level of card (`card`, `dataset-card` …) and dimension, how many stand how;
    `warned` is how many were stored with warnings, `passed_over` what was passed over, `cut_off`
    which archives were not read to their end, and why. `fields` is how many fields of the sources
    were read and how many kept as text, `left_out` which were left out, and how often.
    """

    states: Counter[str] = field(default_factory=Counter)
    records: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    coverage: dict[str, dict[str, Counter[str]]] = field(default_factory=dict)
    warned: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)
    cut_off: dict[str, str] = field(default_factory=dict)
    fields: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: Outcome) -> None:
        """Count one outcome."""
        self.count(outcome, list(_standings(outcome)))

    def count(self, outcome: Outcome, standings: Sequence[_Standings]) -> None:
        """Count one outcome; `standings` says how its cards answer each question."""
        self.states[outcome.state] += 1
        self.warned += outcome.state in STORED and bool(outcome.warnings)
        if outcome.passed_over:
            self.passed_over[outcome.passed_over] += 1
        else:
            self.reasons.update(p.message for p in outcome.problems[:1])
        if outcome.cut_off:
            self.cut_off[outcome.title] = outcome.problems[0].message
        if outcome.fields and outcome.state != "set aside":
            self.fields.update(read=outcome.fields.read, kept=len(outcome.fields.kept))
            self.left_out.update(outcome.fields.left_out)
        self.records.update(r.kind for r in outcome.records)
        for kind, given in standings:
            self._cover(kind, given)

    def _cover(self, kind: str, given: Mapping[str, str]) -> None:
        if kind not in self.coverage:
            self.coverage[kind] = {d: Counter() for d in CORE_DIMENSIONS}
        level = self.coverage[kind]
        for dimension in given.keys() - level.keys():
            level[dimension] = Counter()
        for dimension, row in level.items():
            row[given.get(dimension, "not stated")] += 1

    def document(self) -> ImportSums:
        """Return the sums as JSON values."""
        return {
            "states": {s: self.states[s] for s in get_args(State) if self.states[s]},
            "warned": self.warned,
            "records": dict(self.records),
            "passed_over": dict(self.passed_over.most_common()),
            "cut_off": self.cut_off,
            "reasons": self._reasons(),
            "fields": {
                "read": self.fields["read"],
                "kept": self.fields["kept"],
                "left_out": dict(self.left_out.most_common(_NAMES)),
            },
            "coverage": {
                level: {d: {c: counts[c] for c in STANDINGS} for d, counts in rows.items()}
                for level, rows in self.coverage.items()
            },
        }

    def _reasons(self) -> dict[str, int]:
        """Return the most frequent reasons, those first for which something is not read at all."""
        first = {why: self.reasons[why] for why in self.cut_off.values()}
        return first | {w: n for w, n in self.reasons.most_common(10) if w not in first}

    @property
    def found(self) -> bool:
        """Whether there was any card."""
        return any(number for state, number in self.states.items() if state != "passed over")

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Return the sums that `document` gave as JSON values."""
        fields = document.get("fields", {})
        return cls(
            Counter(document["states"]),
            Counter(document["records"]),
            Counter(document["reasons"]),
            {
                level: {d: Counter(counts) for d, counts in rows.items()}
                for level, rows in document["coverage"].items()
            },
            document.get("warned", 0),
            Counter(document.get("passed_over", {})),
            dict(document.get("cut_off", {})),
            Counter({k: n for k, n in fields.items() if k != "left_out"}),
            Counter(fields.get("left_out", {})),
        )


@dataclass
class ImportReport(ImportCounts):
    """Running sums over the outcomes of an import, in all and by source (its format)."""

    sources: dict[str, ImportCounts] = field(default_factory=dict)

    def count(self, outcome: Outcome, standings: Sequence[_Standings]) -> None:
        """Count one outcome, in all and for its source."""
        super().count(outcome, standings)
        own = self.sources.setdefault(outcome.format or UNRECOGNISED, ImportCounts())
        own.count(outcome, standings)

    def document(self) -> ImportSumsBySource:
        """Return the sums as JSON values."""
        return {
            **super().document(),
            "sources": {name: sums.document() for name, sums in self.sources.items()},
        }

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Return the sums that `document` gave as JSON values."""
        made = super().of(document)
        made.sources = {name: ImportCounts.of(found) for name, found in document["sources"].items()}
        return made


_NAMES = 100
"""How many names of fields that were left out the sums hold."""
UNRECOGNISED = "not recognised"
"""What stands for the source of a file that no format knows."""


def _fields(found: FoundFields | None) -> FieldsReport | None:
    if found is None:
        return None
    return {"read": found.read, "kept": len(found.kept), "left_out": list(found.left_out)}


def problem_of(issue: Issue) -> RecordProblem:
    """Return a SHACL finding as a problem; its field says which node of which record."""
    node = issue.focus.removeprefix(f"{BASE}id/")
    return RecordProblem(issue.message, f"{node} {issue.field}".strip(), issue.value)


def as_json(problem: RecordProblem) -> ProblemReport:
    """Return a problem as JSON values, None for what it does not name."""
    report: ProblemReport = {
        "message": problem.message,
        "field": problem.field or None,
        "value": problem.value or None,
        "mend": problem.mend or None,
    }
    return {**report, "line": problem.line, "column": problem.column} if problem.line else report

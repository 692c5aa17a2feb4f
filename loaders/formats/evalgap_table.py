"""EvalGap's own template as a table, CSV or XLSX: one row per benchmark, the questions as columns.

Column names may be the words of the template (`TEMPLATE`), the authors' questions or the names
of the fields; case, blanks and punctuation at the end do not matter. In a workbook the header
is the first row that is one, so a title may stand above it. What its author has hidden is left out
and counted, unless `--hidden` asks for it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from loaders.contract import CardError, FoundFields, Key, NoCardError, Raw, RecordProblem
from loaders.formats import raman_yaml
from loaders.model import Agent, Card, Citation, Profile, Record, Review, is_source
from loaders.reading.cleaning import slug
from loaders.reading.csv_rows import as_bytes, given, header, row_of, rows
from loaders.reading.source_fields import SourceFields, addresses
from loaders.reading.workbook import Sheet, SheetRow, sheets

QUESTIONS = {
    "query_authorship": "Who wrote the examples, and what is their background?",
    "information_completeness": "Do the examples contain all the information needed?",
    "interaction_type": "Are the examples single-turn or multi-turn?",
    "decision_mediation": "Is the output of the system treated as the final decision?",
    "outcome_validity": "What outcome is measured?",
}
"""The questions of the template's columns, by field of the card."""

_ALIASES = {
    "query_authorship": "Who created the examples, and what are their backgrounds?",
    "information_completeness": "Are examples information-complete?",
    "interaction_type": "Are examples single or multi-turn?",
    "decision_mediation": "Does the benchmark treat LLM output as the final decision?",
    "outcome_validity": "What outcome is measured?",
}
_ABOUT = {
    "benchmark_name": "Benchmark name",
    "citation": "Citation",
    "version": "Version",
    "intended_use": "Intended use",
    "deployment_context": "Deployment context",
    "author": "Filled in by",
    "notes": "Notes",
}
SOURCE = raman_yaml.SOURCE
_GROUP = {name: "outcome" if name[0] in "do" else "task" for name in QUESTIONS}


def _question_columns(name: str) -> dict[str, str]:
    label = name.replace("_", " ").capitalize()
    return {
        name: f"{label}: {QUESTIONS[name]}",
        f"{name}_holds": f"{label}: does it hold at deployment?",
        f"{name}_source": f"{label}: source (address)",
    }


TEMPLATE = {**_ABOUT, **{k: v for name in QUESTIONS for k, v in _question_columns(name).items()}}
"""The columns of the template: field to heading."""


def _plain(heading: str) -> str:
    return " ".join(heading.replace("_", " ").lower().split()).rstrip(" ?.:*")


_FIELDS = (
    {_plain(heading): field for field, heading in TEMPLATE.items()}
    | {_plain(field): field for field in TEMPLATE}
    | {_plain(words): name for table in (QUESTIONS, _ALIASES) for name, words in table.items()}
)

_SOURCES = {f"{name}_source": addresses for name in QUESTIONS}
_FIELDS_READ = SourceFields(*(f for f in TEMPLATE if f not in _SOURCES), given=_SOURCES)


def detects(content: Raw) -> bool:
    """Recognise the template by the benchmark's name and one of the questions."""
    if _is_workbook(content):
        return any(_headed(sheet) is not None for sheet in sheets(content))
    return _known(header(content))


@dataclass(frozen=True)
class _Row:
    """A row by field, and what was noticed of its cells; `hidden` says what is not shown."""

    cells: Mapping[str, str]
    notes: tuple[RecordProblem, ...] = ()
    hidden: str = ""


def fields(row: _Row) -> FoundFields:
    """Return what becomes of each column; those that the template does not have are kept."""
    return _FIELDS_READ.found(row.cells)


def split(raw: Raw, content: Raw) -> Iterator[tuple[Raw, _Row]]:
    """Yield one part for each row that holds anything, and for each sheet that is hidden."""
    seen: Counter[str] = Counter()
    for place, cells, row in _sheet_rows(raw) if _is_workbook(raw) else _lines(content):
        name = row.cells.get("benchmark_name", "")
        seen[name] += not row.hidden
        again = f" (row {seen[name]} of this name)" if seen[name] > 1 else ""
        yield raw.part(f"{place}{again}", as_bytes(cells)), row


def key(raw: Raw, row: _Row) -> Key:
    """Return the name of the file with that of the benchmark."""
    name = given(row.cells, "benchmark_name") or ""
    again = raw.place.partition(" (")[2]
    former = (f"{raw.name}#{name}{again}",) if again else ()
    return Key(f"{raw.name}#{name}", given=False, former=former)


def load(raw: Raw, row: _Row) -> tuple[list[Record], list[RecordProblem]]:
    """Return the card of one row and, where it has verdicts, profile and review."""
    if row.hidden:
        mend = "Show it, or import with --hidden."
        raise NoCardError(row.hidden, RecordProblem(f"This is a {row.hidden}.", mend=mend))
    name = given(row.cells, "benchmark_name")
    if name is None:
        mend = "Fill in its name."
        problem = RecordProblem("The row names no benchmark.", "Benchmark name", mend=mend)
        raise CardError(*row.notes, problem)
    records, warnings = raman_yaml.records(raw.key, _tree(row.cells))
    author = _author(row.cells)
    return [_signed(r, author, row.cells) for r in records], [*row.notes, *warnings]


def _known(names: list[str]) -> bool:
    fields = {_FIELDS.get(_plain(name)) for name in names}
    return "benchmark_name" in fields and bool(fields & set(QUESTIONS))


def _tree(row: Mapping[str, str]) -> dict[str, Any]:
    """Return a row as the tree of the authors' template."""
    use = {"answer": row.get("intended_use"), "deployment_context": row.get("deployment_context")}
    tree: dict[str, Any] = {
        k: row.get(k) for k in ("benchmark_name", "citation", "version", "notes")
    }
    groups: dict[str, dict[str, Any]] = {"task": {}, "outcome": {}}
    for name, question in QUESTIONS.items():
        block = {"question": question, "answer": given(row, name)}
        groups[_GROUP[name]][name] = {**block, "holds_at_deployment": given(row, f"{name}_holds")}
    return {**tree, "intended_use_case": use, **groups}


def _author(row: Mapping[str, str]) -> Agent:
    name = given(row, "author")
    ident = slug(name or "")
    return Agent(id=f"sheet-{ident}", name=name) if name and ident else raman_yaml.UNSTATED


def _signed(record: Record, author: Agent, row: Mapping[str, str]) -> Record:
    """Return the record under the name of its author, its answers with their sources."""
    own, other = f"/{raman_yaml.UNSTATED.id}", f"/{author.id}"
    update: dict[str, Any] = {"id": record.id.replace(own, other), "author": author}
    if isinstance(record, Card):
        update["assumptions"] = tuple(
            a.model_copy(update={"sources": _sources(row, a.dimension)}) for a in record.assumptions
        )
    if isinstance(record, Review):
        update["card"] = record.card.replace(own, other)
        update["assessments"] = tuple(
            a.model_copy(update={"assumption": a.assumption.replace(own, other)})
            for a in record.assessments
        )
    return (
        record.model_copy(update=update) if isinstance(record, Card | Profile | Review) else record
    )


def _sources(row: Mapping[str, str], dimension: str) -> tuple[Citation, ...]:
    address = given(row, f"{dimension.replace('-', '_')}_source")
    return (Citation(url=address),) if address and is_source(address) else ()


def _is_workbook(raw: Raw) -> bool:
    return raw.data[:4] == b"PK\x03\x04"


_Found = tuple[str, dict[str, str], _Row]
"""Where a row stands, its cells by heading, to be kept, and by field."""


def _lines(content: Raw) -> Iterator[_Found]:
    for line, cells in rows(content):
        yield f"line {line}", cells, _Row(_by_field(cells))


def _sheet_rows(raw: Raw) -> Iterator[_Found]:
    """Yield the rows of each sheet that is a template; of hidden ones one that says so."""
    known = [(sheet, found) for sheet in sheets(raw) if (found := _headed(sheet)) is not None]
    for number, (sheet, found) in enumerate(known):
        where = f"sheet {sheet.title}, " if number else ""
        if sheet.hidden and not raw.hidden:
            yield f"sheet {sheet.title}", {"sheet": sheet.title}, _Row({}, hidden="hidden sheet")
            continue
        names, lines = found
        for line in lines:
            cells = row_of(names, line.cells)
            hidden = "hidden row" if line.hidden and not raw.hidden else ""
            notes = (replace(n, field=names[i]) for i, n in line.notes.items() if i < len(names))
            if line.own:
                row = _Row(_by_field(cells), tuple(notes), hidden)
                yield f"{where}line {line.line}", cells, row


def _headed(sheet: Sheet) -> tuple[list[str], Iterator[SheetRow]] | None:
    """Return the names of the columns of a sheet and the rows below them; None for no template."""
    lines = sheet.rows()
    for line in islice(lines, _ABOVE + 1):
        names = [" ".join(cell.split()) for cell in line.cells]
        if _known(names):
            return names, lines
    return None


_ABOVE = 20
"""How many rows may stand above the names of the columns: a title, a date, an empty row."""


def _by_field(cells: Mapping[str, str]) -> dict[str, str]:
    return {_FIELDS.get(_plain(name), name): cell for name, cell in cells.items()}

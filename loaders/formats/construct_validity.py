"""The codebook of "Measuring what Matters" (Bean et al. 2025, arXiv 2511.04703), CSV, CC BY-SA 4.0.

Experts coded benchmark papers with closed answers. What an answer says of a dimension is
derived by a named rule, with the answer kept; what it does not say stays words. A paper coded
twice has two cards, for the coders often disagree.
"""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from loaders.contract import CardError, FoundFields, Key, Raw, RecordProblem, own_key
from loaders.model import CORE_DIMENSIONS, Agent, Assumption, Benchmark, Card, Coding, Record
from loaders.reading.cleaning import is_iri, is_missing, record_id
from loaders.reading.csv_rows import as_bytes, given, header, rows
from loaders.reading.identifiers import identifiers
from loaders.reading.source_fields import SourceFields, addresses

SOURCE = "construct-validity"
AUTHOR = Agent(
    id="construct-validity-review", name="Construct-validity review coders (Bean et al. 2025)"
)
RIGHTS = "CC BY-SA 4.0, construct-validity review (Bean et al. 2025)"
_COLUMNS = {"bibkey", "title", "task_source", "response_format"}

TASK_SOURCE = {
    "Author-crafted": ("researcher", "written-for-evaluation"),
    "Expert-crafted": ("expert", "written-for-evaluation"),
    "Human exams": ("examination",),
    "Crowd-sourced": ("crowd", "written-for-evaluation"),
    "LLM-generated": ("model",),
    "Procedurally-generated": ("model",),
    "Another benchmark": ("taken-from-benchmark",),
}
"""Closed answers on the source of the tasks: 'Human exams' does not say who wrote them, 'Real task'
neither who nor how."""
RESPONSE_FORMAT = {"Interaction": ("multi-turn",)}
METRIC = {
    "Exact match": ("exact-match", "item-correct"),
    "Soft match": ("reference-overlap", "item-correct"),
    "LLM-as-a-Judge": ("model-judge", "item-correct"),
    "Human ratings": ("rubric-by-people", "item-correct"),
    "Reward": ("program-test", "item-correct"),
}
TASK_ECOLOGY = {
    "Complete": ("complete-real-task",),
    "Partial": ("partial-real-task",),
    "Representative": ("representative-task",),
    "Constructed": ("constructed-task",),
}
_RULES: Mapping[str, tuple[str, str, Mapping[str, tuple[str, ...]]]] = {
    "query-authorship": ("task_source", "codebook-task-source", TASK_SOURCE),
    "interaction-type": ("response_format", "codebook-response-format", RESPONSE_FORMAT),
    "outcome-validity": ("metric_definition", "codebook-metric", METRIC),
    "task-realism": ("task_ecology", "codebook-task-ecology", TASK_ECOLOGY),
}
_HINTS = {
    "query-authorship": ("task_source_detail",),
    "interaction-type": ("response_format_detail",),
    "outcome-validity": ("results_realism", "results_author_validity"),
    "task-realism": ("task_ecology_detail",),
}

_CLOSED = (
    *(column for column, _, _ in _RULES.values()),
    *(c for cs in _HINTS.values() for c in cs),
)
_FIELDS = SourceFields(
    *("bibkey", "title", "benchmark", *_CLOSED, *(f"{column}_clean" for column in _CLOSED)),
    given={"benchmark_location": addresses},
)


def fields(row: Mapping[str, str]) -> FoundFields:
    """Return what becomes of each column: of a cell and its cleaned list, one is read."""
    cleaned = {column: _listed(row.get(f"{column}_clean", "")) is not None for column in _CLOSED}
    unread = [column if clean else f"{column}_clean" for column, clean in cleaned.items()]
    return _FIELDS.found(row, *unread)


def detects(content: Raw) -> bool:
    """Recognise the codebook by four of its columns."""
    return set(header(content)) >= _COLUMNS


def split(raw: Raw, content: Raw) -> Iterator[tuple[Raw, Mapping[str, str]]]:
    """Yield one part for each coding of a paper."""
    seen: Counter[str] = Counter()
    for line, row in rows(content):
        key = row.get("bibkey", "")
        seen[key] += 1
        again = f" (coding {seen[key]})" if seen[key] > 1 else ""
        yield raw.part(f"line {line}{again}", as_bytes(row)), row


def key(raw: Raw, row: Mapping[str, str]) -> Key:
    """Return the key of the paper; a row without one is refused by `load`."""
    del raw
    return own_key(given(row, "bibkey") or "")


def load(raw: Raw, row: Mapping[str, str]) -> tuple[list[Record], list[RecordProblem]]:
    """Return the card of one coding."""
    bibkey, paper, name = (given(row, column) for column in ("bibkey", "title", "benchmark"))
    title = name or paper
    if bibkey is None or title is None:
        mend = "Fill in bibkey, and title or benchmark."
        raise CardError(RecordProblem("The row names no paper.", "bibkey", mend=mend))
    ident, author = record_id(SOURCE, raw.key), _author(raw.place)
    location = row.get("benchmark_location", "")
    card = Card(
        id=f"{ident}/{author.id}",
        benchmark=Benchmark(id=ident),
        title=" ".join(title.split()),
        citation=" ".join(paper.split()) if paper else None,
        identifiers=identifiers([location]),
        pages=(location,) if is_iri(location) else (),
        rights=RIGHTS,
        author=author,
        origin="third-party",
        status="accepted",
        metrics=tuple(_answers(row, "metric_definition")),
        assumptions=tuple(_assumption(d, row) for d in _dimensions(row)),
    )
    return [card], []


def _dimensions(row: Mapping[str, str]) -> tuple[str, ...]:
    """Return the dimensions of a card, and those beside them that the coders were asked about."""
    more = (d for d, (column, _, _) in _RULES.items() if _answers(row, column))
    return tuple(dict.fromkeys((*CORE_DIMENSIONS, *more)))


def _author(place: str) -> Agent:
    """Return who coded: a second coding of the same paper is by another coder."""
    number = place.partition(" (coding ")[2].rstrip(")")
    if not number:
        return AUTHOR
    return Agent(id=f"{AUTHOR.id}-{number}", name=f"{AUTHOR.name}, coding {number}")


def _assumption(dimension: str, row: Mapping[str, str]) -> Assumption:
    hints = _hints(dimension, row)
    if dimension not in _RULES:
        return Assumption(dimension=dimension)
    column, rule, table = _RULES[dimension]
    found = _answers(row, column)
    codings = _codings(dimension, rule, {a: table[a] for a in found if a in table})
    if not codings:
        texts = tuple(f"{column}: {answer}" for answer in found)
        return Assumption(dimension=dimension, hints=texts + hints)
    rest = tuple(f"{column}: {answer}" for answer in found if answer not in table)
    return Assumption(
        dimension=dimension,
        answer_status="partly-answered" if rest else "answered",
        hints=rest + hints,
        codings=codings,
        assumes=tuple(c.code for c in codings),
    )


def _codings(dimension: str, rule: str, read: Mapping[str, tuple[str, ...]]) -> tuple[Coding, ...]:
    """Return one coding for each value, with the answers that it was read from."""
    answers: dict[str, list[str]] = {}
    for answer, values in read.items():
        for value in values:
            answers.setdefault(value, []).append(answer)
    return tuple(
        Coding(code=f"{dimension}/{value}", basis="derived", rule=rule, source_text="; ".join(said))
        for value, said in answers.items()
    )


def _hints(dimension: str, row: Mapping[str, str]) -> tuple[str, ...]:
    texts = ((c, "; ".join(_answers(row, c))) for c in _HINTS.get(dimension, ()))
    return tuple(f"{column}: {words}" for column, words in texts if words)


def _answers(row: Mapping[str, str], column: str) -> list[str]:
    """Return the closed answers of a column: from its cleaned list, else the cell as it is."""
    listed = _listed(row.get(f"{column}_clean", ""))
    if listed is None:
        whole = given(row, column)
        return [whole] if whole else []
    return [str(a) for a in listed if not is_missing(a)]


def _listed(cell: str) -> list[Any] | None:
    """Return a list written as Python text; a literal parser, never an evaluation."""
    if not cell.startswith("["):
        return None
    try:
        found = ast.literal_eval(cell)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return found if isinstance(found, list) else None

"""Reading files as an import does: written to a folder, found there, read in their format."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from loaders.contract import Document, Rejected
from loaders.model import Record
from loaders.model.descriptions import Description
from loaders.reading.files import raw_records
from loaders.registry import documents
from service.validation.gate import Submission, check

SHARED = Path(__file__).parents[3] / "shared/cards"


def put(folder: Path, files: dict[str, Any]) -> Path:
    """Write files below a folder: text as it is, everything else as JSON."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        words = content if isinstance(content, str) else json.dumps(content)
        path.write_text(words, "utf-8")
    return folder


def outcomes(folder: Path) -> dict[str, Document | Rejected]:
    """Return what becomes of every document below a folder, by path and place in the file."""
    found: dict[str, Document | Rejected] = {}
    for raw in raw_records([folder]):
        for outcome in [raw] if isinstance(raw, Rejected) else documents(raw):
            found[f"{raw_path(outcome, folder)}{outcome.raw.place}"] = outcome
    return found


def raw_path(outcome: Document | Rejected, folder: Path) -> str:
    """Return the path of a document's file below the folder."""
    return outcome.raw.source.removeprefix(f"{folder}/")


def document(folder: Path, name: str) -> Document:
    """Return one document that was read; fail with the reasons where it was set aside."""
    outcome = outcomes(folder)[name]
    assert isinstance(outcome, Document), [p.sentence() for p in outcome.problems]
    return outcome


def card(folder: Path, name: str) -> Any:
    """Return the one record of a document."""
    (record,) = document(folder, name).records
    return record


def reasons(outcome: Document | Rejected) -> str:
    """Return why a document was set aside, or what was noticed on it."""
    problems = outcome.problems if isinstance(outcome, Rejected) else outcome.warnings
    return " ".join(p.sentence() for p in problems)


def on(record: Any, dimension: str) -> Any:
    """Return what a record says on a dimension."""
    return next(a for a in record.assumptions if a.dimension == dimension)


def silent(record: Any, *but: str) -> bool:
    """Tell whether a record says nothing on every core dimension but these."""
    told = {a.dimension for a in record.assumptions if a.codings or a.hints or a.answer}
    return len(record.assumptions) == 5 and told == set(but)


def violations(records: Sequence[Record]) -> list[str]:
    """Return what the shapes object to."""
    checked = check([Submission(r, 1) for r in records], "")
    return [i.message for c in checked for i in c.issues if i.severity == "Violation"]


def real(source: str) -> dict[str, Document | Rejected]:
    """Return what becomes of the real files of a source; skip where they are not there."""
    folder = SHARED / source
    if not folder.is_dir():
        pytest.skip(f"the real files of {source} are not here")
    return outcomes(folder)


def cards(found: dict[str, Document | Rejected]) -> list[Description]:
    """Return the records of all documents that were read."""
    return [
        r
        for outcome in found.values()
        if isinstance(outcome, Document)
        for r in outcome.records
        if isinstance(r, Description)
    ]


def formats(found: dict[str, Document | Rejected]) -> Counter[str]:
    """Count documents by format; those set aside have none."""
    return Counter(o.format if isinstance(o, Document) else "set aside" for o in found.values())


def bases(records: list[Description]) -> Counter[tuple[str, str]]:
    """Count (dimension, basis) over the codings of records; hints in words count as hinted."""
    told = [(a.dimension, a) for r in records for a in r.assumptions]
    coded = Counter((d, b) for d, a in told for b in {c.basis for c in a.codings})
    return coded + Counter((d, "hinted") for d, a in told if a.hints)

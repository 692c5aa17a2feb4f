"""Codings in files: what each coder answered to each question about each record of a sample."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from service.common.problems import Invalid
from service.common.resources import resource

Answer = frozenset[str]
NO_CODE = frozenset({"not-stated", "not-applicable", "in-words"})
"""Answers that give no value. They count as answers, but for figures of what both coders code."""
NUMBERS = frozenset({"value", "n-evaluation", "n-changed"})
"""Questions whose answer is a number: equal or not, without a coefficient."""
DISPUTED = "disputed"
_CODERS = ("person", "program")


@dataclass(frozen=True, order=True)
class Cell:
    """One question about one record; `kind` is that of the record."""

    kind: str
    record: str
    question: str


@dataclass(frozen=True)
class CoderAnswers:
    """What one coder answered; `coder_is` says whether that is a person or a program."""

    coder: str
    coder_is: str
    answers: Mapping[Cell, Answer]


@dataclass(frozen=True)
class CodedTwice:
    """First and second codings, and what became of cells on which they differ, with reasons."""

    first: tuple[CoderAnswers, ...] = ()
    second: tuple[CoderAnswers, ...] = ()
    resolved: Mapping[Cell, tuple[str, str]] = field(default_factory=dict)


def shipped() -> Path:
    """Return the folder of the shipped codings."""
    return resource("data", "coding")


def read(folder: Path) -> CodedTwice:
    """Return the codings of a folder: `first/*.csv`, `second/*.csv` and `resolved.csv`.

    Each may be missing. Raises `Invalid` for a file without the columns, for one that does not say
    who codes and what the coder is, and for a cell that is answered twice.
    """
    first, second = (
        tuple(map(_coding, sorted((folder / name).glob("*.csv")))) for name in ("first", "second")
    )
    resolved = folder / "resolved.csv"
    rows = _rows(resolved, "decision", "reason") if resolved.exists() else ()
    return CodedTwice(first, second, {c: (row["decision"], row["reason"]) for c, row in rows})


def _coding(path: Path) -> CoderAnswers:
    answers, coders = {}, set()
    for cell, row in _rows(path, "coder", "coder_is", "answer"):
        coders.add((row["coder"].strip(), row["coder_is"].strip()))
        if words := row["answer"].split():
            answers[cell] = frozenset(map(_number, words) if cell.question in NUMBERS else words)
    if len(coders) != 1 or (found := coders.pop())[1] not in _CODERS or not found[0]:
        raise Invalid(
            f"{path.name}: say in every row who codes (coder, one name in a file) and what the "
            f"coder is (coder_is: {' or '.join(_CODERS)})."
        )
    return CoderAnswers(*found, answers)


def _rows(path: Path, *needed: str) -> Iterator[tuple[Cell, dict[str, str]]]:
    """Yield the rows of a file with their cells."""
    seen: set[Cell] = set()
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = csv.DictReader(file, restval="", restkey="further")
        if missing := {"kind", "record", "question", *needed} - set(table.fieldnames or ()):
            raise Invalid(f"{path.name} lacks the columns {', '.join(sorted(missing))}.")
        for row in table:
            cell = Cell(row["kind"], row["record"], row["question"])
            if cell in seen:
                raise Invalid(f"{path.name} answers {cell.question} of {cell.record} twice.")
            seen.add(cell)
            yield cell, row


def _number(word: str) -> str:
    """Return a number in one form, so that 0.30 equals .3; a word as it is."""
    try:
        return f"{Decimal(word.replace(',', '')).normalize():f}"
    except InvalidOperation:
        return word

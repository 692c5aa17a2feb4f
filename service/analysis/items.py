"""Item results from CSV: columns rung, item, cluster (optional) and score or correct."""

import csv
from collections.abc import Iterator
from pathlib import Path

from service.analysis.ladder import ItemResult
from service.problems import BadRequest


def read_items(path: Path) -> Iterator[ItemResult]:
    """Yield the item results of a file. Raises `BadRequest` naming the line that is wrong."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        fields = set(reader.fieldnames or ())
        if not {"rung", "item"} <= fields or not {"score", "correct"} & fields:
            raise BadRequest(
                f"{path} needs the columns rung, item and score (or correct); "
                f"it has: {', '.join(sorted(fields))}."
            )
        for line, row in enumerate(reader, start=2):
            yield _item(row, f"{path}, line {line}")


def _item(row: dict[str, str], where: str) -> ItemResult:
    given = row.get("score") or row.get("correct") or ""
    try:
        score = float(given)
    except ValueError as error:
        raise BadRequest(f"{where}: the score {given!r} is not a number.") from error
    if not 0 <= score <= 1:
        raise BadRequest(f"{where}: the score {given} is not between 0 and 1.")
    return ItemResult(row["rung"], row["item"], row.get("cluster") or row["item"], score)

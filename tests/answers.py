"""The answers of the named questions on the shipped data, kept in `tests/golden/queries`.

After the data has changed, `python -m tests.answers` writes them anew: read the difference.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from service import catalog
from service.app import create_app
from service.config import Settings
from service.vocab import BASE

FOLDER = Path(__file__).parent / "golden" / "queries"
_OF_THE_MOMENT = {"recorded"}
"""Columns that tell when the store was filled."""


def example(name: str) -> dict[str, str]:
    """Return the arguments of a question's example."""
    return {p.name: p.example for p in catalog.question(name).params.values()}


def answer(client: TestClient, name: str) -> dict[str, Any]:
    """Return what is kept of the answer to the example of a question."""
    found = client.get(f"/queries/{name}", params=example(name)).json()
    return {
        "question": found["question"],
        "parameters": found["parameters"],
        "rows": [comparable(row) for row in found["rows"]],
    }


def comparable(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with our names shortened and the parts of concatenations, which have no order
    of their own, in alphabetical order."""
    return {name: _cell(cell) for name, cell in row.items() if name not in _OF_THE_MOMENT}


def _cell(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    words = cell.replace(BASE, "").split(" ")
    joined = len(words) > 1 and all("/" in word or "-" in word for word in words)
    return " ".join(sorted(words) if joined else words)


def kept(name: str) -> Any:
    """Return the answer that is kept for a question."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


@contextmanager
def shipped() -> Iterator[TestClient]:
    """Yield a client of a service over the shipped data, in memory."""
    with TestClient(create_app(Settings(store=None, validators=0))) as client:
        yield client


def main() -> None:
    """Write the answer of every question; one without a question is removed."""
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.json"):
        path.unlink()
    with shipped() as client:
        for name in catalog.questions():
            text = json.dumps(answer(client, name), ensure_ascii=False, indent=1)
            (FOLDER / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()

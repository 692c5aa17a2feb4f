"""What is read beside is read as it is read here, whatever becomes of the process that does it."""

import json
from pathlib import Path
from threading import Event
from typing import Any, NoReturn

import pytest

from loaders.contract import Document, Rejected
from loaders.reading.files import raw_records
from service.cli import console
from service.common.problems import Busy, Crashed
from service.ingest.reading_ahead import ReadingAhead
from service.sandbox import Workers
from tests.cli.conftest import command
from tests.loaders.formats.samples import SAMPLES
from tests.loaders.reading import put

CARDS = {
    f"{n:03}.json": json.dumps({"benchmark_details": {"name": f"Card {n}", "size": n}})
    for n in range(250)
}
"""More files than are read before some are read beside."""
ODD = {
    "x/broken.json": '{"benchmark_details": {"name": ',
    "x/deep.yaml": "a: " + "[" * 5_000,
    "x/empty.json": "",
    "x/large.json": json.dumps({"benchmark_details": {"name": "Large", "more": "x" * 100_000}}),
    "x/lines.jsonl": "\n".join(CARDS[f"{n:03}.json"] for n in range(30)),
    "x/list.json": f"[{CARDS['001.json']}, {{}}, {CARDS['002.json']}]",
    "x/rows.jsonl": f"{CARDS['003.json']}\n{CARDS['004.json']}\n",
    "x/setup.py": "import os\n",
    "x/t.yaml": "task: beside_t\ninclude: ../_base\n",
    "x/u.yaml": "task: beside_u\ninclude: ../gone\n",
    "x/_base": "dataset_path: a/b\noutput_type: generate_until\nmetric_list: [{metric: f1}]\n",
    "_base": "dataset_path: a/b\noutput_type: generate_until\nmetric_list: [{metric: f1}]\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of many cards, then files of all formats, then odd ones."""
    samples = {f"w/{name}/{s.name}": s.text(s.tree) for name, s in SAMPLES.items()}
    folder = put(tmp_path / "in", {**CARDS, **ODD, **samples})
    latin = '{"benchmark_details": {"name": "Café"}}'.encode("latin-1")
    (folder / "x/latin.json").write_bytes(latin)
    return folder


def read_here(folder: Path) -> list[Document | Rejected]:
    return [d for _, found in console.read_here(raw_records([folder])) for d in found]


def read_beside(folder: Path) -> list[Document | Rejected]:
    with ReadingAhead() as ahead:
        return [d for _, found in ahead.files(raw_records([folder])) for d in found]


def company(found: Document | Rejected) -> type[Any]:
    """Return what a file lies in, which is not compared with it."""
    return type(found.raw.bundle)


def test_files_are_read_as_they_are_read_here(folder: Path) -> None:
    here, beside = read_here(folder), read_beside(folder)
    assert len(here) > len(CARDS) + len(ODD)
    assert here == beside
    assert [*map(company, here)] == [*map(company, beside)]


def test_what_ends_the_process_is_read_here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(*_: object, **__: object) -> NoReturn:
        raise Crashed("It ended.")

    monkeypatch.setattr(Workers, "run", ended)
    assert read_beside(folder) == read_here(folder)


def test_nobody_waits_for_a_process_that_still_starts(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = Event()

    def starting(*_: object, **__: object) -> NoReturn:
        closed.wait()
        raise Busy("The service is ending.")

    monkeypatch.setattr(Workers, "run", starting)
    monkeypatch.setattr(Workers, "close", lambda _: closed.set())
    assert read_beside(folder) == read_here(folder)


def test_the_file_at_which_it_ends_costs_no_other(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.ingest.reading_ahead._MEMORY", 2**20)
    assert read_beside(folder) == read_here(folder)


def test_an_import_says_of_many_files_what_it_says_of_few(folder: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"

    def said(*only: str) -> dict[tuple[str, str | None], dict[str, Any]]:
        choice = [word for name in only for word in ("--only", name)]
        words = ("import", folder, "--dry-run", "--report", report, *choice)
        command(tmp_path / "store", *words, seed=False)
        return {(o["source"], o["place"]): o for o in json.loads(report.read_text())}

    many = said()
    for name in ("latin.json", "broken.json", "lines.jsonl", "rows.jsonl", "t.yaml"):
        few = said(f"x/{name}")
        assert few
        assert few == {place: many[place] for place in few}

"""The embedded store: one writer, readers beside it, nothing lost and nothing half-written."""

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest
from fastapi.testclient import TestClient

from service.common.problems import StoreBusy, StoreDamaged
from service.common.settings import Settings
from service.store.oxigraph.private_copy import open_copy
from service.store.oxigraph.store import open_store
from service.web.app import create_app
from tests.cli.conftest import command, process
from tests.durability import cards_after_kills, slice_of

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"


def settings(folder: Path) -> Settings:
    return Settings(store=folder / "store", validators=0)


def test_the_second_start_imports_nothing(tmp_path: Path) -> None:
    told: list[str] = []
    for _ in range(2):
        with TestClient(create_app(settings(tmp_path), tell=told.append)):
            pass
    assert told == ["Loading ontology and shapes", "Importing the shipped cards"]


def test_the_second_start_serves_the_same(tmp_path: Path) -> None:
    answers = []
    for _ in range(2):
        with TestClient(create_app(settings(tmp_path))) as client:
            answers.append(client.get("/sparql", params={"query": COUNT}).text)
    assert answers[0] == answers[1]


def test_a_second_writer_gets_a_sentence(tmp_path: Path) -> None:
    engine = open_store(tmp_path / "store")
    with pytest.raises(StoreBusy, match="Another process has the store"):
        open_store(tmp_path / "store")
    engine.close()


def test_the_command_line_says_so_too(tmp_path: Path) -> None:
    engine = open_store(tmp_path / "store")
    done = subprocess.run(
        [sys.executable, "-m", "service", "import", os.devnull],
        env={**os.environ, "EVALGAP_STORE": str(tmp_path / "store")},
        capture_output=True,
        text=True,
        check=False,
    )
    engine.close()
    assert done.returncode == 2
    assert "Another process has the store" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_beside_the_writer_sees_what_is_committed(tmp_path: Path) -> None:
    writer = open_store(tmp_path / "store")
    writer.commit("<urn:a> <urn:p> <urn:b> <urn:g> .\n")
    reader = open_store(tmp_path / "store", read_only=True)
    assert reader.ask("ASK { GRAPH <urn:g> { <urn:a> ?p ?o } }")
    reader.close()
    writer.close()


def test_a_replacement_is_one_transaction(tmp_path: Path) -> None:
    engine = open_store(tmp_path / "store")
    engine.commit('<urn:a> <urn:p> "old" <urn:g> .\n')
    with pytest.raises(SyntaxError):
        engine.commit('<urn:a> <urn:p> "new" <urn:g> .\n<broken', drop=["urn:g"])
    assert engine.ask('ASK { GRAPH <urn:g> { ?s ?p "old" } }')
    engine.commit('<urn:a> <urn:p> "new \\"x\\" \\\\" <urn:g> .\n', drop=["urn:g"])
    assert engine.ask('ASK { GRAPH <urn:g> { ?s ?p "new \\"x\\" \\\\" } }')
    assert not engine.ask('ASK { GRAPH <urn:g> { ?s ?p "old" } }')
    engine.close()


def test_a_killed_import_leaves_only_whole_records(tmp_path: Path, real_cards: Path) -> None:
    cards = slice_of(real_cards / "sokolann/BenchmarkCards_JSON.tar.gz", tmp_path, every=6)
    seen = cards_after_kills(tmp_path, cards, 1)
    assert 0 < seen <= 3820 // 6 + 1


def test_a_large_commit_with_one_bad_line_stores_nothing(tmp_path: Path) -> None:
    good = "".join(f'<urn:{i}> <urn:p> "{"x" * 90}" <urn:g> .\n' for i in range(12_000))
    engine = open_store(tmp_path / "store")
    with pytest.raises(SyntaxError):
        engine.commit(f"{good}<urn:not an IRI> <urn:p> <urn:o> <urn:g> .\n")
    assert list(engine.dump()) == []
    engine.commit(good)
    engine.close()
    again = open_store(tmp_path / "store")
    assert len(again.graph("urn:g")) == 12_000
    again.close()


def test_a_backup_is_taken_beside_a_writer_and_restored(tmp_path: Path) -> None:
    def evalgap(*args: object) -> subprocess.CompletedProcess[str]:
        return command(tmp_path / "unused", *args, seed=False)

    writer = open_store(tmp_path / "store")
    writer.commit("<urn:a> <urn:p> <urn:b> <urn:g> .\n")
    backup = tmp_path / "backups" / "one"
    # a process of its own, as a lock keeps out other processes and not this one
    assert process(tmp_path / "store", "backup", backup, seed=False).returncode == 0
    writer.commit("<urn:later> <urn:p> <urn:b> <urn:g> .\n")
    writer.close()
    assert evalgap("backup", backup, "--store", tmp_path / "store").returncode == 2
    assert evalgap("restore", backup, "--store", tmp_path / "new").returncode == 0
    assert evalgap("restore", backup, "--store", tmp_path / "new").returncode == 2
    assert evalgap("restore", tmp_path, "--store", tmp_path / "newer").returncode == 2
    restored = open_store(tmp_path / "new")
    assert restored.ask("ASK { GRAPH <urn:g> { <urn:a> ?p ?o } }")
    assert not restored.ask("ASK { GRAPH <urn:g> { <urn:later> ?p ?o } }")
    restored.close()


def test_copies_are_taken_while_a_writer_deletes_the_files_they_are_made_of(
    tmp_path: Path,
) -> None:
    """Seven in ten copies failed so before they were tried again, and were called damage."""
    writer = open_store(tmp_path / "store")
    writer.commit("<urn:a> <urn:p> <urn:b> <urn:g> .\n")
    copied = Event()

    def write() -> None:
        for number in itertools.count():
            writer.commit(f'<urn:a> <urn:p> "{number}" <urn:g> .\n')
            writer.tidy()
            if copied.wait(0.05):
                return

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        try:
            for number in range(8):
                with closing(open_copy(tmp_path / "store")) as copy:
                    assert copy.ask("ASK { GRAPH <urn:g> { <urn:a> <urn:p> <urn:b> } }")
                done = command(tmp_path / "store", "backup", tmp_path / f"{number}", seed=False)
                assert done.returncode == 0, done.stderr
        finally:
            copied.set()
        writing.result()
    writer.close()
    assert not [*tmp_path.glob("*.copy-*"), *tmp_path.glob("*.tmp")]


def test_a_store_that_cannot_be_opened_is_not_opened_again_for_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each opening is tried for two seconds; a broken store took forty until it was said."""
    open_store(tmp_path / "store").close()
    for manifest in (tmp_path / "store").glob("MANIFEST-*"):
        manifest.write_bytes(b"x" * 64)
    rests: list[float] = []
    monkeypatch.setattr("service.store.oxigraph.store.time.sleep", rests.append)
    with pytest.raises(StoreDamaged):
        open_copy(tmp_path / "store")
    assert len(rests) < 20


def test_closing_waits_for_a_transaction_of_another_thread(tmp_path: Path) -> None:
    engine = open_store(tmp_path / "store")
    lines = "".join(f'<urn:s{n}> <urn:p> "{n}" <urn:g> .\n' for n in range(100_000)).encode()
    begun = Event()

    def nothing() -> Iterator[str]:
        begun.set()  # asked for inside the transaction
        yield from ()

    with ThreadPoolExecutor(1) as beside:
        under_way = beside.submit(engine.commit, lines, nothing())
        begun.wait(10)
        engine.close()
        under_way.result()
    reader = open_store(tmp_path / "store", read_only=True)
    assert str(reader.select(COUNT)[0]["n"]) == "100000"
    reader.close()

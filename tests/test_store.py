"""The embedded store: one writer, readers beside it, nothing lost and nothing half-written."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from service.app import create_app
from service.config import Settings
from service.engines.embedded import open_store
from service.problems import StoreBusy

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
    archive = real_cards / "sokolann/BenchmarkCards_JSON.tar.gz"
    environment = {**os.environ, "EVALGAP_STORE": str(tmp_path / "store"), "EVALGAP_SEED": "false"}
    process = subprocess.Popen(
        [sys.executable, "-m", "service", "import", "-q", str(archive)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(random.uniform(4, 7))  # noqa: S311 - any moment will do
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    engine = open_store(tmp_path / "store")
    broken = engine.select("""
        PREFIX egap: <https://w3id.org/evalgap/ontology#>
        SELECT ?card ?g WHERE {
          { ?card a egap:BenchmarkCard ; egap:recordedIn ?g .
            FILTER NOT EXISTS { ?g egap:contentHash ?h } }
          UNION { ?g egap:contentHash ?h ; a egap:StatementGraph .
            FILTER NOT EXISTS { ?card egap:recordedIn ?g } }
          UNION { SELECT ?card WHERE { ?card a egap:BenchmarkCard ; egap:hasAssumption ?a }
            GROUP BY ?card HAVING (COUNT(?a) != 5) } }""")
    engine.close()
    assert broken == []

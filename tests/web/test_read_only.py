"""A service that only reads: nothing can be written to it, and nothing is written by it."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.access import Scope, Tokens
from service.common.problems import NotFound
from service.common.settings import Settings
from service.web.app import create_app
from tests.access.test_access import ANONYMOUS, UNSAFE, routes
from tests.pages import opened
from tests.tokens import AUTHORIZED, TOKEN

COUNT = {"query": "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }", "format": "csv"}
ON_A_READ_ONLY_DISK = """
mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && ! touch "$1/x" && exec "$2" -c "$3"
"""
READ = """
import sys
from pathlib import Path
from fastapi.testclient import TestClient
from service.web.app import create_app
from service.common.settings import Settings
settings = Settings(store=Path("{}"), read_only=True, validators=0)
with TestClient(create_app(settings)) as client:
    sys.stdout.write(client.get("/rdf-graph-store?graph=urn:g").text)
"""


def settings_of(store: Path, **more: Any) -> Settings:
    return Settings(store=store, seed=False, validators=0, token=SecretStr(TOKEN), **more)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Return the folder of a store that a service has filled and left."""
    folder = tmp_path / "disk" / "store"
    with TestClient(create_app(settings_of(folder)), headers=AUTHORIZED) as client:
        update = {"update": "INSERT DATA { GRAPH <urn:g> { <urn:s> <urn:p> 1 } }"}
        assert client.post("/update", data=update).status_code == 204
    return folder


def reading(store: Path) -> TestClient:
    app = create_app(settings_of(store, read_only=True))
    return TestClient(app, headers=AUTHORIZED, follow_redirects=False)


def digests(folder: Path) -> dict[str, str]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in found}


def test_nothing_is_written_whatever_the_token(store: Path) -> None:
    Tokens(store.with_name("store-tokens.sqlite")).create("admin", Scope.ADMIN, None)
    before = digests(store.parent)
    with reading(store) as client:
        found = {(m, p) for m, p in routes(client.app.routes) if m in UNSAFE}  # type: ignore[attr-defined]
        for method, path in sorted(found - ANONYMOUS):
            address = path.replace("{path:path}", "a/b").replace("{position}", "1")
            params = {"graph": "urn:g"} if "rdf" in path else {}
            answer = client.request(method, address.replace("{ident}", "x"), params=params)
            assert answer.status_code in {403, 404}, f"{method} {path}: {answer.status_code}"
            if answer.status_code == 403:
                assert "read-only" in answer.text
        assert client.post("/sparql", data={"update": "DROP ALL"}).status_code == 403
        assert "ns1:p 1" in client.get("/rdf-graph-store?graph=urn:g").text
        assert "SPARQL11Update" not in client.get("/sparql", headers={"Accept": "text/turtle"}).text
        assert "read-only" in opened(client, "/plans").words
        assert client.get("/health").json()["read_only"] is True
        assert client.get("/api/v1/imports").json()["total"] == 0
    assert digests(store.parent) == before


def test_it_reads_beside_a_writer_what_was_there_at_its_start(store: Path) -> None:
    updates = store.with_name("store.updates")
    with TestClient(create_app(settings_of(store)), headers=AUTHORIZED) as writer:
        with reading(store) as client:
            before = client.get("/sparql", params=COUNT).text
            update = {"update": "INSERT DATA { GRAPH <urn:h> { <urn:s> <urn:p> 2 } }"}
            assert writer.post("/update", data=update).status_code == 204
            updates.mkdir(exist_ok=True)  # where the writer may be running the next one
            assert client.get("/sparql", params=COUNT).text == before
            assert client.get("/sparql?query=SELECT * { ?s ?p }").status_code == 400
        assert updates.exists()
        with reading(store) as client:
            assert client.get("/sparql", params=COUNT).text != before


def test_it_reads_a_store_on_a_read_only_disk(store: Path) -> None:
    private = ["unshare", "--mount", *([] if os.getuid() == 0 else ["--map-root-user"])]
    if subprocess.run([*private, "true"], check=False, capture_output=True).returncode:
        pytest.skip("no mount namespace can be made here")
    words = [str(store.parent), sys.executable, READ.format(store)]
    done = subprocess.run(
        [*private, "sh", "-c", ON_A_READ_ONLY_DISK, "sh", *words],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "ns1:p 1" in done.stdout, done.stderr


def test_without_a_store_it_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no store at"):
        reading(tmp_path / "nothing")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_service_left_is_removed_and_what_is_in_use_is_not(store: Path) -> None:
    def copies() -> set[Path]:
        return set(store.parent.glob("store.copy-*"))

    left = store.with_name("store.copy-left")
    left.mkdir()
    (left / "in-use").touch()
    with reading(store) as one:
        (mine,) = copies()
        assert mine != left
        with reading(store) as other:
            assert len(copies()) == 2
            assert other.get("/health").status_code == one.get("/health").status_code == 200
    assert copies() == set()

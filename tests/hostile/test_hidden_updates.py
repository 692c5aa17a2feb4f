"""SERVICE and LOAD in updates reach nothing, however they are hidden, with the gate on and off."""

import gc
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.common.settings import Settings
from service.sandbox import probe
from service.web.app import create_app
from tests.hostile.hidden_calls import hidden
from tests.hostile.test_hidden_calls import Listener, opened_in
from tests.tokens import AUTHORIZED, TOKEN

COUNT = int(os.environ.get("EVALGAP_HIDDEN_CALLS", "120"))
SEED = int(os.environ.get("EVALGAP_SEED_OF_CALLS", "13"))
TRIPLES = b"<urn:a> <urn:b> <urn:c> .\n<urn:a> <urn:b> <urn:c> <urn:g> .\n"


@pytest.fixture(scope="module", params=[True, False], ids=["gate", "no gate"])
def client(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    store = tmp_path_factory.mktemp("calls") / "store"
    given = Settings(
        store=store, seed=False, validators=0, gate=request.param, token=SecretStr(TOKEN)
    )
    app = create_app(given)
    app.state.services.engine.commit(TRIPLES)
    with TestClient(app, headers=AUTHORIZED) as found:
        yield found
    gc.collect()


@pytest.fixture
def listener() -> Iterator[Listener]:
    with closing(Listener()) as found:
        yield found


def updates(address: str, count: int) -> list[str]:
    return [text for kind, text in hidden(SEED, 2 * count, address) if kind == "update"]


def sent(client: TestClient, texts: list[str]) -> Counter[int]:
    return Counter(client.post("/update", data={"update": t}).status_code for t in texts)


def test_no_update_reaches_the_network(client: TestClient, listener: Listener) -> None:
    statuses = sent(client, updates(listener.url, COUNT // 4))
    assert listener.hits == []
    assert set(statuses) <= {204, 400, 409, 422}
    assert statuses[400] > sum(statuses.values()) // 3


def test_no_update_opens_a_file(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "secret.ttl").write_text("<urn:a> <urn:b> <urn:c> .")
    with opened_in(tmp_path) as found:
        statuses = sent(client, updates(f"file://{tmp_path}/secret.ttl", COUNT // 4))
    assert found == []
    assert set(statuses) <= {204, 400, 409, 422}


@pytest.mark.skipif(not probe().network, reason="the network cannot be closed here")
def test_silent_follows_the_specification(client: TestClient, listener: Listener) -> None:
    address = listener.url
    none = f"SERVICE SILENT <{address}> {{ ?a ?b ?c }}"
    silent = (
        f"LOAD SILENT <{address}> ; LOAD SILENT <{address}> INTO GRAPH <urn:loaded>",
        f"INSERT {{ GRAPH <urn:one> {{ <urn:s> <urn:p> 1 }} }} WHERE {{ {none} }}",
    )
    assert sent(client, list(silent)) == {204: 2}
    assert listener.hits == []
    asked = client.get("/sparql", params={"query": "ASK { GRAPH <urn:one> { ?s ?p ?o } }"})
    assert asked.json()["boolean"] is True
    loud = [text.replace(" SILENT", "") for text in silent]
    assert sent(client, loud) == {400: 2}

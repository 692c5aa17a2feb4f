"""A query for a server elsewhere is tried where it may die, before the server sees it."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

CHAINS = {
    "negations": f"ASK {{ FILTER({'!' * 20_000}1) }}",
    "sums": f"ASK {{ FILTER({'+'.join('1' * 20_000)} > 0) }}",
    "paths": f"ASK {{ ?s {'/'.join(['<urn:p>'] * 10_000)} ?o }}",
    "unions": f"ASK {{ {' UNION '.join(['{}'] * 10_000)} }}",
}


@pytest.mark.parametrize("engine", ["oxigraph-server", "virtuoso"])
@pytest.mark.parametrize("chain", CHAINS)
def test_a_text_that_no_parser_survives_is_a_400(
    clients: Callable[[str], TestClient], engine: str, chain: str
) -> None:
    client = clients(engine)
    answer = client.post("/sparql", data={"query": CHAINS[chain]})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert client.get("/sparql", params={"query": "ASK {}"}).json()["boolean"] is True

"""2,000 generated documents of JSON-LD through every door: nothing is fetched, nothing opened."""

import os
from pathlib import Path

import httpx2

from loaders.contract import Raw, Rejected
from loaders.registry import documents
from tests.hostile.remote_contexts import documents as made
from tests.hostile.remote_contexts import watched
from tests.servers import evalgap_server

NUMBER = int(os.environ.get("EVALGAP_SOAK_DOCUMENTS", "2000"))
TOKEN = "a token for the tests"  # noqa: S105


def test_nothing_is_fetched(tmp_path: Path) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/ld+json"}
    with (
        watched(tmp_path) as watching,
        evalgap_server(tmp_path / "served", token=TOKEN, seed="false") as url,
        httpx2.Client(base_url=url, timeout=60) as client,
    ):
        for data in made(NUMBER, watching.addresses, seed=2_000):
            checked = client.post("/api/v1/validate?source=x.jsonld", content=data)
            assert "never fetches" in checked.json()["detail"], data
            page = client.post("/author", files={"file": ("x.jsonld", data)}, data={"text": ""})
            assert "never fetches" in page.text, data
            put = client.put("/rdf-graph-store?graph=urn:g", content=data, headers=headers)
            assert put.status_code == 400, data
            (found,) = documents(Raw("x.jsonld", data))
            assert isinstance(found, Rejected)
    assert watching.hits == []

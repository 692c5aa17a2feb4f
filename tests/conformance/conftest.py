"""A plain store for the cases of W3C: no records, no gate, and a token that every request sends."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.common.settings import Settings
from service.web.app import create_app
from tests.conftest import place_of
from tests.tokens import AUTHORIZED, TOKEN

HOST = "http://www.example"


@pytest.fixture(scope="session", params=["memory", "disk", "oxigraph-server"])
def shared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    """Return a client of a service without a gate; on disk, other processes read its store."""
    folder = tmp_path_factory.mktemp("w3c") / "store"
    with ExitStack() as stack:
        place = place_of(request.param, folder, stack)
        settings = Settings(**place, seed=False, gate=False, token=SecretStr(TOKEN), validators=0)
        client = TestClient(create_app(settings), base_url=HOST, headers=AUTHORIZED)
        yield stack.enter_context(client)


@pytest.fixture
def plain(shared: TestClient) -> TestClient:
    """Return a client of a service whose store is empty."""
    assert isinstance(shared.app, FastAPI)
    shared.app.state.services.engine.update("CLEAR ALL")
    return shared

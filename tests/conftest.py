"""What the tests share: one application per engine, and the places of real input."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.app import create_app
from service.config import Settings
from tests.servers import PASSWORD, USER, oxigraph_server, virtuoso_server

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
ENGINES = ("embedded", "oxigraph-server", "virtuoso")


def settings_for(engine: str, folder: Path, stack: ExitStack) -> Settings:
    """Return settings for a service over an empty store of this kind, started for it."""
    if engine == "oxigraph-server":
        url = stack.enter_context(oxigraph_server(folder))
        return Settings(store=None, store_url=f"{url}/query", validators=0)
    if engine == "virtuoso":
        url = stack.enter_context(virtuoso_server(folder))
        password = SecretStr(PASSWORD)
        return Settings(store_url=url, store_user=USER, store_password=password, validators=0)
    return Settings(store=None, validators=0)


@pytest.fixture(scope="session", params=ENGINES)
def client(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    """Return a client of the whole service over the shipped data, on each kind of store."""
    with ExitStack() as stack:
        settings = settings_for(request.param, tmp_path_factory.mktemp("store"), stack)
        app = create_app(settings)
        yield stack.enter_context(TestClient(app, follow_redirects=False))


@pytest.fixture(scope="session")
def real_cards() -> Path:
    """Return the folder of real cards, which stands beside the checkout and not in it."""
    folder = SHARED / "cards"
    if not folder.is_dir():
        pytest.skip("no real cards beside this checkout")
    return folder

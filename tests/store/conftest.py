"""The engines that the port is tried on, each with real storage behind it."""

import gc
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyoxigraph import Store

from service.store.oxigraph.store import EmbeddedEngine, open_store
from service.store.port import EVERYTHING, Engine, QueryDataset
from service.store.remote.store import open_remote
from tests.servers import PASSWORD, USER, oxigraph_server, virtuoso_server

GRAPHS = "urn:t:"
"""How the names of all graphs of the tests begin; Virtuoso has some of its own."""


@dataclass(frozen=True)
class Tried:
    """One engine under its name."""

    name: str
    engine: Engine

    @property
    def remote(self) -> bool:
        """Whether a server is behind it."""
        return self.name in {"oxigraph", "virtuoso"}


class Copied(EmbeddedEngine):
    """A store on disk that answers from a copy in memory, made anew after every write."""

    def commit(self, insert: str | bytes, drop: Iterable[str] = ()) -> None:
        super().commit(insert, drop)
        self.copy_to_memory(2**30)

    def update(
        self, sparql: str, using: QueryDataset = EVERYTHING, base: str | None = None
    ) -> None:
        super().update(sparql, using, base)
        self.copy_to_memory(2**30)


@pytest.fixture(scope="session")
def oxigraph_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run one Oxigraph server for all tests."""
    with oxigraph_server(tmp_path_factory.mktemp("oxigraph") / "store") as url:
        yield url


@pytest.fixture(scope="session")
def virtuoso_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run one Virtuoso for all tests."""
    with virtuoso_server(tmp_path_factory.mktemp("virtuoso")) as url:
        yield url


@pytest.fixture(scope="session", params=["memory", "disk", "copied", "oxigraph", "virtuoso"])
def opened(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Tried]:
    """Open each engine once."""
    gc.freeze()  # what was there before need not be looked through after each test, see `tried`
    engine = open_one(request, request.param, tmp_path_factory.mktemp("embedded") / "store")
    yield Tried(request.param, engine)
    engine.close()


def open_one(request: pytest.FixtureRequest, name: str, folder: Path) -> Engine:
    """Open an engine by its name."""
    match name:
        case "memory":
            return open_store(None)
        case "disk":
            return open_store(folder)
        case "copied":
            return Copied(Store(str(folder)), folder)
        case "oxigraph":
            return open_remote(request.getfixturevalue("oxigraph_url"))
        case _:
            url = request.getfixturevalue("virtuoso_url")
            return open_remote(url, user=USER, password=PASSWORD)


@pytest.fixture
def tried(opened: Tried) -> Iterator[Tried]:
    """Return each engine with none of the tests' graphs in it."""
    empty(opened.engine)
    yield opened
    # pytest keeps errors with their frames; what Oxigraph has in them must end in this thread
    gc.collect()


@pytest.fixture
def engine(tried: Tried) -> Engine:
    """Return each engine with none of the tests' graphs in it."""
    return tried.engine


def graphs(engine: Engine) -> list[str]:
    """Return the names of the tests' graphs that are there."""
    rows = engine.select("SELECT ?g WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    return sorted(str(r["g"]) for r in rows if str(r["g"]).startswith(GRAPHS))


def empty(engine: Engine) -> None:
    """Remove the tests' graphs."""
    if found := graphs(engine):
        engine.commit("", drop=found)

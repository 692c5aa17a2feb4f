"""What a service makes beside requests, so that the first visitor of a page does not wait."""

from pathlib import Path
from threading import Event

import pytest
from fastapi.testclient import TestClient

from service.common.settings import Settings
from service.store.oxigraph.store import EmbeddedEngine
from service.web import app

LIMIT = 20.0


@pytest.mark.parametrize("most", [0, 2**30], ids=["on disk", "copied to memory"])
def test_what_pages_keep_is_made_unasked_at_start_and_after_a_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    order: list[str] = []
    done = Event()

    def first(_: object) -> None:
        order.append("first")

    def last(_: object) -> None:
        order.append("last")
        done.set()

    monkeypatch.setattr(app, "WARMED", (first, last))
    monkeypatch.setattr("service.store.maintenance.LOOK", 0.01)
    given = Settings(store=tmp_path, seed=False, validators=0, max_memory_copy_bytes=most)
    with TestClient(app.create_app(given)) as client:
        assert done.wait(LIMIT)
        assert order == ["first", "last"]
        done.clear()
        client.app.state.services.engine.commit(b"<urn:a> <urn:b> <urn:c> .")  # type: ignore[attr-defined]
        assert done.wait(LIMIT)
    assert order == ["first", "last"] * 2


def test_at_start_pages_do_not_wait_until_the_store_was_read_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Event()

    def read(_: EmbeddedEngine) -> None:
        assert made.wait(LIMIT), "no page was prepared while the store was read"
        done.set()

    done = Event()
    monkeypatch.setattr(app, "WARMED", (lambda _: made.set(),))
    monkeypatch.setattr(EmbeddedEngine, "read_through", read)
    given = Settings(store=tmp_path, seed=False, validators=0, max_memory_copy_bytes=0)
    with TestClient(app.create_app(given)):
        assert done.wait(LIMIT)
